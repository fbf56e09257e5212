import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, fillMany2one, openApp } from "./steps";

const PIPELINE = {
    section: "key_account_mgmt.key_account_menu_accounts",
    item: "key_account_mgmt.key_account_menu_pipeline",
};

/** A manager proposes a customer, surveys it and applies. */
registry.category("web_tour.tours").add("key_account_admission_apply", {
    url: "/odoo",
    steps: () => [
        ...openApp(PIPELINE),
        { trigger: ".o_breadcrumb:contains(Candidates)" },
        { trigger: ".o-kanban-button-new", run: "click" },
        ...fillMany2one("partner_id", "Tour Customer"),
        { trigger: ".o_field_widget[name=nominating_department] input", run: "click" },
        { trigger: ".o_select_menu_item:contains(Fund Centre)", run: "click" },
        { trigger: ".o_field_widget[name=nominating_ground] input", run: "click" },
        { trigger: ".o_select_menu_item:contains(Pays Well)", run: "click" },
        {
            trigger: ".o_field_widget[name=desk_survey] textarea",
            run: "edit Orders twice a month and pays in time.",
        },
        ...clickHeaderButton("action_start_survey"),
        ...expectState("survey"),
        { trigger: ".o_field_widget[name=survey_date] :is(input, button)", run: "click" },
        { trigger: ".o_date_item_cell.o_today", run: "click" },
        ...fillMany2one("survey_user_id", "Manager"),
        { trigger: ".o_field_widget[name=survey_findings] textarea", run: "edit Two lines, a third is planned." },
        { trigger: ".o_field_widget[name=application_reason] textarea", run: "edit Stable and growing." },
        ...clickHeaderButton("action_apply"),
        ...expectState("applied"),
        { trigger: ".alert:contains(Waiting for):contains(Leader)" },
        { trigger: ".o_form_statusbar:not(:has(button[name=action_approve]))" },
    ],
});

/** Whoever's turn it is finds the application in the pipeline and approves it. */
registry.category("web_tour.tours").add("key_account_admission_approve", {
    url: "/odoo",
    steps: () => [
        ...openApp(PIPELINE),
        { trigger: ".o_kanban_record:contains(Tour Customer)", run: "click" },
        ...expectState("applied"),
        ...clickHeaderButton("action_approve"),
        { trigger: ".o_form_statusbar:not(:has(button[name=action_approve]))" },
        { trigger: ".o_notebook_headers a:contains(Decisions)", run: "click" },
        { trigger: ".o_field_widget[name=approval_ids] .o_data_row:contains(Approved)" },
    ],
});

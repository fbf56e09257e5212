import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, openApp } from "./steps";

const RUNS = {
    section: "key_account_mgmt.key_account_menu_grading",
    item: "key_account_mgmt.key_account_grading_run_menu",
};
const WHAT_IF = {
    section: "key_account_mgmt.key_account_menu_grading",
    item: "key_account_mgmt.key_account_grading_simulation_menu",
};

/** The clerk computes a run, looks at a row's explanation and its evidence, and submits. */
registry.category("web_tour.tours").add("key_account_run_submit", {
    url: "/odoo",
    steps: () => [
        ...openApp(RUNS),
        { trigger: ".o_list_button_add", run: "click" },
        ...clickHeaderButton("action_compute"),
        ...expectState("computed"),
        { trigger: ".o_field_widget[name=grade_line_ids] .o_data_row:contains(Strategic)" },
        { trigger: "button[name=action_open_assessments]", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Tour Customer) td[name=partner_id]", run: "click" },
        { trigger: ".o_field_widget[name=explanation]:contains(A starts at 5 %)" },
        { trigger: "button[name=action_open_evidence]", run: "click" },
        { trigger: ".o_list_view .o_group_header:contains(Ordered)", run: "click" },
        { trigger: ".o_list_view .o_data_row" },
        { trigger: ".o_back_button", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=explanation]" },
        { trigger: ".o_back_button", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Tour Customer)" },
        { trigger: ".o_back_button", run: "click" },
        ...clickHeaderButton("action_submit"),
        ...expectState("submitted"),
    ],
});

function openRun() {
    return [...openApp(RUNS), { trigger: ".o_list_view .o_data_row td[name=name]", run: "click" }];
}

/** The director reviews. */
registry.category("web_tour.tours").add("key_account_run_review", {
    url: "/odoo",
    steps: () => [...openRun(), ...clickHeaderButton("action_approve"), ...expectState("reviewed")],
});

/** The executive approves and applies. */
registry.category("web_tour.tours").add("key_account_run_apply", {
    url: "/odoo",
    steps: () => [
        ...openRun(),
        ...clickHeaderButton("action_approve"),
        ...expectState("approved"),
        ...clickHeaderButton("action_apply"),
        { trigger: ".modal .btn-primary", run: "click" },
        ...expectState("applied"),
    ],
});

/** The director asks what another threshold would change. */
registry.category("web_tour.tours").add("key_account_what_if", {
    url: "/odoo",
    steps: () => [
        ...openApp(WHAT_IF),
        { trigger: ".modal .o_field_widget[name=grade_line_ids] .o_data_row:first td[name=new_threshold]", run: "click" },
        { trigger: ".modal .o_field_widget[name=new_threshold] input", run: "edit 50" },
        { trigger: ".modal button[name=action_simulate]", run: "click" },
        { trigger: ".modal .o_field_widget[name=mover_ids] .o_data_row:contains(Small):contains(Down)" },
        { trigger: ".modal .o_field_widget[name=mover_count]:contains(1)" },
        { trigger: ".modal footer button[special=cancel], .modal .o_form_button_cancel, .modal .btn-secondary", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

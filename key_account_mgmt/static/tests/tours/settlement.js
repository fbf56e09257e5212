import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, openApp } from "./steps";

const PERFORMANCE = "key_account_mgmt.key_account_menu_performance";
const SETTLEMENTS = { section: PERFORMANCE, item: "key_account_mgmt.key_account_settlement_menu" };
const MY_PAY = { section: PERFORMANCE, item: "key_account_mgmt.key_account_settlement_line_menu_mine" };

/** The clerk drafts the month's settlement, draws it up, adds an award and hands it in. */
registry.category("web_tour.tours").add("key_account_settlement_draft", {
    url: "/odoo",
    steps: () => [
        ...openApp(SETTLEMENTS),
        { trigger: ".o_breadcrumb:contains(Settlements)" },
        { trigger: ".o_list_button_add:enabled", run: "click" },
        { trigger: ".o_field_widget[name=team_id] input:value(East)" },
        { trigger: ".o_form_button_save:enabled", run: "click" },
        ...clickHeaderButton("action_draw_up"),
        { trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Manager):contains(2,772.00)" },
        { trigger: ".o_notebook_headers a:contains(Awards)", run: "click" },
        { trigger: ".o_field_widget[name=award_ids] .o_field_x2many_list_row_add a", run: "click" },
        { trigger: ".o_field_widget[name=award_ids] .o_field_widget[name=user_id] input", run: "edit Manager" },
        { trigger: ".o-autocomplete--dropdown-menu li a:contains(/^Manager$/)", run: "click" },
        { trigger: ".o_field_widget[name=award_ids] .o_field_widget[name=amount] input", run: "edit 100" },
        { trigger: ".o_field_widget[name=award_ids] .o_field_widget[name=reason] input", run: "edit The new line" },
        { trigger: ".o_form_button_save:enabled", run: "click" },
        { content: "the line follows", trigger: ".o_field_widget[name=amount_total]:contains(2,872.00)" },
        ...clickHeaderButton("action_submit"),
        ...expectState("submitted"),
        { trigger: ".alert-info:contains(Leader)" },
    ],
});

/** The leader, and then the executive, look into a line and approve. */
for (const [role, before, after] of [
    ["leader", "submitted", "reviewed"],
    ["executive", "reviewed", "frozen"],
]) {
    registry.category("web_tour.tours").add(`key_account_settlement_${role}`, {
        url: "/odoo",
        steps: () => [
            ...openApp(SETTLEMENTS),
            { trigger: ".o_data_row:contains(East):contains(2,872.00) td[name=team_id]", run: "click" },
            ...expectState(before),
            { trigger: "button[name=action_open_lines]", run: "click" },
            { trigger: ".o_breadcrumb:contains(Settled Pay)" },
            { trigger: ".o_data_row:contains(Manager) td[name=total]", run: "click" },
            { trigger: ".o_field_widget[name=explanation]:contains(2,640.00):contains(The new line)" },
            { trigger: ".breadcrumb-item a:contains(East)", run: "click" },
            ...clickHeaderButton("action_approve"),
            ...expectState(after),
        ],
    });
}

/** The person finds his pay sheet, and reads how it comes about. */
registry.category("web_tour.tours").add("key_account_settlement_person", {
    url: "/odoo",
    steps: () => [
        ...openApp(MY_PAY),
        { trigger: ".o_breadcrumb:contains(My Pay)" },
        { trigger: ".o_data_row:contains(2,872.00) td[name=total]", run: "click" },
        ...expectState("frozen"),
        {
            content: "score, band, base, department, award and total, one after the other",
            trigger: ".o_field_widget[name=explanation]:contains(Score 88.00):contains(132.00):contains(Total: 2,872.00)",
        },
        { trigger: ".o_field_widget[name=total]:contains(2,872.00)" },
    ],
});

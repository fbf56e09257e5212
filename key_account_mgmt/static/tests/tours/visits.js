import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, openApp } from "./steps";

const PLANS = {
    section: "key_account_mgmt.key_account_menu_service",
    item: "key_account_mgmt.key_account_visit_plan_menu",
};

function openPlan() {
    return [
        ...openApp(PLANS),
        { trigger: ".o_breadcrumb:contains(Visit Plans)" },
        { trigger: ".o_data_row:contains(East) td[name=name]", run: "click" },
    ];
}

/** The manager lets the visits of next month be drafted, looks at a line and submits the plan. */
registry.category("web_tour.tours").add("key_account_visit_plan_submit", {
    url: "/odoo",
    steps: () => [
        ...openApp(PLANS),
        { trigger: ".o_breadcrumb:contains(Visit Plans)" },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=team_id] input:value(East)" },
        ...clickHeaderButton("action_generate"),
        { trigger: ".o_field_widget[name=generation_note]:contains(accounts 1)" },
        {
            content: "a line of the plan",
            trigger: ".o_field_widget[name=visit_ids] .o_data_row:contains(Tour Customer) td[name=account_id]",
            run: "click",
        },
        { trigger: ".modal .nav-link:contains(Purpose and Content)", run: "click" },
        { trigger: ".modal .o_field_widget[name=purpose] textarea", run: "edit Agree on the yearly frame" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_data_row:contains(Agree on the yearly frame)" },
        ...clickHeaderButton("action_submit"),
        ...expectState("submitted"),
        { trigger: ".alert:contains(Waiting for):contains(Leader)" },
        { trigger: ".o_form_statusbar:not(:has(button[name=action_approve]))" },
    ],
});

/** The leader reviews the plan. */
registry.category("web_tour.tours").add("key_account_visit_plan_review", {
    url: "/odoo",
    steps: () => [...openPlan(), ...clickHeaderButton("action_approve"), ...expectState("reviewed")],
});

/** The executive approves it; its visits are in the calendar. */
registry.category("web_tour.tours").add("key_account_visit_plan_approve", {
    url: "/odoo",
    steps: () => [
        ...openPlan(),
        ...clickHeaderButton("action_approve"),
        ...expectState("approved"),
        { trigger: ".o_field_widget[name=visit_ids] .o_data_row:contains(Planned)" },
    ],
});

/** On a narrow screen the status is folded into a menu: the step that stands is there, and not drawn. */
function expectFoldedState(value) {
    return [
        {
            content: `the status is ${value}`,
            trigger: `.o_statusbar_status button.o_arrow_button_current[data-value=${value}]:not(:visible)`,
        },
    ];
}

/** On a phone, at the customer's door: the visit was held, and its report is handed in. */
registry.category("web_tour.tours").add("key_account_visit_on_a_phone", {
    steps: () => [
        { trigger: ".o_kanban_record:contains(Tour Customer)", run: "click" },
        ...expectFoldedState("planned"),
        ...clickHeaderButton("action_hold"),
        ...expectFoldedState("done"),
        { trigger: ".o_notebook .nav-link[name=report]", run: "click" },
        { trigger: ".o_field_widget[name=report] textarea", run: "edit They want two more lines." },
        { trigger: ".o_field_widget[name=outcome] :is(input, button)", run: "click" },
        { trigger: ".o_select_menu_item:contains(As Expected)", run: "click" },
        { trigger: ".o_field_widget[name=report_needs] textarea", run: "edit Two pumps by May" },
        { trigger: "button[name=action_add_next_step]", run: "click" },
        { trigger: ".modal .o_field_widget[name=summary] input", run: "edit Send the offer" },
        { trigger: ".modal button[name=action_schedule_activities]", run: "click" },
        { trigger: ".o_field_widget[name=next_step_ids]:contains(Send the offer)" },
        ...clickHeaderButton("action_report"),
        ...expectFoldedState("reported"),
    ],
});

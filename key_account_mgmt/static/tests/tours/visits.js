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
        ...clickHeaderButton("action_ask_check_in"),
        // the company asks for no position, and nobody is asked
        { trigger: "body:not(:has(.modal)) .o_field_widget[name=check_in_on]" },
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

/** Let the device be at a place, or refuse to say where it is. */
function stubPosition(coords) {
    return {
        content: "the device is asked where it is",
        trigger: "body",
        run: () => {
            navigator.geolocation.getCurrentPosition = (found, failed) =>
                coords ? found({ coords }) : failed(new Error("denied"));
        },
    };
}

function openVisit() {
    return [
        { trigger: ".o_kanban_record:contains(Tour Customer)", run: "click" },
        ...expectFoldedState("planned"),
    ];
}

/** The one who closes the question has not checked in; he agrees, and takes a photograph away again. */
registry.category("web_tour.tours").add("key_account_visit_check_in_with_consent", {
    steps: () => [
        ...openVisit(),
        stubPosition({ latitude: 31.230417, longitude: 121.473701, accuracy: 15 }),
        ...clickHeaderButton("action_ask_check_in"),
        { trigger: ".modal:contains(free to refuse)" },
        { trigger: ".modal .btn-close, .modal .o_back_button, .modal .oi-arrow-left", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        ...clickHeaderButton("action_ask_check_in"),
        { trigger: ".modal .modal-footer .btn-primary:contains(Agree)", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_field_widget[name=check_in_latitude]:contains(31.230417)" },
        { trigger: ".o_notebook .nav-link[name=photos]", run: "click" },
        {
            content: "a photograph of the gate",
            trigger: "input[type=file][accept='image/jpeg,image/png']:not(:visible)",
            run: async ({ anchor }) => {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 8;
                const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
                const data = new DataTransfer();
                data.items.add(new File([blob], "gate.png", { type: "image/png" }));
                anchor.files = data.files;
                anchor.dispatchEvent(new Event("change"));
            },
        },
        { trigger: ".o_key_account_photo a[title='gate.jpg']" },
        ...clickHeaderButton("action_hold"),
        ...expectFoldedState("done"),
    ],
});

/** He does not want to say where he is: the time is noted all the same. */
registry.category("web_tour.tours").add("key_account_visit_check_in_without_consent", {
    steps: () => [
        ...openVisit(),
        stubPosition({ latitude: 31.230417, longitude: 121.473701, accuracy: 15 }),
        ...clickHeaderButton("action_ask_check_in"),
        { trigger: ".modal .modal-footer button:contains(Without Position)", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_field_widget[name=check_in_on]" },
    ],
});

/** He agrees, and the device does not say where it is: the time is noted all the same. */
registry.category("web_tour.tours").add("key_account_visit_check_in_without_position", {
    steps: () => [
        ...openVisit(),
        stubPosition(null),
        ...clickHeaderButton("action_ask_check_in"),
        { trigger: ".modal .modal-footer .btn-primary:contains(Agree)", run: "click" },
        { trigger: ".o_notification:contains(Your device gave no position)" },
        { trigger: "body:not(:has(.modal)) .o_field_widget[name=check_in_on]" },
    ],
});

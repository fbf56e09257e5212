import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, openApp } from "./steps";

const SATISFACTION = {
    section: "key_account_mgmt.key_account_menu_service",
    item: "key_account_mgmt.key_account_satisfaction_menu",
};

function judge(dimension, level) {
    return {
        content: `${dimension}: answer ${level}`,
        trigger: `.o_survey_question_matrix tr:contains(${dimension}) td:eq(${level})`,
        run: "click",
    };
}

/** The manager asks a customer from its account. */
registry.category("web_tour.tours").add("key_account_satisfaction_send", {
    url: "/odoo",
    steps: () => [
        { trigger: ".o_navbar_apps_menu button:enabled", run: "click" },
        {
            trigger: ".o_app[data-menu-xmlid='key_account_mgmt.key_account_menu_root']",
            run: "click",
        },
        { trigger: ".o_kanban_record:contains(Jade Mining)", run: "click" },
        ...clickHeaderButton("action_ask_satisfaction"),
        { trigger: ".o_field_widget[name=contact_id] input:value(Ms Li)" },
        ...clickHeaderButton("action_send"),
        ...expectState("sent"),
    ],
});

/** The customer, who has no login, opens the link of the mail and answers. */
registry.category("web_tour.tours").add("key_account_satisfaction_answer", {
    steps: () => [
        { trigger: ".o_survey_start h1:contains(Customer Satisfaction)" },
        { trigger: "button[value=start]", run: "click" },
        judge("Work Quality", 3),
        judge("Work Schedule", 0),
        judge("Safety Management", 2),
        { trigger: "[data-question-type=scale] label:contains(8)", run: "click" },
        { trigger: "textarea", run: "edit Deliver sooner, please." },
        { trigger: "button[value=finish]", run: "click" },
        { content: "the survey app asks once more", trigger: ".modal .btn-primary", run: "click" },
        { trigger: ".o_survey_finished:contains(Thank you)" },
    ],
});

/** He opens it a second time: it is answered, there is nothing to fill in. */
registry.category("web_tour.tours").add("key_account_satisfaction_answered", {
    steps: () => [
        { trigger: ".o_survey_finished:contains(Thank you)" },
        { trigger: "body:not(:has(button[value=start], button[value=finish], textarea))" },
    ],
});

/** The manager reads what the customer thinks. */
registry.category("web_tour.tours").add("key_account_satisfaction_read", {
    url: "/odoo",
    steps: () => [
        ...openApp(SATISFACTION),
        { trigger: ".o_kanban_group:contains(Answered) .o_kanban_record:contains(Jade Mining)", run: "click" },
        ...expectState("answered"),
        { trigger: ".alert:contains(not satisfied)" },
        { trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Work Schedule):contains(Not Satisfied)" },
        { trigger: ".o_field_widget[name=comment]:contains(Deliver sooner)" },
    ],
});

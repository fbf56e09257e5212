import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, openApp } from "./steps";

const PERFORMANCE = "key_account_mgmt.key_account_menu_performance";
const APPRAISALS = { section: PERFORMANCE, item: "key_account_mgmt.key_account_appraisal_menu" };
const RANKING = { section: PERFORMANCE, item: "key_account_mgmt.key_account_appraisal_ranking_menu" };

function openAppraisal() {
    return [
        ...openApp(APPRAISALS),
        { trigger: ".o_breadcrumb:contains(Appraisals)" },
        { trigger: ".o_kanban_record:contains(2026-05)", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=line_ids] .o_data_row:contains(Base Work)" },
    ];
}

/** Write a number into a cell of an item. */
function give(item, column, value) {
    return [
        { trigger: `.o_data_row:contains(${item}) td[name=${column}]`, run: "click" },
        { trigger: `.o_data_row:contains(${item}) td[name=${column}] input`, run: `edit ${value}` },
    ];
}

/** The manager says what he thinks of his month, and hands it in. */
registry.category("web_tour.tours").add("key_account_appraisal_self", {
    url: "/odoo",
    steps: () => [
        ...openAppraisal(),
        ...give("Base Work", "self_points", "35"),
        ...give("Service", "self_points", "55"),
        { trigger: ".o_notebook_headers a:contains(In Words)", run: "click" },
        { trigger: ".o_field_widget[name=self_summary] textarea", run: "edit All reports in time." },
        ...clickHeaderButton("action_self_assess"),
        ...expectState("self_assessed"),
    ],
});

/** The leader gives the points, notes what was said, and signs. */
registry.category("web_tour.tours").add("key_account_appraisal_score", {
    url: "/odoo",
    steps: () => [
        ...openAppraisal(),
        ...clickHeaderButton("action_approve"),
        { content: "refused in words", trigger: ".modal:contains(give the points of these items)" },
        { trigger: ".modal .btn-primary", run: "click" },
        ...give("Base Work", "points", "32.5"),
        ...give("Service", "points", "45"),
        { trigger: ".o_notebook_headers a:contains(In Words)", run: "click" },
        { trigger: ".o_field_widget[name=discussion] textarea", run: "edit More visits in June." },
        ...clickHeaderButton("action_approve"),
        ...expectState("scored"),
        { trigger: ".o_field_widget[name=score]:contains(77.50)" },
    ],
});

/** The manager objects. */
registry.category("web_tour.tours").add("key_account_appraisal_object", {
    url: "/odoo",
    steps: () => [
        ...openAppraisal(),
        { content: "32.5 of 40 points are good", trigger: ".o_data_row:contains(Base Work):contains(Good)" },
        ...clickHeaderButton("action_ask_objection"),
        { trigger: ".modal .o_field_widget[name=reason] textarea", run: "edit Two visits are missing." },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        { trigger: ".alert-warning:contains(An objection waits)" },
    ],
});

/** The director corrects the points, answers, and approves. */
registry.category("web_tour.tours").add("key_account_appraisal_answer", {
    url: "/odoo",
    steps: () => [
        ...openAppraisal(),
        ...give("Service", "points", "50"),
        ...clickHeaderButton("action_open_objections"),
        { trigger: ".o_field_widget[name=reason]:contains(Two visits are missing.)" },
        { trigger: ".o_field_widget[name=answer] textarea", run: "edit The visits were held." },
        ...clickHeaderButton("action_uphold"),
        ...expectState("upheld"),
        { trigger: ".breadcrumb-item a:contains(2026-05), .o_back_button a:contains(2026-05)", run: "click" },
        ...clickHeaderButton("action_approve"),
        { trigger: ".alert-info:contains(Executive)" },
    ],
});

/** The leader publishes. */
registry.category("web_tour.tours").add("key_account_appraisal_publish", {
    url: "/odoo",
    steps: () => [...openAppraisal(), ...expectState("approved"), ...clickHeaderButton("action_publish"), ...expectState("published")],
});

/** Everybody of the department sees the place, and no more. */
registry.category("web_tour.tours").add("key_account_appraisal_ranking", {
    url: "/odoo",
    steps: () => [
        ...openApp(RANKING),
        { trigger: ".o_breadcrumb:contains(Ranking)" },
        { trigger: ".o_data_row:contains(82.50)" },
    ],
});

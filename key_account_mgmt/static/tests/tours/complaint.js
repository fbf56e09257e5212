import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, fillMany2one, openApp } from "./steps";

const COMPLAINTS = {
    section: "key_account_mgmt.key_account_menu_service",
    item: "key_account_mgmt.key_account_complaint_menu",
};

function openComplaint() {
    return [
        ...openApp(COMPLAINTS),
        { trigger: ".o_breadcrumb:contains(Complaints)" },
        { trigger: ".o_kanban_record:contains(The pump is loud)", run: "click" },
    ];
}

/** The account's manager takes on what came by mail, answers, solves it and mails the result. */
registry.category("web_tour.tours").add("key_account_complaint_handle", {
    url: "/odoo",
    steps: () => [
        ...openComplaint(),
        { content: "the customer's own words", trigger: ".o_field_widget[name=description]:contains(Since Monday)" },
        ...clickHeaderButton("action_accept"),
        ...expectState("accepted"),
        ...clickHeaderButton("action_ask_answer"),
        { trigger: ".modal .o_field_widget[name=reason] textarea", run: "edit Called: a fitter comes tomorrow." },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        { content: "answered in time", trigger: ".o_field_widget[name=responded_on]" },
        ...clickHeaderButton("action_start"),
        ...expectState("in_progress"),
        ...clickHeaderButton("action_ask_wait"),
        { trigger: ".modal .o_field_widget[name=reason] textarea", run: "edit Which of the two pumps?" },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        { content: "the clock stands", trigger: ".alert:contains(The clock stands)" },
        ...clickHeaderButton("action_start"),
        ...expectState("in_progress"),
        ...fillMany2one("category_id", "Product Quality"),
        { trigger: ".o_notebook_headers a:contains(Cause and Measures)", run: "click" },
        { trigger: ".o_field_widget[name=root_cause] textarea", run: "edit A worn bearing." },
        { trigger: ".o_field_widget[name=corrective_measure] textarea", run: "edit The bearing was replaced." },
        { trigger: ".o_field_widget[name=preventive_measure] textarea", run: "edit Each bearing is measured." },
        ...clickHeaderButton("action_resolve"),
        ...expectState("resolved"),
        ...clickHeaderButton("action_send_confirmation"),
        { trigger: ".o_notebook_headers a:contains(Result and Customer)", run: "click" },
        { content: "who told the customer", trigger: ".o_field_widget[name=feedback_user_id]:contains(Manager)" },
    ],
});

/** The customer says by his link what he thinks of it. */
registry.category("web_tour.tours").add("key_account_complaint_rate", {
    steps: () => [
        { trigger: ".o_rating_page_submit textarea[name=feedback]", run: "edit Quick work, thank you." },
        { trigger: ".o_rating_page_submit button[type=submit]", run: "click", expectUnloadPage: true },
        { trigger: ".o_rating_page_thank_you" },
    ],
});

/** The manager finds it closed, with the customer's word. */
registry.category("web_tour.tours").add("key_account_complaint_closed", {
    url: "/odoo",
    steps: () => [
        ...openApp(COMPLAINTS),
        { trigger: ".o_breadcrumb:contains(Complaints)" },
        { trigger: ".o_searchview_facet:contains(Under Way) .o_facet_remove", run: "click" },
        { trigger: ".o_kanban_record:contains(The pump is loud)", run: "click" },
        ...expectState("closed"),
        { trigger: ".o_notebook_headers a:contains(Result and Customer)", run: "click" },
        { trigger: ".o_field_widget[name=rating_last_feedback]:contains(Quick work)" },
    ],
});

/** Customer service registers what it hears by phone, and cancels an advertisement. */
registry.category("web_tour.tours").add("key_account_complaint_service", {
    url: "/odoo",
    steps: () => [
        {
            trigger: ".o_navbar_apps_menu button:enabled",
            run: "click",
        },
        {
            trigger: ".o_app[data-menu-xmlid='key_account_mgmt.key_account_menu_root']",
            run: "click",
        },
        {
            trigger: ".o_menu_sections button:has([data-menu-xmlid='key_account_mgmt.key_account_menu_service']), .o_menu_sections [data-menu-xmlid='key_account_mgmt.key_account_menu_service']",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu [data-menu-xmlid='key_account_mgmt.key_account_complaint_menu']",
            run: "click",
        },
        { content: "the queue", trigger: ".o_kanban_record:contains(Cheap lists)", run: "click" },
        { trigger: ".alert:contains(Nobody known writes from this address)" },
        ...clickHeaderButton("action_ask_cancel"),
        { trigger: ".modal .o_field_widget[name=reason] textarea", run: "edit Spam" },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        ...expectState("cancelled"),
        { trigger: ".o_breadcrumb a:contains(Complaints)", run: "click" },
        { trigger: ".o-kanban-button-new", run: "click" },
        { trigger: ".o_field_widget[name=name] input", run: "edit The valve sticks" },
        ...fillMany2one("partner_id", "Works"),
        { trigger: ".o_form_button_save:enabled", run: "click" },
        { content: "the key account is found", trigger: ".o_field_widget[name=account_id]:contains(Works)" },
        ...clickHeaderButton("action_accept"),
        ...expectState("accepted"),
    ],
});

import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, fillMany2one, openApp } from "./steps";

const HANDOVERS = {
    section: "key_account_mgmt.key_account_menu_accounts",
    item: "key_account_mgmt.key_account_handover_menu",
};

function openHandover() {
    return [...openApp(HANDOVERS), { trigger: ".o_data_row:contains(Manager) td[name=kind]", run: "click" }];
}

/** An administrator tries to archive the leaver, is refused and led to the hand-over. */
registry.category("web_tour.tours").add("key_account_handover_refused", {
    steps: () => [
        { trigger: ".o_form_view .o_field_widget[name=login]" },
        { trigger: ".o_cp_action_menus button:has(.fa-cog)", run: "click" },
        { trigger: ".o-dropdown--menu .o_menu_item:contains(Archive):not(:contains(Without))", run: "click" },
        { trigger: ".modal .btn-primary", run: "click" },
        { content: "he still holds accounts", trigger: ".modal:contains(Key Accounts 10)" },
        { trigger: ".modal button:contains(Go to the Hand-over)", run: "click" },
        { trigger: ".o_breadcrumb:contains(Hand-overs)" },
    ],
});

/** The leaver prepares his hand-over to two colleagues and offers it. */
registry.category("web_tour.tours").add("key_account_handover_offer", {
    url: "/odoo",
    steps: () => [
        ...openApp(HANDOVERS),
        { trigger: ".o_breadcrumb:contains(Hand-overs)" },
        { trigger: ".o_list_button_add", run: "click" },
        ...fillMany2one("user_id", "Key Manager"),
        ...fillMany2one("receiver_id", "Manager2"),
        { trigger: ".o_field_widget[name=reason] textarea", run: "edit Moves to another city." },
        { trigger: ".o_form_button_save:enabled", run: "click" },
        { content: "ten accounts", trigger: ".o_field_widget[name=account_line_ids] .o_data_row:eq(9)" },
        {
            content: "the first one goes to somebody else",
            trigger: ".o_field_widget[name=account_line_ids] .o_data_row:eq(0) td[name=chosen_receiver_id]",
            run: "click",
        },
        { trigger: ".o_field_widget[name=chosen_receiver_id] input", run: "edit Third" },
        { trigger: ".o-autocomplete--dropdown-menu li a:contains(Third Manager)", run: "click" },
        ...clickHeaderButton("action_offer"),
        ...expectState("offered"),
    ],
});

/** A receiver looks at what he would get and accepts. */
registry.category("web_tour.tours").add("key_account_handover_accept", {
    url: "/odoo",
    steps: () => [
        ...openHandover(),
        { trigger: ".o_field_widget[name=offer_summary]:contains(Leads and Opportunities)" },
        ...clickHeaderButton("action_accept"),
        { trigger: ".o_form_statusbar:not(:has(button[name=action_accept]))" },
    ],
});

/** The leader approves; everything has moved. */
registry.category("web_tour.tours").add("key_account_handover_approve", {
    url: "/odoo",
    steps: () => [
        ...openHandover(),
        ...expectState("submitted"),
        ...clickHeaderButton("action_approve"),
        ...expectState("done"),
        { trigger: ".o_notebook_headers a:contains(All Else)", run: "click" },
        { trigger: ".o_field_widget[name=other_line_ids] .o_data_row:contains(Negotiation)" },
    ],
});

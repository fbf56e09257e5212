import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, openApp } from "./steps";

const SERVICE = "key_account_mgmt.key_account_menu_service";
const MONTHS = { section: SERVICE, item: "key_account_mgmt.key_account_monthly_submission_menu" };
const CHECKS = { section: SERVICE, item: "key_account_mgmt.key_account_spot_check_menu" };

/** On the 26th the director looks at the board: who owes what, by department, and what stays late. */
registry.category("web_tour.tours").add("key_account_month_board", {
    url: "/odoo",
    steps: () => [
        ...openApp(MONTHS),
        { trigger: ".o_breadcrumb:contains(Monthly Submissions)" },
        {
            content: "the department's month that closed yesterday is overdue, the new one is not due yet",
            trigger: ".o_kanban_group:contains(East) .o_kanban_record:contains(2026-05):contains(Late):contains(Overdue)",
        },
        { trigger: ".o_kanban_group:contains(East) .o_kanban_record:contains(2026-06):contains(Not Due Yet)" },
        {
            content: "the other department's is in",
            trigger: ".o_kanban_group:contains(South) .o_kanban_record:contains(2026-05):contains(Handed In)",
        },
        {
            content: "only the red ones",
            trigger: ".o_kanban_group:contains(East) .o_column_progress .bg-danger",
            run: "click",
        },
        { trigger: ".o_kanban_group:contains(East):not(:contains(2026-06))" },
        {
            trigger: ".o_kanban_group:contains(East) .o_kanban_record:contains(2026-05)",
            run: "click",
        },
        { trigger: ".ribbon:contains(Late)" },
        { trigger: ".alert-danger:contains(Overdue since)" },
        ...expectState("open"),
    ],
});

/** The manager hands the late one in: it needs both documents, or a reason; late it stays. */
registry.category("web_tour.tours").add("key_account_month_hand_in", {
    url: "/odoo",
    steps: () => [
        ...openApp(MONTHS),
        { trigger: ".o_kanban_record:contains(2026-05)", run: "click" },
        { trigger: ".alert-warning:contains(Return-visit form):contains(Meeting minutes)" },
        ...clickHeaderButton("action_submit"),
        { content: "refused in words", trigger: ".modal:contains(say why)" },
        { trigger: ".modal .btn-primary", run: "click" },
        {
            trigger: ".o_field_widget[name=feedback] textarea",
            run: "edit They want shorter delivery times.",
        },
        { trigger: ".o_field_widget[name=visit_missing_reason] input", run: "edit The plant stood still." },
        { trigger: ".o_notebook_headers a:contains(Meeting Minutes)", run: "click" },
        { trigger: ".o_field_widget[name=minutes_missing_reason] input", run: "edit Moved to June." },
        ...clickHeaderButton("action_submit"),
        ...expectState("submitted"),
        { trigger: ".ribbon:contains(Late)" },
    ],
});

/** The clerk accepts it; the mark stays. */
registry.category("web_tour.tours").add("key_account_month_accept", {
    url: "/odoo",
    steps: () => [
        ...openApp(MONTHS),
        { trigger: ".o_kanban_group:contains(East) .o_kanban_record:contains(2026-05):contains(Late)", run: "click" },
        ...expectState("submitted"),
        ...clickHeaderButton("action_approve"),
        ...expectState("accepted"),
        { trigger: ".ribbon:contains(Late)" },
    ],
});

/** The inspector draws a sample of the last month, draws it again, and records that a report is not true. */
registry.category("web_tour.tours").add("key_account_spot_check", {
    url: "/odoo",
    steps: () => [
        ...openApp(CHECKS),
        { trigger: ".o_breadcrumb:contains(Spot Checks)" },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=size] input", run: "edit 2" },
        { trigger: ".o_form_button_save:enabled", run: "click" },
        ...clickHeaderButton("action_draw"),
        { trigger: ".modal .btn-primary", run: "click" },
        ...expectState("drawn"),
        { trigger: ".o_field_widget[name=line_ids] .o_data_row:eq(1)" },
        ...clickHeaderButton("action_draw_again"),
        { trigger: ".o_notification:contains(the sample is the same)" },
        { trigger: "button[name=action_open_lines]", run: "click" },
        { trigger: ".o_breadcrumb:contains(Drawn Visits)" },
        { trigger: ".o_data_row:eq(0) td[name=date]", run: "click" },
        { trigger: ".o_field_widget[name=report]:contains(They are content.)" },
        { trigger: ".o_field_widget[name=method] label:contains(By Phone)", run: "click" },
        { trigger: ".o_field_widget[name=verdict] label:contains(Fabricated)", run: "click" },
        { trigger: ".o_field_widget[name=comment] textarea", run: "edit Nobody came." },
        { trigger: ".o_form_button_save:enabled", run: "click" },
        { trigger: ".o_field_widget[name=checker_id]" },
    ],
});

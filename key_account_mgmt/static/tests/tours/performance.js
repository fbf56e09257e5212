import { registry } from "@web/core/registry";
import { clickHeaderButton, expectState, openApp } from "./steps";

const PERFORMANCE = "key_account_mgmt.key_account_menu_performance";
const TARGETS = { section: PERFORMANCE, item: "key_account_mgmt.key_account_target_menu" };
const APPRAISALS = { section: PERFORMANCE, item: "key_account_mgmt.key_account_appraisal_menu" };
const SETTLEMENTS = { section: PERFORMANCE, item: "key_account_mgmt.key_account_settlement_menu" };
const MY_PAY = { section: PERFORMANCE, item: "key_account_mgmt.key_account_settlement_line_menu_mine" };
const REPORTS = { section: PERFORMANCE, item: "key_account_mgmt.key_account_work_report_menu" };
const MONTHS = { section: PERFORMANCE, item: "key_account_mgmt.key_account_work_report_menu_month" };

function add(name, steps) {
    registry.category("web_tour.tours").add(name, { url: "/odoo", steps });
}

function write(name, text) {
    return [{ trigger: `.o_field_widget[name=${name}] textarea`, run: `edit ${text}` }];
}

// === FROM THE TARGET TO THE SETTLEMENT ===

/** The leader sets the department's month, divides it among its people and submits it. */
add("key_account_loop_target", () => [
    ...openApp(TARGETS),
    { trigger: ".o_breadcrumb:contains(Targets)" },
    { trigger: ".o_list_button_add:enabled", run: "click" },
    { trigger: ".o_field_widget[name=team_id] input", run: "edit East" },
    { trigger: ".o-autocomplete--dropdown-menu li a:contains(East)", run: "click" },
    { trigger: ".o_field_widget[name=amount] input", run: "edit 30000" },
    { trigger: ".o_form_button_save:enabled", run: "click" },
    ...clickHeaderButton("action_open_split"),
    { trigger: ".modal .o_data_row:contains(Manager2):contains(10,000.00)" },
    { trigger: ".modal button[name=action_confirm]", run: "click" },
    { content: "the parts", trigger: ".o_list_view .o_data_row:eq(2):contains(10,000.00)" },
    { trigger: ".breadcrumb-item a:contains(East), .o_back_button a:contains(East)", run: "click" },
    { trigger: ".o_field_widget[name=child_ids] .o_data_row:eq(2)" },
    ...clickHeaderButton("action_submit"),
    ...expectState("submitted"),
    { trigger: ".alert-info:contains(Director)" },
]);

/** The director approves the whole with its parts, and the executive after him. */
add("key_account_loop_target_review", () => [
    ...openApp(TARGETS),
    { trigger: ".o_data_row:contains(30,000.00) td[name=name]", run: "click" },
    ...clickHeaderButton("action_approve"),
    { trigger: ".alert-info:contains(Executive)" },
]);

add("key_account_loop_target_approve", () => [
    ...openApp(TARGETS),
    { trigger: ".o_data_row:contains(30,000.00) td[name=name]", run: "click" },
    ...clickHeaderButton("action_approve"),
    ...expectState("approved"),
    { trigger: ".o_field_widget[name=child_ids] .o_data_row:eq(2):contains(Approved)" },
]);

/** What the orders make of it by the end of the month. */
add("key_account_loop_target_reached", () => [
    ...openApp(TARGETS),
    { trigger: ".o_searchview_facet .o_facet_remove", run: "click" },
    { trigger: ".o_data_row:contains(Manager):contains(8,800.00) td[name=name]", run: "click" },
    { trigger: ".o_field_widget[name=explanation]:contains(88 % of 10,000)" },
]);

function openMonth() {
    return [
        ...openApp(APPRAISALS),
        { trigger: ".o_kanban_record:contains(2026-05)", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=line_ids] .o_data_row:contains(Service)" },
    ];
}

function give(item, column, value) {
    return [
        { trigger: `.o_data_row:contains(${item}) td[name=${column}]`, run: "click" },
        { trigger: `.o_data_row:contains(${item}) td[name=${column}] input`, run: `edit ${value}` },
    ];
}

/** The manager finds his sales measured, and says what he thinks of the rest. */
add("key_account_loop_self", () => [
    ...openMonth(),
    { content: "88 % of 60 points", trigger: ".o_data_row:contains(Sales) td[name=points]:contains(52.80)" },
    ...give("Service", "self_points", "38"),
    { trigger: ".o_notebook_headers a:contains(In Words)", run: "click" },
    ...write("self_summary", "The yearly frame is signed."),
    ...clickHeaderButton("action_self_assess"),
    ...expectState("self_assessed"),
]);

add("key_account_loop_score", () => [
    ...openMonth(),
    ...give("Service", "points", "30"),
    { trigger: ".o_notebook_headers a:contains(In Words)", run: "click" },
    ...write("discussion", "Two reports came late."),
    ...clickHeaderButton("action_approve"),
    ...expectState("scored"),
    { trigger: ".o_field_widget[name=score]:contains(82.80)" },
]);

add("key_account_loop_object", () => [
    ...openMonth(),
    ...clickHeaderButton("action_ask_objection"),
    { trigger: ".modal .o_field_widget[name=reason] textarea", run: "edit They came in time." },
    { trigger: ".modal button[name=action_confirm]", run: "click" },
    { trigger: ".alert-warning:contains(An objection waits)" },
]);

/** The next level up finds the objection right, and approves then. */
add("key_account_loop_answer", () => [
    ...openMonth(),
    ...give("Service", "points", "35.2"),
    ...clickHeaderButton("action_open_objections"),
    { trigger: ".o_field_widget[name=reason]:contains(They came in time.)" },
    ...write("answer", "The mail server was down."),
    ...clickHeaderButton("action_uphold"),
    ...expectState("upheld"),
    { trigger: ".breadcrumb-item a:contains(2026-05), .o_back_button a:contains(2026-05)", run: "click" },
    { trigger: ".o_field_widget[name=score]:contains(88.00)" },
    ...clickHeaderButton("action_approve"),
    { trigger: ".alert-info:contains(Executive)" },
]);

add("key_account_loop_approve", () => [
    ...openMonth(),
    ...clickHeaderButton("action_approve"),
    ...expectState("approved"),
]);

/** The clerk draws the pay of the department up from what is approved. */
add("key_account_loop_settle", () => [
    ...openApp(SETTLEMENTS),
    { trigger: ".o_list_button_add:enabled", run: "click" },
    { trigger: ".o_field_widget[name=team_id] input:value(East)" },
    { trigger: ".o_form_button_save:enabled", run: "click" },
    ...clickHeaderButton("action_draw_up"),
    { trigger: ".o_field_widget[name=department_result]:contains(Target Missed)" },
    { trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Manager):contains(2,508.00)" },
    ...clickHeaderButton("action_submit"),
    ...expectState("submitted"),
]);

for (const [role, after] of [["leader", "reviewed"], ["executive", "frozen"]]) {
    add(`key_account_loop_settle_${role}`, () => [
        ...openApp(SETTLEMENTS),
        { trigger: ".o_data_row:contains(East):contains(2,508.00) td[name=team_id]", run: "click" },
        ...clickHeaderButton("action_approve"),
        ...expectState(after),
    ]);
}

/** The person reads how his pay comes about. */
add("key_account_loop_pay", () => [
    ...openApp(MY_PAY),
    { trigger: ".o_data_row:contains(2,508.00) td[name=total]", run: "click" },
    { trigger: ".o_field_widget[name=explanation]:contains(2,640.00):contains(132.00):contains(2,508.00)" },
]);

// === WORK REPORTS ===

/** The manager writes about his day, and finds the figures there. */
add("key_account_report_write", () => [
    ...openApp(REPORTS),
    { trigger: ".o_breadcrumb:contains(Work Reports)" },
    { trigger: ".o_data_row:contains(2026-05-20) td[name=period]", run: "click" },
    { content: "the order of the day", trigger: ".o_form_view tr:contains(Ordered):contains(300.00)" },
    ...write("work_done", "The frame for next year."),
    ...write("problems", "One delivery is late."),
    ...write("plan", "Visit the workshop."),
    ...clickHeaderButton("action_submit"),
    ...expectState("submitted"),
    { trigger: ".alert-info:contains(Leader)" },
]);

/** The leader says something to it, and has read it. */
add("key_account_report_read", () => [
    ...openApp(REPORTS),
    { trigger: ".o_data_row:contains(2026-05-20) td[name=period]", run: "click" },
    { trigger: ".o_field_widget[name=work_done]:contains(The frame for next year.)" },
    ...clickHeaderButton("action_ask_comment_on"),
    { trigger: ".modal .o_field_widget[name=reason] textarea", run: "edit Ask for the second line too." },
    { trigger: ".modal button[name=action_confirm]", run: "click" },
    { trigger: ".o_field_widget[name=comment]:contains(Ask for the second line too.)" },
    ...expectState("read"),
]);

/** The clerk completes the department's month. */
add("key_account_report_month", () => [
    ...openApp(MONTHS),
    { trigger: ".o_data_row:contains(2026-04) td[name=period]", run: "click" },
    ...write("work_done", "Two frames were signed."),
    ...write("problems", "Deliveries."),
    ...write("plan", "The fair in June."),
    ...clickHeaderButton("action_submit"),
    ...expectState("submitted"),
    { trigger: ".o_statusbar_buttons button[name=action_print_month]" },
]);

"""Take the pictures of docs/images from a running demo: tools/screenshots.py [URL] [FOLDER] [WIDTH] [NAME…].

Each picture is a login, an address and what to click before, or a print: a login, a report and the record
that is printed. `make demo` has to be serving; prints take pdftoppm (Debian's poppler-utils).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

URL = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8069"
FOLDER = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).parents[1] / "docs" / "images")
WIDTH = int(sys.argv[3]) if len(sys.argv) > 3 else 1400

# a run of everybody that is in effect
FIRST_ROW = ".o_data_row:has-text('已生效'):not(:has-text('年终评审')) td[name=name]"
CARD = ".o_kanban_record:not(.o_kanban_ghost)"
PICTURES = {
    "accounts": ("director", "key-accounts", []),
    "account": ("director", "key-accounts", [".o_kanban_record:not(.o_kanban_ghost)"]),
    "accounts_list": ("director", "key-accounts", [".o_switch_view.o_list"]),
    "candidates": ("leader1", "key-account-candidates", []),
    "candidate": ("leader1", "key-account-candidates", [".o_kanban_record:not(.o_kanban_ghost)"]),
    "runs": ("clerk", "grading-runs", []),
    "run": ("director", "grading-runs", [FIRST_ROW]),
    "assessments": ("director", "grading-runs", [FIRST_ROW, "button[name=action_open_assessments]"]),
    "assessment": (
        "director", "grading-runs",
        [FIRST_ROW, "button[name=action_open_assessments]", ".o_data_row td[name=partner_id]"],
    ),
    "evidence": (
        "director", "grading-runs",
        [FIRST_ROW, "button[name=action_open_assessments]", ".o_data_row td[name=partner_id]",
         "button[name=action_open_evidence]", ".o_group_header"],
    ),
    "analysis": ("executive", "grading-analysis", []),
    "what_if": (
        "director", "action-key_account_mgmt.key_account_grading_simulation_action",
        ["button[name=action_simulate]"],
    ),
    "schemes": ("director", "action-key_account_mgmt.key_account_grading_scheme_action", []),
    "scheme": (
        "director", "action-key_account_mgmt.key_account_grading_scheme_action",
        [".o_data_row td[name=name]"],
    ),
    "grades": ("clerk", "action-key_account_mgmt.key_account_grade_history_action", []),
    "history": ("clerk", "action-key_account_mgmt.key_account_sales_history_action", []),
    "ledger": ("clerk", "action-key_account_mgmt.key_account_ledger_entry_action", []),
    "settings": ("admin", "action-key_account_mgmt.res_config_settings_action", []),
    "file": ("manager1", "key-accounts", [CARD, ".nav-link:has-text('客户档案')"]),
    "file_people": ("manager1", "key-accounts", [CARD, ".nav-link:has-text('客户关系人')"]),
    "file_masked": ("clerk", "key-accounts", [CARD, ".nav-link:has-text('信用')"]),
    "people": ("manager1", "key-account-people", []),
    "people_list": ("manager1", "key-account-people", [".o_switch_view.o_list"]),
    "person": ("manager1", "key-account-people", [".o_switch_view.o_list", ".o_data_row td[name=name]"]),
    "agreements": ("director", "key-account-agreements", []),
    "agreement": ("director", "key-account-agreements", [".o_data_row td[name=name]"]),
    "projects": ("director", "key-account-projects", []),
    "competitors": ("director", "key-account-competitors", []),
    "insights": ("director", "key-account-insights", []),
    "complaints": ("director", "key-account-complaints", []),
    "complaint": ("director", "key-account-complaints", [".o_kanban_group:has-text('处理中') " + CARD]),
    "complaints_list": ("director", "key-account-complaints", [".o_switch_view.o_list"]),
    "bulletin": ("manager1", "key-account-bulletin", []),
    "handovers": ("director", "key-account-handovers", []),
    "handover": (
        "director", "key-account-handovers", [".o_data_row:has-text('待接收人确认') td[name=user_id]"],
    ),
    "operations": (
        "manager1", "key-account-plans", [".o_data_row:has-text('季度'):has-text('已批准') td[name=period]"],
    ),
    "buying_centre": ("manager1", "key-account-people", [".o_switch_view.o_hierarchy"]),
    "ownership": ("director", "key-account-ownership", []),
    "ownership_change": ("director", "key-account-ownership", [".o_data_row td[name=account_id]"]),
    "access_log": ("director", "key-account-access-log", []),
    "viewers": (
        "director", "key-accounts",
        [CARD, ".nav-link:has-text('客户团队')", "button[name=action_open_viewers]"],
    ),
    "visits": ("manager1", "key-account-visits", []),
    "visit": (
        "manager1", "key-account-visits",
        [".o_switch_view.o_list", ".o_data_row:has-text('已核实') td[name=purpose]"],
    ),
    "visit_plans": ("leader1", "key-account-visit-plans", []),
    "visit_plan": ("leader1", "key-account-visit-plans", [".o_data_row td[name=name]"]),
    "months": ("leader1", "key-account-months", []),
    "spot_checks": ("inspector", "key-account-spot-checks", []),
    "meetings": ("leader1", "key-account-meetings", []),
    "satisfaction": ("manager1", "key-account-satisfaction", []),
    "satisfaction_answer": (
        "manager1", "key-account-satisfaction", [".o_kanban_group:has-text('已答复') " + CARD],
    ),
    "satisfaction_dimensions": ("director", "key-account-satisfaction-dimensions", []),
    "month": ("manager1", "key-account-months", [".o_kanban_group:has-text('已接收') " + CARD]),
    "spot_check": ("inspector", "key-account-spot-checks", [".o_data_row td[name=date]"]),
    "meeting": ("leader1", "key-account-meetings", [".o_switch_view.o_list", ".o_data_row td[name=name]"]),
    "resolutions": ("leader1", "key-account-resolutions", []),
    "service_record": ("director", "action-key_account_mgmt.key_account_service_record_action", []),
    "targets": ("director", "key-account-targets", []),
    "target": ("director", "key-account-targets", [".o_data_row td[name=name]"]),
    "work_reports": ("leader1", "key-account-reports", []),
    "work_report": (
        "manager1", "key-account-reports", [".o_switch_view.o_list", ".o_data_row td[name=period]"],
    ),
    "plans": ("manager1", "key-account-plans", []),
    "collections": ("manager1", "key-account-diary", []),
    "collection_months": ("clerk", "key-account-receivables", []),
    "expenses": ("leader1", "key-account-expenses", []),
    "appraisals": ("leader1", "key-account-appraisals", []),
    "appraisal": (
        "manager1", "key-account-appraisals", [".o_switch_view.o_list", ".o_data_row td[name=month]"],
    ),
    "ranking": ("leader1", "key-account-ranking", []),
    "rewards": ("leader1", "key-account-rewards", []),
    "key_figures": ("director", "action-key_account_mgmt.key_account_kpi_measurement_action", []),
    "settlements": ("clerk", "key-account-settlements", []),
    "settlement": (
        "clerk", "key-account-settlements",
        [".o_switch_view.o_list", ".o_data_row:has-text('已定案') td[name=team_id]"],
    ),
    "my_pay": ("manager1", "key-account-my-pay", []),
    "my_accounts": ("manager1", "key-accounts", []),
    "assistant_accounts": ("assistant1", "key-accounts", []),
}
OWN = [("manager_id.login", "=", "manager1"), ("state", "=", "active"), ("confidentiality", "=", "internal")]
# login, report, model, domain, how many records
PRINTS = {
    "print_application": (
        "leader1", "key_account_application", "key.account", [("state", "=", "applied")], 1,
    ),
    "print_summary": ("clerk", "key_account_summary", "key.account", [("state", "=", "active")], 80),
    "print_file": ("manager1", "key_account_file", "key.account", OWN, 1),
    "print_people": ("manager1", "key_account_people", "key.account", OWN, 1),
    "print_operations": (
        "manager1", "key_account_operations", "key.account.plan", [("kind", "=", "quarter")], 1,
    ),
    "print_handover": (
        "director", "key_account_handover", "key.account.handover",
        [("state", "=", "done"), ("kind", "=", "absence")], 1,
    ),
    "print_letter": (
        "director", "key_account_handover_letter", "key.account.handover",
        [("state", "=", "done"), ("kind", "=", "absence")], 1,
    ),
    "print_visit_plan": (
        "leader1", "key_account_visit_plan", "key.account.visit.plan", [("state", "=", "approved")], 1,
    ),
    "print_visit": ("manager1", "key_account_visit", "key.account.visit", [("state", "=", "verified")], 1),
    "print_return_visit": (
        "manager1", "key_account_return_visit", "key.account.monthly.submission",
        [("state", "=", "accepted")], 1,
    ),
    "print_minutes": ("leader1", "key_account_minutes", "key.account.meeting", [("state", "=", "closed")], 1),
    "print_complaint": (
        "director", "key_account_complaint", "key.account.complaint", [("state", "=", "closed")], 1,
    ),
    "print_satisfaction": (
        "manager1", "key_account_satisfaction", "key.account.satisfaction", [("state", "=", "answered")], 1,
    ),
    "print_target": ("director", "key_account_target", "key.account.target", [("parent_id", "=", False)], 1),
    "print_month_report": (
        "clerk", "key_account_month_report", "key.account.work.report", [("scope", "=", "department")], 1,
    ),
    "print_appraisal": (
        "manager1", "key_account_appraisal", "key.account.appraisal", [("state", "=", "published")], 1,
    ),
    "print_settlement": (
        "clerk", "key_account_settlement", "key.account.settlement", [("state", "=", "frozen")], 1,
    ),
    "print_pay_sheet": (
        "manager1", "key_account_pay_sheet", "key.account.settlement.line",
        [("user_id.login", "=", "manager1")], 1,
    ),
}
PRINT_WIDTH = 900


def log_in(browser, login):
    page = browser.new_page(
        viewport={"width": WIDTH, "height": 900 if WIDTH > 600 else 800}, locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page.goto(f"{URL}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_selector(".o_main_navbar")
    return page


def take(page, name, path, clicks):
    page.goto(f"{URL}/odoo/{path}")
    page.wait_for_selector(".o_view_controller, .o_form_view, .modal")
    for selector in clicks:
        page.locator(selector).first.click()
        page.wait_for_timeout(1500)
    page.wait_for_timeout(1500)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(name)


def find_ids(page, model, domain, limit):
    answer = page.request.post(f"{URL}/web/dataset/call_kw", data={
        "jsonrpc": "2.0", "method": "call", "params": {
            "model": model, "method": "search", "args": [domain], "kwargs": {"limit": limit, "order": "id"},
        },
    }).json()
    return answer["result"]


def take_print(page, name, report, model, domain, limit):
    """Save the first page of a PDF as a picture."""
    ids = ",".join(map(str, find_ids(page, model, domain, limit)))
    # the web client prints in the language of the user
    answer = page.request.get(
        f'{URL}/report/pdf/key_account_mgmt.report_{report}/{ids}?context={{"lang":"zh_CN"}}', timeout=120_000
    )
    if not answer.body().startswith(b"%PDF"):
        raise ValueError(f"no PDF: {answer.status}")
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "print.pdf"
        pdf.write_bytes(answer.body())
        subprocess.run(
            ["pdftoppm", "-png", "-singlefile", "-scale-to-x", str(PRINT_WIDTH), "-scale-to-y", "-1", pdf,
             FOLDER / name],
            check=True,
        )
    print(name)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[4:] or [*PICTURES, *PRINTS]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        pages = {}
        for name in wanted:
            login, *what = PICTURES.get(name) or PRINTS[name]
            if login not in pages:
                pages[login] = log_in(browser, login)
            try:
                (take if name in PICTURES else take_print)(pages[login], name, *what)
            except Exception as error:  # noqa: BLE001 - go on with the other pictures
                print(f"{name}: {error}".splitlines()[0], file=sys.stderr)
        browser.close()


if __name__ == "__main__":
    main()

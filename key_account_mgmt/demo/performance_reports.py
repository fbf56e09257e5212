"""Operating files, expenses, the receivables diary, and what people and departments have reported."""

import random
from datetime import timedelta

from ..calculations.reporting import get_period
from .service_month import MANAGERS, _get_accounts

ASSISTANTS = ("assistant1", "assistant2")
OPERATIONS = (
    (
        "订货与去年同期基本持平，主机配套稳定；两笔货款到期未付，已与财务主管约定付款日期。\n"
        "总经理、生产副总各拜访一次，新机型样机试用申请已获设备部同意。\n竞品在备件上降价一成，我方以交期应对。",
        "1. 完成新机型样机试用并取得测试报告（由技术支持驻厂）。\n"
        "2. 收回全部逾期货款，续签年度框架协议。\n3. 拜访总经理一次、采购经理两次，摸清明年预算。",
    ),
    (
        "本季度新增一条产线的液压站订单，毛利高于平均；交货准时率 97%。\n"
        "采购经理更换，新经理已拜访两次，关系待加强。",
        "1. 安排新任采购经理到厂参观。\n2. 推进备件库共建项目验收。\n3. 争取第二条产线的泵站份额。",
    ),
)
ACTIONS = (
    ("完成样机试用测试报告", 30, "done"), ("约定逾期货款付款日", 20, "done"),
    ("陪同采购经理参观工厂", 45, "dropped"), ("拜访总经理并确认明年预算", 60, "open"),
)
YEAR_PLAN = (
    "年度目标：订货额增长一成，回款率 100%，不丢失份额。\n"
    "重点：两条新产线的泵站配套、备件库共建、年度框架续签。"
)
EXPENSES = (
    # what for, category, amount, how far it has come, of how many days ago
    ("拜访客户高铁票", "travel", 486, "approved", 41),
    ("客户工厂参观接待用餐", "entertainment", 1280, "approved", 33),
    ("新机型样机运费", "sample", 7600, "reviewed", 12), ("节日慰问礼品", "gift", 2350, "submitted", 5),
    ("会议室茶歇", "promotion", 320, "rejected", 20), ("出租车费", "travel", 96, "draft", 1),
)
BUDGETS = (
    ("travel", 60_000), ("entertainment", 45_000), ("gift", 20_000), ("sample", 80_000),
    ("promotion", 50_000), ("other", 10_000),
)
# days before the last day of talk, days until the promise, part of what is open, outcome
TALKS = (
    ("call", "采购经理", "对账一致，本周安排付款申请。", None),
    ("call", "财务主管", "承诺分两笔付款，先付三成。", 0.3),
    ("visit", "财务主管", "现场核对发票与收货单，无异议。", None),
    ("mail", "财务主管", "再次承诺月底前付清余款。", 0.5),
    ("letter", "总经理", "寄出催款函并抄送采购部。", None),
    ("call", "采购经理", "客户改口，等发票更正后再付。", 0.2),
)
WORK = (
    "电话回访老客户十二家，重点跟进两家停线客户；录入新潜在客户三家。",
    "上午拜访设备部，样机运行平稳；下午整理报价并回访备件客户。",
    "陪同技术部处理投诉现场，已更换密封件；晚间补录拜访报告。",
    "完成框架协议条款核对，催收逾期款两笔。",
)
PROBLEMS = ("备件交期偏长，请计划部支持。", "竞品报价低一成，需价格支持。", "")
NEXT = ("明日继续回访，预约两家新客户。", "准备季度经营策划，约采购经理见面。", "跟进样机测试报告。")
COMMENTS = ("已阅，重点客户继续盯紧。", "回访记录详细，请补充竞品价格。")
MONTH_WORK = (
    "一、本月订单与回款按计划推进，两家客户新增产线配套。\n二、拜访与回访完成，抽查属实。\n"
    "三、投诉全部在时限内处理并回访客户。"
)
MONTH_PLAN = "一、完成下月拜访计划。\n二、逐户落实逾期款。\n三、组织一次样机技术交流会。"
DAY_STATES = ("read", "read", "read", "excused", "read", "submitted", "submitted", "draft")
MONTH_STATES = {5: "read", 4: "read", 3: "read", 2: "submitted", 1: "draft"}


def make(world):
    """Let the people plan, spend, ask for money and report as they would have done in the last months."""
    chance = random.Random(2025)  # noqa: S311 - the same day gives the same data; nothing secret comes from it
    for login in MANAGERS:
        accounts = _get_accounts(world, login)
        for account in accounts[:2]:
            _plan(world, login, account)
        for account in accounts[:4]:
            _talk(world, chance, login, account)
    _set_budgets(world)
    for login in (*MANAGERS, *ASSISTANTS):
        _spend(world, chance, login)
        _report(world, chance, login)
    for key in ("east", "south", "north"):
        _report_months(world, key)


def _decide(world, record, comment=None, decision="approved"):
    """Let the one whose turn it is decide."""
    deciders = record._get_pending_approvers()[1]
    decider = next(login for login, user in world.users.items() if user in deciders)
    asked = world.act(decider, record)
    if decision != "approved":
        asked._decline(decision, comment)
    elif comment:
        asked._comment(comment)
    else:
        asked.action_approve()


# === OPERATING FILES === #

def _plan(world, login, account):
    """Four quarters that are over, the one that runs, and the plan of the year."""
    day = world.today
    for ago in range(5):
        first, last = get_period("quarter", day)
        summary, plan = OPERATIONS[ago % len(OPERATIONS)]
        # the quarter that runs has just been begun
        written = max((world.today - last).days, 1)
        with world.at(written):
            mine = world.act(login, world.quiet_env["key.account.plan"]).create({
                "account_id": account.id, "date_from": first, "summary": ago and summary, "plan": plan,
                "line_ids": [
                    (0, 0, {
                        "name": name, "user_id": world.users[login].id,
                        "deadline": last + timedelta(days=days),
                    })
                    for name, days, _outcome in ACTIONS
                ],
            })
            if ago:
                mine.action_submit()
            if ago > 1:
                _decide(world, mine)
                _act(world, login, mine, ago)
        day = first - timedelta(days=1)
    with world.at(60):
        year = world.act(login, world.quiet_env["key.account.plan"]).create({
            "account_id": account.id, "kind": "year", "plan": YEAR_PLAN,
        })
        year.action_submit()
        _decide(world, year)


def _act(world, login, plan, ago):
    for line, (_name, _days, outcome) in zip(plan.line_ids.sorted("id"), ACTIONS):
        mine = world.act(login, line)
        if outcome == "done":
            mine.write({"state": "done", "result": "已完成，见拜访报告。"})
        elif outcome == "dropped":
            mine.action_drop()
        elif ago > 2:
            mine.write({"state": "done", "result": "已拜访，预算已确认。"})


# === RECEIVABLES DIARY === #

def _talk(world, chance, login, account):
    """Talk about the last invoices; promises whose day is over are settled by the payments."""
    invoices = world.env["account.move"].search([
        ("key_account_id", "=", account.id), ("state", "=", "posted"), ("move_type", "=", "out_invoice"),
        ("amount_total", ">", 0), ("invoice_date", "<=", world.day(3)),
    ], order="invoice_date desc, id", limit=3)
    entries = world.quiet_env["key.account.collection.entry"]
    for number, (method, contact, note, part) in enumerate(TALKS if invoices else ()):
        invoice = invoices[number % len(invoices)]
        day = min(invoice.invoice_date + timedelta(days=4 + 7 * number), world.today)
        promise = {
            "promised_date": day + timedelta(days=10),
            "promised_amount": round(invoice.amount_total * part, 2),
        } if part else {}
        with world.at((world.today - day).days):
            entry = world.act(login, entries).create({
                "account_id": account.id, "move_id": invoice.id, "date": day, "method": method,
                "contact_name": contact, "note": note, **promise,
            })
        if part == 0.2 and chance.random() < 0.5:
            world.act(login, entry)._withdraw("发票已作废重开，按新发票约定。")
        elif part and promise["promised_date"] < world.today:
            world.quiet_env["key.account.collection.entry"].browse(entry.id)._settle()


# === EXPENSES === #

def _set_budgets(world):
    for key in ("east", "south", "north"):
        world.act("director", world.quiet_env["key.account.expense.budget"]).create([
            {
                "team_id": world.teams[key].id, "company_id": world.company.id, "year": year,
                "amount": amount,
                "category_id": world.env.ref(f"key_account_mgmt.expense_category_{category}").id,
            }
            for year in {world.today.year, world.day(60).year} for category, amount in BUDGETS
        ])


def _spend(world, chance, login):
    accounts = [account for manager in MANAGERS for account in _get_accounts(world, manager)]
    mine = [account for account in accounts if world.users[login] in account.allowed_user_ids]
    for name, category, amount, state, ago in EXPENSES:
        account = chance.choice([*mine[:3], False]) if mine else False
        with world.at(ago):
            expense = world.act(login, world.quiet_env["key.account.expense"]).create({
                "name": name, "amount": amount + chance.randrange(40), "date": world.day(ago),
                "company_id": world.company.id, "account_id": account and account.id,
                "category_id": world.env.ref(f"key_account_mgmt.expense_category_{category}").id,
            })
            if state != "draft":
                expense.action_submit()
            if state == "rejected":
                _decide(world, expense, "与业务无关，请自理。", "rejected")
            elif state in ("reviewed", "approved"):
                _decide(world, expense)


# === WORK REPORTS === #

def _report(world, chance, login):
    """Some days, two weeks and a month; the last ones are still to be read or written."""
    days = [
        day for ago in range(len(DAY_STATES) * 2, 0, -1) if (day := world.day(ago)).weekday() < 5
    ][-len(DAY_STATES):]
    for day, state in zip(days, DAY_STATES):
        _write(world, chance, login, "day", day, state)
    for weeks, state in ((3, "read"), (2, "read"), (1, "submitted")):
        _write(world, chance, login, "week", world.today - timedelta(days=7 * weeks), state)
    _write(world, chance, login, "month", world.today.replace(day=1) - timedelta(days=1), "read")


def _write(world, chance, login, kind, day, state):
    last = get_period(kind, day)[1]
    with world.at(max((world.today - last).days, 0)):
        report = world.act(login, world.quiet_env["key.account.work.report"]).create({
            "kind": kind, "date_from": day, "company_id": world.company.id,
            "work_done": False if state in ("draft", "excused") else chance.choice(WORK),
            "problems": chance.choice(PROBLEMS), "plan": chance.choice(NEXT),
        })
        _bring_to(world, report, state, chance.choice((*COMMENTS, None)))


def _bring_to(world, report, state, comment=None):
    if state == "excused":
        leader = report.team_id.user_id.login
        world.act(leader, report)._excuse("外出参加行业展会，无需日报。")
    if state in ("submitted", "read"):
        report.action_submit()
        # in time, as it would have been then
        report.sudo().is_late = False
    if state == "read":
        _decide(world, report, comment)


def _report_months(world, key):
    """Five months of a department, drafted by the system and completed by the clerk."""
    team, first = world.teams[key], world.today.replace(day=1)
    for ago in range(1, 7):
        first = (first - timedelta(days=1)).replace(day=1)
        state = MONTH_STATES.get(ago, "excused")
        with world.at(max((world.today - get_period("month", first)[1]).days - 2, 0)):
            report = world.quiet_env["key.account.work.report"]._draft_month(team, world.company, first)
            mine = world.act("clerk", report)
            if state in ("submitted", "read"):
                mine.write({"work_done": MONTH_WORK, "problems": PROBLEMS[0], "plan": MONTH_PLAN})
            _bring_to(world, mine, state, COMMENTS[0])

"""The year's targets from the company down to the account, what became of them, and how they changed."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from .accounts import LEADERS
from .service_visits import _decide

YEAR = 86_000_000
CHALLENGE = 92_000_000
BASIS = "依据上年实际完成、重点客户扩产计划与年度经营会议决议。"
COLLECTION_BASIS = "按在手应收账款到期日与客户付款习惯测算。"
# of each leader's departments: state in the end, factor, reason
CHANGES = (
    ("approved", "1.1", "客户新机型提前量产，本月追加采购。"),
    ("rejected", "0.7", "两家客户停产检修，申请下调。"),
    ("submitted", "1.05", "年度框架协议签订，交货计划前移。"),
    ("draft", "0.95", "个别项目延期至下月交付。"),
)
NO = "停产检修已在年度目标中考虑，不予下调。"


def make(world):
    """Set targets, decide on them, close the months that are over, and change some."""
    month = world.today.replace(day=1)
    with world.at(200):
        _set_year(world, month)
    with world.at(40):
        _set_collection(world, month)
        _set_counts(world, month)
    with world.at(3):
        for team, login in LEADERS.items():
            _propose(world, team, login, month)
        _draft_next_year(world, month)
    _close(world)
    _change(world, month)


def _new(world, login, level, period_type, day, amount, **values):
    return world.act(login, world.quiet_env["key.account.target"]).create({
        "level": level, "period_type": period_type, "period_date": day, "amount": amount, **values,
    })


def _divide(world, login, target, into, method="even"):
    """Divide a target as its leader does, evenly where last year gives nothing to go by."""
    windows = world.act(login, world.quiet_env["key.account.target.split"])
    window = windows.create({"target_id": target.id, "into": into, "method": method})
    if method != "even" and window.warning:
        window = windows.create({"target_id": target.id, "into": into, "method": "even"})
    if method != "even" and any(window.line_ids.mapped("weight")):
        # who had nothing last year gets nothing to reach
        window.line_ids.filtered(lambda line: not line.weight).unlink()
    if not window.warning:
        window.action_confirm()
    return target.child_ids


def _decide_all(world, target):
    target.action_submit()
    while target.state == "submitted":
        _decide(world, target)


def _set_year(world, month):
    """The company's sales: quarters and months by last year's season, these months down to the people."""
    year = _new(
        world, "director", "company", "year", month, YEAR, challenge_amount=CHALLENGE, note=BASIS
    )
    for quarter in _divide(world, "director", year, "quarter", "last_year"):
        _divide(world, "director", quarter, "month", "last_year")
    first = month - relativedelta(months=3)
    for target in year.child_ids.child_ids:
        if first <= target.date_from <= month:
            for team in _divide(world, "director", target, "team", "last_year"):
                for person in _divide(world, "director", team, "person", "last_year"):
                    if person.date_from == month:
                        _divide(world, "director", person, "account", "last_year")
    _decide_all(world, year)


def _set_collection(world, month):
    for team, login in LEADERS.items():
        target = _new(
            world, login, "team", "month", month, 1_800_000, kind="collection",
            team_id=world.teams[team].id, challenge_amount=2_000_000, note=COLLECTION_BASIS,
        )
        _divide(world, login, target, "person")
        _decide_all(world, target)


def _set_counts(world, month):
    """New customers by the quarter, visits by the month."""
    for team, login in LEADERS.items():
        customers = _new(
            world, login, "team", "quarter", month, 6, kind="new_customers", team_id=world.teams[team].id,
            challenge_amount=9,
        )
        _divide(world, login, customers, "person")
        visits = _new(
            world, login, "team", "month", month, 24, kind="visits", team_id=world.teams[team].id,
            challenge_amount=30,
        )
        _divide(world, login, visits, "person", "last_year")
        for target in (customers, visits):
            _decide_all(world, target)


def _propose(world, team, login, month):
    """Next month's collection waits for the director, the one after is still a draft."""
    for months, is_submitted in ((1, True), (2, False)):
        target = _new(
            world, login, "team", "month", month + relativedelta(months=months), 1_900_000,
            kind="collection", team_id=world.teams[team].id, note=COLLECTION_BASIS,
        )
        _divide(world, login, target, "person")
        if is_submitted:
            target.action_submit()


def _draft_next_year(world, month):
    year = _new(
        world, "director", "company", "year", month + relativedelta(years=1), round(YEAR * 1.12), note=BASIS
    )
    _divide(world, "director", year, "quarter")


def _close(world):
    """Let the months that are over look as the scheduled action left them."""
    over = world.quiet_env["key.account.target"].search([
        ("state", "=", "approved"), ("date_to", "<", world.today),
    ])
    over._close()
    for target in over:
        target.closed_on = target.date_to + timedelta(days=1)


def _change(world, month):
    """Each leader proposes changes of a target of this month; one is decided on each way."""
    for team, login in LEADERS.items():
        # of the sales, where the department had some last year
        target = world.quiet_env["key.account.target"].search([
            ("level", "=", "team"), ("period_type", "=", "month"), ("date_from", "=", month),
            ("team_id", "=", world.teams[team].id), ("state", "=", "approved"),
        ]).sorted(lambda target: target.kind != "sales")[0]
        for state, factor, reason in CHANGES:
            with world.at(6):
                _propose_change(world, login, target, state, float(factor), reason)


def _propose_change(world, login, target, state, factor, reason):
    change = world.act(login, world.quiet_env["key.account.target.change"]).create({
        "target_id": target.id, "amount": round(target.amount * factor, 2),
        "challenge_amount": round(target.challenge_amount * factor, 2), "reason": reason,
    })
    if state == "draft":
        return
    change.action_submit()
    if state == "approved":
        while change.state == "submitted":
            _decide(world, change)
    elif state == "rejected":
        world.act("director", change)._decline("rejected", NO)

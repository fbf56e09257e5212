"""Visit plans of the departments, and visits on their way from the draft to the verified report."""

import random
from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from .accounts import LEADERS

# in this order the people of the demonstration are asked for a decision
DECIDERS = ("leader1", "leader2", "director", "executive", "executive2")
TARGET = "本年度 A 级客户每两周、B 级客户每月、C 级客户每两月至少拜访一次，重点跟进新机型配套。"
REPORTS = (
    (
        "met", "与采购部、设备部座谈，回顾近三个月供货与质量情况，客户总体满意。",
        "四季度油缸需求增加约一成", "下周五前提交年度框架报价", "个别批次包装破损",
    ),
    (
        "exceeded", "参观总装线并与生产副总会谈，对方主动介绍明年新机型计划。",
        "新机型三款，需配套变量泵", "双方成立联合技术小组，每月例会", False,
    ),
    (
        "partly", "仅见到采购经理，设备部负责人临时出差，技术方案未能当面确认。",
        "希望延长质保期", "两周内补约设备部部长", "对交期仍有顾虑",
    ),
    ("not_met", "客户当日停产检修，会谈时间不足半小时。", False, "另约时间", "对方认为价格偏高"),
)
STEPS = ("提交年度框架报价", "寄送样机技术资料", "补约设备部部长会谈", "跟进质量问题整改报告")
CLOSED = {
    "cancelled": ("cancel", "客户来电：当日集团检查，改期另约"),
    "missed": ("miss", "到访时对方负责人外出，未能会面"),
}
CHECKLIST = ("is_object_prepared", "is_need_prepared", "is_course_prepared", "is_material_prepared")


def make(world):
    """Plan some months of each department, and hold what lies behind."""
    chance = random.Random(2021)  # noqa: S311 - the same day gives the same data; nothing secret comes from it
    for team in LEADERS:
        _plan_months(world, chance, team)


def show_states(world):
    """Show each way that a visit goes; a pause of the co-operation would take away what is planned."""
    chance = random.Random(2023)  # noqa: S311 - as above
    with world.at(1):
        for login in ("manager1", "manager2", "manager3", "manager4"):
            _show_states(world, chance, login)


# === PLANS === #

def _plan_months(world, chance, team):
    """Last month and this one are approved, the next wait for their decisions, a later one is a draft."""
    first = world.today.replace(day=1)
    with world.at(45):
        past = _draft(world, team, first - relativedelta(months=1), from_the_first=True)
        _approve(world, past, steps=2)
    with world.at(20):
        running = _draft(world, team, first, from_the_first=True)
        _approve(world, running, steps=2)
    with world.at(12):
        _hold(world, chance, past)
    with world.at(3):
        _hold(world, chance, running, until=world.day(4))
    with world.at(2):
        _approve(world, _draft(world, team, first + relativedelta(months=1)), steps=1)
        _approve(world, _draft(world, team, first + relativedelta(months=2)), steps=0)
        draft = _draft(world, team, first + relativedelta(months=3))
        # some accounts get less than they were promised, and the plan says so
        visits = draft.visit_ids.sorted("id")
        visits[: len(visits) // 6].unlink()
        cancelled = _draft(world, team, first + relativedelta(months=4))
        cancelled._cancel("与年度计划合并，单月计划取消")


def _draft(world, team, month, from_the_first=False):
    plan = world.act(LEADERS[team], world.quiet_env["key.account.visit.plan"]).create({
        "team_id": world.teams[team].id,
        "period": "month",
        "period_date": month,
        "target": TARGET,
    })
    if from_the_first:
        plan._draft_visits(plan.date_from)
    else:
        plan.action_generate()
    return plan


def _approve(world, plan, steps):
    plan.action_submit()
    for _step in range(steps):
        _decide(world, plan)


def _decide(world, record):
    """Let the first of those who may decide approve."""
    # sudo: the demonstration knows everybody
    users = record.sudo()._get_pending_approvers()[1]
    login = next(login for login in DECIDERS if login in users.mapped("login"))
    world.act(login, record).action_approve()


# === VISITS === #

def _hold(world, chance, plan, until=None):
    """Hold and report the plan's visits up to a day; most are verified, the last ones not yet."""
    visits = plan.visit_ids.filtered(
        lambda visit: visit.state == "planned" and visit.date <= (until or plan.date_to)
    ).sorted("start")
    for index, planned in enumerate(visits):
        visit = world.act(planned.user_id.login, planned)
        if index % 11 == 7:
            _close(world, visit, "cancelled" if index % 2 else "missed")
            continue
        if index % 3 == 0:
            _check_in(visit, index)
        visit.action_hold()
        if len(visits) - index > 2:
            _report(world, chance, visit)
        if len(visits) - index > 5:
            _decide(world, visit)


def _check_in(visit, index):
    """Note when the visitor was there, at each second one where; the visit's day lies behind."""
    values = {
        "check_in_on": visit.start - timedelta(minutes=index % 10), "check_in_user_id": visit.user_id.id,
    }
    if index % 2:
        values.update(is_position_given=True, check_in_position={
            "latitude": 31.2304 + index / 500, "longitude": 121.4737 + index / 400, "accuracy": 20,
        })
    visit.sudo().write(values)


def _report(world, chance, visit):
    outcome, report, needs, agreements, problems = chance.choice(REPORTS[:2] + REPORTS)
    visit.write({
        "outcome": outcome, "report": report, "report_needs": needs, "report_agreements": agreements,
        "report_problems": problems,
    })
    visit.action_report()
    if agreements and chance.random() < 0.4:
        visit.activity_schedule(
            "key_account_mgmt.mail_activity_type_visit_next_step",
            summary=chance.choice(STEPS),
            user_id=visit.user_id.id,
            date_deadline=world.today + timedelta(days=chance.randrange(2, 20)),
        )


def _close(world, visit, state):
    act, reason = CLOSED[state]
    getattr(visit, visit._reason_actions[act])(reason)


def _show_states(world, chance, login):
    """Let an account on which the assistant works as well have a visit in each state."""
    account = next(
        customer.account for customer in world.customers
        if customer.owner == login and customer.account and customer.account.state == "active"
        and customer.account.confidentiality != "secret"
        and any(member.startswith("assistant") for member, _role in customer.members)
    )

    def enter(days, hour, kind, purpose, **values):
        return world.act(login, world.quiet_env["key.account.visit"]).create({
            "account_id": account.id, "visit_type": kind, "purpose": purpose,
            "start": _at_hour(world, days, hour), **values,
        })

    enter(9, 10, "call", "电话回访：确认四季度交期")
    enter(2, 14, "online", "线上会议：新机型液压方案评审").action_plan()
    prepared = enter(1, 9, "reception", "接待客户设备部来厂考察")
    prepared.action_plan()
    prepared.write(dict.fromkeys(CHECKLIST, True) | {"preparation": "样机两台、检测报告、参观路线已确认"})
    prepared.action_prepare()
    enter(-1, 10, "call", "电话回访：跟进报价").action_hold()
    urgent = enter(-2, 15, "outbound", "现场泄漏故障，紧急登门处理", is_urgent=True)
    urgent.action_hold()
    _report(world, chance, urgent)
    late = enter(-6, 9, "outbound", "客户停线，紧急支援", is_urgent=True)
    late.action_hold()
    late.sudo().ratification_deadline = world.day(3)
    settled = enter(-9, 9, "outbound", "竞品送样，紧急会谈", is_urgent=True)
    settled.action_hold()
    world.act(account.team_id.user_id.login, settled).action_ratify()
    _report(world, chance, settled)
    _decide(world, settled)
    for days, state in ((-3, "missed"), (4, "cancelled")):
        visit = enter(days, 11, "reception", "接待客户采购部来访")
        visit.action_plan()
        _close(world, visit, state)


def _at_hour(world, days, hour):
    """Return a moment of a working day so many days from today, as it is stored."""
    day = world.today + timedelta(days=days)
    while day.weekday() > 4:
        day += timedelta(days=1 if days > 0 else -1)
    zone = world.company._get_key_account_timezone()
    local = zone.localize(datetime.combine(day, time(hour)))
    return local.astimezone(pytz.utc).replace(tzinfo=None)

"""The months that closed on the 25th, the departments' meetings, and the spot checks of visit reports."""

import random
from datetime import datetime, time, timedelta

from ..calculations.closing import get_closing_period
from .accounts import LEADERS

MANAGERS = ("manager1", "manager2", "manager3", "manager4")
FEEDBACK = (
    "客户对交期与售后响应总体满意，希望缩短备件供货周期。",
    "设备部反映样机运行平稳，采购部询问年度框架价格。",
    "客户近期产量上升，油缸需求预计增加一成。", "对上月包装破损的处理结果表示认可。",
)
PROBLEMS = ("个别批次标识不清，已通知质检部。", "发票寄送滞后三天。", "暂无。")
STEPS = ("下周寄送样本并预约技术交流。", "两周内提交备件寄售方案。", "与物流部协调增加备货。")
SENT_BACK = "回访内容过于笼统，请补充客户原话与联系人意见。"
# months ago → how the submissions of an account with an assistant, then of the manager's others, stand
COURSES = {
    4: ("accepted",),
    3: ("waived",),
    2: ("returned", "accepted", "late", "accepted"),
    1: ("submitted", "accepted", "owed", "late", "accepted", "returned", "accepted", "owed"),
}
AGENDA = "<ul><li>上月目标完成与回款情况</li><li>重点客户拜访与投诉跟踪</li><li>下月拜访计划与分工</li></ul>"
MINUTES = (
    "<p>一、上月订单完成率 96%，回款率 91%，逾期款项由各客户经理逐户跟进。</p>"
    "<p>二、通报本月抽查结果，要求拜访报告如实填写客户原话。</p>"
    "<p>三、下月安排两次高层拜访，由主管带队。</p>",
    "<p>一、三家客户交期投诉已全部关闭，质检部补充出厂检验项。</p>"
    "<p>二、新机型配套进入样机阶段，技术部指定专人对接。</p>",
)
# what the meetings of so many months ago resolved: what, days until the deadline, outcome
RESOLUTIONS = {
    4: (("完成逾期客户对账", 10, "done"), ("编制竞品对比表", 20, "dropped")),
    3: (("更新重点客户档案", 14, "done"), ("落实备件安全库存", 20, "done")),
    2: (("提交年度框架报价", 25, "open"), ("组织样机技术交流会", 20, "done")),
    1: (("走访停线客户并提交报告", 60, "open"), ("核对下月拜访计划", 75, "open")),
}
# So many days after its deadline a late month came in.
LATE_DAYS = 2
RESULTS = ("已完成，结果已抄送主管。", "已按要求落实，见附件。")
VERDICTS = (
    ("phone", "true", "客户确认拜访属实。"), ("phone", "true", "电话核实，内容一致。"),
    ("on_site", "inaccurate", "会谈时间与报告不符，参会人员少一人。"), ("phone", "true", "属实。"),
    ("on_site", "true", "现场核实，客户满意。"),
    ("phone", "fabricated", "对方表示当日无人来访，报告内容不实。"),
)
# of each week of the last month: size, how many have a verdict, whether it is closed
SAMPLES = ((5, 5, True), (5, 5, True), (4, 4, False), (5, 2, False))


def make(world):
    """Let four months close, the departments meet, and the inspector look into the visit reports."""
    chance = random.Random(2022)  # noqa: S311 - the same day gives the same data; nothing secret comes from it
    periods = _get_periods(world, 5)
    for team in LEADERS:
        _meet(world, chance, team, periods)
    _meet_about_accounts(world)
    for login in MANAGERS:
        _close_months(world, chance, login, periods)
    _check_visits(world, chance)


def _get_periods(world, count):
    """Return the period of this month and of those before it, the latest first."""
    periods, day = [], world.today
    for _month in range(count):
        periods.append(get_closing_period(day, world.company.key_account_closing_day))
        day = periods[-1][1] - timedelta(days=1)
    return periods


def _get_working_day(day):
    """Return a day, or the Friday before where it is a weekend."""
    return day - timedelta(days=max(day.weekday() - 4, 0))


def _get_days_ago(world, day):
    return (world.today - day).days


# === MEETINGS === #

def _meet(world, chance, team, periods):
    """The department's regular meetings: two closed, two with open resolutions, one planned, one off."""
    for ago in (4, 3, 2, 1):
        month, _first, deadline = periods[ago]
        day = _get_working_day(deadline - timedelta(days=chance.randrange(6, 12)))
        with world.at(_get_days_ago(world, day)):
            meeting = _plan(world, team, f"{month} 部门例会", day)
            meeting.action_hold()
            meeting.minutes = MINUTES[ago % len(MINUTES)]
            _resolve(world, chance, meeting, RESOLUTIONS[ago], day)
        if ago > 2:
            with world.at(_get_days_ago(world, deadline)):
                meeting.action_close()
    with world.at(2):
        _plan(world, team, f"{periods[0][0]} 部门例会", _get_working_day(world.today + timedelta(days=8)))
        off = _plan(
            world, team, "竞品动态专题会", _get_working_day(world.today + timedelta(days=4)), kind="topical"
        )
        off._cancel("技术部同事出差，并入月度例会。")


def _plan(world, team, name, day, login=None, **values):
    start = datetime.combine(day, time(6))
    return world.act(login or LEADERS[team], world.quiet_env["key.account.meeting"]).create({
        "name": name, "team_id": team and world.teams[team].id, "start": start,
        "stop": start + timedelta(hours=2),
        "place": "三楼会议室", "note_taker_id": world.users["clerk"].id, "agenda": AGENDA, **values,
    })


def _resolve(world, chance, meeting, resolutions, day):
    owners = (meeting.attendee_ids - meeting.user_id).sorted("id")
    for number, (name, days, outcome) in enumerate(resolutions):
        resolution = meeting.resolution_ids.create({
            "meeting_id": meeting.id, "name": name, "user_id": owners[number % len(owners)].id,
            "deadline": day + timedelta(days=days),
        })
        if outcome == "done":
            world.act(resolution.user_id.login, resolution).write({
                "state": "done", "result": chance.choice(RESULTS),
            })
        elif outcome == "dropped":
            resolution._drop("市场部已有同类资料，不再重复编制。")


def _meet_about_accounts(world):
    """Each manager speaks with his account's people about the customer."""
    for number, login in enumerate(MANAGERS):
        account = _get_accounts(world, login)[0]
        day = _get_working_day(world.day(20 + number))
        with world.at(_get_days_ago(world, day)):
            meeting = _plan(
                world, None, "新机型配套专题会", day, login=login, kind="topical", account_id=account.id,
                team_id=account.team_id.id,
                guest_ids=[(6, 0, account.stakeholder_ids[:2].ids)], note_taker_id=False,
            )
            meeting.action_hold()
            meeting.minutes = MINUTES[1]


# === MONTHS === #

def _get_accounts(world, login):
    """Return a manager's active accounts, first one on which his assistant works as well."""
    customers = [
        customer for customer in world.customers
        if customer.owner == login and customer.account and customer.account.state == "active"
    ]
    customers.sort(key=lambda customer: customer.confidentiality == "secret" or not any(
        member.startswith("assistant") for member, _role in customer.members
    ))
    return [customer.account for customer in customers]


def _close_months(world, chance, login, periods):
    submissions = world.quiet_env["key.account.monthly.submission"]
    accounts = _get_accounts(world, login)
    for ago, courses in COURSES.items():
        month, first, deadline = periods[ago]
        for account, course in zip(accounts, courses):
            with world.at(_get_days_ago(world, first)):
                submission = submissions._open(account, month, first, deadline)
            _follow(world, chance, login, submission, course)
    for account in accounts:
        with world.at(_get_days_ago(world, periods[0][1])):
            submissions._open(account, *periods[0])
    owed = submissions.search([("user_id", "=", world.users[login].id)])
    for submission in owed.filtered(lambda one: one.state in ("open", "returned") and one._is_due()):
        with world.at(max(_get_days_ago(world, submission.due_date) - 1, 1)):
            submission._follow_deadline()


def _follow(world, chance, login, submission, course):
    """Let a submission go its way: handed in on time or late, accepted or sent back, or still owed."""
    ago = _get_days_ago(world, submission.deadline)
    is_late = course == "late" or (course == "submitted" and ago > LATE_DAYS)
    if course == "waived":
        _pause(world, submission, ago)
    # nothing that closed yesterday has come in late yet
    if course in ("waived", "owed") or (is_late and ago <= LATE_DAYS):
        return
    handed_in = ago - LATE_DAYS if is_late else ago + chance.randrange(1, 6)
    with world.at(max(handed_in, 1)):
        mine = world.act(login, submission)
        mine.write({
            "feedback": chance.choice(FEEDBACK), "problems": chance.choice(PROBLEMS),
            "next_steps": chance.choice(STEPS),
            "visit_missing_reason": False if mine.has_return_visit else "本月客户设备大修，改为下月回访。",
            "minutes_missing_reason": False if mine.has_minutes else "本月例会顺延至下月初。",
        })
        mine.action_submit()
        # by its deadline, as it would have been then
        submission.is_late = is_late
    if course == "submitted":
        return
    with world.at(max(handed_in - 1, 0)):
        deciders = submission._get_pending_approvers()[1]
        decider = next(login for login, user in world.users.items() if user in deciders)
        if course == "returned":
            world.act(decider, submission)._decline("returned", SENT_BACK)
            # from the day on which it was sent back, where that was after the deadline
            day, days = world.day(max(handed_in - 1, 0)), world.company.key_account_redo_days
            is_over = day > submission.deadline
            submission.redo_deadline = is_over and day + timedelta(days=days)
        else:
            world.act(decider, submission).action_approve()


def _pause(world, submission, ago):
    """Let the co-operation pause over the end of a month: what was owed falls away."""
    # it is to stand in the account's history
    account = world.env["key.account"].browse(submission.account_id.id)
    leader = next(login for login, user in world.users.items() if user == account.team_id.user_id)
    if account.confidentiality == "secret":
        leader = "director"
    with world.at(ago + 9):
        world.act(leader, account).action_suspend()
        submission.is_late = False
    with world.at(ago - 5):
        world.act(leader, account).action_resume()


# === SPOT CHECKS === #

def _check_visits(world, chance):
    """Each week of the last month a sample; the last ones are still under way."""
    first = (world.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    for week, (size, checked, is_closed) in enumerate(SAMPLES):
        date_from = first + timedelta(days=week * 7)
        with world.at(6 - week):
            check = _draft_check(world, "inspector", date_from, date_from + timedelta(days=6), size)
            if check._find_population():
                check._draw_sample(chance.randrange(10**6))
                _judge(world, check.line_ids[:checked], week)
                if is_closed:
                    check.action_close()
    _draft_check(world, "inspector", world.day(14), world.today, 8)
    secret = _draft_check(world, "director", first, world.today, 3, scope="secret")
    if secret._find_population():
        secret._draw_sample(chance.randrange(10**6))
        _judge(world, secret.line_ids[:1], 0)


def _draft_check(world, login, date_from, date_to, size, **values):
    return world.act(login, world.quiet_env["key.account.spot.check"]).create({
        "date_from": date_from, "date_to": date_to, "size": size, **values,
    })


def _judge(world, lines, turn):
    for number, line in enumerate(lines):
        method, verdict, comment = VERDICTS[(number + turn) % len(VERDICTS)]
        line.write({"method": method, "verdict": verdict, "comment": comment})

"""Half a year of appraisals: five published months, the last one under way; rewards, and values by hand."""

import random

from dateutil.relativedelta import relativedelta

from .accounts import LEADERS
from .service_visits import DECIDERS

# by the key of a template: its departments
DEPARTMENTS = {
    "template_sales": ("east",), "template_account_manager": ("south", "north"), "template_clerk": ("east",),
}
LEADER_ITEMS = (
    ("团队业绩", "部门销售目标完成率", 50, "部门当月销售额与已批准目标之比，按比例计分，不超过满分。"),
    ("团队管理", "例会与督办", 15, "例会按期召开，决议按期落实。"),
    ("团队管理", "下属培养", 15, "带教、陪访与绩效面谈。"),
    ("客户关系", "高层拜访", 20, "对战略客户决策人的拜访与反馈。"),
)
PROBATION_ITEMS = (("学习", "产品与流程", 50), ("学习", "陪访与记录", 50))
# what share of the points each gets in the published months, the oldest first
SHARES = {
    "manager1": (0.93, 0.95, 0.9, 0.92, 0.94), "manager2": (0.84, 0.82, 0.86, 0.85, 0.83),
    "assistant1": (0.86, 0.8, 0.72, 0.7, 0.68), "manager3": (0.9, 0.88, 0.91, 0.9, 0.92),
    "assistant2": (0.8, 0.83, 0.92, 0.84, 0.82), "manager4": (0.88, 0.87, 0.9, 0.86, 0.89),
    "clerk": (0.9, 0.92, 0.91, 0.93, 0.9), "leader1": (0.9, 0.91, 0.92, 0.9, 0.93),
    "leader2": (0.86, 0.88, 0.85, 0.87, 0.9),
}
# how far the last month has come, by person and department
LAST_MONTH = {
    ("manager1", "east"): "scored", ("manager2", "east"): "self_assessed", ("assistant1", "east"): "draft",
    ("clerk", "east"): "approved", ("leader1", "east"): "self_assessed", ("manager3", "south"): "approved",
    ("assistant2", "south"): "scored", ("leader2", "south"): "draft", ("manager4", "north"): "self_assessed",
    ("leader2", "north"): "cancelled",
}
STATES = ("draft", "self_assessed", "scored", "approved", "published")
SUMMARIES = (
    "本月完成重点客户回访，两个项目进入报价阶段。", "新增订单按计划交付，催收一笔逾期款。",
    "协助客户完成样机测试，整理客户档案三份。", "处理投诉一起，客户已确认满意。",
)
OWN_COMMENTS = ("按计划完成。", "有一项延后到下月。", "超出预期。")
TALKS = (
    "已面谈：肯定客户关系维护，下月重点跟进备件合同。", "已面谈：报告及时性需提高，约定每周五前提交。",
    "已面谈：目标分解清楚，下月增加高层拜访。",
)
COMMENTS = ("表现稳定。", "主动性强。", "需加强。", "符合要求。")
OBJECTION = "两次跨区支援拜访未计入，请复核。"
ANSWER = "经核对拜访记录，两次支援属实，相应加分。"
REJECTION = "经核对，该项已按实际记录计分，维持原分。"
# of each leader's people: who, kind, facts, rule, amount, state in the end
REWARDS = {
    "leader1": (
        ("manager1", "praise", "两周内挽回一家已停采的战略客户。", "突出贡献奖", 2000, "approved"),
        ("manager2", "praise", "连续三个月回访表零退回。", "月度之星", 500, "reviewed"),
        ("assistant1", "criticism", "两次未按期提交工作日志。", "日志管理规定", 0, "submitted"),
        ("assistant1", "penalty", "客户资料外发未经审批。", "保密制度第八条", 200, "approved"),
        ("manager2", "criticism", "例会无故缺席一次。", "例会制度", 0, "rejected"),
        ("manager1", "praise", "组织华东片区技术交流会，反响良好。", "突出贡献奖", 800, "draft"),
    ),
    "leader2": (
        ("manager3", "praise", "年度框架协议续签率百分之百。", "突出贡献奖", 1500, "approved"),
        ("assistant2", "praise", "整理客户关系人档案，完整度提升明显。", "月度之星", 300, "approved"),
        ("manager4", "criticism", "拜访报告延期五天以上。", "拜访管理办法", 0, "reviewed"),
        ("manager4", "penalty", "报价未经审批先行发出。", "报价审批流程", 300, "submitted"),
        ("assistant2", "dismissal", "旷工三天，经提醒无改进。", "员工手册第十二条", 0, "rejected"),
        ("manager3", "praise", "协助解决跨部门交付难题。", "月度之星", 500, "draft"),
    ),
}


def make(world):
    """Say who is appraised by what, let half a year pass, and reward or blame some."""
    chance = random.Random(2023)  # noqa: S311 - the same day gives the same data; nothing secret comes from it
    _assign(world)
    month = world.today.replace(day=1)
    _enter_values(world, chance, month)
    for ago in range(6, 1, -1):
        _appraise(world, chance, month - relativedelta(months=ago), 6 - ago)
    with world.at(min(2, world.today.day - 1)):
        _appraise_last(world, chance, month - relativedelta(months=1))
    _reward(world)


# === TEMPLATES === #

def _assign(world):
    """Name the departments of the shipped templates, and make two of the company's own."""
    for name, teams in DEPARTMENTS.items():
        template = world.env.ref(f"key_account_mgmt.{name}")
        world.act("director", template).team_ids = [(6, 0, [world.teams[team].id for team in teams])]
    attainment = world.env.ref("key_account_mgmt.kpi_sales_attainment")
    templates = world.act("director", world.quiet_env["key.account.appraisal.template"])
    templates.create({
        "name": "大客户主管月度考核", "role": "leader", "is_ranked": False, "sequence": 40,
        "team_ids": [(6, 0, [world.teams[team].id for team in LEADERS])],
        "line_ids": [
            (0, 0, {
                "section": section, "name": name, "max_points": points, "criteria": criteria,
                **({"scoring": "kpi", "kpi_id": attainment.id, "kpi_level": "team"} if not number else {}),
            })
            for number, (section, name, points, criteria) in enumerate(LEADER_ITEMS)
        ],
    })
    templates.create({
        "name": "试用期客户经理月度考核", "sequence": 50,
        "line_ids": [
            (0, 0, {"section": section, "name": name, "max_points": points})
            for section, name, points in PROBATION_ITEMS
        ],
    })


def _enter_values(world, chance, month):
    """The clerk enters the recovery of empty drums of the last three months."""
    kpi = world.env.ref("key_account_mgmt.kpi_empty_drum_recovery")
    values = world.act("clerk", world.quiet_env["key.account.kpi.value"])
    for ago in (3, 2, 1):
        first = month - relativedelta(months=ago)
        last = first + relativedelta(months=1, days=-1)
        for login, team in (
            ("manager1", "east"), ("manager2", "east"), ("manager3", "south"), ("manager4", "north"),
        ):
            values.create({
                "kpi_id": kpi.id, "level": "person", "user_id": world.users[login].id,
                "team_id": world.teams[team].id, "date_from": first, "date_to": last,
                "value": chance.randrange(880, 1001) / 10, "note": "仓库空桶回收登记表",
            })


# === MONTHS === #

def _draft(world, month):
    """Draft a month as the scheduled action does, with nobody asked of what is long over."""
    appraisals = world.quiet_env["key.account.appraisal"]
    return appraisals.create(appraisals._find_due(world.company, month))


def _login(appraisal):
    return appraisal.user_id.login


def _appraise(world, chance, month, number):
    """Let a month be drafted, assessed, scored, approved and published."""
    ago = (world.today - (month + relativedelta(months=1))).days
    with world.at(ago - 2):
        drafted = _draft(world, month)
        for appraisal in drafted:
            _self_assess(world, chance, appraisal)
    with world.at(ago - 5):
        for appraisal in drafted:
            _score(world, chance, appraisal, SHARES[_login(appraisal)][number])
    with world.at(ago - 8):
        for _step in range(2):
            for appraisal in drafted:
                _decide(world, appraisal)
        world.act("director", drafted).action_publish()
        drafted.objection_deadline = world.day(ago - 15)


def _self_assess(world, chance, appraisal):
    appraisal.self_summary = chance.choice(SUMMARIES)
    for line in appraisal.line_ids.filtered(lambda line: not line.is_measured):
        share = chance.choice((0.85, 0.9, 0.95, 1))
        line.write({
            "self_points": round(line.max_points * share, 1), "self_comment": chance.choice(OWN_COMMENTS),
        })
    # the figures were measured when the month was drafted
    world.act(_login(appraisal), appraisal)._submit("self_assessed")


def _score(world, chance, appraisal, share):
    deciders = appraisal._get_pending_approvers()[1]
    decider = next(login for login in ("leader1", "leader2", "director") if world.users[login] in deciders)
    for line in appraisal.line_ids.filtered(lambda line: not line.is_measured):
        given = max(0.5, min(1, share + chance.choice((-0.04, 0, 0.04))))
        line.write({"points": round(line.max_points * given, 1), "comment": chance.choice(COMMENTS)})
    appraisal.discussion = chance.choice(TALKS)
    world.act(decider, appraisal).action_approve()


def _decide(world, record):
    """Let the first of those who may decide approve: of the leaders' months, which the director scored, the
    administrator, who is a director as well.
    """
    users = record._get_pending_approvers()[1]
    known = [world.users[login] for login in DECIDERS if world.users[login] in users]
    user = known[0] if known else users[0]
    record.with_user(user).with_company(world.company).action_approve()


def _appraise_last(world, chance, month):
    """The month that has just ended is on its way: each as far as it has come."""
    drafted = _draft(world, month)
    teams = {team: key for key, team in world.teams.items()}
    for appraisal in drafted:
        state = LAST_MONTH[_login(appraisal), teams[appraisal.team_id]]
        if state == "cancelled":
            world.act("director", appraisal)._cancel("兼管部门本月由代理主管负责，不单独考核。")
            continue
        if STATES.index(state) >= 1:
            _self_assess(world, chance, appraisal)
        if STATES.index(state) >= 2:
            _score(world, chance, appraisal, SHARES[_login(appraisal)][-1])
        if STATES.index(state) >= 3:
            _decide(world, appraisal)
            _decide(world, appraisal)
    _object(world, drafted)


def _object(world, drafted):
    """Two object to what the leader gave: one waits for the answer, the other one has it."""
    by_login = {_login(appraisal): appraisal for appraisal in drafted if appraisal.state == "scored"}
    waiting, answered = by_login["manager1"], by_login["assistant2"]
    world.act("manager1", waiting)._object(OBJECTION)
    world.act("assistant2", answered)._object(OBJECTION)
    theirs = world.act("director", answered)
    line = theirs.line_ids.filtered(lambda line: not line.is_measured)[0]
    line.points = min(line.max_points, line.points + 1)
    objection = world.act("director", answered.objection_ids)
    objection.answer = ANSWER
    objection.action_uphold()


# === REWARDS === #

def _reward(world):
    for leader, records in REWARDS.items():
        for number, (login, kind, facts, basis, amount, state) in enumerate(records):
            ago = 70 - number * 11
            with world.at(ago):
                record = _apply(world, leader, login, kind, facts, basis, amount, world.day(ago + 2))
                _follow(world, record, state)


def _apply(world, leader, login, kind, facts, basis, amount, day):
    team = next(key for key in LEADERS if world.users[login] in world.teams[key].member_ids)
    return world.act(leader, world.quiet_env["key.account.reward.record"]).create({
        "user_id": world.users[login].id, "team_id": world.teams[team].id, "kind": kind, "facts": facts,
        "basis": basis, "amount": amount, "date": day,
    })


def _follow(world, record, state):
    """Let a record go its way: submitted, reviewed by the director, decided by the executive."""
    if state == "draft":
        return
    record.action_submit()
    if state == "rejected":
        world.act("director", record)._decline("rejected", REJECTION)
    if state in ("reviewed", "approved"):
        _decide(world, record)
    if state == "approved":
        _decide(world, record)

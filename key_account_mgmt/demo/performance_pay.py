"""What the people earned in the last months: bases, settlements in every state, corrections and awards."""

from datetime import timedelta

from odoo import fields

# the departments: who is paid in it, by which scheme, and his base
PAID = {
    "east": (("manager1", "banded", 3000), ("manager2", "banded", 2800), ("assistant1", "proportional", 800)),
    "south": (("manager3", "banded", 3000), ("assistant2", "proportional", 800), ("clerk", "clerk", 1500)),
    "north": (("manager4", "marketing", 1600),),
}
# the company's own schemes beside the two of the regulations
OWN = {
    "clerk": {"name": "内勤考核发放方案", "mode": "banded", "department_rate": 5},
    "marketing": {
        "name": "客户经理营销奖励方案", "mode": "proportional", "base_amount": 800, "field_allowance": 150,
        "rate_ids": [(0, 0, {"name": "液压件销售回款", "basis": "collected", "rate": 0.2})],
    },
    "trial": {"name": "试用期发放方案", "mode": "proportional", "base_amount": 600},
}
BANDS = (
    {"lower": 95, "rate": 105}, {"lower": 90, "rate": 100}, {"lower": 60, "pay": "score"},
    {"lower": 0, "rate": 0},
)
# the scores of the months, the latest first; a row a person
SCORES = (
    (91, 88, 94.5, 86, 96, 90.5, 89.5, 87), (84, 79.5, 88, 92, 81, 90, 85, 88),
    (87, 90, 85, 82.5, 88, 93, 80, 91), (95, 86.5, 91, 88, 84, 79, 90, 85),
    (72, 85, 83.5, 90, 87, 91, 86, 82), (92, 94, 90, 89, 95.5, 88, 91, 90),
    (86, 90, 93, 78, 85, 88.5, 92, 84),
)
# how the settlement of so many months ago stands
STATES = {
    1: "draft", 2: "submitted", 3: "reviewed",
    4: "frozen", 5: "frozen", 6: "frozen", 7: "frozen", 8: "frozen",
}
RESULTS = ("met", "challenge", "missed", "met", "challenge", "met", "met", "missed")
CHOSEN_BECAUSE = "当月销售目标尚未下达,按部门经营例会结论确定。"
AWARDS = {
    "east": ("manager1", 1200, "三年期框架项目如期交付,授予突出贡献奖。"),
    "south": ("manager3", 800, "关键备件寄售方案落地,新增年度订单。"),
    "north": ("manager4", 600, "停产客户恢复合作,授予突出贡献奖。"),
}
CANCELLED_BECAUSE = "考核尚未全部批准,本月重新编制。"
LEADERS = {"east": "leader1", "south": "leader2", "north": "leader2"}


def make(world):
    """Let each department's clerk settle seven months, and one appraisal be corrected afterwards."""
    schemes = _adopt_schemes(world)
    months = [_get_month(world, ago) for ago in range(max(STATES) + 1)]
    number = 0
    for team, people in PAID.items():
        world.teams[team].key_account_clerk_id = world.users["clerk"]
        appraisals = _appraise(world, team, people, number, schemes, months)
        number += len(people)
        for ago in sorted(STATES, reverse=True):
            _settle(world, team, months[ago], ago, appraisals)


def _get_month(world, ago):
    return fields.Date.subtract(world.today.replace(day=1), months=ago)


def _adopt_schemes(world):
    """Return the schemes by their short names; the company's own ones are made by the director."""
    schemes = {
        name: world.env.ref(f"key_account_mgmt.pay_scheme_{name}") for name in ("banded", "proportional")
    }
    for name, values in OWN.items():
        bands = [(0, 0, band) for band in BANDS] if values["mode"] == "banded" else []
        schemes[name] = world.act("director", world.env["key.account.pay.scheme"]).create(
            {"company_id": world.company.id, "band_ids": bands} | values
        )
    return schemes


def _appraise(world, team, people, number, schemes, months):
    """Enter the bases, and the approved appraisals of the months; the last month's last one still waits."""
    appraisals = {}
    for place, (login, scheme, amount) in enumerate(people):
        bases = world.act("executive", world.quiet_env["key.account.pay.base"])
        person = {"user_id": world.users[login].id, "team_id": world.teams[team].id}
        raised = months[4]
        bases.create([
            person | {"amount": amount - 100, "date_from": months[-1], "date_to": raised - timedelta(days=1)},
            person | {"amount": amount, "date_from": raised},
        ])
        template = world.env["key.account.appraisal.template"].search(
            [("pay_scheme_id", "=", schemes[scheme].id)], limit=1
        ) or world.env["key.account.appraisal.template"].create({
            "name": f"月度考核({schemes[scheme].name})",
            "pay_scheme_id": schemes[scheme].id,
        })
        for ago in STATES:
            is_last = ago == 1 and place == len(people) - 1 and place
            appraisals[login, ago] = world.quiet_env["key.account.appraisal"].create({
                "user_id": world.users[login].id, "team_id": world.teams[team].id,
                "template_id": template.id, "date_from": months[ago],
                "date_to": fields.Date.end_of(months[ago], "month"),
                "score": SCORES[number + place][ago - 1], "state": "scored" if is_last else "approved",
            })
    return appraisals


def _settle(world, team, month, ago, appraisals):
    """Draft a month's settlement and bring it to where it stands today."""
    over = (world.today - fields.Date.end_of(month, "month")).days
    if ago == max(STATES):
        with world.at(max(over - 2, 0)):
            _draft(world, team, month, ago)._cancel(CANCELLED_BECAUSE)
    with world.at(max(over - 3, 0)):
        settlement = _draft(world, team, month, ago)
        if ago in (2, 5):
            _award(world, team, settlement)
        if STATES[ago] == "draft":
            return
        settlement.action_submit()
    if STATES[ago] == "submitted":
        return
    with world.at(max(over - 5, 0)):
        world.act(LEADERS[team], settlement).action_approve()
    if STATES[ago] == "reviewed":
        return
    with world.at(max(over - 7, 0)):
        world.act("executive", settlement).action_approve()
    if ago == 6:
        # an objection that was found right: the difference is a line of the next month
        appraisals[PAID[team][0][0], ago].score += 2.5


def _draft(world, team, month, ago):
    settlements = world.act("clerk", world.quiet_env["key.account.settlement"])
    settlement = settlements.create({
        "team_id": world.teams[team].id, "date_from": month, "chosen_result": RESULTS[ago - 1],
        "chosen_reason": CHOSEN_BECAUSE,
    })
    settlement.action_draw_up()
    return settlement


def _award(world, team, settlement):
    login, amount, reason = AWARDS[team]
    settlement.award_ids.create({
        "settlement_id": settlement.id, "user_id": world.users[login].id, "amount": amount, "reason": reason,
    })

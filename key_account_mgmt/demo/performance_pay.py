"""What the people earned in the last months: bases, settlements in every state, corrections and awards."""

from datetime import timedelta

from odoo import fields

from .service_visits import _decide

# the departments: who is paid in it, and his own base
PAID = {
    "east": (("manager1", 3000), ("manager2", 2800), ("assistant1", 2000), ("clerk", 1500)),
    "south": (("manager3", 1600), ("assistant2", 800)),
    "north": (("manager4", 1600),),
}
# by which scheme those are paid who are appraised by a template
SCHEMES = {
    "template_sales": "banded", "template_account_manager": "marketing", "template_clerk": "clerk",
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
# how the settlement of so many months ago stands
STATES = {1: "draft", 2: "submitted", 3: "reviewed", 4: "frozen", 5: "frozen", 6: "frozen",
          7: "frozen", 8: "frozen"}
RESULTS = ("met", "challenge", "missed", "met", "challenge", "met", "met", "missed")
CHOSEN_BECAUSE = "当月销售目标尚未下达，按部门经营例会结论确定。"
AWARDS = {
    "east": ("manager1", 1200, "三年期框架项目如期交付，授予突出贡献奖。"),
    "south": ("manager3", 800, "关键备件寄售方案落地，新增年度订单。"),
    "north": ("manager4", 600, "停产客户恢复合作，授予突出贡献奖。"),
}
CANCELLED_BECAUSE = "考核尚未全部批准，本月重新编制。"


def make(world):
    """Let each department's clerk settle six months, and one appraisal be corrected afterwards."""
    schemes = _adopt_schemes(world)
    for template, scheme in SCHEMES.items():
        world.env.ref(f"key_account_mgmt.{template}").pay_scheme_id = schemes[scheme]
    months = [_get_month(world, ago) for ago in range(max(STATES) + 1)]
    for team, people in PAID.items():
        world.teams[team].key_account_clerk_id = world.users["clerk"]
        _enter_bases(world, team, people, months)
        _take_over(world, team, people, months)
        for ago in sorted(STATES, reverse=True):
            _settle(world, team, months[ago], ago)


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


def _enter_bases(world, team, people, months):
    """Enter what each is paid by, raised in the meantime."""
    bases = world.act("executive", world.quiet_env["key.account.pay.base"])
    for login, amount in people:
        person = {"user_id": world.users[login].id, "team_id": world.teams[team].id}
        raised = months[4]
        bases.create([
            person | {"amount": amount - 100, "date_from": months[-1], "date_to": raised - timedelta(days=1)},
            person | {"amount": amount, "date_from": raised},
        ])


def _take_over(world, team, people, months):
    """Take over the scores of the two months before the appraisals were made here."""
    appraisals = world.quiet_env["key.account.appraisal"]
    for place, (login, _amount) in enumerate(people):
        known = appraisals.search([
            ("user_id", "=", world.users[login].id), ("team_id", "=", world.teams[team].id),
        ], limit=1)
        for ago in (7, 8) if known else ():
            appraisals.create({
                "user_id": known.user_id.id, "team_id": known.team_id.id, "state": "published",
                "template_id": known.template_id.id, "date_from": months[ago], "score": 80 + 3 * place + ago,
            })


def _settle(world, team, month, ago):
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
        _decide(world, settlement)
    if STATES[ago] == "reviewed":
        return
    with world.at(max(over - 7, 0)):
        _decide(world, settlement)
    if ago == max(STATES):
        # an objection that was found right: the difference is a line of the next month
        settlement.sudo().line_ids.appraisal_id[:1].score += 1.5


def _draft(world, team, month, ago):
    settlements = world.act("clerk", world.quiet_env["key.account.settlement"])
    known = settlements._get_department_result(
        world.teams[team], month, fields.Date.end_of(month, "month")
    )
    chosen = {} if known else {"chosen_result": RESULTS[ago - 1], "chosen_reason": CHOSEN_BECAUSE}
    settlement = settlements.create({"team_id": world.teams[team].id, "date_from": month, **chosen})
    settlement.action_draw_up()
    return settlement


def _award(world, team, settlement):
    login, amount, reason = AWARDS[team]
    settlement.award_ids.create({
        "settlement_id": settlement.id, "user_id": world.users[login].id, "amount": amount, "reason": reason,
    })

"""Whose the accounts are: changes that were proposed, hand-overs, and a lead on somebody else's customer."""

from .people import ROLE, make_user

# ground, reason
GROUNDS = {
    "redistribution": "客户生产基地已迁至负责人驻地以外，就近服务更及时；经主管与双方沟通一致。",
    "customer_wish": "客户采购部来函，希望由熟悉伺服系统的客户经理对接（函件已存档）。",
    "unfit": "连续两个季度未按拜访计划走访，客户投诉两次，主管约谈后仍无改善。",
    "conflict": "客户经理亲属在对方采购部任职，按回避制度调整。",
    "cross_area": "客户在华南新建工厂，当地项目需由属地部门配合交付。",
}
LEAVING_NOTE = "因个人原因离职，名下客户按制度交接，资料已随档案移交。"
REJECTION_NOTE = "客户来函未说明原因，先由主管走访了解，下季度复核。"
# who was absent, and who stood in
ABSENCES = (
    ("manager1", "manager2"), ("manager2", "manager1"), ("manager3", "manager4"), ("manager3", "manager4"),
)
# who has gone since, and who got which manager's seat
LEAVER = "周子墨"
HEIRS = (("manager1", "assistant1"), ("manager3", "assistant2"))
# who works beside whom
PAIRS = (
    ("manager1", "manager2"), ("manager2", "manager1"), ("manager3", "manager4"), ("manager4", "manager3"),
)


def let_go(world, days_ago):
    """An assistant has left: prepared by the leader, approved by the director; he logs in no more."""
    leaver = make_user(world, "leaver", LEAVER, [f"{ROLE}assistant"])
    world.teams["east"].member_ids += leaver
    handover = world.env["key.account.handover"]
    with world.at(days_ago + 60):
        seats = [_give_seat(world, login, leaver, heir) for login, heir in HEIRS]
    with world.at(days_ago):
        handover = world.act("leader1", handover).create({
            "user_id": leaver.id, "receiver_id": world.users[HEIRS[0][1]].id, "kind": "leaving",
            "reason": LEAVING_NOTE,
        })
        for seat, (_login, heir) in zip(seats, HEIRS):
            # sudo: the leader does not see the other department's account
            line = handover.sudo().line_ids.filtered(lambda line, seat=seat: line.res_id == seat.id)
            line.chosen_receiver_id = world.users[heir]
        _accept(world, handover)
    with world.at(days_ago - 1):
        world.act(_get_decider(handover).login, handover).action_approve()
    leaver.active = False


def _give_seat(world, login, user, heir):
    """Put somebody on the team of an account where his heir is not yet."""
    account = _get_active(world, login).filtered(
        lambda account: world.users[heir] not in account.member_ids.user_id
    )[:1]
    return world.act(login, world.env["key.account.member"]).create({
        "account_id": account.id, "user_id": user.id, "role": "assistant",
    }).with_env(world.env)


def redistribute(world, days_ago):
    """One account of each manager went to a colleague: approved by the leader and the director."""
    for number, (login, other) in enumerate(PAIRS):
        account = _get_active(world, login)[-1]
        proposal = _propose(world, account, login, "redistribution", days_ago - 9 * number, other)
        _approve(world, proposal, days_ago - 9 * number - 3)


def negotiate(world, days_ago):
    """What was decided since: the developing department kept a customer, a wish was rejected."""
    for number, (login, other) in enumerate(PAIRS):
        accounts, day = _get_active(world, login), days_ago - 7 * number
        kept = _propose(world, accounts[0], login, "cross_area", day, False, first_choice="takes")
        _approve(world, kept, day - 3)
        wish = _propose(world, accounts[1], login, "customer_wish", day - 5, other)
        with world.at(day - 8):
            _decline(world, wish, "rejected", REJECTION_NOTE)


def stand_in(world, days_ago):
    """Absences of the past, during which colleagues stood in."""
    for number, (login, other) in enumerate(ABSENCES):
        day = days_ago - 16 * number
        with world.at(day):
            handover = _prepare(
                world, login, other, kind="absence", date_from=world.day(day - 2),
                date_to=world.day(day - 9), reason="年休假，由同组客户经理代管。",
            )
            _accept(world, handover)
        with world.at(day - 1):
            world.act(_get_decider(handover).login, handover).action_approve()
    assistants = (("assistant1", "manager1"), ("assistant2", "manager3"))
    for moment, pairs in ((75, assistants), (40, (*PAIRS, *assistants))):
        for login, other in pairs:
            with world.at(moment):
                plan = _prepare(world, login, other, kind="transfer", reason="拟调往海外销售部，后取消。")
                plan.action_cancel()


def fill_desks(world):
    """What waits today: proposals to complete and to decide on, hand-overs in each state."""
    for login, other in PAIRS:
        accounts = _get_active(world, login)
        _propose(world, accounts[1], login, "conflict", 4, other)
        with world.at(3):
            _draft(world, accounts[0], login, "cross_area", False)
    with world.at(9):
        for login, receiver, assistant, reason in (
            ("manager2", "manager1", "assistant1", "调任产品部行业经理。"),
            ("manager3", "manager4", "assistant2", "调任大客户部培训岗。"),
        ):
            offered = _prepare(world, login, receiver, kind="transfer", reason=reason)
            seat = offered.line_ids.filtered(lambda line: line.kind == "seat")[:1]
            seat.chosen_receiver_id = world.users[assistant]
            offered.action_offer()
    with world.at(6):
        for login, receiver, second in (
            ("assistant1", "manager2", "manager1"), ("assistant2", "manager4", "manager3"),
        ):
            handover = _prepare(world, login, receiver, kind="transfer", reason="调任渠道销售部，席位移交。")
            line = handover.line_ids[:1]
            line.chosen_receiver_id = world.users[second]
            _accept(world, handover)
    with world.at(2):
        _prepare(world, "manager1", "manager2", kind="leaving", reason=LEAVING_NOTE)
        _prepare(world, "manager4", "manager3", kind="leaving", reason=LEAVING_NOTE)


def finish(world):
    """Look again what those hold who are about to go; and let others meet our customers."""
    world.env["key.account.handover"].search([("state", "=", "draft")])._refresh_lines()
    _meet(world)


def _meet(world):
    """The channel salesman meets a customer of the key account department, as itself and by its name."""
    first, second = _get_active(world, "manager1")[:2]
    values = {
        "type": "opportunity",
        "user_id": world.users["salesman"].id,
        "team_id": world.teams["channel"].id,
        "company_id": world.company.id,
    }
    world.act("salesman", world.env["crm.lead"]).create([
        values | {
            "name": f"{first.partner_id.name[:4]} 备件询价",
            "partner_id": first.partner_id.id,
            "expected_revenue": 60_000,
        },
        values | {
            "name": "展会线索：液压站改造",
            "partner_name": second.partner_id.name.replace("有限公司", " （有限公司）"),
            "contact_name": "刘工",
        },
    ])


# === STEPS === #

def _get_active(world, login):
    """Return the internal active accounts that somebody manages, oldest first."""
    return world.env["key.account"].search([
        ("manager_id", "=", world.users[login].id), ("state", "=", "active"),
        ("confidentiality", "=", "internal"),
    ], order="id")


def _draft(world, account, login, kind, proposed, **values):
    return world.act(login, world.env["key.account.ownership.exception"]).create({
        "account_id": account.id,
        "kind": kind,
        "reason": GROUNDS[kind],
        "proposed_manager_id": proposed and world.users[proposed].id,
        **values,
    })


def _propose(world, account, login, kind, days_ago, proposed, **values):
    with world.at(days_ago):
        proposal = _draft(world, account, login, kind, proposed, **values)
        proposal.action_submit()
    return proposal


def _get_decider(record):
    record = record.sudo()  # sudo: the demonstration asks who would decide, as nobody in particular
    role, users = record._get_pending_approvers()
    return record._get_named_approver(role, users)


def _approve(world, proposal, days_ago):
    for delay in (0, 2):
        with world.at(days_ago - delay):
            world.act(_get_decider(proposal).login, proposal).action_approve()


def _decline(world, proposal, decision, comment):
    world.act(_get_decider(proposal).login, world.env["key.account.decision"]).create({
        "model": proposal._name,
        "res_ids": str(proposal.id),
        "decision": decision,
        "comment": comment,
    }).action_confirm()


def _prepare(world, login, receiver, **values):
    """Let somebody prepare his own hand-over."""
    return world.act(login, world.env["key.account.handover"]).create({
        "user_id": world.users[login].id, "receiver_id": world.users[receiver].id, **values,
    })


def _accept(world, handover):
    handover.action_offer()
    # sudo: each receiver sees his own answer alone
    for user in handover.sudo().acceptance_ids.user_id:
        world.act(user.login, handover).action_accept()

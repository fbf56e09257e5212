"""Imported history, and grading runs in every state: two years of them, and those of these days."""

from .accounts import LEADERS, decline, get_accounts, get_grade, with_plan

IMPORTED = 14  # customers with sales from before
QUARTERS = 12
EXCEPTION_REASON = "重点型号配套单位，具有重大战略意义，按 B 级管理"
TERMINATION_NOTE = "主力产线已外迁，连续两个季度无订单，建议终止合作。"
# the levels of the relationship (G3) by the grade that the account holds
RELATIONSHIP = {"A": "A", "B": "B", "C": "C", "": "C"}


def import_history(world, days_ago):
    """The clerk imports what was sold before this system: three years, by quarter."""
    oldest = [customer for customer in world.customers if customer.plan == "first"][:IMPORTED]
    with world.at(days_ago):
        world.act("clerk", world.quiet_env["key.account.sales.history"]).create([
            {
                "partner_id": customer.partner.id,
                "date": world.day(740 + 91 * quarter),
                "amount": round(
                    float(customer.year1) * 20_000 * 0.95 ** quarter * world.random.uniform(0.8, 1.2), 2
                ),
                "reference": f"历史台账-{customer.partner.city}-{QUARTERS - quarter:02}",
            }
            for customer in oldest
            for quarter in range(QUARTERS)
        ])


# === THE STEPS OF A RUN === #

def _compute(world, scheme, days_ago, login="clerk", **values):
    """Make and compute a run that ends on the day before."""
    runs = world.act(login, world.env["key.account.grading.run"])
    with world.at(days_ago):
        run = runs.with_context(ir_sequence_date=world.day(days_ago)).create({
            "scheme_id": world.env.ref(f"key_account_mgmt.scheme_{scheme}").id,
            "company_id": world.company.id,
            "date_to": world.day(days_ago + 1),
            **values,
        })
        run.action_compute()
    # sudo: the generator goes on with every row
    return run.sudo()


def _submit(world, run, days_ago, login="clerk"):
    with world.at(days_ago):
        world.act(login, run).action_submit()


def _approve(world, run, days_ago, login):
    with world.at(days_ago):
        world.act(login, run).action_approve()


def _apply(world, run, days_ago):
    with world.at(days_ago):
        world.act("director", run).action_apply()


def _decide_and_apply(world, run, days_ago, login="clerk"):
    """Take a computed run through both decisions to the accounts, in some days."""
    _submit(world, run, days_ago - 2, login)
    _approve(world, run, days_ago - 4, "director")
    _approve(world, run, days_ago - 6, "executive")
    _apply(world, run, days_ago - 6)


# === RUNS THAT ARE HISTORY === #

def apply_yearly(world, days_ago):
    """The first run after a year: it finds new customers and corrects the grades of the first day."""
    run = _compute(world, "share", days_ago)
    _comment(world, run, days_ago - 1)
    _decide_and_apply(world, run, days_ago)


def apply_half_yearly(world, days_ago):
    """Half a year later; one customer keeps its grade by an exception (X10)."""
    run = _compute(world, "share", days_ago)
    strategic = get_accounts(world, with_plan(world, "strategic"))
    with world.at(days_ago - 1):
        row = run.assessment_ids.filtered(lambda row: row.account_id in strategic)
        world.act("director", row).write({
            "final_grade_id": get_grade(world, "B").id,
            "override_reason": EXCEPTION_REASON,
            "override_until": world.day(-180),
        })
    _comment(world, run, days_ago - 1)
    _decide_and_apply(world, run, days_ago)


def terminate(world, *owners, days_ago):
    """The leaders propose to end the co-operation with an account of each of these managers."""
    for customer in with_plan(world, "ended"):
        if customer.owner not in owners:
            continue
        leader = LEADERS[customer.team]
        with world.at(days_ago):
            account = world.act(leader, customer.account).with_context(
                default_date_to=world.day(days_ago + 1), ir_sequence_date=world.day(days_ago)
            )
            account.has_growth_potential = False
            account.message_post(body=TERMINATION_NOTE)
            action = account.action_propose_termination()
        run = world.env["key.account.grading.run"].browse(action["res_id"])
        _decide_and_apply(world, run, days_ago, login=leader)


def cancel(world, days_ago):
    """A run that the director rejected."""
    run = _compute(world, "business_size", days_ago)
    _submit(world, run, days_ago - 1)
    with world.at(days_ago - 3):
        decline(
            world, run, "director", "rejected",
            "行业口径尚未统一，本次作废；待市场部确认分类后重新评级。",
        )


# === RUNS OF THESE DAYS === #

def approve_consumption(world, days_ago):
    """Approved by both, not applied yet."""
    run = _compute(world, "consumption", days_ago)
    _submit(world, run, days_ago - 1)
    _approve(world, run, days_ago - 3, "director")
    _approve(world, run, days_ago - 5, "executive2")


def submit_relationship(world, days_ago):
    """Judged by the leaders, waiting for the director."""
    run = _compute(world, "relationship", days_ago)
    with world.at(days_ago - 2):
        for login, rows in _split_by_assessor(world, run).items():
            for letter, of_letter in rows.grouped(lambda row: row.account_id.grade_id.code or "").items():
                world.act(login, of_letter).final_grade_id = get_grade(
                    world, RELATIONSHIP[letter], "relationship"
                )
    _submit(world, run, days_ago - 4)


def review(world, days_ago):
    """The yearly review with a verdict on every account; the director has approved."""
    run = _compute(world, "share", days_ago, kind="review")
    with world.at(days_ago - 2):
        for login, rows in _split_by_assessor(world, run).items():
            open_rows = rows.filtered(lambda row: row.account_id and not row.review_decision)
            world.act(login, open_rows).review_decision = "keep"
            suspended = rows.filtered(lambda row: row.account_id.state == "suspended")
            world.act(login, suspended[:1]).write({
                "review_decision": "terminate",
                "comment": "货款逾期仍未清，建议终止合作。",
            })
    _comment(world, run, days_ago - 2)
    _submit(world, run, days_ago - 3)
    _approve(world, run, days_ago - 5, "director")


def score(world, days_ago):
    """A scored run for which the assessors have given their points."""
    run = _compute(world, "scoring", days_ago, login="leader1")
    with world.at(days_ago - 1):
        for login, rows in _split_by_assessor(world, run).items():
            lines = rows.line_ids.filtered(lambda line: line.metric == "assessor")
            given = {}
            for line in lines:
                best = {"A": 95, "B": 85, "C": 70}.get(line.account_id.grade_id.code, 55)
                given.setdefault(best - 5 * world.random.randrange(4), []).append(line.id)
            for points, line_ids in given.items():
                world.act(login, lines.browse(line_ids)).points = points
    _comment(world, run, days_ago - 2)


def draft(world):
    """A run that the clerk has only begun."""
    world.act("clerk", world.env["key.account.grading.run"]).create({
        "scheme_id": world.env.ref("key_account_mgmt.scheme_factors").id,
        "company_id": world.company.id,
    })


# === WHAT LEADERS ADD === #

def _split_by_assessor(world, run):
    """Return the rows of a run by the login of the one who judges them.

    The leader of the customer's department; the director where there is none, or it is secret.
    """
    leaders = {world.teams[key]: login for key, login in LEADERS.items()}
    return run.assessment_ids.grouped(lambda row: (
        "director" if row.account_id.confidentiality == "secret"
        else leaders.get(row.team_id, "director")
    ))


def _comment(world, run, days_ago):
    """The leaders comment on what changes in their departments."""
    texts = {
        "up": "新产线投产，份额上升，同意升级，建议增加技术支持。",
        "down": "对方压缩外购，订单下滑；已安排季度高层拜访。",
        "new": "近一年订货增长快，建议列为候选大客户。",
        "out": "产线搬迁，需求基本消失，同意退出。",
    }
    with world.at(days_ago):
        for login, rows in _split_by_assessor(world, run).items():
            for row in rows.filtered(lambda row: row.change in texts and not row.comment):
                world.act(login, row).comment = texts[row.change]

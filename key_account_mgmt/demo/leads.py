"""Opportunities: open, won and lost."""

from datetime import datetime, time, timedelta

from odoo.tools import SQL

SUBJECTS = (
    "年度框架采购协议", "多路阀国产化替代", "油缸配套项目", "泵站技改项目", "新机型液压系统配套",
    "备件年包", "二期产线液压站", "液压系统节能改造",
)
OPEN, WON, LOST = 22, 12, 8


def make(world):
    """Make opportunities of the last months with some of the customers."""
    leads = _make_leads(world, OPEN + WON + LOST)
    leads[OPEN:OPEN + WON].action_set_won()
    reasons = world.env["crm.lost.reason"].search([])
    for lead in leads[OPEN + WON:]:
        lead.action_set_lost(lost_reason_id=world.random.choice(reasons).id)
    _date_back(world, leads)


def _make_leads(world, count):
    stages = world.env["crm.stage"].search([("is_won", "=", False)])
    return world.quiet_env["crm.lead"].create([
        {
            "type": "opportunity",
            "name": f"{customer.name[:4]} {world.random.choice(SUBJECTS)}",
            "partner_id": customer.partner.id,
            "user_id": world.users[customer.owner].id,
            "team_id": world.teams[customer.team].id,
            "stage_id": world.random.choice(stages).id,
            "expected_revenue": round(world.random.uniform(2, 40)) * 50_000,
            "probability": world.random.choice((10, 30, 50, 70)),
            "date_deadline": world.day(world.random.randrange(-90, -5)),
        }
        for customer in world.random.choices(world.customers, k=count)
    ])


def _date_back(world, leads):
    """Let them have been opened, and closed, on different days; nobody can enter these."""
    world.env.flush_all()
    for lead in leads:
        opened = world.random.randrange(60, 300)
        moment = datetime.combine(world.day(opened), time(2, 30))
        closed = moment + timedelta(days=world.random.randrange(20, 58))
        world.env.cr.execute(SQL(
            "UPDATE crm_lead SET create_date = %s, date_open = %s,"
            " date_closed = CASE WHEN date_closed IS NULL THEN NULL ELSE %s END WHERE id = %s",
            moment, moment, closed, lead.id,
        ))
    world.env.invalidate_all()

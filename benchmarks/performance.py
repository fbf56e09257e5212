"""A month's appraisals and settlements over a big ledger, beside the bare SQL of the same figures.

500 people in ten departments, each with four accounts, over 1,000,000 confirmed orders; and a tenth of
that. Measured is what the scheduled action and the clerks do: drafting everybody's appraisal with its
figures, and drawing up the settlement of each department from the approved ones, until everything is
flushed. What people do in between, their words, points and approvals, is not. Beside it, in turns, the SQL
that somebody would write by hand for the same figures and payouts. Nothing is committed.
"""

import statistics
import sys
import textwrap
import time
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from grading import generate
from lib.host_data import QUIET
from lib.results import machine, write_section
from lib.session import environment, vacuum

from odoo.fields import Command

# people, customers, orders
SIZES = ((50, 2_000, 100_000), (500, 20_000, 1_000_000))
TEAMS = 10
ACCOUNTS = 4
REPEATS = 3
BEFORE, MONTH, END = date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1)
BASE, TARGET, GIVEN = 3000, 10_000, 40
# ten times the people; core writes a hundred rows at a time
GOAL_GROWTH = 1.2

ACCOUNT_ROWS = """
    INSERT INTO key_account (partner_id, company_id, confidentiality, state, management_level, manager_id,
                             team_id, active)
    SELECT partner.id, %(company)s, 'internal', 'active', 'none', owner.user_id, owner.team_id, TRUE
      FROM (SELECT id, row_number() OVER (ORDER BY place) - 1 AS place FROM bench_customer) partner
      JOIN unnest(%(users)s, %(teams)s) WITH ORDINALITY AS owner (user_id, team_id, place)
        ON owner.place = partner.place / %(each)s + 1
"""
HISTORY_ROWS = """
    INSERT INTO key_account_ownership_history (account_id, user_id, date_from, manager_id, team_id)
    SELECT id, manager_id, '2020-01-01', manager_id, team_id FROM key_account
"""
CREDIT = """
    UPDATE sale_order SET key_account_id = account.id, key_account_manager_id = account.manager_id,
                          key_account_team_id = account.team_id
      FROM key_account account
      JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
     WHERE sale_order.partner_id = partner.id
"""
TARGET_ROWS = """
    INSERT INTO key_account_target (company_id, kind, level, period_type, state, period_date, date_from,
                                    date_to, amount, user_id, team_id)
    SELECT %(company)s, 'sales', 'person', 'month', 'approved', %(month)s, %(month)s,
           %(end)s::date - 1, %(target)s, user_id, team_id
      FROM unnest(%(users)s, %(teams)s) AS owner (user_id, team_id)
"""
COMPLAINT_ROWS = """
    INSERT INTO key_account_complaint (account_id, company_id, name, state, origin, severity, received_on)
    SELECT id, company_id, 'Late', 'new', 'form', 'low', %(month)s::date + 10
      FROM key_account WHERE id %% 7 = 0
"""
BARE_SQL = """
    WITH customer AS (
        SELECT partner.commercial_partner_id AS id, MIN(document.date_order) >= %(month)s AS is_new,
               BOOL_OR(document.date_order >= %(month)s) AS buys,
               BOOL_OR(document.date_order >= %(before)s AND document.date_order < %(month)s) AS bought,
               COUNT(*) FILTER (WHERE document.date_order >= %(month)s) AS orders
          FROM sale_order document JOIN res_partner partner ON partner.id = document.partner_id
         WHERE document.state = 'sale' AND document.company_id = %(company)s
           AND document.date_order < %(end)s
         GROUP BY partner.commercial_partner_id
    ), sales AS (
        SELECT key_account_manager_id AS user_id, SUM(amount_untaxed / currency_rate) AS amount
          FROM sale_order
         WHERE state = 'sale' AND company_id = %(company)s
           AND date_order >= %(month)s AND date_order < %(end)s
         GROUP BY key_account_manager_id
    ), person AS (
        SELECT account.manager_id AS user_id,
               COUNT(*) FILTER (WHERE buys) AS buyers, COUNT(*) FILTER (WHERE buys AND is_new) AS new,
               COUNT(*) FILTER (WHERE bought) AS before, COUNT(*) FILTER (WHERE bought AND buys) AS again,
               SUM(orders)::int AS orders
          FROM key_account account JOIN customer ON customer.id = account.partner_id
         GROUP BY account.manager_id
    ), complaint AS (
        SELECT account.manager_id AS user_id, COUNT(*) AS count
          FROM key_account_complaint complaint JOIN key_account account ON account.id = complaint.account_id
         WHERE complaint.state != 'cancelled' AND complaint.received_on >= %(month)s
           AND complaint.received_on < %(end)s
         GROUP BY account.manager_id
    ), figure AS (
        SELECT target.user_id, round(COALESCE(sales.amount, 0), 2) AS sales, target.amount AS target,
               person.new, person.buyers, person.again, person.before, person.orders,
               COALESCE(complaint.count, 0) AS complaints
          FROM key_account_target target
          LEFT JOIN sales USING (user_id) LEFT JOIN person USING (user_id) LEFT JOIN complaint USING (user_id)
         WHERE target.kind = 'sales' AND target.state = 'approved' AND target.date_from = %(month)s
    ), scored AS (
        SELECT figure.*, round(LEAST(sales / target, 1) * 60, 2) + %(given)s AS score FROM figure
    )
    SELECT scored.*,
           round(%(base)s * CASE WHEN score >= 95 THEN 1.05 WHEN score >= 90 THEN 1
                                 WHEN score >= 60 THEN score / 100 ELSE 0 END, 2) AS pay
      FROM scored
"""


class Measured(NamedTuple):
    """One size: times in seconds."""

    people: int
    orders: int
    bare: list
    appraisals: list
    asking: list
    settlements: list
    queries: int

    def get_ratios(self):
        return [
            (drafted + settled) / bare
            for bare, drafted, settled in zip(self.bare, self.appraisals, self.settlements)
        ]


# === THE WORLD === #

def make_world(env, people):
    """Make departments, people, accounts, targets, and the template and scheme by which they are paid.

    :return: the departments
    :rtype: crm.team
    """
    env.company.resource_calendar_id.tz = "UTC"
    groups = [Command.link(env.ref("key_account_mgmt.group_key_account_manager").id)]
    users = env["res.users"].create([
        {"name": f"Person {number}", "login": f"person{number}", "group_ids": groups}
        for number in range(people)
    ])
    clerk = env["res.users"].create({
        "name": "Clerk", "login": "bench_clerk",
        "group_ids": [Command.link(env.ref("key_account_mgmt.group_key_account_clerk").id)],
    })
    teams = env["crm.team"].create([
        {
            "name": f"Department {number}", "company_id": env.company.id, "key_account_clerk_id": clerk.id,
            "user_id": False,
        }
        for number in range(TEAMS)
    ])
    places = [teams[number % TEAMS].id for number in range(people)]
    env["crm.team.member"].create([
        {"user_id": user.id, "crm_team_id": team} for user, team in zip(users, places)
    ])
    env.flush_all()
    env.cr.execute("UPDATE crm_team_member SET create_date = '2025-01-01'")
    values = {
        "company": env.company.id, "users": users.ids, "teams": places, "each": ACCOUNTS,
        "month": MONTH, "end": END, "target": TARGET,
    }
    for statement in (ACCOUNT_ROWS, HISTORY_ROWS, CREDIT, TARGET_ROWS, COMPLAINT_ROWS):
        env.cr.execute(statement, values)
    for table in ("key_account", "key_account_ownership_history", "key_account_target", "sale_order"):
        env.cr.execute(f"ANALYZE {table}")
    env.invalidate_all(flush=False)
    make_rules(env, teams, users, places)
    return teams


def make_rules(env, teams, users, places):
    """Everybody is appraised by sales and looked at by three more figures, and paid by bands."""
    scheme = env.ref("key_account_mgmt.pay_scheme_banded")
    figures = [
        env.ref(f"key_account_mgmt.kpi_{name}")
        for name in ("new_customer_rate", "retention_rate", "complaint_rate")
    ]
    env["key.account.appraisal.template"].search([]).team_ids = False
    env["key.account.appraisal.template"].create({
        "name": "Bench", "pay_scheme_id": scheme.id, "team_ids": [Command.set(teams.ids)],
        "line_ids": [
            Command.create({
                "name": "Sales", "max_points": 60, "scoring": "kpi", "curve": "proportional",
                "kpi_id": env.ref("key_account_mgmt.kpi_sales_attainment").id,
            }),
            Command.create({
                "name": "Service", "max_points": 40,
                "reference_kpi_ids": [Command.set([kpi.id for kpi in figures])],
            }),
        ],
    })
    env["key.account.pay.base"].create([
        {
            "user_id": user.id, "team_id": team, "company_id": env.company.id, "amount": BASE,
            "date_from": "2025-01-01",
        }
        for user, team in zip(users, places)
    ])
    env.flush_all()


# === MEASURING === #

def time_bare(env):
    values = {
        "company": env.company.id, "month": MONTH, "end": END, "before": BEFORE, "base": BASE,
        "given": GIVEN,
    }
    start = time.perf_counter()
    env.cr.execute(BARE_SQL, values)
    rows = env.cr.dictfetchall()
    return time.perf_counter() - start, rows


def time_month(env, teams, expected):
    """Return what a month takes, and forget it.

    :return: the seconds of the appraisals, of asking everybody, of the settlements; the queries of the first
        and the last
    """
    appraisals = env["key.account.appraisal"]
    with env.cr.savepoint() as savepoint:
        env.flush_all()
        env.invalidate_all()
        begin, count = time.perf_counter(), env.cr.sql_log_count
        drafted = appraisals.create(appraisals._find_due(env.company, MONTH))
        env.flush_all()
        seconds, queries = time.perf_counter() - begin, env.cr.sql_log_count - count
        begin = time.perf_counter()
        drafted._ask_self_assessment()
        env.flush_all()
        asked = time.perf_counter() - begin
        approve(env, drafted)
        begin, count = time.perf_counter(), env.cr.sql_log_count
        settlements = env["key.account.settlement"].create([
            {
                "team_id": team.id, "company_id": env.company.id, "date_from": MONTH,
                "chosen_result": "met", "chosen_reason": "No target of the department",
            }
            for team in teams
        ])
        for settlement in settlements:
            settlement._draw_up()
        env.flush_all()
        settled, queries = time.perf_counter() - begin, queries + env.cr.sql_log_count - count
        check(drafted, settlements, expected)
        savepoint.rollback()
    env.invalidate_all(flush=False)
    return seconds, asked, settled, queries


def approve(env, appraisals):
    """Let everybody have the same points for service, and the director and the executive approve."""
    lines = appraisals.line_ids.filtered(lambda line: not line.kpi_id)
    lines.write({"points": GIVEN})
    env.flush_all()
    env.cr.execute(
        "UPDATE key_account_appraisal SET state = 'approved' WHERE id IN %s", [tuple(appraisals.ids)]
    )
    env.invalidate_all()


def check(appraisals, settlements, expected):
    """Refuse to report the time of a wrong answer: compare with the bare SQL, person by person."""
    rows = {row["user_id"]: row for row in expected}
    wrong = {}
    pay = {line.user_id.id: line.total for line in settlements.line_ids}
    for appraisal in appraisals:
        row = rows[appraisal.user_id.id]
        sales, service = appraisal.line_ids.sorted("sequence")
        found = (
            sales.kpi_numerator, appraisal.score, pay[appraisal.user_id.id],
            *(number or 0 for one in service.reference_data for number in one["measure"][1:]),
        )
        names = ("sales", "score", "pay", "new", "buyers", "again", "before", "complaints", "orders")
        wanted = [row[name] for name in names]
        if [*map(plain, found)] != [*map(plain, wanted)]:
            wrong[appraisal.user_id.id] = (found, wanted)
    if wrong or len(pay) != len(rows):
        sys.exit(f"{len(wrong)} people differ from the bare SQL, as {next(iter(wrong.values()), pay)}.")


def plain(number):
    return Decimal(str(number)).quantize(Decimal("0.01"))


def measure(people, customers, orders):
    """Measure one size, and give its space back."""
    with environment() as env:
        env = env(context=QUIET)  # noqa: PLW2901
        say(f"generating {orders:,} orders of {customers:,} customers ...")
        generate(env, customers, orders)
        teams = make_world(env, people)
        expected = time_bare(env)[1]
        time_month(env, teams, expected)  # from here on both find everything in memory
        bare, drafting, asking, settling, queries = [], [], [], [], 0
        for _repeat in range(REPEATS):
            bare.append(time_bare(env)[0])
            seconds, asked, settled, queries = time_month(env, teams, expected)
            drafting.append(seconds)
            asking.append(asked)
            settling.append(settled)
            say(
                f"  {people} people: bare SQL {bare[-1]:.2f} s, appraisals {seconds:.2f} s, settlements "
                f"{settled:.2f} s, {queries} queries"
            )
    vacuum("sale_order", "res_partner", "key_account")
    return Measured(people, orders, bare, drafting, asking, settling, queries)


def report(results):
    """Return the section for RESULTS.md."""
    lines = [
        "## performance.py: a month's appraisals and settlements beside the bare SQL of their figures",
        "",
        f"{machine()}; {REPEATS} times in turns, medians.",
        "",
        "| people | departments | orders | bare SQL | appraisals | settlements | ratio | from–to | queries "
        "| asking everybody |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for found in results:
        ratios = found.get_ratios()
        lines.append(
            f"| {found.people:,} | {TEAMS} | {found.orders:,} | {statistics.median(found.bare):.2f} s | "
            f"{statistics.median(found.appraisals):.2f} s | {statistics.median(found.settlements):.2f} s | "
            f"**{statistics.median(ratios):.2f}** | {min(ratios):.2f}–{max(ratios):.2f} | "
            f"{found.queries:,} | {statistics.median(found.asking):.2f} s |"
        )
    small, big = results
    ratio = statistics.median(big.get_ratios())
    lines += [
        "",
        f"- {ratio:.2f} times the bare SQL at {big.people} people: it computes what is here also written, "
        "explained and followed up.",
        "- Goal: as many queries for 500 people as for 50, but for core's writing a hundred rows at a time. "
        + verdict(
            big.queries <= small.queries * GOAL_GROWTH,
            f"{big.queries:,} for {big.people} people, {small.queries:,} for {small.people}",
        ),
        "",
        "Appraisals are those of all people for one month, made as the scheduled action makes them, with "
        "their items and the figures of four KPIs; settlements are drawn up department by department, "
        "each line with its explanation in English and Chinese. Asking everybody for his own view is "
        "core's: an activity and its notification to each person, one after the other, in no ratio and "
        "no count. The points that a superior gives and the approvals are set in between and not "
        "measured. The bare SQL is figures, score and payout alone, fetched; each person's sales, score, "
        "pay and the parts of the other three figures are compared with it:",
        "",
        "```sql",
        textwrap.dedent(BARE_SQL).strip(),
        "```",
    ]
    return "\n".join(lines)


def verdict(is_reached, text):
    return f"{'Reached' if is_reached else '**Missed**'}: {text}."


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    text = report([measure(*size) for size in SIZES])
    write_section("performance", text)
    say(text)

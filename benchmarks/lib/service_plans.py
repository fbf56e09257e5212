"""A year's visit plan for 2,000 accounts: drafting it, and its entries in the calendar.

Beside the entries, in turns, as many plain meetings made by core alone with the same people and times:
what the calendar itself takes.
"""

import resource
import statistics
import sys
import time
from typing import NamedTuple

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

from lib.host_data import QUIET, ROLE
from lib.session import environment, vacuum

SIZES = (200, 2_000)
MANAGERS = 20
# how many of a hundred accounts have each grade, the last ones the rest
GRADES = (("a", 5), ("b", 40), ("c", 55))
# so many entries are made in a batch of the scheduled action; the year is sampled in turns with core
BATCH = 100
TURNS = 20
GOAL_SECONDS = 10
GOAL_RATIO = 1.5


class Measured(NamedTuple):
    accounts: int
    visits: int
    drafting: list
    approving: float
    entries: list
    bare: list
    memory: float

    def get_ratios(self):
        return [own / bare for own, bare in zip(self.entries, self.bare)]


def measure():
    """Measure each size.

    :rtype: list
    """
    return [_measure(size) for size in SIZES]


def _measure(size):
    with environment() as env:
        env = env(context=QUIET)  # noqa: PLW2901
        plan = _make_department(env, size)
        drafting = [_time(plan.action_generate) for _turn in range(3)]
        visits = plan.visit_ids
        _check(plan)
        before = _resident()
        approving = _time(plan.sudo()._enter_into_force)
        entries, bare = [], []
        waiting = visits.sudo().sorted("start")
        for turn in range(min(TURNS, len(waiting) // BATCH)):
            batch = waiting[turn * BATCH:(turn + 1) * BATCH]
            pair = [(entries, batch._make_meetings_or_each), (bare, lambda batch=batch: _make_bare(batch))]
            # the order changes, so that neither always comes second
            for seconds, call in pair if turn % 2 else pair[::-1]:
                env.invalidate_all()
                seconds.append(_time(lambda call=call: (call(), env.flush_all())))
        found = Measured(
            size, len(visits), drafting, approving, entries, bare, _resident() - before
        )
    vacuum("key_account_visit", "calendar_event", "key_account", "res_partner")
    return found


def _time(call):
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _resident():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _make_department(env, size):
    """Make a department with its accounts, and an empty plan of next year in the director's name."""
    users = env["res.users"].create([
        {
            "name": f"Bench {login}", "login": f"bench_plan_{login}",
            "group_ids": [Command.set(env.ref(ROLE + role).ids)],
        }
        for login, role in [("director", "director"), *((number, "manager") for number in range(MANAGERS))]
    ])
    director, managers = users[0], users[1:]
    team = env["crm.team"].create({"name": "Bench", "user_id": director.id})
    _insert_accounts(env, size, team, managers)
    year = fields.Date.add(env.company._get_key_account_today(), years=1)
    return env["key.account.visit.plan"].with_user(director).create({
        "team_id": team.id, "company_id": env.company.id, "period": "year", "period_date": year,
    })


def _insert_accounts(env, size, team, managers):
    """Insert customers and accounts by SQL: making them is not what is measured."""
    grades = [
        env.ref(f"key_account_mgmt.scheme_share_grade_{letter}").id
        for letter, percent in GRADES for _account in range(percent)
    ]
    env.flush_all()
    env.cr.execute(SQL(
        """
        WITH numbered AS (SELECT number FROM generate_series(1, %(size)s) number),
        customer AS (
            INSERT INTO res_partner (name, complete_name, type, is_company, active, autopost_bills, street,
                                     city)
            SELECT 'Customer ' || number, 'Customer ' || number, 'contact', TRUE, TRUE, 'ask',
                   number || ' Main Street', 'Harbin'
              FROM numbered ORDER BY number
            RETURNING id
        ),
        placed AS (SELECT id, row_number() OVER (ORDER BY id) AS number FROM customer),
        own AS (UPDATE res_partner SET commercial_partner_id = id WHERE id IN (SELECT id FROM customer)),
        account AS (
            INSERT INTO key_account (partner_id, company_id, team_id, manager_id, active, state,
                                     confidentiality, management_level, number, code, scheme_id, grade_id,
                                     admission_date)
            SELECT id, %(company)s, %(team)s, (%(managers)s::int[])[number %% %(count)s + 1], TRUE, 'active',
                   'internal', 'none', (900000 + number)::text, (900000 + number)::text, %(scheme)s,
                   (%(grades)s::int[])[number %% 100 + 1], '2020-01-01'
              FROM placed
            RETURNING id, manager_id
        )
        INSERT INTO key_account_allowed_user_rel (account_id, user_id) SELECT id, manager_id FROM account
        """,
        size=size, company=env.company.id, team=team.id, managers=managers.ids, count=len(managers),
        scheme=env.ref("key_account_mgmt.scheme_share").id, grades=grades,
    ))
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL")
    env.cr.execute("ANALYZE")
    env.invalidate_all()
    env.registry.clear_cache()


def _make_bare(visits):
    """Make the same meetings by core alone."""
    visits.env["calendar.event"].with_context(
        no_mail_to_attendees=True, skip_contact_description=True, dont_notify=True,
    ).create([
        {
            "name": "Visit", "start": visit.start, "stop": visit.stop, "location": visit.place,
            "user_id": visit.user_id.id, "partner_ids": [Command.set(visit.user_id.partner_id.ids)],
        }
        for visit in visits
    ])


def _check(plan):
    """Refuse to report the time of a wrong plan: every account gets what it was promised, evenly."""
    short = plan.env["key.account.visit.coverage"].sudo().search_count([
        ("plan_id", "=", plan.id), ("missing_count", ">", 0),
    ])
    rows = plan.env.execute_query(SQL(
        """
        SELECT max(count) - min(count) FROM (
            SELECT user_id, date, count(*) AS count FROM key_account_visit WHERE plan_id = %s GROUP BY 1, 2
        ) day GROUP BY user_id, date_trunc('month', date)
        """, plan.id,
    ))
    if short or max(row[0] for row in rows) > 1:
        sys.exit(f"{short} accounts are short, days differ by up to {max(rows)}: the times mean nothing.")


def report(results):
    """Return the part's lines for RESULTS.md."""
    lines = [
        "### A year's visit plan with its calendar entries",
        "",
        "| accounts | visits | drafting | approving | an entry | core alone | ratio | the year's entries "
        "| memory |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for found in results:
        entry, bare = (statistics.median(times) / BATCH for times in (found.entries, found.bare))
        lines.append(
            f"| {found.accounts:,} | {found.visits:,} | {statistics.median(found.drafting):.2f} s | "
            f"{found.approving:.2f} s | {entry * 1000:.2f} ms | {bare * 1000:.2f} ms | "
            f"**{statistics.median(found.get_ratios()):.2f}** | {entry * found.visits:.0f} s | "
            f"{found.memory:.0f} MB |"
        )
    big = results[-1]
    drafted = statistics.median(big.drafting)
    ratio = statistics.median(big.get_ratios())
    return "\n".join([
        *lines,
        "",
        f"- Goal: drafted in {GOAL_SECONDS} s, while somebody waits. "
        + _verdict(drafted <= GOAL_SECONDS, f"{drafted:.2f} s for {big.visits:,} visits"),
        f"- Goal: an entry takes at most {GOAL_RATIO} times what core's calendar takes by itself. "
        + _verdict(ratio <= GOAL_RATIO, f"{ratio:.2f} times"),
        "",
        "Drafting is `action_generate` by the director, three times, the later ones replacing the drafts of "
        "the one before. Approving is what the last approval does with the visits. Entries are made in the "
        f"background, {BATCH} in a transaction; measured are {len(big.entries)} such batches in turns with "
        "as many meetings of the same people and times made by core's `calendar.event` alone. Checked: no "
        "account gets less than promised, and the days of a person's month differ by at most one visit.",
    ])


def _verdict(is_reached, text):
    return f"{'Reached' if is_reached else '**Missed**'}: {text}."

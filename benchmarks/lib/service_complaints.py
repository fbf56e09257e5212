"""Complaints: registering them, opening their kanban, telling of the overdue ones.

Registering is measured beside the tickets of OCA's helpdesk_mgmt, which lie in a database of their own;
the kanban beside that of Odoo's leads. Both sides are asked in turns, in one process, by a user who may
see them all, with the calls that the web client sends.
"""

import gc
import os
import resource
import statistics
import sys
import time
from pathlib import Path

from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import SQL, config

from lib.host_data import QUIET, ROLE, new_environment
from lib.replicate import replicate
from lib.results import machine, write_section
from lib.session import open_registry, run_alone, vacuum_full
from lib.web_client import View

CREATED, CREATE_ROUNDS = 1_000, 10
ROWS, KANBAN_ROUNDS = 50_000, 30
CUSTOMERS = 300
HELPDESK = "helpdesk_mgmt"
GOAL = 1.0
# what one scheduled run may keep in memory more than the first one did, in MB
GOAL_MEMORY = 30


def run():
    """Measure all three and write the section."""
    start = time.perf_counter()
    helpdesk = open_helpdesk()
    addon = open_registry()
    created, batch = measure_creating(Side(addon, new_complaint), Side(helpdesk, new_ticket))
    kanban, queries = measure_kanban(addon)
    say("\n".join(get_rows(created, batch, kanban, queries)))
    escalation = measure_escalation(addon)
    text = report(created, batch, kanban, queries, escalation, time.perf_counter() - start)
    write_section("service_complaints", text)
    say(text)


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def open_helpdesk():
    """Install OCA's addon in the database without ours.

    :rtype: Registry
    """
    config.parse_config([])
    paths = [*config["addons_path"], os.environ["BENCH_HELPDESK"]]
    config.parse_config([f"--addons-path={','.join(paths)}"])
    name = os.environ["BENCH_BARE_DB"]
    registry = Registry.new(name, update_module=True, install_modules=[HELPDESK])
    if "helpdesk.ticket" not in registry or "key.account" in registry:
        sys.exit("The database to compare with has not the addon that it should have.")
    return registry


# === REGISTERING === #

class Side:
    """One of the two databases: people, customers, and how something is registered there."""

    def __init__(self, registry, prepare):
        self.registry = registry
        with registry.cursor() as cr:
            env = new_environment(registry, cr)
            self.user_id, self.model, self.get_values = prepare(env(context=QUIET))
            self.partner_ids = env["res.partner"].search([("ref", "=like", "S%")]).ids
            cr.commit()
        vacuum_full(registry.db_name)

    def create(self, first, number, at_once=False):
        """Register so many as the web client or the mail gateway would, then roll back.

        :return: seconds
        :rtype: float
        """
        with self.registry.cursor() as cr:
            env = new_environment(self.registry, cr, self.user_id)
            model = env[self.model]
            values = [
                self.get_values(self.partner_ids[(first + place) % len(self.partner_ids)], first + place)
                for place in range(number)
            ]
            gc.collect()
            start = time.perf_counter()
            for some in [values] if at_once else [[one] for one in values]:
                model.create(some)
                env.flush_all()
                if not at_once:
                    env.invalidate_all()
            cr.flush()
            seconds = time.perf_counter() - start
            cr.rollback()
        return seconds


def new_user(env, login, *groups):
    return env["res.users"].create({
        "name": login.title(), "login": login, "email": f"{login}@example.com",
        "group_ids": [Command.set([env.ref(group).id for group in groups])],
    })


def new_customers(env):
    return env["res.partner"].create([
        {"name": f"Customer {number}", "ref": f"S{number}", "is_company": True,
         "email": f"c{number}@example.com", "phone": "+86 451 1"}
        for number in range(CUSTOMERS)
    ])


def new_complaint(env):
    """Make accounts with grades; a clerk registers, the account's manager becomes the owner."""
    customers = new_customers(env)
    clerk = new_user(env, "bench_clerk", f"{ROLE}clerk")
    manager = new_user(env, "bench_manager", f"{ROLE}manager")
    team = env["crm.team"].create({
        "name": "Department", "user_id": manager.id, "member_ids": [Command.set(manager.ids)],
    })
    scheme = env.ref("key_account_mgmt.scheme_share")
    env["key.account"].create([
        {
            "partner_id": customer.id, "team_id": team.id, "manager_id": manager.id, "state": "active",
            "scheme_id": scheme.id, "grade_id": scheme.grade_ids[number % 3].id,
        }
        for number, customer in enumerate(customers)
    ])
    category = env["key.account.complaint.category"].search([], limit=1)
    return clerk.id, "key.account.complaint", lambda partner_id, number: {
        "name": f"Complaint {number}", "partner_id": partner_id, "category_id": category.id,
        "description": "<p>It leaks since Monday.</p>", "severity": "high",
    }


def new_ticket(env):
    """Make the same people and customers; the ticket is given to the one who handles it."""
    new_customers(env)
    clerk = new_user(env, "bench_clerk", "helpdesk_mgmt.group_helpdesk_user")
    manager = new_user(env, "bench_manager", "helpdesk_mgmt.group_helpdesk_user")
    team = env["helpdesk.ticket.team"].create({
        "name": "Department", "user_ids": [Command.set((clerk | manager).ids)],
    })
    category = env["helpdesk.ticket.category"].search([], limit=1) or env[
        "helpdesk.ticket.category"
    ].create({"name": "Quality"})
    return clerk.id, "helpdesk.ticket", lambda partner_id, number: {
        "name": f"Ticket {number}", "partner_id": partner_id, "category_id": category.id,
        "description": "<p>It leaks since Monday.</p>", "priority": "2", "team_id": team.id,
        "user_id": manager.id,
    }


def measure_creating(complaints, tickets):
    """Register in turns, a part of them each time.

    :return: seconds of each side for the rounds one by one, and for all at once
    :rtype: tuple
    """
    part = CREATED // CREATE_ROUNDS
    for side in (complaints, tickets):
        side.create(0, 20)
    single, batch = ([], []), ([], [])
    for turn in range(CREATE_ROUNDS):
        order = ((0, complaints), (1, tickets)) if turn % 2 else ((1, tickets), (0, complaints))
        for place, side in order:
            single[place].append(side.create(turn * part, part))
            batch[place].append(side.create(turn * part, part, at_once=True))
    return single, batch


# === THE KANBAN === #

def measure_kanban(registry):
    """Open both kanbans in turns, with as many records on each.

    :return: seconds of each opening of both, and their queries
    :rtype: tuple
    """
    with registry.cursor() as cr:
        env = new_environment(registry, cr)(context=QUIET)
        fill(env)
        director = new_user(env, "bench_director", f"{ROLE}director")
        cr.commit()
    run_alone(
        registry.db_name, "VACUUM ANALYZE",
        f'ALTER DATABASE "{registry.db_name}" SET max_parallel_workers_per_gather = 0',
    )
    with registry.cursor() as cr:
        env = new_environment(registry, cr, director.id)
        complaints = View(
            env, "key.account.complaint", "key_account_mgmt.key_account_complaint_view_kanban", "kanban"
        )
        leads = View(env, "crm.lead", "crm.crm_case_kanban_view_leads", "kanban")
        opening = (
            [complaints.read_group([], "state", [])],
            [
                leads.read_group([["type", "=", "opportunity"]], "stage_id", [
                    "expected_revenue:sum", "recurring_revenue_monthly:sum",
                    "company_currency:array_agg_distinct", "expected_revenue:sum_currency",
                    "recurring_revenue_monthly:sum_currency",
                ], default_type="opportunity"),
                leads.read_progress_bar(
                    [["type", "=", "opportunity"]], "stage_id", default_type="opportunity"
                ),
            ],
        )
    times, queries = ([], []), [0, 0]
    for turn in range(-3, KANBAN_ROUNDS):
        for place in (0, 1) if turn % 2 else (1, 0):
            seconds, queries[place], result = open_kanban(registry, director.id, opening[place])
            counted = sum(group["__count"] for group in result["groups"])
            if counted < ROWS:
                sys.exit(f"A kanban shows {counted} records instead of {ROWS}.")
            if turn >= 0:
                times[place].append(seconds)
    return times, queries


def open_kanban(registry, user_id, requests):
    with registry.cursor() as cr:
        env = new_environment(registry, cr, user_id)
        gc.collect()
        start = time.perf_counter()
        results = [request.answer(env) for request in requests]
        return time.perf_counter() - start, cr.sql_log_count, results[0]


def fill(env):
    """Make as many complaints as leads, spread alike over states and stages; a third are closed."""
    customer = env["res.partner"].search([("ref", "=", "S0")])
    complaint = env["key.account.complaint"].create({
        "name": "Prototype", "partner_id": customer.id, "description": "<p>It leaks.</p>",
    })
    lead = env["crm.lead"].create({
        "name": "Prototype", "type": "opportunity", "partner_id": customer.id,
        "user_id": complaint.user_id.id, "expected_revenue": 1000, "description": "<p>Wants ten.</p>",
    })
    env.flush_all()
    partners = "JOIN res_partner partner ON partner.ref = 'S' || series.number %% 300"
    states = "'new','accepted','in_progress','waiting_customer','resolved','closed'"
    replicate(
        env, complaint, 0, ROWS,
        joins=f"{partners} JOIN key_account account ON account.partner_id = partner.id",
        number="'B' || series.number", name="'Complaint ' || series.number", partner_id="partner.id",
        account_id="account.id", grade_id="account.grade_id",
        state=f"(ARRAY[{states}])[1 + series.number %% 6]",
        urgency="(series.number %% 4) * 100 + series.number %% 3",
        next_deadline=(
            "CASE WHEN series.number %% 6 < 3"
            " THEN prototype.next_deadline + series.number * interval '1 minute' END"
        ),
        next_escalation_on="NULL",
    )
    stages = env["crm.stage"].search([]).ids
    replicate(
        env, lead, 0, ROWS, joins=partners, name="'Lead ' || series.number", partner_id="partner.id",
        stage_id=f"(ARRAY{stages})[1 + series.number %% {len(stages)}]",
        priority="(series.number %% 4)::text",
    )


# === ESCALATION === #

def measure_escalation(registry):
    """Let everything be overdue, and run the scheduled action until nobody is left to be told.

    :return: seconds, seconds of the first and the last batch, and memory after both
    :rtype: dict
    """
    run_alone(registry.db_name, """
        UPDATE key_account_complaint
           SET state = 'new', escalation_level = 0, next_deadline = now() - interval '1 hour',
               next_escalation_on = now() - interval '1 hour'
    """, "VACUUM ANALYZE key_account_complaint")
    model, batches, memory = "key.account.complaint", [], []
    while True:
        with registry.cursor() as cr:
            env = new_environment(registry, cr)
            if not env[model].search_count([("escalation_level", "=", 0)], limit=1):
                break
            start = time.perf_counter()
            env[model]._cron_escalate_complaints()
            batches.append(time.perf_counter() - start)
        memory.append(get_memory())
        if len(batches) % 10 == 0:
            say(f"  {len(batches)} batches of the escalation, {batches[-1]:.1f} s, {memory[-1]:.0f} MB")
    return check_escalated(registry) | {"batches": batches, "memory": memory}


def check_escalated(registry):
    """Refuse to report unless each complaint's owner has been told, and once."""
    with registry.cursor() as cr:
        env = new_environment(registry, cr)
        kind = env.ref("key_account_mgmt.mail_activity_type_complaint")
        told = env.execute_query(SQL(
            "SELECT count(*), count(DISTINCT res_id) FROM mail_activity WHERE activity_type_id = %s", kind.id
        ))[0]
        complaints = env["key.account.complaint"].search_count([])
        plan = "\n".join(line for line, in env.execute_query(SQL(
            "EXPLAIN SELECT id FROM key_account_complaint WHERE next_escalation_on <= now()"
            " ORDER BY next_escalation_on, id LIMIT 501"
        )))
    if told != (complaints, complaints):
        sys.exit(f"{complaints} complaints were overdue, {told} were told of.")
    return {"complaints": complaints, "is_indexed": "next_escalation_on_index" in plan}


def get_memory():
    """Return the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


# === REPORT === #

def get_row(name, times, queries=("", ""), unit=1):
    """Return one line of the table: medians of both, and of their ratios."""
    ratios = [ours / theirs for ours, theirs in zip(*times)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    ours, theirs = (statistics.median(side) * 1000 / unit for side in times)
    reached = "yes" if middle <= GOAL else "**no**"
    return (
        f"| {name} | {ours:.1f} | {theirs:.1f} | **{middle:.2f}** | {low:.2f}–{high:.2f} | "
        f"{queries[0]} | {queries[1]} | {reached} |"
    )


def get_rows(created, batch, kanban, queries):
    """Return the lines of the table."""
    part = CREATED // CREATE_ROUNDS
    return [
        get_row(f"register {CREATED:,}, one by one: each, beside a ticket", created, unit=part),
        get_row(f"register {CREATED:,}, {part} at once: each, beside a ticket", batch, unit=part),
        get_row(f"open the kanban with {ROWS:,}, beside the leads' with as many", kanban, queries),
    ]


def report(created, batch, kanban, queries, escalation, seconds):
    """Return the section for RESULTS.md."""
    batches, memory = escalation["batches"], escalation["memory"]
    growth = memory[-1] - memory[0]
    steady = "Reached" if growth <= GOAL_MEMORY else "**Missed**"
    indexed = "by its index" if escalation["is_indexed"] else "**not by its index**"
    return "\n".join([
        "## service.py: complaints beside tickets and leads",
        "",
        f"{machine()}; medians; {seconds / 60:.1f} minutes in all.",
        "",
        "| | complaints, ms | measure, ms | ratio | quartiles | queries | measure's | reached |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
        *get_rows(created, batch, kanban, queries),
        "",
        f"- Goal: at most {GOAL} times the measure, each.",
        f"- Escalation: {escalation['complaints']:,} overdue complaints in {len(batches)} batches, "
        f"{sum(batches) / escalation['complaints'] * 1000:.1f} ms each; the first batches take "
        f"{statistics.median(batches[:10]):.1f} s, the last {statistics.median(batches[-10:]):.1f} s. "
        f"Each owner was told once. The due ones are found {indexed}.",
        f"- Goal: constant memory. {steady}: {memory[0]:.0f} MB after the first batch, {memory[-1]:.0f} MB "
        "after the last.",
        "",
        "The tickets are those of OCA's helpdesk_mgmt, in a database of their own without this addon; "
        "people, customers and texts are the same, and both are given to somebody who is told by a "
        "notification. A "
        "complaint also finds its customer's key account, its grade's promise and two deadlines in working "
        "time. One by one, each has an empty cache of records, as a request has. The kanbans are opened by a "
        "director who sees all, with the calls that the web client sends, without parallel workers.",
    ])

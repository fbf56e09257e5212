"""What the addon costs somebody who has nothing to do with it.

A salesman with none of the addon's roles does his usual work in two databases of one PostgreSQL, in
one process, in turns: one database holds the addon's dependencies alone, the other the same records
and the addon with its key accounts. Each call is an RPC as the web client sends it, in a transaction
and an environment of its own, with the flush that ends a request; then it is rolled back. Measured
when warm: what a first call loads into Odoo's own caches is not counted.
"""

import gc
import os
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from lib.host_calls import get_calls
from lib.host_data import (
    ACCOUNT_EVERY,
    COMPANY_PERCENT,
    SECRET_EVERY,
    Filling,
    check_alike,
    new_environment,
)
from lib.results import machine, write_section
from lib.session import open_registry, run_alone, vacuum_full

from odoo.exceptions import UserError

# partners, leads, orders: each ten times the one before
SIZES = ((10_000, 2_000, 400), (100_000, 20_000, 4_000))
GOAL_RATIO = 1.05
GOAL_QUERIES = 1
# seconds for one call at each size, both databases together, within these numbers of repetitions
BUDGETS = (2, 5)
REPEATS = (30, 200)
WARM_UP = 4
STATEMENT = re.compile(
    r'^\s*(?:WITH .*? )?(SELECT|INSERT|UPDATE|DELETE)\b.*?(?:(?<=UPDATE)|\bFROM|\bINTO)\s+"?(\w+)',
    re.DOTALL | re.IGNORECASE,
)


class Cost(NamedTuple):
    """What one call took: seconds on the clock, seconds on a processor, SQL queries."""

    clock: float
    work: float
    queries: int


class Measured(NamedTuple):
    """One call at one size: the :class:`Cost` of each repetition in both databases."""

    name: str
    bare: list
    addon: list
    more: Counter
    failure: str = ""

    def get_ratios(self, measure):
        """Return how many times the bare call's each call with the addon takes.

        :param str measure: name of a field of :class:`Cost`
        """
        return [
            getattr(addon, measure) / getattr(bare, measure) for bare, addon in zip(self.bare, self.addon)
        ]

    def get_noise(self):
        """Return the ratio of the bare call to itself, which would be 1 if nothing disturbed it."""
        return statistics.median(
            second.work / first.work for first, second in zip(self.bare[::2], self.bare[1::2])
        )

    def get_queries(self):
        """Return the queries of the bare call and of that with the addon."""
        return tuple(
            statistics.median_low(cost.queries for cost in costs) for costs in (self.bare, self.addon)
        )

    def get_more_queries(self):
        bare, addon = self.get_queries()
        return addon - bare

    def is_reached(self):
        return not self.failure and (
            statistics.median(self.get_ratios("work")) <= GOAL_RATIO
            and self.get_more_queries() <= GOAL_QUERIES
        )


class Side:
    """One of the two databases, as the salesman meets it."""

    def __init__(self, name):
        self.registry = open_registry(name)
        run_alone(
            self.registry.db_name,
            f'ALTER DATABASE "{self.registry.db_name}" SET max_parallel_workers_per_gather = 0',
        )
        # kept for filling; nothing is open on it while the calls are measured
        self.cr = self.registry.cursor()
        self.filling = Filling(new_environment(self.registry, self.cr))
        self.user_id = self.filling.salesman.id
        self.calls = {}

    def grow(self, partners, leads, orders):
        """Fill the database up to a size and prepare the calls."""
        start = time.perf_counter()
        self.filling.grow(partners, leads, orders)
        vacuum_full(self.registry.db_name)
        if not self.calls:
            with self.registry.cursor() as cr:
                self.calls = get_calls(new_environment(self.registry, cr, self.user_id))
        say(f"  {'with' if self.filling.has_addon else 'without'} the addon: "
            f"{time.perf_counter() - start:.0f} s")

    def perform(self, name, turn, record=None):
        """Serve one call as an HTTP request would.

        :param str name: of the call
        :param int turn: which repetition; the calls vary with it
        :param Counter record: gets the statements, where given
        :return: a :class:`Cost` and the result
        :rtype: tuple
        """
        requests = self.calls[name]
        request = requests[turn % len(requests)]
        with self.registry.cursor() as cr:
            if record is not None:
                record_statements(cr, record)
            backend = Path(f"/proc/{cr._cnx.info.backend_pid}/schedstat")
            work, clock = get_work(backend), time.perf_counter()
            env = new_environment(self.registry, cr, self.user_id)
            result = request.answer(env)
            cr.flush()
            cost = Cost(time.perf_counter() - clock, get_work(backend) - work, cr.sql_log_count)
            cr.rollback()
        return cost, result


def get_work(backend):
    """Return the seconds that this process and its PostgreSQL process have spent on a processor.

    :param Path backend: the kernel's account of the latter; where the server is elsewhere, only this
        process counts
    """
    try:
        nanoseconds = int(backend.read_text(encoding="ascii").split()[0])
    except OSError:
        nanoseconds = 0
    return time.process_time() + nanoseconds / 1e9


def record_statements(cr, record):
    """Count the statements of a cursor by kind and table."""
    execute = cr.execute

    def recording(query, params=None, log_exceptions=True):
        text = getattr(query, "code", query)
        found = STATEMENT.match(text)
        record[f"{found[1].upper()} {found[2]}" if found else text.split(maxsplit=1)[0].upper()] += 1
        return execute(query, params, log_exceptions)

    cr.execute = recording


# === MEASURING === #

def check_clean(bare, addon):
    """Refuse to compare unless the one registry knows nothing of the addon, and the other does."""
    for side, expected in ((bare, False), (addon, True)):
        modules = {base.__module__ for model in side.registry.values() for base in model.mro()}
        if any(module.startswith("odoo.addons.key_account_mgmt") for module in modules) != expected:
            sys.exit("The databases are mixed up: one registry must have the addon, the other not.")
    user = addon.filling.salesman
    if any(name.startswith("key_account_mgmt.") for name in user.all_group_ids.get_external_id().values()):
        sys.exit("The salesman has a role of the addon.")


def check_same(name, bare, addon):
    """Refuse to report the time of another answer."""
    def outline(result):
        if isinstance(result, dict) and "groups" in result:
            return [(group["__count"], len(group.get("__records", ()))) for group in result["groups"]]
        if isinstance(result, dict) and "records" in result:
            return result["length"], len(result["records"])
        return len(result) if isinstance(result, (list, dict)) else result

    if outline(bare) != outline(addon):
        sys.exit(f"{name} answers {outline(bare)} without and {outline(addon)} with the addon.")


def measure(name, bare, addon, budget):
    """Measure one call in both databases, in turns, for so many seconds.

    :rtype: Measured
    """
    for turn in range(WARM_UP):
        expected = bare.perform(name, turn)[1]
        try:
            check_same(name, expected, addon.perform(name, turn)[1])
        except UserError as error:
            return Measured(name, [], [], Counter(), f"{type(error).__name__}: {error}".splitlines()[0])
    records = [Counter(), Counter()]
    once = [side.perform(name, WARM_UP, record)[0] for side, record in zip((bare, addon), records)]
    gc.collect()
    gc.freeze()
    repeats = min(max(int(budget / sum(cost.clock for cost in once)), REPEATS[0]), REPEATS[1])
    found = {bare: [], addon: []}
    for turn in range(WARM_UP, WARM_UP + repeats):
        # the order changes, so that neither always comes second
        for side in (bare, addon) if turn % 2 else (addon, bare):
            found[side].append(side.perform(name, turn)[0])
    return Measured(name, found[bare], found[addon], records[1] - records[0])


# === REPORT === #

def get_row(call):
    """Return one line of the table."""
    if call.failure:
        return f"| {call.name} | | **{call.failure}** | | | | | | **no** |"
    low, middle, high = statistics.quantiles(call.get_ratios("work"), n=4)
    bare, addon = (
        statistics.median(cost.work for cost in costs) * 1000 for costs in (call.bare, call.addon)
    )
    bare_queries, addon_queries = call.get_queries()
    return (
        f"| {call.name} | {bare:.1f} | {addon:.1f} | **{middle:.3f}** | {low:.2f}–{high:.2f} | "
        f"{statistics.median(call.get_ratios('clock')):.2f} | {bare_queries} | {addon_queries} | "
        f"{'yes' if call.is_reached() else '**no**'} |"
    )


def get_table(calls):
    """Return the table of one size."""
    lines = [
        "| call | without, ms | with, ms | ratio | quartiles | by the clock | queries without | with | "
        "reached |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    return lines + [get_row(call) for call in calls]


def report(results, seconds):
    """Return the section for RESULTS.md.

    :param dict results: size to list of :class:`Measured`
    :param float seconds: how long it all took
    """
    lines = [
        "## host_overhead.py: what the addon costs a salesman without a role in it",
        "",
        f"{machine()}; {min(REPEATS)} to {max(REPEATS)} times in turns, medians; "
        f"{seconds / 60:.1f} minutes in all.",
    ]
    for (partners, leads, orders), calls in results.items():
        accounts = partners * COMPANY_PERCENT // 100 // ACCOUNT_EVERY
        lines += [
            "",
            f"{partners:,} partners, {accounts:,} of them key accounts, "
            f"{accounts // SECRET_EVERY} of those secret; {leads:,} leads, {leads // 10:,} of them the "
            f"salesman's; {orders:,} orders, {orders // 2:,} of them his:",
            "",
            *get_table(calls),
        ]
    lines += [
        "",
        *get_findings(*results.values()),
        "",
        "Times are those that Odoo and its PostgreSQL process spend on a processor; the clock, which other "
        "work on the machine disturbs more, is beside them. The ratio is the median of the ratios of "
        "neighbouring repetitions. Both databases work without parallel workers, which come and go with "
        "the load. A call is an RPC of the web client, in a transaction and an environment of its own, "
        "flushed as at the end of a request, then rolled back; both answers are compared. What a list or "
        "a form asks for is taken from the views that the salesman gets. Warm: Odoo's caches are filled, "
        "those of records are empty.",
    ]
    return "\n".join(lines)


def get_findings(small, big):
    """Return the lines about the goals, and which statements the addon adds.

    :param list small: :class:`Measured` at the smaller size
    :param list big: at the bigger one
    """
    missed = [call for call in big if not call.is_reached()]
    done = [call for call in big if not call.failure]
    grown = [
        f"{call.name} by {call.get_more_queries()}, before by {before.get_more_queries()}"
        for before, call in zip(small, big)
        if not (before.failure or call.failure) and call.get_more_queries() > before.get_more_queries()
    ]
    noise = [call.get_noise() for call in done]
    return [
        f"- Goal: at most {GOAL_RATIO} times the time and {GOAL_QUERIES} query more, for each call. "
        + verdict(not missed, f"{len(big) - len(missed)} of {len(big)} calls do at the bigger size"),
        "- Goal: no more queries for more records. "
        + verdict(not grown, ", ".join(grown) or "the queries that the addon adds do not grow"),
        f"- Noise: the calls without the addon against themselves have ratios of {min(noise):.2f} to "
        f"{max(noise):.2f}.",
        "",
        *(
            f"- {call.name}, further statements: "
            + ", ".join(f"{count} × {statement}" for statement, count in sorted(call.more.items()))
            for call in done if call.more
        ),
    ]


def verdict(is_reached, text):
    return f"{'Reached' if is_reached else '**Missed**'}: {text}."


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main():
    start = time.perf_counter()
    bare, addon = Side(os.environ["BENCH_BARE_DB"]), Side(None)
    check_clean(bare, addon)
    results = {}
    for size, budget in zip(SIZES, BUDGETS):
        say(f"filling up to {size[0]:,} partners ...")
        for side in (bare, addon):
            side.grow(*size)
        check_alike([bare.filling.env, addon.filling.env])
        results[size] = []
        for name in bare.calls:
            results[size].append(measure(name, bare, addon, budget))
            say(get_row(results[size][-1]))
    text = report(results, time.perf_counter() - start)
    write_section("host_overhead", text)
    say(text)


if __name__ == "__main__":
    main()

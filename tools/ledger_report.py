"""Load a file of purchases into the database of the configuration, grade them, and print the result.

Called by tools/ledger with the file: a header, then customer, date, units and dollars in each line.
"""

import datetime
import math
import sys
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import odoo
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config

BATCH = 10_000
PRESETS = ("share", "consumption", "scoring", "factors", "management_level")
HOW = """\
How the presets are scaled: they are written for a company whose key accounts buy for millions, which no
customer of this shop does. So in each preset all money (or share) bounds are multiplied by one factor,
which puts the highest of them where one customer in a thousand stands; the proportions between the
bounds, the weights and the points stay. Points from assessors, shares of wallet,
collection and complaints are not in the file: these dimensions are left out, and the others weigh more.
Every period ends on the last day of the file. Grade C of the share scheme asks for accounts marked as
having growth potential, of which there are none here."""


def say(text=""):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def read(path):
    """Return the purchases as (customer, day, amount)."""
    purchases = []
    for line in path.read_text(encoding="ascii").splitlines()[1:]:
        customer, day, _units, dollars = line.split()
        purchases.append((customer, datetime.date.fromisoformat(day), Decimal(dollars)))
    return purchases


# === LOADING === #

def load(env, purchases):
    """Load customers and purchases as a file is imported, and compare what arrived with the file."""
    start = time.perf_counter()
    customers = sorted({customer for customer, _day, _amount in purchases})
    load_rows(env["res.partner"], ["id", "name"], [
        [f"cdnow.{customer}", f"CDNOW {customer}"] for customer in customers
    ])
    load_rows(env["key.account.sales.history"], ["partner_id/id", "date", "amount"], [
        [f"cdnow.{customer}", str(day), str(amount)] for customer, day, amount in purchases
    ])
    env.cr.execute(
        "SELECT COUNT(*), COUNT(DISTINCT partner_id), SUM(amount)::text FROM key_account_sales_history"
    )
    count, partners, total = env.cr.fetchone()
    expected = (len(purchases), len(customers), sum(amount for _customer, _day, amount in purchases))
    if (count, partners, Decimal(total)) != expected:
        sys.exit(f"The file holds {expected}, the database {(count, partners, total)}.")
    zeros = sum(1 for _customer, _day, amount in purchases if not amount)
    say(
        f"{count:,} purchases of {partners:,} customers, {zeros} of them of 0.00: {Decimal(total):,.2f} in "
        f"all, as in the file; loaded in {time.perf_counter() - start:.0f} s."
    )


def load_rows(model, names, rows):
    for first in range(0, len(rows), BATCH):
        result = model.with_context(tracking_disable=True).load(names, rows[first:first + BATCH])
        if result["messages"]:
            sys.exit(f"{model._name} refuses: {result['messages'][:3]}")
        model.env.cr.commit()
        say(f"    {model._name}: {min(first + BATCH, len(rows)):,} of {len(rows):,}")


# === SCALING === #

def scale(env, scheme, last_day):
    """Bring the scheme's bounds to the size of the data; return the factor.

    :return: by what the bounds in money or per cent were multiplied
    """
    first_day = scheme._get_window(last_day) or datetime.date.min
    env.cr.execute(
        "SELECT SUM(amount) FROM key_account_sales_history WHERE date BETWEEN %s AND %s"
        " GROUP BY partner_id ORDER BY 1 DESC", (first_day, last_day),
    )
    amounts = [amount for amount, in env.cr.fetchall()]
    mark = amounts[math.ceil(len(amounts) / 1000) - 1]
    if scheme.method == "share":
        mark = mark * 100 / sum(amounts)
    if scheme.method == "score":
        bands = scheme.dimension_ids.filtered(lambda dimension: dimension.metric == "sales").band_ids
        factor = mark / max(bands.mapped("lower"))
        for band in bands:
            band.lower = round(band.lower * factor, 2)
        scheme.dimension_ids.is_skipped_without_data = True
        scheme.active = True
    else:
        factor = mark / max(scheme.grade_ids.mapped("threshold"))
        scheme.grade_ids = [
            Command.update(grade.id, {"threshold": round(grade.threshold * factor, 2)})
            for grade in scheme.grade_ids
        ]
    return factor


# === GRADING === #

def grade(env, preset, last_day):
    """Run a preset and print what it found."""
    scheme = env.ref(f"key_account_mgmt.scheme_{preset}")
    factor = scale(env, scheme, last_day)
    run = env["key.account.grading.run"].create({"scheme_id": scheme.id, "date_to": last_day})
    env.flush_all()
    env.invalidate_all()
    start = time.perf_counter()
    run.action_compute()
    env.flush_all()
    seconds = time.perf_counter() - start
    env.cr.commit()
    say()
    say(
        f"{scheme.name}, {run.date_from or 'from the beginning'} to {run.date_to}: {run.customer_count:,} "
        f"customers, {run.total_amount:,.2f}; factor {factor:.6f}; {seconds:.2f} s"
    )
    say(f"  {'grade':<24}{'from':>12}{'customers':>12}{'revenue':>16}{'of total':>10}")
    for line in run.grade_line_ids.sorted("sequence"):
        say(
            f"  {line.code + ' ' + line.grade_id.name:<24}{line.threshold:>12,.2f}{line.customer_count:>12,}"
            f"{line.sales_amount:>16,.2f}{line.sales_share:>8.2f} %"
        )
    graded = sum(run.grade_line_ids.mapped("customer_count"))
    amount = sum(run.grade_line_ids.mapped("sales_amount"))
    say(
        f"  {'no grade':<24}{'':>12}{run.customer_count - graded:>12,}{run.total_amount - amount:>16,.2f}"
        f"{100 - sum(run.grade_line_ids.mapped('sales_share')):>8.2f} %"
    )


if __name__ == "__main__":
    config.parse_config([])
    with closing(Registry(config["db_name"][0]).cursor()) as cr:
        environment = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        sales = read(Path(sys.argv[1]))
        load(environment, sales)
        say()
        say(HOW)
        for name in PRESETS:
            grade(environment, name, max(day for _customer, day, _amount in sales))

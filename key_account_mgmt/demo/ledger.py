"""Two years of orders, invoices and payments, ending today."""

from datetime import datetime, time, timedelta

from odoo.tools import SQL

YEAR = 365
# what is sold in a year, untaxed
TURNOVER = (72_000_000, 80_000_000)
# January to December: the Spring Festival is quiet, the ends of the half-years are busy
SEASON = (0.9, 0.45, 1.15, 1.1, 1.05, 1.25, 0.9, 0.85, 1.1, 0.9, 1.15, 1.3)
# parts of a thousand in customers.csv from which on a customer is near the bound of a grade
LARGE = 8
# orders of the last days are not invoiced yet
INVOICED_UNTIL = 12


def make(world):
    """Make orders, and what follows from them where the company keeps accounts."""
    _plan_orders(world)
    _make_orders(world)
    _make_quotations(world)
    if world.env["account.journal"].search_count(
        [("type", "=", "sale"), ("company_id", "=", world.company.id)], limit=1
    ):
        invoices = _make_invoices(world)
        _make_payments(world, invoices)


# === ORDERS === #

def _plan_orders(world):
    """Decide when each customer orders for how much, so that its year comes to its share."""
    for year, turnover in enumerate(TURNOVER):
        column = f"year{year + 1}"
        whole = sum(float(customer.row[column]) for customer in world.customers)
        for customer in world.customers:
            planned = int(customer.row["orders"]) + world.random.randint(-1, 1)
            count = max(2, round(planned * world.order_share))
            weight = float(customer.row[column])
            # not the plan to the cent; the larger ones stay on their side of the grades' bounds
            spread = 0.03 if weight > LARGE else 0.09
            budget = turnover * weight / whole * world.random.uniform(1 - spread, 1 + spread)
            days = _pick_days(world, first=YEAR * (2 - year), last=YEAR * (1 - year), count=count)
            weights = [world.random.uniform(0.7, 1.3) for _day in days]
            customer.orders += [
                (day, budget * weight / sum(weights)) for day, weight in zip(days, weights)
            ]


def _pick_days(world, first, last, count):
    """Return dates between two numbers of days ago, spread evenly and then by the season."""
    days = [world.day(ago) for ago in range(first - 1, last - 1, -1)]
    working = [day for day in days if day.weekday() < 5]
    slot = len(working) / count
    picked = []
    for index in range(count):
        choices = working[int(index * slot):int((index + 1) * slot)]
        picked += world.random.choices(choices, [SEASON[day.month - 1] for day in choices])
    return picked


def _make_orders(world):
    plans = sorted(
        (day, index, amount)
        for index, customer in enumerate(world.customers)
        for day, amount in customer.orders
    )
    world.orders = world.quiet_env["sale.order"].create([
        _get_order_values(world, world.customers[index], day, amount) | {"state": "sale"}
        for day, index, amount in plans
    ])


def _get_order_values(world, customer, day, amount):
    is_branch = customer.branch and world.random.random() < 0.25
    return {
        "partner_id": (customer.branch if is_branch else customer.partner).id,
        "company_id": world.company.id,
        "user_id": world.users[customer.owner].id,
        "team_id": world.teams[customer.team].id,
        # nine in the morning to five in the afternoon, by Chinese clocks
        "date_order": datetime.combine(day, time(1)) + timedelta(minutes=world.random.randrange(480)),
        "order_line": [
            (0, 0, {"product_id": product.id, "product_uom_qty": quantity, "price_unit": price})
            for product, quantity, price in _pick_lines(world, amount)
        ],
    }


def _pick_lines(world, amount):
    """Return products and quantities that come to about an amount."""
    affordable = [product for product in world.products if amount / 400 < product.list_price <= amount / 2]
    affordable = affordable or world.products[:1]
    chosen = world.random.sample(list(affordable), min(len(affordable), world.random.randint(1, 3)))
    part = amount / len(chosen)
    lines = []
    for product in chosen:
        quantity = max(1, round(part / product.list_price))
        # the price that was agreed on: at most a fifth beside the list
        price = min(max(part / quantity, product.list_price * 0.8), product.list_price * 1.2)
        lines.append((product, quantity, round(price, 2)))
    return lines


def _make_quotations(world):
    """Make offers of the last weeks; some were sent, some lapsed."""
    choices = world.random.choices(world.customers, k=24)
    quotations = world.quiet_env["sale.order"].create([
        _get_order_values(
            world, customer, world.day(world.random.randrange(1, 40)), world.random.uniform(2e4, 4e5)
        )
        for customer in choices
    ])
    quotations[:12].state = "sent"
    quotations[12:16].state = "cancel"


# === INVOICES === #

def _make_invoices(world):
    """Invoice each order some days later, and give credit for a few.

    :return: the posted invoices
    :rtype: account.move
    """
    due = world.orders.filtered(lambda order: order.date_order.date() < world.day(INVOICED_UNTIL))
    # nobody thought of invoicing these
    due -= due.browse(world.random.sample(due.ids, len(due) // 50))
    values = []
    for order in due:
        day = order.date_order.date() + timedelta(days=world.random.randint(1, INVOICED_UNTIL))
        values.append(_get_invoice_values(order, day))
    values.sort(key=lambda item: item["invoice_date"])
    invoices = world.quiet_env["account.move"].create(values)
    invoices[:-3].action_post()  # the latest are still drafts
    _make_credit_notes(world, invoices[:-3])
    return invoices[:-3]


def _get_invoice_values(order, day):
    return order._prepare_invoice() | {
        "invoice_date": day,
        "invoice_line_ids": [
            (0, 0, values)
            for line in order.order_line
            for values in line._prepare_invoice_lines_vals_list()
        ],
    }


def _make_credit_notes(world, invoices):
    """Take back a part of some deliveries."""
    chosen = world.random.sample(list(invoices), min(14, len(invoices) // 8))
    values = []
    for invoice in sorted(chosen, key=lambda move: move.invoice_date):
        day = min(invoice.invoice_date + timedelta(days=world.random.randint(10, 40)), world.today)
        line = invoice.invoice_line_ids[0]
        values.append({
            "move_type": "out_refund",
            "partner_id": invoice.partner_id.id,
            "invoice_date": day,
            "invoice_user_id": invoice.invoice_user_id.id,
            "team_id": invoice.team_id.id,
            "ref": invoice.name,
            "reversed_entry_id": invoice.id,
            "invoice_line_ids": [(0, 0, {
                "product_id": line.product_id.id,
                "quantity": max(1, line.quantity // 10),
                "price_unit": line.price_unit,
                "tax_ids": [(6, 0, line.tax_ids.ids)],
            })],
        })
    refunds = world.quiet_env["account.move"].create(values)
    refunds.action_post()
    _reconcile([refund | refund.reversed_entry_id for refund in refunds])


# === PAYMENTS === #

def _make_payments(world, invoices):
    """Pay most invoices, a customer's of a month together: many late, a few in part, some not at all."""
    journal = world.env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", world.company.id)], limit=1
    )
    transfers = {}
    for invoice in invoices:
        day = invoice.invoice_date_due + timedelta(days=round(world.random.triangular(-20, 75, 8)))
        if day <= world.today and world.random.random() > 0.06 and invoice.amount_residual:
            key = (invoice.commercial_partner_id, day.year, day.month)
            transfers.setdefault(key, []).append((day, invoice))
    plans = sorted(
        (max(day for day, _invoice in items), partner.id, [invoice.id for _day, invoice in items])
        for (partner, _year, _month), items in transfers.items()
    )
    groups = [invoices.browse(invoice_ids) for _day, _partner_id, invoice_ids in plans]
    payments = world.quiet_env["account.payment"].create([
        {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": partner_id,
            # one in twenty pays only a half for now
            "amount": round(
                sum(group.mapped("amount_residual")) * (0.5 if world.random.random() < 0.05 else 1), 2
            ),
            "date": day,
            "memo": f"货款 {group[0].name}",
            "journal_id": journal.id,
        }
        for (day, partner_id, _invoice_ids), group in zip(plans, groups)
    ])
    payments.action_post()
    _reconcile([payment.move_id | group for payment, group in zip(payments, groups)])


def _reconcile(groups):
    """Match the receivables of each group of moves; all groups at once, which is much faster."""
    plan = [
        moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        for moves in groups
    ]
    if plan:
        plan[0]._reconcile_plan(plan)


# === WHAT DOCUMENTS KEEP OF THEIR ACCOUNTS === #

def take_snapshots(world):
    """Write manager and grade on the documents as if each had been confirmed on its own day.

    The accounts were made after them, so they could not take note of it themselves.
    """
    world.env.flush_all()
    for table, column in (("sale_order", "date_order"), ("account_move", "invoice_date")):
        state = "sale" if table == "sale_order" else "posted"
        world.env.cr.execute(SQL(
            """
            UPDATE %(table)s document
               SET key_account_manager_id = account.manager_id, key_account_grade_id = (
                       SELECT history.grade_id
                         FROM key_account_grade_history history
                        WHERE history.account_id = account.id
                          AND history.scheme_id = account.scheme_id
                          AND history.date_from <= document.%(column)s::date
                        ORDER BY history.date_from DESC, history.id DESC
                        LIMIT 1)
              FROM key_account account
             WHERE account.id = document.key_account_id AND document.state = %(state)s
               AND account.admission_date <= document.%(column)s::date
            """,
            table=SQL.identifier(table), column=SQL.identifier(column), state=state,
        ))
    world.env.invalidate_all()

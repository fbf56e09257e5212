import os
import unittest
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCase

FILE = os.environ.get("KEY_ACCOUNT_CDNOW_SAMPLE")


def read_purchases(path):
    """Return the file's purchases as (customer, day, amount).

    Five columns without a header: the customer in the big file, in this one, the day, units, dollars.
    """
    purchases = []
    for line in Path(path).read_text(encoding="ascii").splitlines():
        _master, customer, day, _units, dollars = line.split()
        purchases.append((customer, date.fromisoformat(day), Decimal(dollars)))
    return purchases


def half_up(value, places):
    return value.quantize(Decimal(places), rounding=ROUND_HALF_UP)


@unittest.skipUnless(FILE, "KEY_ACCOUNT_CDNOW_SAMPLE names no file of purchases; make test sets it")
class RealLedgerCase(KeyAccountCase):
    """The purchases of a real shop, imported as sales history."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not Path(FILE).is_file():
            raise AssertionError(
                f"KEY_ACCOUNT_CDNOW_SAMPLE names {FILE}, which does not exist. Run tools/dataset and see "
                "why it cannot download the file."
            )
        cls.purchases = read_purchases(FILE)
        cls.last_day = max(day for _customer, day, _amount in cls.purchases)
        cls.customers = sorted({customer for customer, _day, _amount in cls.purchases})
        cls._load("res.partner", ["id", "name"], [
            [f"cdnow.{customer}", f"CDNOW {customer}"] for customer in cls.customers
        ])
        cls._load("key.account.sales.history", ["partner_id/id", "date", "amount"], [
            [f"cdnow.{customer}", str(day), str(amount)] for customer, day, amount in cls.purchases
        ])
        cls.partners = {
            cls.env.ref(f"cdnow.{customer}").id: customer for customer in cls.customers
        }

    @classmethod
    def _load(cls, model, names, rows):
        result = cls.env[model].load(names, rows)
        assert not result["messages"], result["messages"][:3]


@tagged("post_install", "-at_install")
class TestRealLedger(RealLedgerCase):
    """The purchases of a real shop, graded, beside plain Python over the same file.

    Nothing of the addon's arithmetic is used for what is expected.
    """

    # === WHAT IS EXPECTED === #

    def _sum_file(self, first_day=date.min):
        """Return {customer: (amount, count, days of purchases)} of the file from a day on."""
        days, amounts = defaultdict(list), defaultdict(Decimal)
        for customer, day, amount in self.purchases:
            if day >= first_day:
                days[customer].append(day)
                amounts[customer] += amount
        return {customer: (amounts[customer], len(days[customer]), days[customer]) for customer in days}

    def _best(self, value, bounds):
        """Return the letter of the highest bound that is reached."""
        reached = [(bound, letter) for letter, bound in bounds.items() if value >= bound]
        return max(reached)[1] if reached else None

    # === WHAT IS COMPUTED === #

    def _compute(self, method, bounds, **values):
        scheme = self.env["key.account.grading.scheme"].create({
            "name": "Real",
            "method": method,
            "grade_ids": [
                Command.create({
                    "code": letter, "name": letter, "sequence": number, "threshold": float(bound),
                })
                for number, (letter, bound) in enumerate(bounds.items())
            ],
            **values,
        })
        run = self._new_run(scheme_id=scheme.id, date_to=self.last_day)
        run.action_compute()
        self.env.invalidate_all()
        return run.sudo()

    def _get_found(self, run):
        """Return {customer: (amount, count, share, score, letter)} as it is stored."""
        self.env.cr.execute(
            """
            SELECT row.partner_id, row.sales_amount::text, row.order_count, row.sales_share::text,
                   row.score::text, grade.code
              FROM key_account_assessment row
              JOIN key_account_grade grade ON grade.id = row.final_grade_id
             WHERE row.run_id = %s
            """, [run.id],
        )
        return {
            self.partners[partner_id]: (
                Decimal(amount), count, Decimal(share), score and Decimal(score), letter
            )
            for partner_id, amount, count, share, score, letter in self.env.cr.fetchall()
        }

    def _assert_same(self, run, expected):
        found = self._get_found(run)
        self.assertEqual(found.keys(), expected.keys())
        for customer, figures in expected.items():
            self.assertEqual(found[customer], figures, customer)

    # === TESTS === #

    def test_every_purchase_is_imported_as_it_is(self):
        """Equal lines, and those of 0.00, are kept."""
        history = self.env["key.account.sales.history"].search([("company_id", "=", self.company.id)])
        found = sorted(
            (self.partners[line.partner_id.id], line.date, Decimal(str(line.amount))) for line in history
        )
        self.assertEqual(found, sorted(self.purchases))
        self.assertEqual(len(found), 6919)
        self.assertEqual(len(self.customers), 2357)
        self.assertEqual(sum(1 for _customer, _day, amount in found if not amount), 8)

    def test_by_amount_every_customer_has_the_figures_of_the_file(self):
        sums = self._sum_file()
        tenth = sorted(amount for amount, _count, _days in sums.values())[-10]
        # A's bound is what the tenth customer bought to the cent: the bound belongs to the grade
        bounds = {"A": tenth, "B": Decimal(500), "C": Decimal(200), "D": Decimal("0.01")}
        run = self._compute("amount", bounds, window_type="lifetime")
        total = sum(amount for amount, _count, _days in sums.values())
        self._assert_same(run, {
            customer: (amount, count, half_up(amount * 100 / total, "0.0001"), None, letter)
            for customer, (amount, count, _days) in sums.items()
            if (letter := self._best(amount, bounds))
        })
        self.assertEqual(run.customer_count, 2357)
        self.assertEqual(Decimal(str(run.total_amount)), total)
        self.assertEqual(run.grade_line_ids.sorted("sequence").mapped("customer_count")[0], 10)

    def test_by_share_of_a_year_every_customer_has_the_figures_of_the_file(self):
        sums = self._sum_file(date(1997, 7, 1))
        self.assertEqual(self.last_day, date(1998, 6, 30))
        total = sum(amount for amount, _count, _days in sums.values())
        bounds = {"A": Decimal("0.5"), "B": Decimal("0.1"), "C": Decimal("0.02")}
        run = self._compute("share", bounds, window_type="year")
        self.assertEqual(run.date_from, date(1997, 7, 1))
        self._assert_same(run, {
            customer: (amount, count, half_up(amount * 100 / total, "0.0001"), None, letter)
            for customer, (amount, count, _days) in sums.items()
            if (letter := self._best(amount * 100 / total, bounds))
        })

    def test_by_score_every_customer_has_the_figures_of_the_file(self):
        """Sales weigh 60, the days between purchases 40; who bought once is scored by sales alone."""
        sales_bands = {0: 10, 50: 40, 150: 70, 400: 100}
        rhythm_bands = {0: 100, 30: 75, 90: 50, 180: 10}
        bounds = {"A": Decimal(80), "B": Decimal(60), "C": Decimal("40")}
        run = self._compute("score", bounds, window_type="lifetime", dimension_ids=[
            Command.create({
                "name": name, "metric": metric, "weight": weight, "is_skipped_without_data": True,
                "band_ids": [
                    Command.create({"lower": lower, "points": points}) for lower, points in bands.items()
                ],
            })
            for name, metric, weight, bands in (
                ("Sales", "sales", 60, sales_bands), ("Rhythm", "order_interval", 40, rhythm_bands),
            )
        ])
        sums = self._sum_file()
        total = sum(amount for amount, _count, _days in sums.values())
        expected = {}
        for customer, (amount, count, days) in sums.items():
            score = Decimal(max(points for lower, points in sales_bands.items() if amount >= lower))
            if count > 1:
                interval = Decimal((max(days) - min(days)).days) / (count - 1)
                lower = max(lower for lower in rhythm_bands if interval >= lower)
                score = (score * 60 + rhythm_bands[lower] * 40) / 100
            score = half_up(score, "0.01")
            letter = self._best(score, bounds)
            if letter:
                share = half_up(amount * 100 / total, "0.0001")
                expected[customer] = (amount, count, share, score, letter)
        self._assert_same(run, expected)

    def test_the_evidence_of_ten_customers_adds_up_to_their_figures(self):
        run = self._compute("amount", {"A": Decimal(500), "B": Decimal("0.01")}, window_type="year")
        rows = run.assessment_ids.sorted(lambda row: (-row.sales_amount, row.id))
        sums = self._sum_file(date(1997, 7, 1))
        for row in rows[:: len(rows) // 10][:10]:
            action = row.action_open_evidence()
            lines = self.env[action["res_model"]].search(action["domain"])
            customer = self.partners[row.partner_id.id]
            with self.subTest(customer=customer):
                amount, count, _days = sums[customer]
                self.assertEqual(sum(Decimal(str(line.amount)) for line in lines), amount)
                self.assertEqual(Decimal(str(row.sales_amount)), amount)
                self.assertEqual(len(lines), count)
                self.assertIn(f"{amount:,.2f}", row.explanation)
                self.assertFalse(row.has_ledger_moved)

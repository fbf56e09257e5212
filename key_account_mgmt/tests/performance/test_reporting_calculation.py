import doctest
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ...calculations import collection, reporting
from ...calculations.collection import Promise


@tagged("post_install", "-at_install")
class TestReportingCalculation(BaseCase):
    """Periods, what is owed when, and which payment keeps which promise: without a database."""

    def test_the_examples_in_the_docstrings_are_true(self):
        for module in (reporting, collection):
            self.assertEqual(doctest.testmod(module).failed, 0)

    def test_periods_cover_a_year_without_gap_or_overlap(self):
        for kind in reporting.KINDS:
            day, expected = date(2024, 2, 28), None
            for _turn in range(400):
                first, last = reporting.get_period(kind, day)
                self.assertLessEqual(first, day)
                self.assertGreaterEqual(last, day)
                if expected and day == expected:
                    self.assertEqual(first, expected)
                expected = last + timedelta(days=1)
                day += timedelta(days=1)

    def test_each_week_belongs_to_the_one_month_in_which_it_ends(self):
        weeks = []
        for month in range(1, 13):
            weeks += reporting.get_periods("week", *reporting.get_period("month", date(2026, month, 1)))
        self.assertEqual(weeks, sorted(set(weeks)))
        self.assertEqual(len(weeks), 52)

    def test_a_report_is_due_on_the_last_working_day_and_holidays_owe_none(self):
        # Labour Day: 1 to 5 May are free
        free = {date(2026, 5, day) for day in range(1, 6)}
        days = [
            day for day in (date(2026, 4, 20) + timedelta(days=number) for number in range(30))
            if day.weekday() < 5 and day not in free
        ]
        due = reporting.get_due_periods(["day", "week", "month"], days, date(2026, 4, 29), date(2026, 5, 8))
        self.assertEqual([(kind, str(working)) for kind, _first, _last, working in due], [
            ("day", "2026-04-29"), ("day", "2026-04-30"), ("week", "2026-04-30"), ("month", "2026-04-30"),
            ("day", "2026-05-06"), ("day", "2026-05-07"), ("day", "2026-05-08"), ("week", "2026-05-08"),
        ])
        whole = [day for day in days if not date(2026, 5, 4) <= day <= date(2026, 5, 10)]
        self.assertFalse(reporting.get_due_periods(["week"], whole, date(2026, 5, 4), date(2026, 5, 10)))

    def test_in_time_is_counted_in_working_days(self):
        days = [date(2026, 4, 30), date(2026, 5, 6), date(2026, 5, 7)]
        for count, expected in ((0, date(2026, 4, 30)), (1, date(2026, 5, 6)), (2, date(2026, 5, 7)),
                                (3, date(2026, 5, 3))):
            self.assertEqual(reporting.get_working_day_after(days, date(2026, 4, 30), count), expected)

    def test_no_money_keeps_two_promises_and_late_money_keeps_none(self):
        first = Promise("first", date(2026, 5, 1), date(2026, 5, 10), Decimal(100))
        second = Promise("second", date(2026, 5, 4), date(2026, 5, 20), Decimal(100))
        for payments, expected in (
            ([], (0, 0)),
            ([(date(2026, 5, 10), Decimal(100))], (100, 0)),
            ([(date(2026, 5, 11), Decimal(100))], (0, 100)),
            ([(date(2026, 4, 30), Decimal(100))], (0, 0)),
            ([(date(2026, 5, 3), Decimal(150))], (100, 0)),
            ([(date(2026, 5, 8), Decimal(150))], (100, 50)),
            ([(date(2026, 5, 8), Decimal(60)), (date(2026, 5, 12), Decimal(90))], (60, 90)),
        ):
            for promises in ([first, second], [second, first]):
                paid = collection.allot(promises, payments)
                self.assertEqual((paid["first"], paid["second"]), expected, payments)
        self.assertTrue(collection.is_kept(first, Decimal(100)))
        self.assertFalse(collection.is_kept(first, Decimal("99.99")))

import calendar
from collections import defaultdict
from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from ..grading.test_real_ledger import RealLedgerCase

MONTHS = [date(1997, month, 1) for month in range(1, 13)] + [date(1998, month, 1) for month in range(1, 7)]


@tagged("post_install", "-at_install")
class TestKpiOfRealLedger(RealLedgerCase):
    """New and returning customers of a real shop, month by month, beside plain Python over the file.

    Nothing of the addon's arithmetic is used for what is expected.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyers = defaultdict(set)
        cls.first = {}
        for customer, day, _amount in sorted(cls.purchases, key=lambda purchase: purchase[1]):
            cls.buyers[day.year, day.month].add(customer)
            cls.first.setdefault(customer, day)

    def _measure(self, code, month, subjects=None):
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        kpi = self.env.ref(f"key_account_mgmt.kpi_{code}")
        subjects = subjects if subjects is not None else self.company
        return {
            subject: (measure.numerator, measure.denominator, measure.value)
            for subject, measure in kpi._measure(subjects, month, last).items()
        }

    def _expect(self, part, whole):
        """Return the figures as they are written down: parts, and per cent."""
        return (Decimal(part), Decimal(whole), Decimal(part) * 100 / Decimal(whole) if whole else None)

    def _count_new(self, month, customers=None):
        buyers = self.buyers[month.year, month.month] & (customers or self.buyers[month.year, month.month])
        new = [one for one in buyers if (self.first[one].year, self.first[one].month) == (
            month.year, month.month
        )]
        return self._expect(len(new), len(buyers))

    def _count_again(self, month, customers=None):
        year, number = (month.year, month.month - 1) if month.month > 1 else (month.year - 1, 12)
        before = self.buyers[year, number] if customers is None else self.buyers[year, number] & customers
        return self._expect(len(before & self.buyers[month.year, month.month]), len(before))

    def test_new_customers_of_each_month_are_those_of_the_file(self):
        for month in MONTHS:
            with self.subTest(month=f"{month:%Y-%m}"):
                self.assertEqual(
                    self._measure("new_customer_rate", month)[self.company], self._count_new(month)
                )

    def test_returning_customers_of_each_month_are_those_of_the_file(self):
        for month in MONTHS:
            with self.subTest(month=f"{month:%Y-%m}"):
                self.assertEqual(
                    self._measure("retention_rate", month)[self.company], self._count_again(month)
                )
        self.assertIsNone(self._count_again(MONTHS[0])[2], "nobody bought in December 1996: no data")

    def test_the_months_are_not_all_alike(self):
        self.assertGreater(len({self._count_again(month)[2] for month in MONTHS}), 15)
        self.assertGreater(len({self._count_new(month)[2] for month in MONTHS}), 2)
        self.assertEqual(self._count_new(MONTHS[0])[2], 100)

    def test_two_people_share_the_customers_of_some_accounts(self):
        """By whom the accounts belonged to; an account counts for its first owner before its history."""
        share = {self.manager: set(self.customers[:40]), self.manager2: set(self.customers[40:60])}
        for user, customers in share.items():
            for customer in sorted(customers):
                self._new_account(self.env.ref(f"cdnow.{customer}"), manager_id=user.id)
        people = self.manager | self.manager2 | self.assistant
        for month in (date(1997, 2, 1), date(1997, 7, 1), date(1998, 1, 1)):
            new = self._measure("new_customer_rate", month, people)
            again = self._measure("retention_rate", month, people)
            for user, customers in share.items():
                with self.subTest(month=f"{month:%Y-%m}", user=user.name):
                    self.assertEqual(new[user], self._count_new(month, customers))
                    self.assertEqual(again[user], self._count_again(month, customers))
            self.assertIsNone(new[self.assistant][2], "who has no accounts has no data")

    def test_without_imported_history_there_is_no_data(self):
        self.env.ref("key_account_mgmt.kpi_new_customer_rate").include_history = False
        self.assertIsNone(self._measure("new_customer_rate", MONTHS[0])[self.company][2])

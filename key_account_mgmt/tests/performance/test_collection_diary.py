from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..grading.test_crons import CronCase
from .test_account_plan import PlanCase

ENTRY = "key.account.collection.entry"
MONTH = "key.account.collection.month"


class DiaryCase(PlanCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._new_invoice(1000, "2026-04-10")

    @classmethod
    def _new_invoice(cls, amount, day, account=None, **values):
        order = cls._new_order((account or cls.account).partner_id, amount, day, **values)
        return cls._invoice(order, day)

    @classmethod
    def _new_entry(cls, user=None, **values):
        return cls.env[ENTRY].with_user(user or cls.manager).create({
            "account_id": cls.account.id, "move_id": cls.invoice.id, **values,
        })

    @classmethod
    def _promise(cls, amount=400, day="2026-05-25", **values):
        return cls._new_entry(promised_amount=amount, promised_date=day, **values)

    def _get_month(self, month, account=None):
        self.env.invalidate_all()
        return self.env[MONTH].search([
            ("account_id", "=", (account or self.account).id), ("month", "=", month),
        ])


@tagged("post_install", "-at_install")
@freeze_time("2026-05-20 04:00:00")
class TestCollectionDiary(DiaryCase):
    """F14: talks and promises about an invoice, summed by month beside the books."""

    def test_an_entry_begins_with_what_is_open_by_the_books(self):
        self._pay(self.invoice, "2026-05-02", 300)
        entry = self._new_entry()
        self.assertEqual((entry.balance_amount, entry.company_balance, entry.outcome), (700, 700, False))
        self.assertEqual((entry.team_id, entry.user_id), (self.team, self.manager))

    # === BAD INPUT === #

    def test_the_invoice_of_another_customer_is_refused(self):
        other = self._new_graded("Other")
        with self.assertRaisesRegex(ValidationError, "not one of this key account"):
            self._new_entry(move_id=self._new_invoice(10, "2026-05-01", other).id)

    def test_drafts_vendor_bills_and_credit_notes_are_refused(self):
        order = self._new_order(self.account.partner_id, 10, "2026-05-01")
        draft = order._create_invoices()
        refund = self.invoice._reverse_moves([{"invoice_date": "2026-05-01"}])
        refund.action_post()
        for move in (draft, refund):
            with self.assertRaisesRegex(ValidationError, "posted customer invoices"), self.env.cr.savepoint():
                self._new_entry(move_id=move.id)

    def test_dates_and_amounts_of_a_promise_are_checked(self):
        for values, error in (
            ({"date": "2026-05-21"}, "not in the future"),
            ({"date": "2026-04-09"}, "before the invoice"),
            ({"promised_date": "2026-05-19", "promised_amount": 5}, "promise_is_later"),
            ({"promised_date": "2026-05-25"}, "promise_is_whole"),
            ({"promised_amount": 5}, "promise_is_whole"),
            ({"promised_date": "2026-05-25", "promised_amount": -5}, "promise_is_whole"),
            ({"promised_date": "2026-05-25", "promised_amount": 1000.01}, "More than the whole"),
            ({"balance_amount": 1000.01}, "More than the whole"),
            ({"balance_amount": -1}, "balance_not_negative"),
        ):
            with self.subTest(values=values), mute_logger("odoo.sql_db"), \
                    self.assertRaisesRegex(Exception, error), self.env.cr.savepoint():
                self._new_entry(**values)
        self.assertEqual(self._promise(day="2026-05-20").outcome, "open", "today may be promised")

    def test_each_changes_his_own_and_nothing_that_is_settled(self):
        entry = self._promise()
        for login in ("leader", "director"):
            with self.subTest(role=login), self.assertRaisesRegex(UserError, "was entered by"):
                self._as(login, entry).note = "x"
        for login in ("clerk", "inspector", "executive", "manager2"):
            with self.subTest(role=login), self.assertRaises(AccessError):
                self._as(login, entry).note = "x"
        with self.assertRaises(AccessError):
            self._new_entry(user_id=self.leader.id)
        for name, value in (("outcome", "kept"), ("paid_amount", 5), ("company_balance", 0)):
            with self.subTest(name), self.assertRaises(AccessError):
                self._as("manager", entry).write({name: value})
        entry.sudo().outcome = "kept"
        with self.assertRaisesRegex(UserError, "is settled"):
            self._as("manager", entry).promised_amount = 1
        with self.assertRaisesRegex(UserError, "is settled"):
            self._as("manager", entry).unlink()

    def test_a_promise_is_withdrawn_with_the_reason(self):
        entry = self._promise()
        self._as("manager", entry)._withdraw("They want a credit note first")
        self.assertEqual(entry.outcome, "withdrawn")
        self.assertEqual(entry.withdrawal_reason, "They want a credit note first")
        with self.assertRaisesRegex(UserError, "no open promise"):
            self._as("manager", entry)._withdraw("x")

    # === SUMMED BY MONTH === #

    def test_each_month_shows_the_diary_beside_the_books(self):
        with freeze_time("2026-04-20 04:00:00"):
            self._new_entry()
        self._pay(self.invoice, "2026-05-02", 300)
        april, may = self._get_month("2026-04-01"), self._get_month("2026-05-01")
        self.assertEqual((april.diary_amount, april.ledger_amount, april.difference), (1000, 1000, 0))
        self.assertTrue(april.is_reconciled)
        self.assertEqual((may.diary_amount, may.ledger_amount, may.difference), (1000, 700, -300))
        self.assertFalse(may.is_reconciled)
        self._new_entry()
        may = self._get_month("2026-05-01")
        self.assertEqual((may.diary_amount, may.difference, may.entry_count), (700, 0, 1))
        self.assertEqual(self.account.receivable_amount, may.ledger_amount)

    def test_an_invoice_that_is_not_in_the_diary_is_a_difference(self):
        self._new_entry()
        self._new_invoice(500, "2026-05-12")
        may = self._get_month("2026-05-01")
        self.assertEqual((may.diary_amount, may.ledger_amount, may.difference), (1000, 1500, 500))
        action = may.action_open_ledger()
        rows = self.env["key.account.ledger.entry"].search(action["domain"])
        self.assertEqual(sum(rows.mapped("residual")), may.ledger_amount)
        diary = self.env[ENTRY].search(may.action_open_diary()["domain"])
        self.assertEqual(sum(diary.mapped("company_balance")), may.diary_amount)

    def test_credit_notes_and_what_comes_later_are_where_they_belong(self):
        refund = self.invoice._reverse_moves([{"invoice_date": "2026-05-05", "date": "2026-05-05"}])
        refund.action_post()
        self.assertEqual(self._get_month("2026-04-01").ledger_amount, 1000)
        self.assertEqual(self._get_month("2026-05-01").ledger_amount, 0)
        self._new_invoice(70, "2026-06-15")
        self.assertEqual(self._get_month("2026-05-01").ledger_amount, 0)
        self.assertFalse(self._get_month("2026-06-01"))

    def test_a_foreign_invoice_is_kept_in_its_currency_and_compared_at_its_own_rate(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create([
            {"currency_id": usd.id, "name": "2026-01-01", "rate": 0.125, "company_id": self.company.id},
            {"currency_id": usd.id, "name": "2026-05-15", "rate": 0.1, "company_id": self.company.id},
        ])
        pricelist = self.env["product.pricelist"].create({
            "name": "USD", "currency_id": usd.id, "company_id": self.company.id,
        })
        account = self._new_graded("Abroad")
        invoice = self._new_invoice(100, "2026-05-01", account, pricelist_id=pricelist.id)
        entry = self._new_entry(account_id=account.id, move_id=invoice.id)
        self.assertEqual((entry.currency_id, entry.balance_amount, entry.company_balance), (usd, 100, 800))
        may = self._get_month("2026-05-01", account)
        self.assertEqual((may.diary_amount, may.ledger_amount, may.is_reconciled), (800, 800, True))

    def test_who_may_not_see_the_account_sees_neither_diary_nor_months(self):
        secret = self._new_graded("Veiled", confidentiality="secret")
        invoice = self._new_invoice(10, "2026-05-01", secret)
        entry = self._new_entry(account_id=secret.id, move_id=invoice.id)
        for login in ("leader", "clerk", "inspector", "manager2", "other_manager"):
            for model, domain in (
                (ENTRY, [("id", "=", entry.id)]), (MONTH, [("account_id", "=", secret.id)]),
            ):
                with self.subTest(role=login, model=model):
                    self.env.invalidate_all()
                    self.assertFalse(self.env[model].with_user(self.users[login]).search(domain))
        for login in ("manager", "director", "executive"):
            months = self.env[MONTH].with_user(self.users[login])
            self.assertTrue(months.search([("account_id", "=", secret.id)]))
        with self.assertRaises(AccessError):
            self.env[MONTH].with_user(self.salesman).search([])

    def test_the_lists_open_for_each_reader(self):
        self._promise()
        for login in ("manager", "leader", "director", "clerk", "inspector", "executive"):
            for model in (ENTRY, MONTH):
                with self.subTest(role=login, model=model):
                    records = self.env[model].with_user(self.users[login])
                    self.assertTrue(records.search([], limit=1).display_name)
                    shown = records.get_views([(False, "list")])["models"][model]["fields"]
                    found = records.web_search_read(
                        [("account_id", "=", self.account.id)], {name: {} for name in shown}
                    )
                    self.assertTrue(found["records"])


@tagged("post_install", "-at_install")
class TestPromiseCron(CronCase, DiaryCase):
    """A promise whose day is over is settled once, and the broken one is told of."""

    def _settle(self, day):
        with freeze_time(f"{day} 04:00:00"):
            self._run_cron("collection_settle")

    def _make(self, amount, day, said="2026-05-11", move=None):
        with freeze_time(f"{said} 04:00:00"):
            return self._promise(amount, day, move_id=(move or self.invoice).id)

    def test_kept_and_broken_by_the_payments_up_to_the_day(self):
        kept = self._make(400, "2026-05-15")
        second = self._new_invoice(500, "2026-05-04")
        broken = self._make(500, "2026-05-15", move=second)
        self._pay(self.invoice, "2026-05-15", 400)
        self._pay(second, "2026-05-15", 499)
        self._settle("2026-05-15")
        self.assertEqual((kept.outcome, broken.outcome), ("open", "open"), "the day is not over")
        for _turn in range(2):
            self._settle("2026-05-16")
        self.assertEqual((kept.outcome, kept.paid_amount), ("kept", 400))
        self.assertEqual((broken.outcome, broken.paid_amount), ("broken", 499))
        self.assertFalse(kept.activity_ids)
        self.assertEqual(broken.activity_ids.user_id, self.manager)
        self.assertEqual(len(broken.activity_ids), 1, "told once")
        month = self._get_month(date(2026, 5, 1))
        self.assertEqual((month.promise_count, month.kept_count, month.broken_count), (2, 1, 1))

    def test_what_comes_a_day_late_does_not_keep_it(self):
        entry = self._make(400, "2026-05-15")
        self._pay(self.invoice, "2026-05-16", 400)
        self._settle("2026-05-20")
        self.assertEqual((entry.outcome, entry.paid_amount), ("broken", 0))

    def test_a_withdrawn_promise_takes_no_money_from_another(self):
        first, second = self._make(400, "2026-05-15"), self._make(400, "2026-05-18")
        first.with_user(self.manager)._withdraw("Said by mistake")
        self._pay(self.invoice, "2026-05-14", 400)
        self._settle("2026-05-19")
        self.assertEqual((first.outcome, second.outcome), ("withdrawn", "kept"))

    def test_killed_half_way_each_is_told_once(self):
        entries = [self._make(100, f"2026-05-{day}") for day in (13, 14, 15)]
        patched, _seen = self._failing(ENTRY, "_settle", RuntimeError("killed"), calls=2, lasting=True)
        with patched:
            self._settle("2026-05-20")
        self.assertEqual([entry.outcome for entry in entries], ["broken", "open", "open"])
        for _turn in range(2):
            self._settle("2026-05-21")
        self.assertEqual([entry.outcome for entry in entries], ["broken"] * 3)
        self.assertEqual([len(entry.activity_ids) for entry in entries], [1, 1, 1])

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_work_report import ReportCase

EXPENSE = "key.account.expense"


@tagged("post_install", "-at_install")
@freeze_time("2026-05-20 04:00:00")
class TestExpense(ReportCase):
    """R5: budget and expenses of a department, per account, category and visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.travel = cls.env.ref("key_account_mgmt.expense_category_travel")
        cls.gift = cls.env.ref("key_account_mgmt.expense_category_gift")
        cls.company.key_account_expense_limit = 1000
        cls.budget = cls.env["key.account.expense.budget"].with_user(cls.director).create({
            "team_id": cls.team.id, "company_id": cls.company.id, "year": 2026,
            "category_id": cls.travel.id, "amount": 2000,
        })

    @classmethod
    def _new_expense(cls, amount=100, user=None, **values):
        return cls.env[EXPENSE].with_user(user or cls.manager).create({
            "name": "Train", "category_id": cls.travel.id, "amount": amount, "company_id": cls.company.id,
            "currency_id": cls.company.currency_id.id, **values,
        })

    def _approve(self, expense, *logins):
        expense.action_submit()
        for login in logins:
            self._as(login, expense).action_approve()
        return expense

    # === APPROVAL === #

    def test_up_to_the_limit_the_leader_approves(self):
        expense = self._approve(self._new_expense(1000), "leader")
        self.assertEqual((expense.state, expense.needs_director), ("approved", False))

    def test_above_the_limit_the_director_approves_after_the_leader(self):
        expense = self._approve(self._new_expense(1000.01), "leader")
        self.assertEqual((expense.state, expense.needs_director), ("reviewed", True))
        for login in ("leader", "manager", "clerk", "executive"):
            with self.subTest(role=login), self.assertRaises(UserError):
                self._as(login, expense).action_approve()
        self._as("director", expense).action_approve()
        self.assertEqual(expense.state, "approved")
        roles = expense.sudo().approval_ids.sorted("id").mapped("role")
        self.assertEqual(roles, [False, "leader", "director"])

    def test_the_limit_of_the_day_of_submission_counts(self):
        expense = self._new_expense(1500)
        expense.action_submit()
        self.company.key_account_expense_limit = 9999
        self._as("leader", expense).action_approve()
        self.assertEqual(expense.state, "reviewed")

    def test_nobody_approves_his_own_and_no_state_is_written(self):
        mine = self._approve(self._new_expense(user=self.leader))
        with self.assertRaisesRegex(UserError, "your own matter"):
            mine.action_approve()
        self._as("director", mine).action_approve()
        own = self._approve(self._new_expense(1500, user=self.director, account_id=self.account.id), "leader")
        with self.assertRaises(UserError):
            own.action_approve()
        self._as("executive", own).action_approve()
        self.assertEqual(own.state, "approved", "the executive stands in for the director")
        expense = self._new_expense()
        for state in ("submitted", "reviewed", "approved", "rejected"):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                expense.write({"state": state})

    def test_what_is_rejected_is_not_counted_and_may_be_reconsidered(self):
        expense = self._new_expense()
        expense.action_submit()
        self._as("leader", expense)._decline("rejected", "Private")
        self.assertEqual((expense.state, self._as("director", self.budget).spent_amount), ("rejected", 0))
        self._as("manager", expense).action_reconsider()
        self.assertEqual(expense.state, "draft")

    # === BUDGET === #

    def test_spent_is_shown_against_the_budget(self):
        self._approve(self._new_expense(300), "leader")
        self._approve(self._new_expense(200))
        self._new_expense(50)
        self._approve(self._new_expense(70, category_id=self.gift.id), "leader")
        self._approve(self._new_expense(80, user=self.other_manager), "other_leader")
        self._approve(self._new_expense(90, date="2025-12-31"), "leader")
        budget = self._as("leader", self.budget)
        self.assertEqual((budget.spent_amount, budget.pending_amount), (300, 200))
        self.assertEqual((budget.remaining_amount, budget.spent_rate), (1700, 15))
        draft = self._as("manager", self._new_expense(1600))
        self.assertEqual((draft.budget_amount, draft.budget_remaining), (2000, 100))
        self.assertFalse(draft.is_over_budget)
        more = self._as("manager", self._new_expense(1800))
        self.assertEqual((more.budget_remaining, more.is_over_budget), (-100, True))
        action = budget.action_open_expenses()
        self.assertEqual(sum(self.env[EXPENSE].search(action["domain"]).mapped("company_amount")), 300)

    def test_a_budget_is_once_a_year_not_negative_and_set_by_the_director_alone(self):
        for values, name in (
            ({}, "team_year_category_unique"), ({"amount": -1, "year": 2027}, "amount_not_neg"),
            ({"year": 26}, "year_range"),
        ):
            with self.subTest(name), mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, name), \
                    self.env.cr.savepoint():
                self.budget.with_user(self.director).copy({"year": 2026, **values})
        for login in ("leader", "manager", "clerk", "executive"):
            with self.subTest(role=login), self.assertRaises(AccessError):
                self._as(login, self.budget).amount = 9999
        with self.assertRaises(AccessError):
            self._as("other_leader", self.budget).read(["amount"])

    # === BAD INPUT === #

    def test_without_an_amount_or_with_a_negative_one_it_is_refused(self):
        for amount in (0, -5, False):
            with self.subTest(amount=amount), mute_logger("odoo.sql_db"), \
                    self.assertRaisesRegex(Exception, "amount_positive"), self.env.cr.savepoint():
                self._new_expense(amount)

    def test_a_day_to_come_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "not in the future"):
            self._new_expense(date="2026-05-21")

    def test_a_visit_to_another_account_is_refused_and_a_visit_brings_its_account(self):
        visit = self._new_held_visit(self.account, "2026-05-04")
        other = self._new_graded("Other")
        with self.assertRaisesRegex(ValidationError, "another key account"):
            self._new_expense(visit_id=visit.id).account_id = other
        expense = self._new_expense(visit_id=visit.id)
        self.assertEqual((expense.account_id, expense.team_id), (self.account, self.team))

    def test_another_department_or_another_person_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "does not belong"):
            self._new_expense(team_id=self.other_team.id)
        with self.assertRaisesRegex(ValidationError, "of that account"):
            self._new_expense(account_id=self.account.id, team_id=self.other_team.id)
        with self.assertRaises(AccessError):
            self._new_expense(user_id=self.manager2.id)
        with self.assertRaises(AccessError):
            self._new_expense().user_id = self.manager2

    def test_another_currency_counts_at_the_rate_of_its_day_and_none_without_a_rate(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", usd.id)]).unlink()
        with self.assertRaisesRegex(ValidationError, "no rate of USD"):
            self._new_expense(currency_id=usd.id)
        self.env["res.currency.rate"].create([
            {"currency_id": usd.id, "name": "2026-01-01", "rate": 0.125, "company_id": self.company.id},
            {"currency_id": usd.id, "name": "2026-05-10", "rate": 0.1, "company_id": self.company.id},
        ])
        for day, amount in (("2026-05-09", 800), ("2026-05-10", 1000)):
            expense = self._new_expense(currency_id=usd.id, date=day)
            self.assertEqual(expense.company_amount, amount)
        self.company.key_account_expense_limit = 900
        self._approve(expense, "leader")
        self.assertEqual(expense.state, "reviewed", "the limit is in company currency")

    def test_what_was_submitted_is_neither_changed_nor_deleted(self):
        expense = self._approve(self._new_expense())
        for name, value in (("amount", 1), ("category_id", self.gift.id), ("date", "2026-05-01")):
            with self.subTest(name), self.assertRaisesRegex(UserError, "no draft any more"):
                self._as("manager", expense).write({name: value})
        with self.assertRaisesRegex(UserError, "is kept"):
            self._as("manager", expense).unlink()
        for name in ("company_amount", "needs_director", "year"):
            with self.subTest(name), self.assertRaises(AccessError):
                self._as("manager", expense).write({name: 0})

    # === WHO SEES WHAT === #

    def test_each_role_sees_what_is_its_own(self):
        secret = self._new_graded("Veiled", confidentiality="secret")
        mine = self._new_expense()
        hidden = self._new_expense(account_id=secret.id)
        other = self._new_expense(user=self.other_manager)
        for login, expected in (
            ("manager", mine | hidden), ("manager2", mine.browse()), ("leader", mine),
            ("other_leader", other), ("director", mine | hidden | other),
            ("executive", mine | hidden | other),
            ("clerk", mine | other),
        ):
            with self.subTest(role=login):
                self.env.invalidate_all()
                found = self.env[EXPENSE].with_user(self.users[login]).search(
                    [("company_id", "=", self.company.id)]
                )
                self.assertEqual(set(found.ids), set(expected.ids))
        for login in ("inspector", "service", "salesman", "nobody"):
            with self.subTest(role=login), self.assertRaises(AccessError):
                self.env[EXPENSE].with_user(self.users[login]).search([])
        hidden.action_submit()
        self.assertIn("Director", hidden.waiting_for, "the leader does not see a secret account")

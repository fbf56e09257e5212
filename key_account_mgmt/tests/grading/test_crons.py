from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase

APPLY = "odoo.addons.key_account_mgmt.models.grading.key_account_grading_run_apply.BATCH"
APPLY_CRON = "odoo.addons.key_account_mgmt.models.grading.key_account_grading_run_cron.BATCH"


class Killed(BaseException):
    """The process was killed: nothing of the addon can catch it."""


class CronCase(KeyAccountCase):

    def _run_cron(self, name):
        """Run a scheduled action as the scheduler does, commits included."""
        with self.enter_registry_test_mode(), mute_logger("odoo.addons.base.models.ir_cron"):
            result = self.env.ref(f"key_account_mgmt.ir_cron_key_account_{name}").method_direct_trigger()
        self.env.invalidate_all()
        return result

    def _failing(self, model, method, error, calls, lasting=False):
        """Let a method fail at its n-th call; return the patch and the list of those called.

        :param bool lasting: and at every later one, as if the server had gone down
        """
        seen = []
        original = getattr(type(self.env[model]), method)

        def patched(records, *args, **kwargs):
            seen.append(records)
            if len(seen) == calls or (lasting and len(seen) > calls):
                raise error
            return original(records, *args, **kwargs)

        return patch.object(self.env.registry[model], method, patched), seen

    def _run_killed(self, name, model, method, calls, is_bare=False):
        """Run a scheduled action that is killed when a method has done its work for the n-th time.

        :param bool is_bare: whether no savepoint of the action is around it, which would take it back
        """
        original = getattr(type(self.env[model]), method)
        seen = []

        def patched(records, *args, **kwargs):
            result = original(records, *args, **kwargs)
            seen.append(records)
            if len(seen) == calls:
                if is_bare:
                    # the scheduler would commit what is left by an exception; a killed one does not
                    records.env.cr.rollback()
                raise Killed
            return result

        is_killed = False
        with patch.object(self.env.registry[model], method, patched):
            # not by assertRaises, which takes back what was committed
            try:
                self._run_cron(name)
            except Killed:
                is_killed = True
        self.assertTrue(is_killed, "it was not called so often")
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestProposeCron(CronCase):
    """A run and a review when they are due: once each, for every company, and never applied."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # only the companies of the test are due
        cls.env["res.company"].search([]).write({
            "key_account_next_run_date": False, "key_account_next_review_date": False,
        })
        cls.company.key_account_scheme_id = cls.scheme
        cls.company.key_account_next_run_date = "2026-07-01"
        cls._new_order(cls._new_customer("Big"), 100, "2026-06-01")

    def _get_runs(self, company=None):
        return self.env["key.account.grading.run"].search(
            [("company_id", "=", (company or self.company).id)]
        )

    def _new_company(self, name, **values):
        company = self.env["res.company"].create({
            "name": name,
            "key_account_scheme_id": self.scheme.id,
            "key_account_next_run_date": "2026-07-01",
            **values,
        })
        self.env.user.company_ids += company
        return company

    def test_a_due_run_is_proposed_and_computed_and_the_director_told(self):
        with freeze_time("2026-07-01 04:00:00"):
            self._run_cron("grading_run_propose")
        run = self._get_runs()
        self.assertEqual((run.state, run.kind), ("computed", "grading"))
        self.assertEqual(run.date_to, fields.Date.to_date("2026-06-30"))
        self.assertEqual(run.activity_ids.user_id, self.director)
        self.assertEqual(self.company.key_account_next_run_date, fields.Date.to_date("2027-01-01"))
        self.assertFalse(self.env["key.account"].search([("company_id", "=", self.company.id)]))

    def test_nothing_is_proposed_before_its_day_or_without_interval_or_scheme(self):
        with freeze_time("2026-06-30 04:00:00"):
            self._run_cron("grading_run_propose")
            self.assertFalse(self._get_runs())
        for values in ({"key_account_run_interval_months": 0}, {"key_account_scheme_id": False}):
            self.company.write(values)
            with freeze_time("2026-07-05 04:00:00"):
                self._run_cron("grading_run_propose")
            self.assertFalse(self._get_runs())

    def test_a_second_time_proposes_nothing_more(self):
        with freeze_time("2026-07-01 04:00:00"):
            self._run_cron("grading_run_propose")
            self._run_cron("grading_run_propose")
        with freeze_time("2026-12-31 04:00:00"):
            self._run_cron("grading_run_propose")
        self.assertEqual(len(self._get_runs()), 1)
        with freeze_time("2027-01-01 04:00:00"):
            self._run_cron("grading_run_propose")
        self.assertEqual(len(self._get_runs()), 2)

    def test_missed_periods_are_made_up_for_by_one_run(self):
        with freeze_time("2028-03-01 04:00:00"):
            self._run_cron("grading_run_propose")
        self.assertEqual(len(self._get_runs()), 1)
        self.assertEqual(self.company.key_account_next_run_date, fields.Date.to_date("2028-07-01"))

    def test_the_yearly_review_asks_for_verdicts(self):
        self._new_account(self._new_customer("Held"), grade_id=self.grade_b.id)
        self.company.write({
            "key_account_next_run_date": False, "key_account_next_review_date": "2026-07-01",
        })
        with freeze_time("2026-07-01 04:00:00"):
            self._run_cron("grading_run_propose")
        run = self._get_runs()
        self.assertEqual((run.kind, run.state), ("review", "computed"))
        self.assertEqual(self.company.key_account_next_review_date, fields.Date.to_date("2027-07-01"))
        with self.assertRaisesRegex(UserError, "needs a verdict"):
            run.with_user(self.director).action_submit()

    def test_an_empty_ledger_leaves_a_draft_with_the_reason_and_tells_the_director(self):
        company = self._new_company("Empty", key_account_director_id=self.director.id)
        self.director.company_ids += company
        with freeze_time("2026-07-01 04:00:00"):
            self._run_cron("grading_run_propose")
        run = self._get_runs(company)
        self.assertEqual(run.state, "draft")
        self.assertIn("no sales of Empty", run.message_ids[0].body)
        self.assertIn("could not be computed", run.activity_ids.summary)
        self.assertEqual(run.activity_ids.user_id, self.director)
        self.assertEqual(self._get_runs().state, "computed", "the other company got its run")

    def test_a_scheme_of_another_company_stops_only_that_company(self):
        """The company cannot even have a run; the others still get theirs, whatever the order."""
        scheme = self.scheme.copy({"company_id": self.company.id})
        wrong = self._new_company("Aardvark", key_account_scheme_id=scheme.id)
        later = self._new_company("Later")
        self._new_order(self._new_customer("Theirs"), 5, "2026-06-02", company=later)
        with freeze_time("2026-07-01 04:00:00"):
            self._run_cron("grading_run_propose")
        self.assertEqual(self._get_runs().state, "computed")
        self.assertEqual(self._get_runs(later).state, "computed")
        self.assertFalse(self._get_runs(wrong).filtered(lambda run: run.state == "computed"))

    def test_an_error_in_one_company_does_not_stop_the_others(self):
        later = self._new_company("Later")
        self._new_order(self._new_customer("Theirs"), 5, "2026-06-02", company=later)
        for error in (UserError("no"), ValueError("broken")):
            self.company.key_account_next_run_date = later.key_account_next_run_date = "2026-07-01"
            patched, seen = self._failing(
                "key.account.grading.run", "_compute_assessments", error, calls=1
            )
            with self.subTest(error=error), patched, freeze_time("2026-07-01 04:00:00"):
                self._run_cron("grading_run_propose")
                computed = (self._get_runs() | self._get_runs(later)).filtered(
                    lambda run: run.state == "computed"
                )
                self.assertEqual(len(seen), 2)
                self.assertEqual(len(computed), 1, "the one that did not fail")
                computed.with_user(self.director).sudo().action_cancel()

    def test_killed_between_the_companies_each_gets_its_run_once(self):
        later = self._new_company("Later")
        self._new_order(self._new_customer("Theirs"), 5, "2026-06-02", company=later)
        patched, _seen = self._failing(
            "key.account.grading.run", "_propose_run", RuntimeError("killed"), calls=2, lasting=True
        )
        with freeze_time("2026-07-01 04:00:00"):
            with patched:
                self._run_cron("grading_run_propose")
            runs = self._get_runs() | self._get_runs(later)
            self.assertEqual(len(runs), 1)
            moved = (self.company | later).filtered(
                lambda company: company.key_account_next_run_date.year == 2027
            )
            self.assertEqual(moved, runs.company_id, "run and next day go together")
            self._run_cron("grading_run_propose")
        self.assertEqual(self._get_runs().mapped("state"), ["computed"])
        self.assertEqual(self._get_runs(later).mapped("state"), ["computed"])


@tagged("post_install", "-at_install")
class TestApplyCron(CronCase):
    """A large run goes on in the background, in batches that may be killed: each row exactly once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = cls.company._get_key_account_today()
        cls.accounts = cls.env["key.account"]
        for index in range(5):
            customer = cls._new_customer(f"Held {index}")
            cls._new_order(customer, 100, today)
            cls.accounts += cls._new_account(customer, grade_id=cls.grade_b.id)
        cls.fresh = cls.env["res.partner"]
        for index in range(2):
            cls.fresh += cls._new_customer(f"Fresh {index}")
            cls._new_order(cls.fresh[-1], 100, today)
        cls.run_ = cls._new_run()
        cls.run_.action_compute()
        cls._approve_run(cls.run_)

    @contextmanager
    def _batches_of(self, size):
        with patch(APPLY, size), patch(APPLY_CRON, size):
            yield

    def _request(self):
        self.run_.with_user(self.director).action_apply()
        self.env.invalidate_all()

    def _get_pending(self):
        self.env.invalidate_all()
        return len(self.run_.sudo().assessment_ids.filtered(lambda row: not row.is_applied))

    def _assert_applied_once(self):
        self.env.invalidate_all()
        self.assertEqual(self.run_.state, "applied")
        self.assertEqual(self._get_pending(), 0)
        for account in self.accounts:
            self.assertEqual(account.grade_id, self.grade_a)
            self.assertEqual(account.grade_history_ids.mapped("grade_id.code"), ["A", "B"])
            self.assertEqual(account.grade_history_ids[0].run_id, self.run_)
        for customer in self.fresh:
            self.assertEqual(customer.sudo().key_account_ids.mapped("state"), ["candidate"])

    def test_a_large_run_is_left_to_the_scheduled_action(self):
        with self._batches_of(2):
            self._request()
            self.assertEqual((self.run_.state, self._get_pending()), ("approved", 7))
            self._run_cron("grading_run_apply")
        self._assert_applied_once()

    def test_a_small_run_is_applied_at_once(self):
        with self._batches_of(7):
            self._request()
        self._assert_applied_once()

    def test_a_run_that_nobody_wants_applied_is_not(self):
        self._run_cron("grading_run_apply")
        self.assertEqual((self.run_.state, self._get_pending()), ("approved", 7))

    def test_killed_in_a_batch_it_goes_on_with_the_rows_that_are_left(self):
        for killed_at in (1, 2, 4, 7):
            with self.subTest(killed_at=killed_at), self.env.cr.savepoint() as savepoint:
                with self._batches_of(2):
                    self._request()
                    patched, _seen = self._failing(
                        "key.account.assessment", "_apply", RuntimeError("killed"), calls=killed_at,
                        lasting=True,
                    )
                    with patched:
                        self._run_cron("grading_run_apply")
                    done = (killed_at - 1) // 2 * 2
                    self.assertEqual((self.run_.state, self._get_pending()), ("approved", 7 - done))
                    histories = self.env["key.account.grade.history"].search_count(
                        [("run_id", "=", self.run_.id)]
                    )
                    self.assertEqual(histories, min(done, 5), "a batch is whole or not at all")
                    self._run_cron("grading_run_apply")
                self._assert_applied_once()
                self.env.flush_all()
                savepoint.rollback()

    def test_an_error_in_a_batch_is_made_up_for_by_the_next_time(self):
        with self._batches_of(2):
            self._request()
            patched, _seen = self._failing(
                "key.account.assessment", "_apply", ValueError("broken"), calls=4
            )
            with patched:
                self._run_cron("grading_run_apply")
            self._run_cron("grading_run_apply")
        self._assert_applied_once()

    def test_pressing_the_button_while_it_works_applies_nothing_twice(self):
        with self._batches_of(2):
            self._request()
            self.run_.sudo()._apply_batch(3)
            for user in (self.director, self.executive):
                self.run_.with_user(user).action_apply()
            self.assertEqual(self._get_pending(), 4)
            self._run_cron("grading_run_apply")
            self._run_cron("grading_run_apply")
        self._assert_applied_once()
        with self.assertRaisesRegex(UserError, "nothing is applied twice"):
            self._request()

    def test_a_run_that_fails_does_not_keep_the_others_waiting(self):
        other = self._new_run(scheme_id=self.env.ref("key_account_mgmt.scheme_scoring").id)
        other.action_compute()
        self._approve_run(other)
        (self.run_ | other).sudo().is_apply_requested = True
        original = type(self.env["key.account.assessment"])._apply
        broken = self.run_

        def patched(row):
            if row.run_id == broken:
                raise ValueError("broken")
            return original(row)

        with patch.object(self.env.registry["key.account.assessment"], "_apply", patched):
            self._run_cron("grading_run_apply")
        self.assertEqual(self.run_.state, "approved")
        self.assertEqual(other.state, "applied")


@tagged("post_install", "-at_install")
class TestExpiryCron(CronCase):
    """The director is told once that an exception has run out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account(grade_id=cls.grade_b.id)
        cls.last_day = cls.company._get_key_account_today()
        cls.account._set_grade(cls.scheme, cls.grade_a, "Strategic", valid_until=cls.last_day)

    def _get_told(self):
        self.env.invalidate_all()
        return self.account.sudo().activity_ids.filtered(lambda activity: "run out" in activity.summary)

    def test_the_director_is_told_once_after_the_last_day(self):
        now = fields.Datetime.now()
        with freeze_time(now):
            self._run_cron("tell_expired_grades")
            self.assertFalse(self._get_told(), "the last day still counts")
        for days in (1, 1, 2, 30):
            with freeze_time(now + timedelta(days=days)):
                self._run_cron("tell_expired_grades")
            self.assertEqual(self._get_told().user_id, self.director)
            self.assertEqual(len(self._get_told()), 1)
        self.assertEqual(self.account.grade_id, self.grade_a, "people grade anew, not the day")

    def test_nothing_is_told_of_an_exception_that_was_replaced(self):
        self.account._set_grade(self.scheme, self.grade_b, "Graded anew")
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self._run_cron("tell_expired_grades")
        self.assertFalse(self._get_told())

    def test_without_a_director_it_is_told_as_soon_as_there_is_one(self):
        self.company.key_account_director_id = False
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self._run_cron("tell_expired_grades")
        self.company.key_account_director_id = self.director
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            self._run_cron("tell_expired_grades")
        self.assertEqual(self._get_told().user_id, self.director)


@tagged("post_install", "-at_install")
class TestAccessCron(CronCase):
    """Memberships begin and end with the company's day; killed or run twice, the outcome is the same."""

    def test_memberships_follow_the_day_also_on_archived_accounts(self):
        account = self._new_account()
        today = self.company._get_key_account_today()
        self.env["key.account.member"].create({
            "account_id": account.id, "user_id": self.assistant.id,
            "date_from": fields.Date.add(today, days=1), "date_to": fields.Date.add(today, days=1),
        })
        account.active = False
        now = fields.Datetime.now()
        for days, expected in ((0, False), (1, True), (1, True), (2, False)):
            with freeze_time(now + timedelta(days=days)):
                self._run_cron("refresh_access")
            self.assertEqual(self.assistant in account.allowed_user_ids, expected, f"day {days}")
            self.assertIn(self.manager, account.allowed_user_ids)

    def test_the_day_is_the_companys_own(self):
        """At 17:00 UTC it is tomorrow already in Shanghai."""
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        account = self._new_account()
        self.env["key.account.member"].create({
            "account_id": account.id, "user_id": self.assistant.id, "date_from": "2026-12-02",
        })
        for moment, expected in (("2026-12-01 15:59:00", False), ("2026-12-01 16:01:00", True)):
            with freeze_time(moment):
                self._run_cron("refresh_access")
            self.assertEqual(self.assistant in account.allowed_user_ids, expected, moment)

from datetime import date, datetime, timedelta
from itertools import pairwise

from freezegun import freeze_time

from odoo.tests import tagged

from ...calculations import closing
from ..grading.test_crons import CronCase
from .test_monthly_submission import MonthCase


@tagged("post_install", "-at_install")
class TestSubmissionCrons(CronCase, MonthCase):
    """Each month is opened, told of, marked and escalated exactly once, killed and resumed or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # only the company of the test closes its months
        cls.env["res.company"].search([("id", "!=", cls.company.id)]).key_account_closing_day = 0

    def _run_day(self, day, hour=4):
        with freeze_time(datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)):
            self._run_cron("monthly_submission_open")
            self._run_cron("monthly_submission_tell")
        self.env.invalidate_all()

    def _get_told(self, submission=None):
        """Return who was told what: activities and notes, in the order of their making."""
        self.env.invalidate_all()
        submission = (submission or self.submission).sudo()
        activities = submission.with_context(active_test=False).activity_ids.sorted("id")
        notes = self.env["mail.message"].sudo().search([
            ("model", "=", submission._name), ("res_id", "=", submission.id), ("subject", "like", "closes"),
        ], order="id")
        return (
            [(activity.user_id, activity.summary) for activity in activities],
            [(note.partner_ids, note.body) for note in notes],
        )

    def _get_submissions(self, account=None):
        return self.env["key.account.monthly.submission"].search(
            [("account_id", "=", (account or self.account).id)], order="deadline"
        )

    # === OPENING === #

    def test_a_year_day_by_day_makes_one_submission_a_month(self):
        today = date(2026, 5, 26)
        while today < date(2027, 5, 26):
            self._run_day(today)
            today += timedelta(days=1 if today.day in (24, 25, 26) else 3)
        months = self._get_submissions().mapped("month")
        self.assertEqual(months, ["2026-05", *(f"2026-{month:02}" for month in range(6, 13)),
                                  *(f"2027-{month:02}" for month in range(1, 6))])
        periods = [(one.date_from, one.deadline) for one in self._get_submissions()]
        for (_first, deadline), (following, _last) in pairwise(periods):
            self.assertEqual(following, deadline + timedelta(days=1))
        late = self._get_submissions().filtered("is_late")
        self.assertEqual(len(late), 12, "nothing ever came in, and the last day of the last is today")

    def test_active_accounts_owe_and_no_others(self):
        day = date(2026, 6, 10)
        cases = {
            "active": ({}, True),
            "suspended": ({"state": "suspended"}, False),
            "ended": ({"state": "ended"}, False),
            "admitted in time": ({"admission_date": "2026-06-20"}, True),
            "admitted in the last days": ({"admission_date": "2026-06-21"}, False),
            "imported without a day": ({"admission_date": False}, True),
            "archived": ({"active": False}, False),
        }
        accounts = {}
        for name, (values, _owes) in cases.items():
            accounts[name] = self._new_account(self._new_customer(name), admission_date="2025-01-01")
            accounts[name].sudo().write(values)
        candidate = self._new_candidate(self._new_customer("Candidate"))
        self._run_day(day)
        for name, (_values, owes) in cases.items():
            with self.subTest(name):
                self.assertEqual(bool(self._get_submissions(accounts[name])), owes)
        self.assertFalse(self._get_submissions(candidate))

    def test_a_company_without_a_closing_day_opens_nothing(self):
        self.company.key_account_closing_day = 0
        self._run_day(date(2026, 6, 10))
        self.assertEqual(self._get_submissions(), self.submission)

    def test_killed_half_way_the_rest_is_opened_the_next_time(self):
        accounts = self.account
        for number in range(3):
            accounts |= self._new_account(self._new_customer(f"C{number}"), admission_date="2025-01-01")
        patched, _seen = self._failing(
            "key.account.monthly.submission", "_open", RuntimeError("killed"), calls=3, lasting=True
        )
        with patched, freeze_time("2026-06-10 04:00:00"):
            self._run_cron("monthly_submission_open")
        june = [("month", "=", "2026-06"), ("account_id", "in", accounts.ids)]
        submissions = self.env["key.account.monthly.submission"]
        self.assertEqual(submissions.search_count(june), 2)
        for _turn in range(2):
            with freeze_time("2026-06-11 04:00:00"):
                self._run_cron("monthly_submission_open")
            self.assertEqual(submissions.search_count(june), 4)

    def test_the_month_begins_where_the_company_is(self):
        for hour, months in ((15, ["2026-05"]), (16, ["2026-05", "2026-06"])):
            with freeze_time(f"2026-05-25 {hour}:30:00"):
                self._run_cron("monthly_submission_open")
            self.assertEqual(self._get_submissions().mapped("month"), months)

    # === TELLING === #

    def test_day_by_day_each_is_told_once_and_in_order(self):
        expected = {
            date(2026, 5, 19): (0, 0), date(2026, 5, 20): (1, 0), date(2026, 5, 21): (1, 0),
            date(2026, 5, 23): (1, 1), date(2026, 5, 24): (1, 1), date(2026, 5, 25): (1, 2),
            date(2026, 5, 26): (2, 2), date(2026, 5, 27): (2, 2), date(2026, 5, 28): (3, 2),
            date(2026, 6, 20): (3, 2),
        }
        for day, counts in expected.items():
            with self.subTest(day=day):
                for hour in (1, 4, 4):
                    self._run_day(day, hour)
                told = self._get_told()
                self.assertEqual((len(told[0]), len(told[1])), counts)
                self.assertEqual(self.submission.is_late, day > date(2026, 5, 25))
        activities, notes = self._get_told()
        self.assertEqual([user for user, _summary in activities], [self.manager, self.leader, self.director])
        self.assertEqual({partners for partners, _body in notes}, {self.manager.partner_id})
        self.assertIn("in 2 days", notes[0][1])
        self.assertIn("today", notes[1][1])

    def test_after_days_of_standstill_nobody_is_left_out_and_nobody_told_twice(self):
        for _turn in range(2):
            self._run_day(date(2026, 5, 30))
            activities, notes = self._get_told()
            self.assertEqual([user for user, _text in activities], [self.leader, self.director])
            self.assertFalse(notes)
        self.assertEqual(self.submission.told_steps, len(closing.STEPS))

    def test_killed_half_way_the_rest_is_told_the_next_time(self):
        with freeze_time("2026-05-10 04:00:00"):
            others = self._new_submission(self._new_account(self._new_customer("B"))) | self._new_submission(
                self._new_account(self._new_customer("C"))
            )
        submissions = self.submission | others
        patched, _seen = self._failing(
            "key.account.monthly.submission", "_escalate", RuntimeError("killed"), calls=2, lasting=True
        )
        with patched:
            self._run_day(date(2026, 5, 26))
        self.assertEqual(sum(bool(self._get_told(one)[0]) for one in submissions), 1)
        self.assertEqual(sum(one.is_late for one in submissions), 1)
        for _turn in range(2):
            self._run_day(date(2026, 5, 26), hour=9)
            for one in submissions:
                self.assertEqual([user for user, _text in self._get_told(one)[0]], [self.leader])
                self.assertTrue(one.is_late)

    def test_what_is_in_is_told_to_nobody(self):
        self._run_day(date(2026, 5, 20))
        self._hand_in("2026-05-21 04:00:00")
        for day in (23, 25, 26, 28):
            self._run_day(date(2026, 5, day))
        self.assertFalse(self.submission.is_late)
        mine = self.submission.activity_ids
        self.assertEqual(mine.user_id, self.clerk, "the reminder is gone, the decision waits")
        self.assertFalse(self._get_told()[1])

    def test_what_came_on_time_and_was_sent_back_later_is_not_escalated(self):
        self._hand_in("2026-05-25 04:00:00")
        self._send_back("2026-05-26 04:00:00")
        self._run_day(date(2026, 5, 29))
        self.assertFalse(self.submission.is_late)
        self.assertEqual(self.submission.light, "red")
        self.assertNotIn(self.leader, [user for user, _text in self._get_told()[0]])

    def test_who_owes_is_not_told_of_himself_by_escalation(self):
        self.account.with_user(self.director).manager_id = self.leader
        self._run_day(date(2026, 5, 30))
        self.assertEqual(
            [user for user, _text in self._get_told()[0]], [self.director, self.executive]
        )

    def test_of_a_secret_account_only_those_who_see_it_are_told(self):
        self.account.with_user(self.director).confidentiality = "secret"
        self._run_day(date(2026, 5, 30))
        self.assertEqual(
            [user for user, _text in self._get_told()[0]], [self.director, self.executive]
        )

    def test_what_an_account_owed_falls_away_when_it_is_no_longer_active(self):
        self._run_day(date(2026, 5, 20))
        self.account.with_user(self.leader).action_suspend()
        self._run_day(date(2026, 5, 26))
        self.assertEqual((self.submission.state, self.submission.is_late), ("waived", False))
        self.assertFalse(self.submission.activity_ids)
        self.assertFalse(self.submission.light)

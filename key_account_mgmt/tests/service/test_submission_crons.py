from datetime import date, datetime, timedelta
from itertools import pairwise
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from ...calculations import closing
from ...models.account.res_users import BYPASS
from ..common import role_group
from ..grading.test_crons import CronCase
from .test_monthly_submission import MonthCase

LIMIT = "odoo.addons.key_account_mgmt.models.account.batches.LIMIT"


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
        with freeze_time("2026-06-10 04:00:00"):
            self._run_killed(
                "monthly_submission_open", "key.account.monthly.submission", "_open", calls=3
            )
        june = [("month", "=", "2026-06"), ("account_id", "in", accounts.ids)]
        submissions = self.env["key.account.monthly.submission"]
        self.assertEqual(submissions.search_count(june), 2, "what was committed before")
        for _turn in range(2):
            with freeze_time("2026-06-11 04:00:00"):
                self._run_cron("monthly_submission_open")
            self.assertEqual(submissions.search_count(june), 4)

    def test_what_one_company_leaves_for_the_next_batch_is_not_forgotten_for_another_company(self):
        second = self.env["res.company"].create({"name": "Second", "key_account_closing_day": 25})
        keeper = self._new_user("keeper", role_group("manager"), company=second)
        team = self.env["crm.team"].create({"name": "Second", "company_id": second.id})
        accounts = self.account
        for number in range(2):
            accounts |= self._new_account(self._new_customer(f"C{number}"), admission_date="2025-01-01")
        accounts |= self.env["key.account"].with_company(second).create({
            "partner_id": self._new_customer("Second").id, "company_id": second.id, "team_id": team.id,
            "manager_id": keeper.id, "state": "active", "scheme_id": self.scheme.id,
            "admission_date": "2025-01-01",
        })
        with freeze_time("2026-06-10 04:00:00"), patch(LIMIT, 1):
            self._run_cron("monthly_submission_open")
        self.env.invalidate_all()
        opened = self.env["key.account.monthly.submission"].sudo().search([("month", "=", "2026-06")])
        self.assertEqual(opened.account_id, accounts)

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

    def test_killed_between_telling_and_noting_it_nobody_is_told_twice(self):
        with freeze_time("2026-05-10 04:00:00"):
            others = self._new_submission(self._new_account(self._new_customer("B"))) | self._new_submission(
                self._new_account(self._new_customer("C"))
            )
        submissions = self.submission | others
        with freeze_time("2026-05-26 04:00:00"):
            self._run_killed(
                "monthly_submission_tell", "key.account.monthly.submission", "_tell_step", calls=2
            )
        self.assertEqual([len(self._get_told(one)[0]) for one in submissions], [1, 0, 0])
        self.assertEqual(submissions.mapped("is_late"), [True, False, False])
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

    def test_what_was_sent_back_after_the_deadline_is_told_of_and_escalated_from_its_own_day(self):
        """Something is handed in on the last day and sent back: that gains some days, and no more."""
        self._hand_in("2026-05-25 04:00:00")
        self._send_back("2026-05-26 04:00:00")
        expected = {
            date(2026, 5, 26): ([], 0), date(2026, 5, 28): ([], 0), date(2026, 5, 29): ([], 1),
            date(2026, 5, 30): ([self.leader], 1), date(2026, 5, 31): ([self.leader], 1),
            date(2026, 6, 1): ([self.leader, self.director], 1),
            date(2026, 6, 20): ([self.leader, self.director], 1),
        }
        for day, (told, reminders) in expected.items():
            with self.subTest(day=day):
                for _turn in range(2):
                    self._run_day(day)
                activities, notes = self._get_told()
                superiors = [user for user, text in activities if "Overdue since 2026-05-29" in text]
                self.assertEqual((superiors, len(notes)), (told, reminders))
                self.assertEqual(self.submission.is_late, day > date(2026, 5, 29))
                with freeze_time(f"{day} 04:00:00"):
                    self.env.invalidate_all()
                    self.assertEqual(self.submission.light, "red" if day > date(2026, 5, 29) else "amber")

    def test_a_late_one_that_is_sent_back_is_escalated_anew(self):
        self._run_day(date(2026, 5, 28))
        self._hand_in("2026-05-29 04:00:00")
        self._send_back("2026-05-29 05:00:00")
        self._run_day(date(2026, 6, 4))
        self.assertEqual(
            [user for user, text in self._get_told()[0] if "Overdue since 2026-06-01" in text],
            [self.leader, self.director],
        )

    # === WHO IS TOLD === #

    def test_who_stands_in_or_has_come_after_is_told_in_the_place_of_those_above(self):
        second = self._new_user("director2", role_group("director"))
        self.team.write({"key_account_deputy_id": self.other_leader.id})
        self.director.sudo().with_context(key_account_archive=BYPASS).active = False
        self._run_day(date(2026, 5, 30))
        self.assertEqual(
            [user for user, _text in self._get_told()[0]], [self.other_leader, second]
        )

    def test_a_leader_who_has_gone_is_left_out(self):
        self.leader.sudo().with_context(key_account_archive=BYPASS).active = False
        self._run_day(date(2026, 5, 30))
        self.assertEqual([user for user, _text in self._get_told()[0]], [self.director, self.executive])

    def test_during_an_absence_whoever_stands_in_is_reminded_as_well(self):
        self.env["key.account.member"].create({
            "account_id": self.account.id, "user_id": self.manager2.id, "role": "deputy",
            "date_from": "2026-05-15", "date_to": "2026-05-24",
        })
        self._run_day(date(2026, 5, 20))
        self._run_day(date(2026, 5, 23))
        self._run_day(date(2026, 5, 25))
        activities, notes = self._get_told()
        self.assertEqual({user for user, _text in activities}, {self.manager, self.manager2})
        self.assertEqual(
            [partners for partners, body in notes if "2 days" in body],
            [self.manager.partner_id, self.manager2.partner_id],
        )
        self.assertEqual(
            [partners for partners, body in notes if "today" in body], [self.manager.partner_id]
        )

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
        with freeze_time("2026-05-21 04:00:00"):
            self.account.with_user(self.leader).action_suspend()
        self._run_day(date(2026, 5, 26))
        self.assertEqual((self.submission.state, self.submission.is_late), ("waived", False))
        self.assertFalse(self.submission.activity_ids)
        self.assertFalse(self.submission.light)

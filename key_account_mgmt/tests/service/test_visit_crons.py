from collections import Counter
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..grading.test_crons import CronCase
from .common import VisitCase

CRON = "odoo.addons.key_account_mgmt.models.service.key_account_visit_cron"
AT_ONCE = "odoo.addons.key_account_mgmt.models.service.key_account_visit_plan.AT_ONCE"
NOW = "2026-11-25 02:00:00"


@tagged("post_install", "-at_install")
class TestVisitCrons(CronCase, VisitCase):
    """What is due is done once: run twice or killed half-way, the outcome is the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_graded("One", grade=cls.grade_a)
        cls.second = cls._new_graded("Two", grade=cls.grade_a)

    def _new_planned(self, day, account=None, **values):
        visit = self._new_visit(
            account or self.account, visit_type="reception", start=self._local(f"{day} 10:00:00"), **values
        )
        visit.action_plan()
        return visit.sudo()

    def _get_told(self, records, word):
        self.env.invalidate_all()
        return records.sudo().activity_ids.filtered(lambda activity: word in (activity.summary or ""))

    # === THE CALENDAR === #

    def _approve_in_background(self):
        with freeze_time(NOW), patch(AT_ONCE, 0):
            plan = self._approve_plan(self._new_plan()).sudo()
        self.assertFalse(plan.visit_ids.event_id)
        self.assertEqual(plan.waiting_meeting_count, len(plan.visit_ids))
        return plan

    def test_a_big_plan_is_put_into_the_calendar_in_the_background_each_visit_once(self):
        plan = self._approve_in_background()
        for _turn in range(2):
            with patch(f"{CRON}.BATCH", 3):
                self._run_cron("visit_make_meetings")
            self.assertEqual(len(plan.visit_ids.event_id), len(plan.visit_ids))
            found = self.env["calendar.event"].search_count([("res_model", "=", "key.account.visit")])
            self.assertEqual(found, len(plan.visit_ids))
        self.assertEqual(plan.waiting_meeting_count, 0)

    def test_approving_a_big_plan_asks_for_the_scheduled_action_at_once(self):
        cron = self.env.ref("key_account_mgmt.ir_cron_key_account_visit_make_meetings")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self._approve_in_background()
        self.assertEqual(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), before + 1)

    def test_killed_half_way_the_rest_gets_its_place_the_next_time(self):
        plan = self._approve_in_background()
        with patch(f"{CRON}.BATCH", 3):
            self._run_killed(
                "visit_make_meetings", "key.account.visit", "_make_meetings_or_each", calls=2, is_bare=True
            )
        self.assertEqual(len(plan.visit_ids.event_id), 3)
        with patch(f"{CRON}.BATCH", 3):
            self._run_cron("visit_make_meetings")
        self.assertEqual(len(plan.visit_ids.event_id), len(plan.visit_ids))
        found = self.env["calendar.event"].search_count([("res_model", "=", "key.account.visit")])
        self.assertEqual(found, len(plan.visit_ids))

    def test_one_that_fails_keeps_the_others_from_nothing(self):
        plan = self._approve_in_background()
        broken = plan.visit_ids[2]
        original = type(broken)._get_meeting_values

        def fail(visit):
            if visit == broken:
                raise ValueError("broken")
            return original(visit)

        with (
            patch.object(self.env.registry["key.account.visit"], "_get_meeting_values", fail),
            self.assertLogs(CRON, "WARNING"),
        ):
            self._run_cron("visit_make_meetings")
        self.assertEqual(plan.visit_ids.filtered(lambda visit: not visit.event_id), broken)
        self._run_cron("visit_make_meetings")
        self.assertTrue(broken.event_id)

    # === REMINDERS === #

    def test_whoever_leads_is_reminded_on_the_next_day_once(self):
        with freeze_time(NOW):
            visit, later = self._new_planned("2026-11-25"), self._new_planned("2026-11-26", self.second)
            self._run_cron("visit_remind")
            self.assertFalse(self._get_told(visit, "Was the visit held?"))
        for _turn in range(2):
            with freeze_time("2026-11-25 16:01:00"):  # the 26th in Shanghai
                self._run_cron("visit_remind")
            self.assertEqual(self._get_told(visit | later, "Was the visit held?").user_id, self.manager)
        self.assertFalse(self._get_told(later, "Was the visit held?"))
        with freeze_time("2026-11-26 02:00:00"):
            visit.with_user(self.manager).action_hold()
        self.assertFalse(self._get_told(visit, "Was the visit held?"))

    def test_a_visit_that_is_put_off_is_asked_for_anew(self):
        with freeze_time(NOW):
            visit = self._new_planned("2026-11-25")
        with freeze_time("2026-11-26 02:00:00"):
            self._run_cron("visit_remind")
            start = self._local("2026-11-30 10:00:00")
            visit.with_user(self.manager).write({"start": start, "stop": start + timedelta(hours=1)})
            self.assertFalse(self._get_told(visit, "Was the visit held?"))
        with freeze_time("2026-12-01 02:00:00"):
            self._run_cron("visit_remind")
        self.assertEqual(len(self._get_told(visit, "Was the visit held?")), 1)

    def test_a_late_report_is_asked_for_once(self):
        with freeze_time(NOW):
            visit = self._new_planned("2026-11-25")
        with freeze_time("2026-11-25 04:00:00"):
            visit.with_user(self.manager).action_hold()
        for moment, count in (
            ("2026-11-28 02:00:00", 0), ("2026-11-29 02:00:00", 1), ("2026-12-20 02:00:00", 1),
        ):
            with freeze_time(moment):
                self._run_cron("visit_remind")
            self.assertEqual(len(self._get_told(visit, "report")), count, moment)
        with freeze_time("2026-12-20 03:00:00"):
            self._report(visit.with_user(self.manager))
        self.assertFalse(self._get_told(visit, "report"))

    def test_what_nothing_is_heard_of_counts_as_missed_after_days(self):
        with freeze_time(NOW):
            visit, held = self._new_planned("2026-11-25"), self._new_planned("2026-11-25", self.second)
        with freeze_time("2026-11-26 02:00:00"):
            held.with_user(self.manager).action_hold()
            self._run_cron("visit_remind")
        for moment, state in (("2026-12-02 02:00:00", "planned"), ("2026-12-03 02:00:00", "missed")):
            with freeze_time(moment):
                self._run_cron("visit_miss")
                self._run_cron("visit_miss")
            self.assertEqual(visit.state, state, moment)
        self.assertIn("Nothing was entered", visit.closing_reason)
        self.assertFalse(visit.activity_ids)
        self.assertEqual(held.state, "done")

    def test_killed_half_way_the_rest_is_missed_the_next_time(self):
        with freeze_time(NOW):
            visits = self.env["key.account.visit"].union(*(
                self._new_planned(f"2026-11-2{day}") for day in (2, 3, 4)
            ))
        with freeze_time("2026-12-20 02:00:00"):
            self._run_killed("visit_miss", "key.account.visit", "_miss", calls=2)
            self.assertEqual(sorted(visits.mapped("state")), ["missed", "planned", "planned"])
            self._run_cron("visit_miss")
        self.assertEqual(set(visits.mapped("state")), {"missed"})

    def test_killed_between_reminding_and_noting_it_nobody_is_reminded_twice(self):
        with freeze_time(NOW):
            visits = self.env["key.account.visit"].union(*(
                self._new_planned(f"2026-11-2{day}") for day in (2, 3, 4)
            ))
        with freeze_time("2026-11-25 18:00:00"):
            self._run_killed("visit_remind", "key.account.visit", "activity_schedule", calls=2)
            counts = [len(self._get_told(one, "Was the visit held?")) for one in visits]
            self.assertEqual(sorted(counts), [0, 0, 1])
            for _turn in range(2):
                self._run_cron("visit_remind")
                counts = [len(self._get_told(one, "Was the visit held?")) for one in visits]
                self.assertEqual(counts, [1, 1, 1])

    def test_zero_days_switch_it_off(self):
        self.company.write({"key_account_missed_days": 0, "key_account_report_days": 0})
        with freeze_time(NOW):
            visit = self._new_planned("2026-11-25")
        with freeze_time("2027-03-01 02:00:00"):
            self._run_cron("visit_remind")
            self._run_cron("visit_miss")
        self.assertEqual(visit.state, "planned")
        self.assertFalse(visit.activity_ids)

    def test_the_director_is_told_once_of_what_was_not_ratified_in_time(self):
        with freeze_time(NOW):
            late, settled = (
                self._new_visit(account, visit_type="outbound", is_urgent=True).sudo()
                for account in (self.account, self.second)
            )
            (late | settled).with_user(self.manager).action_hold()
            settled.with_user(self.leader).action_ratify()
        for moment, count in (
            ("2026-11-28 02:00:00", 0), ("2026-11-29 02:00:00", 1), ("2026-12-20 02:00:00", 1),
        ):
            with freeze_time(moment):
                self._run_cron("visit_escalate")
            told = self._get_told(late | settled, "not ratified in time")
            self.assertEqual(len(told), count, moment)
        self.assertEqual((told.user_id, told.res_id), (self.director, late.id))

    # === A YEAR === #

    def test_a_year_of_generated_visits_is_lived_through(self):
        """Week by week: every visit of a year's plan gets its meeting, its reminders and its end once.

        Every fifth visit is forgotten, every seventh reported late; one urgent one is never ratified, and
        no month is ever handed in.
        """
        self.env["res.company"].search([("id", "!=", self.company.id)]).key_account_closing_day = 0
        with freeze_time(NOW):
            self.account.sudo().admission_date = self.second.sudo().admission_date = "2026-01-01"
            third = self._new_graded("Three", grade=self.grade_c, admission_date="2026-01-01")
            other = self._new_account(self._new_customer("Four"), admission_date="2026-01-01")
            plan = self._approve_plan(self._new_plan(period="year")).sudo()
        counts = Counter(visit.account_id for visit in plan.visit_ids)
        self.assertEqual((counts[self.account], counts[third]), (27, 7))
        visits = plan.visit_ids.sorted("start")
        self.assertEqual(len(visits.event_id), len(visits))
        forgotten = visits[::5]
        tardy = (visits - forgotten)[::7]
        with freeze_time("2027-05-03 02:00:00"):
            urgent = self._new_visit(other, visit_type="outbound", is_urgent=True).sudo()
            urgent.with_user(self.manager).action_hold()
            self._report(urgent.with_user(self.manager))

        told, monday = {}, date(2026, 11, 30)
        while monday < date(2028, 2, 1):
            moment = fields.Datetime.to_datetime(monday) + timedelta(hours=2)
            self._live_until(moment, visits - forgotten, tardy)
            told |= self._run_week(moment, visits | urgent)
            week_ago = monday - timedelta(days=7)
            over = visits.filtered(lambda visit, day=week_ago: visit.date < day - timedelta(days=7))
            self.assertLessEqual(set(over.mapped("state")), {"reported", "missed"}, monday)
            monday += timedelta(days=7)

        self.assertEqual(
            Counter(record for record, text in told.values() if "Was the visit held?" in text),
            Counter(forgotten), "each that was forgotten, once, and no other",
        )
        self.assertEqual(
            Counter(record for record, text in told.values() if "report of the visit" in text), Counter(tardy)
        )
        self.assertEqual(
            [record for record, text in told.values() if "not ratified in time" in text], [urgent]
        )
        self._assert_months_told(told)
        self.assertEqual(visits.filtered(lambda visit: visit.state == "missed"), forgotten)
        self.assertEqual(Counter(visits.mapped("state")).keys(), {"missed", "reported"})
        self.env.invalidate_all()
        self.assertEqual(plan.held_count, len(visits - forgotten))
        self.assertEqual(
            sum(plan.coverage_ids.mapped("missing_count")), len(forgotten),
            "what was missed is missing, and nothing else",
        )

    def _live_until(self, moment, held, tardy):
        """Let the visits until a moment be held, and reported at once or, by some, ten days later."""
        for visit in held.filtered(lambda visit: visit.stop <= moment and visit.state == "planned"):
            with freeze_time(visit.stop):
                visit.with_user(self.manager).action_hold()
        for visit in held.filtered(lambda visit: visit.state == "done"):
            at = visit.stop + timedelta(days=10 if visit in tardy else 0)
            if at <= moment:
                with freeze_time(at):
                    self._report(visit.with_user(self.manager))

    def _run_week(self, moment, visits):
        """Run the scheduled actions twice, and return what was told by then: {id: (record, text)}."""
        with freeze_time(moment):
            for _turn in range(2):
                for name in ("visit_remind", "visit_miss", "visit_escalate", "monthly_submission_open",
                             "monthly_submission_tell"):
                    self._run_cron(name)
        months = self.env["key.account.monthly.submission"].sudo().search(
            [("company_id", "=", self.company.id)]
        )
        return {
            activity.id: (record, activity.summary or "")
            for records in (visits, months) for record in records for activity in record.sudo().activity_ids
        }

    def _assert_months_told(self, told):
        """Each month of each account was escalated to the leader and to the director, once each."""
        months = self.env["key.account.monthly.submission"].sudo().search(
            [("company_id", "=", self.company.id), ("deadline", "<", "2028-01-01")]
        )
        self.assertEqual(len(months.account_id), 4)
        self.assertEqual(len(months), 4 * len(set(months.mapped("month"))))
        self.assertGreaterEqual(len(set(months.mapped("month"))), 13)
        overdue = Counter(record for record, text in told.values() if "Overdue since" in text)
        self.assertEqual({overdue[month] for month in months}, {2})
        asked = Counter(record for record, text in told.values() if "Hand in" in text)
        self.assertLessEqual({asked[month] for month in months}, {0, 1})
        self.assertTrue(all(months.mapped("is_late")))

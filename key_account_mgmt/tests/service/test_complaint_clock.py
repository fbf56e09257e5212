from datetime import timedelta
from unittest.mock import patch

import pytz
from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ...calculations.worktime import between
from .complaint_case import ComplaintCase, ComplaintCronCase


class ClockCase(ComplaintCase):
    """40 hours a week from 8 to 12 and 13 to 17; grade B promises 4 and 48 hours."""

    def _at(self, text, zone="Asia/Shanghai", **values):
        """Return a complaint that came at a moment of a zone's clock."""
        with freeze_time("2027-12-31 00:00:00"):
            return self._new_complaint(received_on=self._local(text, zone), **values)

    def _local_text(self, moment):
        zone = self.company._get_key_account_timezone()
        return fields.Datetime.to_string(pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None))

    def _add_holiday(self, first, last, **values):
        return self.env["resource.calendar.leaves"].with_company(self.company).create({
            "name": "Holiday", "calendar_id": self.company.resource_calendar_id.id,
            "date_from": self._local(first), "date_to": self._local(last), **values,
        })


@tagged("post_install", "-at_install")
class TestDeadlines(ClockCase):
    """The promise of a grade, in the working time of the company (C5, X21)."""

    def test_the_hours_are_those_of_the_grade_in_working_time(self):
        complaint = self._at("2027-05-07 16:00:00")  # a Friday
        self.assertEqual((complaint.response_hours, complaint.resolution_hours), (4, 48))
        self.assertEqual(self._local_text(complaint.response_deadline), "2027-05-10 11:00:00")
        self.assertEqual(self._local_text(complaint.resolution_deadline), "2027-05-17 16:00:00")

    def test_without_a_grade_the_company_says_how_long(self):
        self.company.key_account_complaint_response_hours = 2
        self.account.sudo().grade_id = False
        complaint = self._at("2027-05-04 09:00:00")
        self.assertEqual(self._local_text(complaint.response_deadline), "2027-05-04 11:00:00")
        self.company.key_account_complaint_response_hours = 0
        complaint = self._at("2027-05-04 09:00:00")
        self.assertFalse(complaint.response_deadline, "nothing is promised")
        self.assertEqual(complaint.next_deadline, complaint.resolution_deadline)

    def test_a_critical_one_gets_the_part_that_the_settings_say(self):
        complaint = self._at("2027-05-04 09:00:00", severity="critical")
        self.assertEqual((complaint.response_hours, complaint.resolution_hours), (2, 24))
        self.company.key_account_complaint_critical_rate = 25
        complaint = self._at("2027-05-04 09:00:00", severity="critical")
        self.assertEqual(complaint.response_hours, 1)
        complaint.severity = "low"
        self.assertEqual(complaint.response_hours, 4)
        self.assertEqual(self._local_text(complaint.response_deadline), "2027-05-04 14:00:00")

    def test_public_holidays_do_not_count(self):
        self._add_holiday("2027-10-01 00:00:00", "2027-10-07 23:59:59")
        complaint = self._at("2027-09-30 15:00:00")
        self.assertEqual(self._local_text(complaint.response_deadline), "2027-10-08 10:00:00")

    def test_a_holiday_of_another_company_changes_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        holiday = self._add_holiday("2027-05-04 00:00:00", "2027-05-04 23:59:59", calendar_id=False)
        complaint = self._at("2027-05-04 09:00:00")
        self.assertEqual(self._local_text(complaint.response_deadline), "2027-05-05 12:00:00")
        holiday.company_id = other
        complaint = self._at("2027-05-04 09:00:00")
        self.assertEqual(self._local_text(complaint.response_deadline), "2027-05-04 14:00:00")

    def test_daylight_saving_moves_no_working_hour(self):
        for day, before, after in (
            ("2027-03-26 15:00:00", "2027-03-29 10:00:00", 14),  # spring: Sunday has 23 hours
            ("2027-10-29 15:00:00", "2027-11-01 10:00:00", 16),  # autumn: 25
        ):
            with self.subTest(day=day):
                complaint = self._at(day, "Europe/Berlin")
                self.assertEqual(self._local_text(complaint.response_deadline), before)
                self.assertEqual(complaint.response_deadline.hour, 8 if after == 14 else 9)

    def test_a_night_shift_through_the_lost_hour_works_an_hour_less(self):
        calendar = self.company.resource_calendar_id
        calendar.attendance_ids = [fields.Command.clear()] + [
            fields.Command.create({
                "name": "Night", "dayofweek": str(day), "hour_from": 0, "hour_to": 8, "day_period": "morning",
            })
            for day in range(7)
        ]
        complaint = self._at("2027-03-27 08:00:00", "Europe/Berlin")
        self.company.key_account_complaint_response_hours = 7
        self.assertEqual(self._local_text(complaint.response_deadline), "2027-03-28 05:00:00")

    def test_a_company_without_working_hours_promises_no_moment(self):
        self.company.resource_calendar_id.attendance_ids = [fields.Command.clear()]
        complaint = self._at("2027-05-04 09:00:00")
        self.assertFalse(complaint.response_deadline or complaint.next_escalation_on)

    def test_a_company_without_a_calendar_works_around_the_clock(self):
        self.company.resource_calendar_id = False
        complaint = self._new_complaint()
        self.assertEqual(
            complaint.response_deadline, complaint.received_on.replace(microsecond=0) + timedelta(hours=4)
        )

    def test_a_later_grade_changes_no_promise(self):
        complaint = self._at("2027-05-04 09:00:00")
        before = complaint.resolution_deadline
        self.account.sudo().grade_id = self.grade_a
        complaint.name = "Two cylinders leak"
        self.env.invalidate_all()
        self.assertEqual((complaint.resolution_deadline, complaint.grade_id), (before, self.grade_b))

    def test_the_working_time_of_a_batch_is_asked_once(self):
        values = [
            {"name": "x", "partner_id": self.contact.id, "company_id": self.company.id}
            for _number in range(30)
        ]
        calls = []
        company = self.env.registry["res.company"]
        original = company._get_key_account_working_time

        def counted(record, *args):
            calls.append(args)
            return original(record, *args)

        self.patch(company, "_get_key_account_working_time", counted)
        self.env["key.account.complaint"].create(values)
        self.env.flush_all()
        self.assertLessEqual(len(calls), 2)


@tagged("post_install", "-at_install")
class TestPause(ClockCase):
    """The clock stands while the customer has the next step."""

    def _move(self, complaint, text, method):
        with freeze_time(self._local(text)):
            getattr(complaint, method)()
        self.env.invalidate_all()

    def _go(self, complaint, *steps):
        for text, method in steps:
            self._move(complaint, text, method)

    def test_waiting_moves_the_deadline_by_the_working_time_waited(self):
        complaint = self._at("2027-05-04 09:00:00")
        before = complaint.resolution_deadline
        self._go(
            complaint, ("2027-05-04 09:30:00", "action_accept"), ("2027-05-04 10:00:00", "action_start"),
            ("2027-05-04 11:00:00", "action_wait"),
        )
        self.assertEqual(complaint.deadline_status, "paused")
        self.assertFalse(complaint.next_deadline or complaint.next_escalation_on)
        self.assertTrue(complaint.is_response_in_time, "what the customer is asked is an answer")
        # 1 hour on Tuesday before noon, 4 after it, 8 on Wednesday, none at night
        self._move(complaint, "2027-05-05 22:00:00", "action_start")
        self.assertEqual(complaint.paused_seconds, 13 * 3600)
        time = self.company._get_key_account_working_time(before, before + timedelta(days=9))
        self.assertEqual(between(time, before, complaint.resolution_deadline), 13 * 3600)
        self.assertEqual(complaint.next_deadline, complaint.resolution_deadline)

    def test_the_time_that_the_customer_had_the_solution_is_not_ours(self):
        complaint = self._at("2027-05-04 09:00:00", category_id=self.category.id)
        complaint.write({
            "root_cause": "x", "corrective_measure": "x", "preventive_measure": "x",
        })
        self._go(
            complaint, ("2027-05-04 09:30:00", "action_accept"), ("2027-05-04 10:00:00", "action_start"),
            ("2027-05-04 11:00:00", "action_resolve"),
        )
        self.assertTrue(complaint.is_resolution_in_time)
        self.assertFalse(complaint.next_deadline)
        with freeze_time(self._local("2027-06-04 11:00:00")):
            complaint._reopen("It leaks again")
        self.env.invalidate_all()
        self.assertFalse(complaint.is_resolution_in_time)
        time = self.company._get_key_account_working_time(
            *map(fields.Datetime.to_datetime, ("2027-05-01", "2027-07-01"))
        )
        self.assertEqual(
            between(time, self._local("2027-06-04 11:00:00"), complaint.resolution_deadline), 46 * 3600,
            "two of 48 hours were used",
        )

    def test_too_late_is_too_late(self):
        complaint = self._at("2027-05-04 09:00:00", category_id=self.category.id)
        complaint.write({"root_cause": "x", "corrective_measure": "x", "preventive_measure": "x"})
        self._go(
            complaint, ("2027-06-04 09:30:00", "action_accept"), ("2027-06-04 10:00:00", "action_start"),
            ("2027-06-04 11:00:00", "action_resolve"),
        )
        with freeze_time(self._local("2027-06-04 11:30:00")):
            complaint._answer("Called")
        self.assertFalse(complaint.is_response_in_time or complaint.is_resolution_in_time)

    def test_colours_follow_the_clock_and_can_be_searched(self):
        complaint = self._at("2027-05-04 09:00:00")
        other = self._at("2027-05-04 09:00:00")
        for text, status in (
            ("2027-05-04 09:30:00", "on_time"), ("2027-05-04 10:30:00", "soon"),
            ("2027-05-04 14:00:00", "soon"), ("2027-05-04 14:00:01", "overdue"),
        ):
            with self.subTest(text=text), freeze_time(self._local(text)):
                self.env.invalidate_all()
                self.assertEqual(complaint.deadline_status, status)
                for asked in ("overdue", "soon", "on_time", "paused", "none"):
                    found = complaint.search([("deadline_status", "=", asked), ("id", "=", complaint.id)])
                    self.assertEqual(bool(found), asked == status, asked)
        other.with_user(self.director)._cancel("x")
        self.assertEqual(complaint.search([("deadline_status", "=", "none")]), other)


@tagged("post_install", "-at_install")
class TestEscalation(ClockCase, ComplaintCronCase):
    """Owner, leader, director: each is told once of a missed deadline."""

    def setUp(self):
        super().setUp()
        # only the complaints of the test are due
        self.complaint = self._at("2027-05-04 09:00:00")
        self.due = "2027-05-04 14:00:00"

    def _escalate(self, text):
        with freeze_time(self._local(text)):
            self._run_cron("complaint_escalate")

    def _get_told(self, complaint=None):
        activities = (complaint or self.complaint).sudo().activity_ids
        kind = self.env.ref("key_account_mgmt.mail_activity_type_complaint")
        return activities.filtered(lambda activity: activity.activity_type_id == kind).sorted("id")

    def test_each_level_is_told_once_however_often_it_runs(self):
        for text, told in (
            ("2027-05-04 13:59:00", []),
            ("2027-05-04 14:01:00", [self.manager]),
            ("2027-05-04 14:01:00", [self.manager]),
            ("2027-05-04 17:30:00", [self.manager]),
            ("2027-05-05 09:01:00", [self.manager, self.leader]),
            ("2027-05-05 09:01:00", [self.manager, self.leader]),
            ("2027-05-05 14:01:00", [self.manager, self.leader, self.director]),
            ("2027-09-05 14:01:00", [self.manager, self.leader, self.director]),
        ):
            with self.subTest(text=text):
                self._escalate(text)
                self.assertEqual(list(self._get_told().mapped("user_id")), told)
        self.assertEqual(self.complaint.escalation_level, 3)
        self.assertFalse(self.complaint.next_escalation_on)

    def test_a_scheduler_that_was_down_for_days_tells_one_after_the_other(self):
        self._escalate("2027-06-01 09:00:00")
        self.assertEqual(self._get_told().user_id, self.manager)
        self._escalate("2027-06-01 09:10:00")
        self.assertEqual(list(self._get_told().mapped("user_id")), [self.manager, self.leader])

    def test_an_answer_ends_it_and_the_solution_is_a_promise_of_its_own(self):
        self._escalate("2027-05-04 14:01:00")
        with freeze_time(self._local("2027-05-04 15:00:00")):
            self.complaint._answer("Called Ms Li")
        self.assertFalse(self._get_told())
        self.assertEqual(self.complaint.escalation_level, 0)
        self.assertEqual(self.complaint.next_escalation_on, self.complaint.resolution_deadline)
        self._escalate("2027-06-04 14:01:00")
        self.assertEqual(self._get_told().user_id, self.manager)

    def test_nobody_is_told_while_the_customer_has_the_next_step(self):
        with freeze_time(self._local("2027-05-04 10:00:00")):
            for method in ("action_accept", "action_start", "action_wait"):
                getattr(self.complaint, method)()
        self._escalate("2027-08-04 14:01:00")
        self.assertFalse(self._get_told())

    def test_a_level_without_a_person_is_passed_over(self):
        self.complaint.sudo().user_id = False
        self._escalate("2027-05-04 14:01:00")
        self.assertEqual(self._get_told().user_id, self.leader)
        self.assertEqual(self.complaint.escalation_level, 2)

    def test_of_a_secret_account_nobody_outside_is_told(self):
        self.account.with_user(self.director).confidentiality = "secret"
        self._escalate("2027-05-04 14:01:00")
        self._escalate("2027-05-06 14:01:00")
        self.assertEqual(list(self._get_told().mapped("user_id")), [self.manager, self.director])

    def test_killed_half_way_the_rest_is_told_the_next_time_and_nobody_twice(self):
        others = [self._at("2027-05-04 09:00:00") for _number in range(3)]
        patched, _seen = self._failing(
            "key.account.complaint", "_escalate", RuntimeError("killed"), calls=3, lasting=True
        )
        with patched, self.assertLogs("odoo.addons.key_account_mgmt.models.account.batches", "WARNING"):
            self._escalate("2027-05-04 14:01:00")
        everybody = [self.complaint, *others]
        self.assertEqual(sum(len(self._get_told(one)) for one in everybody), 2)
        for _turn in range(2):
            self._escalate("2027-05-04 14:02:00")
        self.assertEqual([len(self._get_told(one)) for one in everybody], [1, 1, 1, 1])

    def test_more_than_a_batch_is_worked_through_in_one_run(self):
        self.patch(self.env.registry["key.account.complaint"], "_escalate", lambda record: record.write({
            "escalation_level": 3,
        }))
        for module in ("account.batches", "service.key_account_complaint_clock"):
            self.startPatcher(patch(f"odoo.addons.key_account_mgmt.models.{module}.LIMIT", 2))
        more = [self._at("2027-05-04 09:00:00") for _number in range(6)]
        self._escalate("2027-05-04 14:01:00")
        self.assertEqual({one.escalation_level for one in more}, {3})

    def test_due_ones_are_found_by_their_index(self):
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM key_account_complaint"
            " WHERE next_escalation_on <= now() at time zone 'UTC' ORDER BY next_escalation_on, id LIMIT 501"
        )
        plan = "\n".join(line for line, in self.env.cr.fetchall())
        self.assertIn("next_escalation_on_index", plan)

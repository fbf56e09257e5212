from datetime import timedelta

import pytz
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...calculations.worktime import between
from .complaint_case import MEASURES, ComplaintCase


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
        complaint.with_user(self.leader).severity = "low"
        self.env.invalidate_all()
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

    def _move(self, complaint, text, method, *args, zone="Asia/Shanghai"):
        with freeze_time(self._local(text, zone)):
            getattr(complaint, method)(*args)
        self.env.invalidate_all()

    def _go(self, complaint, *steps):
        for text, method, *args in steps:
            self._move(complaint, text, method, *args)

    def test_waiting_moves_the_deadline_by_the_working_time_waited(self):
        complaint = self._at("2027-05-04 09:00:00")
        before = complaint.resolution_deadline
        self._go(
            complaint, ("2027-05-04 09:30:00", "action_accept"), ("2027-05-04 10:00:00", "action_start"),
            ("2027-05-04 11:00:00", "_wait", "Which cylinder?"),
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

    def test_what_waits_for_the_customer_and_is_then_solved_had_that_time_from_us(self):
        complaint = self._at("2027-05-04 09:00:00", category_id=self.category.id)
        complaint.write(MEASURES)
        self._go(
            complaint, ("2027-05-04 09:30:00", "action_accept"), ("2027-05-04 10:00:00", "action_start"),
            ("2027-05-04 11:00:00", "_wait", "Which cylinder?"), ("2027-05-25 11:00:00", "action_resolve"),
        )
        self.assertEqual(complaint.paused_seconds, 15 * 8 * 3600)
        self.assertEqual(complaint.paused_on, self._local("2027-05-25 11:00:00"))
        self.assertTrue(complaint.is_resolution_in_time, "two of 48 hours were ours")
        before = complaint.resolution_deadline
        with freeze_time(self._local("2027-06-25 11:00:00")):
            complaint.feedback_method = "phone"
            complaint.action_close()
        self.env.invalidate_all()
        self.assertEqual(complaint.resolution_deadline, before, "closing later moves nothing")

    def test_solved_too_late_and_closed_much_later_stays_too_late(self):
        complaint = self._at("2027-05-04 09:00:00", category_id=self.category.id)
        complaint.write(MEASURES)
        self._go(
            complaint, ("2027-05-04 09:30:00", "action_accept"), ("2027-05-04 10:00:00", "action_start"),
            ("2027-05-04 11:00:00", "_wait", "Which?"), ("2027-05-04 12:00:00", "action_start"),
            ("2027-06-04 11:00:00", "action_resolve"),
        )
        with freeze_time(self._local("2027-09-04 11:00:00")):
            complaint.feedback_method = "phone"
            complaint.action_close()
        self.env.invalidate_all()
        self.assertFalse(complaint.is_resolution_in_time)

    def test_the_clock_stops_only_with_what_the_customer_was_asked(self):
        complaint = self._at("2027-05-04 09:00:00")
        self._go(complaint, ("2027-05-04 09:30:00", "action_accept"), ("2027-05-04 10:00:00", "action_start"))
        for _turn in range(2):
            with self.assertRaisesRegex(UserError, "asks what the customer was asked"):
                complaint.write({"state": "waiting_customer"})
            self._give_reason(complaint, complaint.action_ask_wait(), "Which of the two?")
            self.assertEqual((complaint.state, complaint.waiting_question), (
                "waiting_customer", "Which of the two?",
            ))
            self.assertIn("Which of the two?", str(complaint.message_ids[0].body))
            complaint.action_start()
            self.assertFalse(complaint.waiting_question, "whoever waits again asks again")
        for values in ({"waiting_question": "x"}, {"waiting_question": "x", "state": "waiting_customer"}):
            with self.assertRaises(UserError):
                complaint.write(values)

    def test_waiting_over_a_holiday_moves_nothing_by_it(self):
        self._add_holiday("2027-10-01 00:00:00", "2027-10-07 23:59:59")
        complaint = self._at("2027-09-30 09:00:00")
        self._go(
            complaint, ("2027-09-30 10:00:00", "action_accept"), ("2027-09-30 11:00:00", "action_start"),
            ("2027-09-30 16:00:00", "_wait", "Which?"), ("2027-10-08 10:00:00", "action_start"),
        )
        self.assertEqual(complaint.paused_seconds, 3 * 3600, "one hour before and two after it")

    def test_waiting_over_a_change_of_the_clock_counts_the_working_hours(self):
        for start, stop in (
            ("2027-03-26 16:00:00", "2027-03-29 09:00:00"), ("2027-10-29 16:00:00", "2027-11-01 09:00:00"),
        ):
            with self.subTest(start=start):
                day = start[:10]
                complaint = self._at(f"{day} 09:00:00", "Europe/Berlin")
                for text, method, *args in (
                    (f"{day} 10:00:00", "action_accept"), (f"{day} 11:00:00", "action_start"),
                    (start, "_wait", "Which?"), (stop, "action_start"),
                ):
                    self._move(complaint, text, method, *args, zone="Europe/Berlin")
                self.assertEqual(complaint.paused_seconds, 2 * 3600)

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

    def test_told_of_the_result_and_of_nothing_before_the_customer_is_answered_then(self):
        for day, in_time in (("2027-05-04 12:00:00", True), ("2027-05-05 12:00:00", False)):
            with self.subTest(day=day):
                complaint = self._at("2027-05-04 09:00:00", category_id=self.category.id)
                complaint.write(MEASURES)
                self._go(
                    complaint, ("2027-05-04 09:30:00", "action_accept"),
                    ("2027-05-04 10:00:00", "action_start"), ("2027-05-04 11:00:00", "action_resolve"),
                )
                self.assertFalse(complaint.responded_on)
                with freeze_time(self._local(day)):
                    complaint.feedback_method = "phone"
                self.env.invalidate_all()
                self.assertEqual(complaint.responded_on, self._local(day))
                self.assertEqual(complaint.is_response_in_time, in_time)

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

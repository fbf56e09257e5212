from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.account.res_users import BYPASS
from ..grading.test_crons import CronCase
from .test_meeting import MeetingCase


@tagged("post_install", "-at_install")
class TestMeetingCalendar(MeetingCase):
    """A planned meeting stands once in the calendar, and those invited hear of it and of each change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=7)
        cls.team_people = cls.manager | cls.manager2 | cls.assistant | cls.leader

    def _get_entries(self, meeting):
        return self.env["calendar.event"].sudo().with_context(active_test=False).search([
            ("res_model", "=", meeting._name), ("res_id", "=", meeting.id),
        ])

    def _get_told(self, meeting):
        """Return {user: texts} of what was told of a meeting since the last time."""
        self.env.flush_all()
        notes = self.env["mail.message"].sudo().search([
            ("model", "=", meeting._name), ("res_id", "=", meeting.id),
            ("message_type", "=", "user_notification"),
        ], order="id") - self.seen
        self.seen |= notes
        told = {}
        for note in notes:
            for user in note.partner_ids.user_ids:
                told.setdefault(user, []).append(str(note.body))
        return told

    def setUp(self):
        super().setUp()
        self.seen = self.env["mail.message"]

    def test_it_is_made_moved_and_taken_away_with_the_meeting(self):
        meeting = self._new_meeting(self.leader, start=self.start, place="Room 3")
        entry = self._get_entries(meeting)
        self.assertEqual(entry, meeting.event_id)
        self.assertEqual((entry.name, entry.start, entry.stop, entry.location, entry.user_id),
                         ("Monthly", self.start, meeting.stop, "Room 3", self.leader))
        self.assertEqual(entry.partner_ids, self.team_people.partner_id)
        self.assertFalse(entry.privacy)
        self.assertFalse(meeting.sudo().activity_ids, "the meeting is no activity as well")
        meeting.write({"start": self.start + timedelta(days=1), "place": "Room 4"})
        self.assertEqual((entry.start, entry.stop, entry.location),
                         (meeting.start, meeting.stop, "Room 4"))
        meeting.attendee_ids -= self.assistant
        self.assertEqual(entry.partner_ids, (self.team_people - self.assistant).partner_id)
        meeting._cancel("The customer is away")
        self.assertFalse(entry.exists())
        meeting.action_reopen()
        self.assertEqual(len(self._get_entries(meeting)), 1)
        meeting.unlink()
        self.assertFalse(self._get_entries(meeting))

    def test_what_was_held_stays_in_the_calendar_as_it_was(self):
        entry = self.meeting.event_id
        self.meeting.action_hold()
        self.meeting.place = "Room 9"
        self.assertTrue(entry.exists())
        self.assertFalse(entry.location)
        entry.with_user(self.leader).unlink()

    def test_those_invited_are_told_once_and_of_each_change(self):
        meeting = self._new_meeting(self.leader, start=self.start, place="Room 3")
        told = self._get_told(meeting)
        self.assertEqual(told.keys(), set(self.team_people - self.leader), "not who plans it")
        self.assertTrue(all(len(texts) == 1 and "Room 3" in texts[0] for texts in told.values()))
        meeting.agenda = "<p>Prices</p>"
        self.assertFalse(self._get_told(meeting))
        meeting.attendee_ids |= self.other_manager
        self.assertEqual(self._get_told(meeting).keys(), {self.other_manager}, "who is new to it")
        meeting.start += timedelta(hours=2)
        self.assertEqual(len(self._get_told(meeting)), 4)
        meeting._cancel("The customer is away")
        told = self._get_told(meeting)
        self.assertEqual(len(told), 4)
        self.assertTrue(all("does not take place" in texts[0] for texts in told.values()))

    def test_of_a_meeting_that_is_over_nobody_is_told(self):
        meeting = self._new_meeting(self.leader, start=fields.Datetime.now() - timedelta(days=3))
        self.assertTrue(meeting.event_id)
        self.assertFalse(self._get_told(meeting))

    def test_about_a_guarded_account_it_is_private(self):
        for level in ("confidential", "secret"):
            account = self._new_account(self._new_customer(level), confidentiality=level)
            meeting = self._new_meeting(self.manager, start=self.start, account_id=account.id)
            self.assertEqual(meeting.event_id.privacy, "private")
            self.assertEqual(meeting.event_id.sudo().key_account_id, account)
        self.env.invalidate_all()
        self.assertFalse(self.env["calendar.event"].with_user(self.manager2).search(
            [("id", "=", meeting.event_id.id)]
        ))

    def test_moved_in_the_calendar_the_meeting_moves_for_those_who_may(self):
        meeting = self._new_meeting(self.leader, start=self.start)
        entry = meeting.event_id
        later = self.start + timedelta(days=2)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            entry.with_user(self.manager).write({"start": later, "stop": later + timedelta(hours=1)})
        entry.with_user(self.leader).write({
            "start": later, "stop": later + timedelta(hours=2), "location": "Room 5",
            "partner_ids": [Command.link(self.other_manager.partner_id.id)],
        })
        self.env.invalidate_all()
        self.assertEqual((meeting.start, meeting.stop, meeting.place),
                         (later, later + timedelta(hours=2), "Room 5"))
        self.assertIn(self.other_manager, meeting.attendee_ids)
        with self.assertRaisesRegex(UserError, "time of day"), self.env.cr.savepoint():
            entry.with_user(self.leader).write({
                "allday": True, "start_date": later.date(), "stop_date": later.date(),
            })

    def test_nobody_takes_a_planned_meeting_out_of_the_calendar(self):
        entry = self._new_meeting(self.leader, start=self.start).event_id
        for act in (
            entry.with_user(self.leader).unlink, entry.with_user(self.leader).action_archive,
            lambda: entry.with_user(self.leader).with_context(key_account_visit_follows=True).unlink(),
        ):
            with self.assertRaisesRegex(UserError, "cancel it with the reason"), self.env.cr.savepoint():
                act()

    def test_a_regular_one_is_planned_again_for_the_next_month(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        for start, following in (
            ("2026-05-20 01:30:00", "2026-06-22 01:30:00"),  # the 20th of June is a Saturday
            ("2026-06-21 01:30:00", "2026-07-21 01:30:00"),
            ("2027-01-31 06:00:00", "2027-03-01 06:00:00"),  # the 28th of February is a Sunday
        ):
            meeting = self._new_meeting(
                self.leader, start=start, stop=fields.Datetime.to_datetime(start) + timedelta(hours=3),
                place="Room 3", agenda="<p>Prices</p>", minutes="<p>We met.</p>",
                attendee_ids=[Command.set(self.manager.ids)], note_taker_id=self.clerk.id,
            )
            with freeze_time("2027-06-01 04:00:00"):
                meeting.action_hold()
            again = meeting.browse(meeting.action_plan_next()["res_id"])
            self.assertEqual(str(again.start), following)
            self.assertEqual(again.stop - again.start, timedelta(hours=3))
            self.assertEqual((again.state, again.kind, again.place, again.note_taker_id, again.attendee_ids),
                             ("planned", "regular", "Room 3", self.clerk, self.manager))
            self.assertFalse(again.minutes or again.resolution_ids)
            self.assertTrue(again.event_id)
            self.assertNotEqual(again.event_id, meeting.event_id)
        with self.assertRaises(UserError):
            meeting.with_user(self.manager).action_plan_next()


@tagged("post_install", "-at_install")
class TestResolutionCron(CronCase, MeetingCase):
    """The chair is told once of what is overdue."""

    def _run(self, days):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            self._run_cron("meeting_resolution_tell")

    def _get_told(self, resolution):
        self.env.invalidate_all()
        return resolution.sudo().activity_ids.filtered(lambda one: "Overdue since" in (one.summary or ""))

    def test_the_chair_is_told_once_and_anew_for_another_deadline(self):
        resolution = self._resolve()  # three days from now
        done = self._resolve(name="Call them")
        done.with_user(self.manager).action_done()
        self._run(3)
        self.assertFalse(self._get_told(resolution))
        for days in (4, 4, 9):
            self._run(days)
            self.assertEqual(self._get_told(resolution).user_id, self.leader)
            self.assertEqual(len(self._get_told(resolution)), 1)
        self.assertFalse(self._get_told(done))
        resolution.with_user(self.leader).deadline = fields.Date.add(self.today, days=20)
        self.assertFalse(self._get_told(resolution))
        self._run(19)
        self.assertFalse(self._get_told(resolution))
        self._run(22)
        self.assertEqual(len(self._get_told(resolution)), 1)
        resolution.with_user(self.manager).action_done()
        self.assertFalse(self._get_told(resolution))

    def test_killed_between_telling_and_noting_it_the_chair_is_not_told_twice(self):
        resolutions = self._resolve() | self._resolve(name="Call them") | self._resolve(name="Write")
        with freeze_time(fields.Datetime.now() + timedelta(days=5)):
            self._run_killed(
                "meeting_resolution_tell", "key.account.meeting.resolution", "activity_schedule", calls=2
            )
        self.assertEqual([len(self._get_told(one)) for one in resolutions], [1, 0, 0])
        for _turn in range(2):
            self._run(6)
            self.assertEqual([len(self._get_told(one)) for one in resolutions], [1, 1, 1])

    def test_where_the_chair_has_gone_the_leader_is_told(self):
        meeting = self._new_meeting(self.manager2)
        resolution = self._resolve(meeting)
        self.manager2.sudo().with_context(key_account_archive=BYPASS).active = False
        self._run(5)
        self.assertEqual(self._get_told(resolution).user_id, self.leader)

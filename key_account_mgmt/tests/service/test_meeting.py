from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase


class MeetingCase(KeyAccountCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_key_account_today()
        cls.meeting = cls._new_meeting(cls.leader)

    def _resolve(self, meeting=None, user=None, owner=None, **values):
        meeting = meeting or self.meeting
        return self.env["key.account.meeting.resolution"].with_user(user or meeting.user_id).create({
            "meeting_id": meeting.id, "name": "Send samples", "user_id": (owner or self.manager).id,
            "deadline": fields.Date.add(self.today, days=3), **values,
        }).with_env(self.env)

    def _get_activity(self, resolution):
        self.env.invalidate_all()
        return resolution.sudo().activity_ids


@tagged("post_install", "-at_install")
class TestMeeting(MeetingCase):
    """R3: agenda, people, minutes; closed when all that was resolved is settled."""

    def test_the_department_is_invited(self):
        self.assertEqual(
            self.meeting.attendee_ids, self.manager | self.manager2 | self.assistant | self.leader
        )
        self.assertEqual(self.meeting.stop - self.meeting.start, timedelta(hours=1))

    def test_about_an_account_its_people_are_invited(self):
        meeting = self._new_meeting(account_id=self._new_account().id, kind="topical")
        self.assertEqual(meeting.attendee_ids, self.manager)
        self.assertEqual(meeting.team_id, self.team)

    def test_moved_behind_its_end_it_lasts_an_hour(self):
        self.meeting.stop = self.meeting.start + timedelta(hours=3)
        self.meeting.start += timedelta(hours=2)
        self.assertEqual(self.meeting.stop - self.meeting.start, timedelta(hours=1))
        self.meeting.start += timedelta(days=1)
        self.assertEqual(self.meeting.stop - self.meeting.start, timedelta(hours=1))

    def test_it_ends_after_it_began(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.meeting.stop = self.meeting.start
            self.env.flush_all()

    def test_it_is_held_when_its_time_has_come(self):
        self.meeting.start = fields.Datetime.now() + timedelta(hours=1)
        with self.assertRaisesRegex(UserError, "has not begun"):
            self.meeting.action_hold()
        with freeze_time(self.meeting.start + timedelta(minutes=1)):
            self.meeting.action_hold()
        self.assertEqual(self.meeting.state, "held")

    def test_it_is_closed_with_minutes_and_nothing_unsettled(self):
        resolutions = self._resolve() | self._resolve(name="Call them")
        self.meeting.action_hold()
        with self.assertRaisesRegex(UserError, "Write the minutes"):
            self.meeting.action_close()
        self.meeting.minutes = "<p><br></p>"
        with self.assertRaisesRegex(UserError, "Write the minutes"):
            self.meeting.action_close()
        self.meeting.minutes = "<p>All agreed.</p>"
        with self.assertRaisesRegex(UserError, "2 resolutions"):
            self.meeting.action_close()
        resolutions[0].with_user(self.manager).action_done()
        resolutions[1].with_user(self.leader)._drop("Not needed any more")
        self.meeting.action_close()
        self.assertEqual(self.meeting.state, "closed")
        for change in ({"minutes": "<p>Else.</p>"}, {"start": fields.Datetime.now()}):
            with self.assertRaisesRegex(UserError, "open it again"):
                self.meeting.write(change)
        with self.assertRaisesRegex(UserError, "is closed"):
            resolutions[0].with_user(self.leader).action_reopen()
        with self.assertRaisesRegex(UserError, "is closed"):
            self._resolve()
        self.meeting.action_reopen()
        resolutions[0].with_user(self.leader).action_reopen()

    def test_a_held_meeting_is_kept(self):
        self.meeting.action_hold()
        with self.assertRaisesRegex(UserError, "is kept"):
            self.meeting.unlink()
        self._new_meeting().unlink()

    def test_cancelling_asks_for_the_reason(self):
        with self.assertRaisesRegex(UserError, "asks for the reason"):
            self.meeting.state = "cancelled"
        self.env["key.account.reason"].with_user(self.leader).create({
            "model": "key.account.meeting", "res_ids": str(self.meeting.id), "act": "cancel",
            "reason": "The customer is away",
        }).action_confirm()
        self.assertEqual((self.meeting.state, self.meeting.cancel_reason),
                         ("cancelled", "The customer is away"))

    def test_people_of_the_customer_are_those_of_the_account(self):
        account, other = self._new_account(), self._new_account(self._new_customer("Other"))
        person = self.env["key.account.stakeholder"].create({"account_id": other.id, "name": "Ms Li"})
        with self.assertRaisesRegex(UserError, "those of the account"):
            self._new_meeting(account_id=account.id, guest_ids=[Command.set(person.ids)])

    # === WHO SEES IT === #

    def test_a_departments_meeting_is_for_its_people_and_those_invited(self):
        seen = {"manager", "manager2", "assistant", "leader", "director", "clerk", "inspector", "executive"}
        self.meeting.attendee_ids = self.leader
        for login in (*seen, "other_manager", "other_leader", "salesman", "nobody", "service"):
            self.env.invalidate_all()
            self.assertEqual(
                self.meeting.with_user(self.users[login]).has_access("read"), login in seen, login
            )
        self.meeting.attendee_ids |= self.other_manager
        self.env.invalidate_all()
        self.assertTrue(self.meeting.with_user(self.other_manager).has_access("read"))
        self.assertFalse(self.meeting.with_user(self.other_manager).has_access("write"))

    def test_about_a_secret_account_it_is_for_its_people_alone(self):
        account = self._new_account(confidentiality="secret")
        meeting = self._new_meeting(account_id=account.id, kind="topical")
        seen = {"manager", "director", "executive"}
        for login in ("manager", "manager2", "assistant", "leader", "director", "clerk", "inspector",
                      "executive"):
            self.env.invalidate_all()
            self.assertEqual(meeting.with_user(self.users[login]).has_access("read"), login in seen, login)
        with self.assertRaisesRegex(RedirectWarning, "may not see this customer"):
            meeting.attendee_ids |= self.manager2
        with self.assertRaisesRegex(RedirectWarning, "may not see this customer"):
            self._resolve(meeting, owner=self.manager2)

    def test_a_meeting_stays_with_what_it_is_about(self):
        account = self._new_account(confidentiality="secret")
        meeting = self._new_meeting(account_id=account.id)
        with self.assertRaisesRegex(UserError, "stays as it is"):
            meeting.account_id = False
        with self.assertRaisesRegex(UserError, "stays as it is"):
            self.meeting.with_user(self.director).account_id = account

    def test_the_one_who_takes_the_minutes_writes_them_and_others_do_not(self):
        with self.assertRaises(AccessError):
            self.meeting.with_user(self.assistant).minutes = "<p>Mine.</p>"
        self.meeting.note_taker_id = self.assistant
        self.env.invalidate_all()
        self.meeting.with_user(self.assistant).minutes = "<p>Ours.</p>"
        self.meeting.with_user(self.clerk).minutes = "<p>The clerk's.</p>"


@tagged("post_install", "-at_install")
class TestResolution(MeetingCase):
    """What was resolved and the owner's activity are one thing."""

    def test_the_owner_has_it_as_an_activity_with_the_deadline(self):
        resolution = self._resolve()
        activity = self._get_activity(resolution)
        self.assertEqual((activity.user_id, activity.date_deadline, activity.summary),
                         (self.manager, resolution.deadline, "Send samples"))
        resolution.with_user(self.leader).write({"deadline": self.today, "user_id": self.manager2.id})
        activity = self._get_activity(resolution)
        self.assertEqual((activity.user_id, activity.date_deadline), (self.manager2, self.today))

    def test_done_as_an_activity_it_is_done(self):
        resolution = self._resolve()
        activity = self._get_activity(resolution)
        activity.with_user(self.manager).action_feedback(feedback="Sent by courier")
        self.assertFalse(self._get_activity(resolution))
        self.assertEqual(
            (resolution.state, resolution.result, resolution.settled_by_id),
            ("done", "Sent by courier", self.manager),
        )

    def test_done_here_the_activity_is_done_as_well(self):
        resolution = self._resolve()
        activity = self._get_activity(resolution)
        resolution.with_user(self.manager).write({"state": "done", "result": "Sent"})
        self.assertFalse(self._get_activity(resolution))
        self.assertFalse(activity.active)
        self.assertIn("Sent", activity.feedback)
        self.assertEqual(resolution.settled_by_id, self.manager)

    def test_opened_again_it_is_an_activity_again(self):
        resolution = self._resolve()
        resolution.with_user(self.manager).action_done()
        resolution.with_user(self.leader).action_reopen()
        self.assertEqual(self._get_activity(resolution).user_id, self.manager)
        self.assertFalse(resolution.settled_on or resolution.settled_by_id)

    def test_the_owner_does_not_let_himself_off(self):
        resolution = self._resolve().with_user(self.manager)
        for change in (
            {"deadline": "2030-01-01"}, {"user_id": self.manager2.id}, {"name": "Nothing"},
            {"state": "dropped"}, {"drop_reason": "No time", "state": "dropped"},
        ):
            with self.subTest(**change), self.assertRaises(UserError):
                resolution.write(change)
        for act in (resolution.unlink, resolution.action_ask_drop, lambda: resolution._drop("No time")):
            with self.assertRaises(AccessError):
                act()
        resolution.action_done()
        with self.assertRaises(AccessError):
            resolution.action_reopen()

    def test_others_neither_settle_nor_change_it(self):
        resolution = self._resolve()
        for login in ("manager2", "assistant", "inspector", "executive", "other_manager", "other_leader"):
            with self.assertRaises(AccessError, msg=login):
                resolution.with_user(self.users[login]).action_done()

    def test_nobody_resolves_on_a_meeting_that_he_does_not_write(self):
        for login in ("manager", "other_manager", "inspector"):
            with self.assertRaises(AccessError, msg=login):
                self._resolve(user=self.users[login], owner=self.users[login])

    def test_who_may_not_see_it_cannot_be_the_owner(self):
        for login in ("salesman", "nobody", "service"):
            with self.assertRaisesRegex(UserError, "Choose an owner", msg=login):
                self._resolve(owner=self.users[login])

    def test_the_counts_on_the_meeting(self):
        self._resolve()
        self._resolve(deadline=fields.Date.subtract(self.today, days=1))
        self._resolve().with_user(self.manager).action_done()
        self.env.invalidate_all()
        self.assertEqual(
            (self.meeting.open_count, self.meeting.overdue_count, self.meeting.settled_count), (2, 1, 1)
        )

    def test_it_goes_with_the_one_who_leaves(self):
        resolution = self._resolve()
        planned = self._new_meeting(
            start=fields.Datetime.now() + timedelta(days=3), note_taker_id=self.manager.id
        )
        held = self.env["key.account.handover"]._find_held_kinds(self.manager)
        self.assertEqual({"resolution", "chair", "note_taker"} - held, set())
        handover = self.env["key.account.handover"].with_user(self.leader).create({
            "user_id": self.manager.id, "company_id": self.company.id, "receiver_id": self.manager2.id,
        })
        kinds = [line.kind for line in handover.sudo().line_ids]
        self.assertEqual(
            sorted(kinds), ["chair", "note_taker", "resolution"], "the activity comes along by itself"
        )
        handover.action_offer()
        handover.with_user(self.manager2).action_accept()
        handover.with_user(self.director).action_approve()
        self.env.invalidate_all()
        self.assertEqual(handover.sudo().state, "done")
        self.assertEqual((resolution.user_id, planned.user_id), (self.manager2, self.manager2))
        self.assertEqual(planned.note_taker_id, self.manager2)
        self.assertEqual(self._get_activity(resolution).user_id, self.manager2)

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

    # === WHAT IS KEPT === #

    def test_minutes_and_resolutions_are_not_lost_in_two_clicks(self):
        resolved, minuted = self._new_meeting(self.leader), self._new_meeting(self.leader)
        self._resolve(resolved)
        minuted.minutes = "<p>All agreed.</p>"
        for meeting in (resolved, minuted):
            with self.assertRaisesRegex(UserError, "is kept"):
                meeting.unlink()
            with self.assertRaisesRegex(UserError, "is kept"):
                meeting._cancel("Nobody came")
            meeting.action_hold()
            for act in (meeting.action_reopen, lambda meeting=meeting: meeting.write({"state": "planned"})):
                with self.assertRaisesRegex(UserError, "is kept"):
                    act()
            self.assertEqual(meeting.state, "held")
        plain = self._new_meeting(self.leader)
        plain.action_hold()
        plain.action_reopen()
        plain.unlink()

    def test_what_was_accepted_with_a_month_stays(self):
        account = self._new_account(admission_date="2025-01-01")
        self.meeting.write({"minutes": "<p>All agreed.</p>"})
        self.meeting.action_hold()
        submission = self._new_submission(account)
        mine = submission.with_user(self.manager)
        mine.visit_missing_reason = "On holiday"
        mine.action_submit()
        self.assertEqual(submission.reported_meeting_ids, self.meeting)
        self.meeting.minutes = "<p>All agreed on prices.</p>"
        submission.with_user(self.clerk).action_approve()
        self.env.invalidate_all()
        for user in (self.leader, self.clerk, self.director):
            for change in (
                {"minutes": "<p>Else.</p>"}, {"start": fields.Datetime.now()}, {"kind": "topical"},
                {"team_id": self.other_team.id}, {"stop": "2030-01-01 08:00:00"},
            ):
                with self.assertRaisesRegex(UserError, "were accepted"):
                    self.meeting.with_user(user).write(change)
        self.meeting.action_close()
        self.meeting.action_reopen()
        with self.assertRaisesRegex(UserError, "were accepted"):
            self.meeting.minutes = "<p>Else.</p>"

    # === WHO PLANS A REGULAR ONE === #

    def test_regular_meetings_of_a_department_are_planned_by_those_who_answer_for_it(self):
        for login in ("leader", "clerk", "director"):
            self.assertEqual(self._new_meeting(self.users[login]).kind, "regular", login)
        for login in ("manager", "assistant", "other_leader"):
            meeting = self._new_meeting(self.users[login])
            self.assertEqual(meeting.kind, "topical", login)
            with self.assertRaisesRegex(UserError, "a clerk or the director plans it"):
                meeting.kind = "regular"
            with self.assertRaisesRegex(UserError, "a clerk or the director plans it"):
                self._new_meeting(self.users[login], kind="regular")
        theirs = self._new_meeting(self.other_leader, team_id=self.other_team.id)
        self.assertEqual(theirs.kind, "regular")
        with self.assertRaisesRegex(UserError, "a clerk or the director plans it"):
            theirs.team_id = self.team
        self.team.key_account_deputy_id = self.other_leader
        self.assertEqual(self._new_meeting(self.other_leader).kind, "regular", "stands in for the leader")

    def test_about_an_account_its_manager_plans_any_kind(self):
        account = self._new_account()
        self.assertEqual(self._new_meeting(account_id=account.id).kind, "topical")
        self.assertEqual(self._new_meeting(account_id=account.id, kind="regular").kind, "regular")

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

    def test_the_owner_neither_puts_it_off_nor_gives_it_away_nor_deletes_it_as_an_activity(self):
        resolution = self._resolve()
        other = self._resolve(owner=self.manager2)
        activity = self._get_activity(resolution)
        type_id = activity.activity_type_id.id
        for login in ("manager", "leader", "director"):
            mine = activity.with_user(self.users[login])
            for act in (
                mine.unlink, mine.action_archive,
                *(lambda change=change, mine=mine: mine.write(change) for change in (
                    {"user_id": self.manager2.id}, {"date_deadline": "2030-01-01"}, {"active": False},
                    {"activity_type_id": self.env.ref("mail.mail_activity_data_todo").id},
                    {"res_id": other.id},
                )),
                lambda: resolution.with_user(self.manager).activity_schedule(
                    "key_account_mgmt.mail_activity_type_resolution", user_id=self.manager.id
                ),
                lambda mine=mine: mine.with_context(key_account_resolution_settles=True).unlink(),
            ):
                with self.assertRaisesRegex(UserError, "what a meeting resolved"), self.env.cr.savepoint():
                    act()
        todo = resolution.with_user(self.manager).activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.manager.id
        )
        with self.assertRaisesRegex(UserError, "what a meeting resolved"), self.env.cr.savepoint():
            todo.activity_type_id = type_id
        todo.action_feedback()
        self.assertEqual(resolution.state, "open")
        activity = self._get_activity(resolution)
        activity.with_user(self.manager).action_feedback(feedback="Sent")
        self.assertEqual(resolution.state, "done")

    def test_it_goes_with_the_one_who_leaves(self):
        resolution = self._resolve()
        planned = self._new_meeting(
            start=fields.Datetime.now() + timedelta(days=3), note_taker_id=self.manager.id
        )
        held = self._new_meeting()
        held.action_hold()
        closed = self._new_meeting(minutes="<p>We met.</p>")
        closed.action_hold()
        closed.action_close()
        self.assertTrue(
            {"resolution", "chair", "note_taker"}
            <= self.env["key.account.handover"]._find_held_kinds(self.manager)
        )
        handover = self.env["key.account.handover"].with_user(self.leader).create({
            "user_id": self.manager.id, "company_id": self.company.id, "receiver_id": self.manager2.id,
        })
        kinds = [line.kind for line in handover.sudo().line_ids]
        self.assertEqual(
            sorted(kinds), ["chair", "chair", "note_taker", "resolution"],
            "the activity and the calendar's entry come along by themselves",
        )
        handover.action_offer()
        handover.with_user(self.manager2).action_accept()
        handover.with_user(self.director).action_approve()
        self.env.invalidate_all()
        self.assertEqual(handover.sudo().state, "done")
        self.assertEqual((resolution.user_id, planned.user_id), (self.manager2, self.manager2))
        self.assertEqual(planned.note_taker_id, self.manager2)
        self.assertNotIn(self.manager, planned.attendee_ids)
        self.assertEqual(planned.event_id.user_id, self.manager2)
        self.assertEqual(held.user_id, self.manager2, "its minutes are still to be written")
        self.assertIn(self.manager, held.attendee_ids, "he was there")
        self.assertEqual(closed.user_id, self.manager)
        self.assertEqual(self._get_activity(resolution).user_id, self.manager2)

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from ..account.test_handover import HandoverCase
from .common import VisitCase

NOW = "2026-11-25 02:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisitCalendar(VisitCase, MailCommon):
    """The meeting and the visit are one: whichever is moved, the other follows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_graded("One")
        cls.contact = cls.env["res.partner"].create({
            "name": "Ms Li", "parent_id": cls.account.partner_id.id, "email": "li@example.com",
        })
        cls.visit = cls._new_planned(cls.account)
        cls.event = cls.visit.sudo().event_id

    @classmethod
    def _new_planned(cls, account, user=None, **values):
        values.setdefault("start", cls._local("2026-12-01 10:00:00"))
        visit = cls._new_visit(account, user=user, visit_type="reception", **values)
        visit.action_plan()
        return visit

    def _move(self, event, user, **values):
        event.with_user(user).write(values)
        self.env.invalidate_all()

    def test_a_planned_visit_is_in_the_calendar_of_our_people_and_asks_nobody_else(self):
        self.visit.contact_ids = self.contact
        with self.mock_mail_gateway():
            visit = self._new_planned(
                self.account, visitor_ids=[Command.set(self.assistant.ids)],
                contact_ids=[Command.set(self.contact.ids)],
            )
        self.assertFalse(self._new_mails)
        event = visit.sudo().event_id
        self.assertEqual((event.start, event.stop, event.user_id), (visit.start, visit.stop, self.manager))
        self.assertEqual(event.partner_ids, (self.manager | self.assistant).partner_id)
        self.assertEqual(event.location, visit.place)
        self.assertEqual(event.key_account_id, self.account)
        self.assertIn("One", event.name)
        self.assertFalse(visit.sudo().activity_ids, "no activity says it a second time")

    def test_moving_the_meeting_moves_the_visit(self):
        start = self._local("2026-12-02 14:00:00")
        self._move(
            self.event, self.manager, start=start, stop=start + timedelta(hours=2), location="At the plant"
        )
        self.assertEqual((self.visit.start, self.visit.stop), (start, start + timedelta(hours=2)))
        self.assertEqual(self.visit.place, "At the plant")
        self.assertEqual(str(self.visit.date), "2026-12-02")

    def test_moving_the_visit_moves_the_meeting(self):
        start = self._local("2026-12-03 09:00:00")
        self.visit.write({
            "start": start, "stop": start + timedelta(hours=1), "place": "At our office",
            "visitor_ids": [Command.link(self.leader.id)],
        })
        self.env.invalidate_all()
        self.assertEqual((self.event.start, self.event.location), (start, "At our office"))
        self.assertIn(self.leader.partner_id, self.event.partner_ids)

    def test_who_is_asked_to_the_meeting_comes_along_and_whoever_leads_stays(self):
        self._move(self.event, self.manager, partner_ids=[
            Command.set((self.assistant.partner_id | self.contact).ids),
        ])
        self.assertEqual(self.visit.visitor_ids, self.assistant | self.manager)

    def test_who_may_not_change_the_visit_does_not_move_it_by_its_meeting(self):
        start = self._local("2026-12-02 14:00:00")
        for user in (self.nobody, self.salesman, self.manager2, self.clerk, self.executive):
            with self.assertRaises(AccessError):
                self._move(self.event, user, start=start, stop=start + timedelta(hours=1))
            self.env.invalidate_all()
        self.assertEqual(self.visit.start, self.event.start)

    def test_the_calendar_moves_a_visit_no_further_than_its_plan_allows(self):
        plan = self._approve_plan(self._new_plan())
        visit = plan.sudo().visit_ids.sorted("start")[0]
        start = visit.start
        self._move(visit.event_id, self.manager, start=start + timedelta(days=3),
                   stop=start + timedelta(days=3, hours=1))
        self.assertEqual(visit.start, start + timedelta(days=3))
        with self.assertRaises(UserError):
            self._move(visit.event_id, self.manager, start=start + timedelta(days=40),
                       stop=start + timedelta(days=40, hours=1))

    def test_a_pretended_mark_in_the_context_takes_the_visit_along_all_the_same(self):
        start = self._local("2026-12-02 14:00:00")
        for mark in (True, "FOLLOWING", 1):
            start += timedelta(hours=1)
            self.event.with_user(self.manager).with_context(key_account_visit_follows=mark).write({
                "start": start, "stop": start + timedelta(hours=1),
            })
            self.env.invalidate_all()
            self.assertEqual(self.visit.start, start)
            with self.assertRaises(UserError):
                self.event.with_user(self.manager).with_context(key_account_visit_follows=mark).unlink()

    def test_a_meeting_of_a_visit_ahead_is_neither_deleted_nor_archived_by_anybody(self):
        self._move(self.event, self.manager, partner_ids=[Command.link(self.assistant.partner_id.id)])
        for user in (self.assistant, self.manager, self.director):
            event = self.event.with_user(user)
            for delete in (
                event.unlink, event.action_archive,
                lambda event=event: event.write({"active": False}),
                lambda event=event: event.action_mass_archive("self_only"),
            ):
                with self._refused("cancel it with the reason"):
                    delete()
        self.assertTrue(self.event.exists().active)

    def test_a_meeting_is_not_taken_from_its_visit_by_any_other_value(self):
        event = self.event.with_user(self.manager)
        model_id = self.env["ir.model"]._get_id("res.partner")
        for vals in (
            {"res_model_id": model_id}, {"res_model_id": False}, {"res_id": 0}, {"res_id": self.visit.id + 1},
        ):
            with self._refused("stays with it"):
                event.write(vals)
        for vals in ({"active": 0}, {"active": None}, {"active": ""}):
            with self._refused("cancel it with the reason"):
                event.write(vals)
        # the visit alone says which meeting is its own
        self.env.cr.execute(
            "UPDATE calendar_event SET res_model_id = NULL, res_id = NULL, res_model = NULL WHERE id = %s",
            [event.id],
        )
        self.env.invalidate_all()
        with self._refused("cancel it with the reason"):
            event.unlink()
        start = self._local("2026-12-03 10:00:00")
        self._move(self.event, self.manager, start=start, stop=start + timedelta(hours=1))
        self.env.invalidate_all()
        self.assertEqual(self.visit.start, start)

    def test_cancelling_the_visit_takes_it_out_of_the_calendar(self):
        self._reason(self.visit, "cancel")
        self.assertFalse(self.event.exists())
        self.assertFalse(self.visit.event_id)

    def test_the_meeting_of_a_visit_that_was_held_may_go(self):
        visit = self._new_planned(self.account, start=fields.Datetime.now() - timedelta(hours=1))
        event = visit.sudo().event_id
        visit.action_hold()
        event.with_user(self.manager).unlink()
        self.assertFalse(visit.event_id)

    def test_a_report_that_was_handed_in_is_not_moved_by_its_meeting(self):
        visit = self._new_planned(self.account, start=fields.Datetime.now() - timedelta(hours=1))
        visit.action_hold()
        self._report(visit)
        with self._refused("has been handed in"):
            self._move(visit.sudo().event_id, self.manager, start=self._local("2026-11-20 10:00:00"))

    def test_a_visit_has_a_time_of_day(self):
        with self._refused("time of day"):
            self._move(self.event, self.manager, allday=True, start_date="2026-12-05", stop_date="2026-12-05")

    def test_the_meeting_of_a_confidential_account_is_private_and_of_a_secret_one_hidden(self):
        for level in ("confidential", "secret"):
            account = self._new_graded(f"Veiled {level}", confidentiality=level)
            event = self._new_planned(account).sudo().event_id
            self.assertEqual(event.privacy, "private")
            self.env.invalidate_all()
            mine = event.with_user(self.salesman)
            if level == "secret":
                self.assertFalse(mine.search([("id", "=", event.id)]))
            else:
                self.assertEqual(mine.display_name, "Busy")
            self.env.invalidate_all()
            self.assertIn("Veiled", event.with_user(self.manager).name)

    def test_one_planned_in_shanghai_is_at_the_same_moment_in_berlin(self):
        visit = self._new_planned(
            self.account, user=self.manager, start=self._local("2027-03-29 15:00:00")
        )
        event = visit.sudo().event_id
        report = self.env.ref("key_account_mgmt.action_report_key_account_visit").report_name
        for zone, shown in (("Europe/Berlin", "9:00 AM"), ("Asia/Shanghai", "3:00 PM")):
            clock = shown.replace(" ", r"(:00)?\s")
            self.manager.tz = zone
            self.env.invalidate_all()
            told = event.with_user(self.manager).display_time
            self.assertRegex(told, clock, "summer time has begun in Berlin")
            html, _format = self.env["ir.actions.report"].with_user(self.manager)._render_qweb_html(
                report, visit.ids
            )
            self.assertRegex(html.decode(), clock)

    def test_generated_visits_keep_their_hour_of_the_day_over_the_end_of_summer_time(self):
        self.company.resource_calendar_id.tz = "Europe/Berlin"
        self.account.grade_id.visit_interval_days = 7
        plan = self._new_plan(period="quarter", period_date="2027-10-01")
        hours = {
            fields.Datetime.context_timestamp(visit.with_context(tz="Europe/Berlin"), visit.start).hour
            for visit in plan.visit_ids
        }
        self.assertEqual(hours, {13})
        self.assertEqual({visit.start.hour for visit in plan.visit_ids}, {11, 12})

    def test_other_meetings_are_left_alone(self):
        event = self.env["calendar.event"].with_user(self.nobody).create({
            "name": "Lunch", "start": "2026-12-01 04:00:00", "stop": "2026-12-01 05:00:00",
            "res_model_id": self.env["ir.model"]._get_id("key.account.visit"), "res_id": self.visit.id,
        })
        event.write({"start": "2026-12-01 05:00:00", "stop": "2026-12-01 06:00:00"})
        self.assertEqual(self.visit.start, self.event.start)
        event.unlink()


@tagged("post_install", "-at_install")
class TestVisitHandover(HandoverCase, VisitCase):
    """Visits and plans go with whoever leaves (O4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_graded("One")
        cls.other = cls._new_graded("Two", manager_id=cls.leader.id)
        cls.now = fields.Datetime.now()

    def _new_planned(self, account, days, user=None, **values):
        visit = self._new_visit(
            account, user=user, visit_type="reception", start=self.now + timedelta(days=days), **values
        )
        visit.action_plan()
        return visit.sudo()

    def test_visits_to_come_and_reports_owed_go_to_the_receiver_with_their_meetings(self):
        ahead = self._new_planned(self.account, 3)
        owed = self._new_visit(self.account).sudo()
        owed.with_user(self.manager).action_hold()
        done = self._new_visit(self.account).sudo()
        done.with_user(self.manager).action_hold()
        self._report(done.with_user(self.manager))
        along = self._new_planned(
            self.other, 4, user=self.leader, visitor_ids=[Command.set((self.leader | self.manager).ids)]
        )
        plan = self._new_plan(period="year", period_date=fields.Date.add(self.today, years=1))
        start = ahead.start
        self.assertLessEqual({"visit", "visit_plan"}, self._get_held(self.manager))
        handover = self._execute(self._new_handover())
        self.assertEqual((ahead.user_id, ahead.visitor_ids), (self.manager2, self.manager2))
        self.assertEqual((ahead.start, ahead.event_id.start), (start, start))
        self.assertEqual(ahead.event_id.partner_ids, self.manager2.partner_id)
        self.assertEqual((owed.user_id, done.user_id), (self.manager2, self.manager))
        self.assertEqual(along.visitor_ids, self.leader | self.manager2)
        self.assertEqual(along.user_id, self.leader)
        self.assertEqual(plan.sudo().user_id, self.manager2)
        self.assertEqual(plan.sudo().visit_ids.user_id, self.manager2)
        self.assertFalse(self._get_held(self.manager))
        kinds = handover.line_ids.grouped("kind")
        self.assertIn("visit", kinds)
        self.assertNotIn("meeting", kinds, "the meetings of visits are not told of a second time")

    def test_in_an_absence_the_visits_of_those_days_are_held_by_whoever_stands_in(self):
        inside, after = self._new_planned(self.account, 3), self._new_planned(self.account, 30)
        handover = self._new_handover(
            kind="absence", date_from=fields.Date.add(self.today, days=1),
            date_to=fields.Date.add(self.today, days=10),
        )
        self._execute(handover)
        self.assertEqual((inside.user_id, after.user_id), (self.manager2, self.manager))
        self.assertEqual(self.account.manager_id, self.manager)

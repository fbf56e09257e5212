from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VisitCase

NOW = "2026-11-25 02:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisit(VisitCase):
    """A visit is prepared, held, reported and verified; what comes in between asks for its reason (V3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_graded("One")
        cls.contact = cls.env["res.partner"].create({
            "name": "Ms Li", "parent_id": cls.account.partner_id.id,
        })
        cls.person = cls.env["key.account.stakeholder"].create({
            "account_id": cls.account.id, "partner_id": cls.contact.id, "decision_power": 60,
        })

    def _new_urgent(self, **values):
        return self._new_visit(self.account, visit_type="outbound", is_urgent=True, **values)

    # === THE WAY OF A VISIT === #

    def test_a_visit_is_prepared_held_reported_and_verified(self):
        visit = self._new_visit(self.account, visit_type="reception")
        visit.action_plan()
        visit.write(dict.fromkeys(
            ("is_object_prepared", "is_need_prepared", "is_course_prepared", "is_material_prepared"), True
        ))
        visit.action_prepare()
        visit.action_hold()
        self._report(visit, report_needs="Two pumps", report_agreements="An offer by Friday")
        self.assertEqual(visit.state, "reported")
        self.assertEqual(visit.reported_on, fields.Datetime.to_datetime(NOW))
        self.assertEqual(visit.sudo().activity_ids.user_id, self.leader)
        visit.with_user(self.leader).action_approve()
        self.assertEqual(visit.state, "verified")
        self.assertFalse(visit.sudo().activity_ids)

    def test_what_is_not_ticked_is_not_prepared(self):
        visit = self._new_visit(self.account)
        visit.action_plan()
        visit.is_need_prepared = True
        with self._refused("The material is ready"):
            visit.action_prepare()
        with self.assertRaises(UserError):
            visit.write({"state": "prepared"})

    def test_a_visit_is_not_held_before_it_begins(self):
        visit = self._new_visit(self.account, start=fields.Datetime.now() + timedelta(hours=1))
        visit.action_plan()
        with self._refused("has not begun"):
            visit.action_hold()

    def test_a_report_says_what_was_spoken_and_what_was_reached(self):
        visit = self._new_visit(self.account)
        visit.action_hold()
        for vals in ({}, {"report": "Fine"}, {"outcome": "met", "report": False}):
            visit.write(vals)
            with self._refused("Fill in before"):
                visit.action_report()

    def test_a_report_that_was_handed_in_stands_still_until_it_is_sent_back(self):
        visit = self._new_visit(self.account)
        visit.action_hold()
        self._report(visit)
        for vals in ({"report": "x"}, {"outcome": "not_met"}, {"contact_ids": [Command.clear()]},
                     {"start": "2026-11-01 02:00:00"}):
            with self._refused("has been handed in"):
                visit.write(vals)
        visit.with_user(self.leader)._decline("returned", "What do they need?")
        self.assertEqual(visit.state, "done")
        self._report(visit, report_needs="Two pumps")
        visit.with_user(self.leader).action_approve()
        with self._refused("has been handed in"):
            visit.report = "x"

    def test_nobody_verifies_a_visit_on_which_he_was(self):
        for visitors, verifier, other in (
            (self.leader, self.director, self.leader),
            (self.leader | self.director, self.executive, self.director),
        ):
            visit = self._new_visit(self.account, visitor_ids=[Command.set(visitors.ids)])
            visit.action_hold()
            self._report(visit)
            for user in (other, self.manager):
                with self.assertRaises(UserError):
                    visit.with_user(user).action_approve()
            visit.with_user(verifier).action_approve()
            self.assertEqual(visit.state, "verified")

    def test_who_was_met_counts_as_met_when_it_is_reported(self):
        visit = self._new_visit(
            self.account, visit_type="reception", start=self._local("2026-11-20 10:00:00")
        )
        self.assertEqual(visit.contact_ids, self.contact)
        visit.action_hold()
        self.assertFalse(self.person.last_met_date)
        self._report(visit)
        self.assertEqual(self.person.last_met_date, date(2026, 11, 20))
        earlier = self._new_visit(
            self.account, visit_type="online", start=self._local("2026-10-01 10:00:00"),
            contact_ids=[Command.set(self.contact.ids)],
        )
        earlier.action_hold()
        self._report(earlier)
        self.assertEqual(self.person.last_met_date, date(2026, 11, 20), "not earlier than before")

    def test_who_was_called_was_not_met(self):
        visit = self._new_visit(self.account, contact_ids=[Command.set(self.contact.ids)])
        visit.action_hold()
        self._report(visit)
        self.assertFalse(self.person.last_met_date)

    def test_next_steps_are_activities_with_owner_and_deadline_and_stay_when_done(self):
        visit = self._new_visit(self.account)
        action = visit.action_add_next_step()
        window = self.env[action["res_model"]].with_user(self.manager).with_context(
            **action["context"]
        ).create({
            "summary": "Send the offer", "activity_user_id": self.assistant.id,
            "date_deadline": "2026-12-01",
        })
        window.action_schedule_activities()
        step = visit.next_step_ids
        self.assertEqual(
            (step.summary, step.user_id, step.date_deadline),
            ("Send the offer", self.assistant, date(2026, 12, 1)),
        )
        visit.activity_schedule("mail.mail_activity_data_todo", user_id=self.manager.id)
        step.sudo().action_feedback(feedback="Sent")
        self.env.invalidate_all()
        self.assertEqual(visit.next_step_ids, step)

    def test_a_press_by_mistake_is_taken_back(self):
        visit = self._new_visit(self.account)
        visit.action_plan()
        visit.action_hold()
        visit.action_undo_hold()
        self.assertEqual(visit.state, "planned")

    def test_cancelled_and_missed_ask_for_the_reason_and_keep_it(self):
        for act, state in (("cancel", "cancelled"), ("miss", "missed")):
            visit = self._new_visit(self.account)
            visit.action_plan()
            with self._refused("asks for the reason"):
                visit.write({"state": state})
            with self.assertRaises(UserError):
                self._reason(visit, act, "  ")
            self._reason(visit, act, "Nobody was there")
            self.assertEqual((visit.state, visit.closing_reason), (state, "Nobody was there"))

    def test_a_missed_visit_that_was_held_is_put_right_by_the_leader(self):
        visit = self._new_visit(self.account)
        visit.action_plan()
        self._reason(visit, "miss")
        with self.assertRaises(UserError):
            visit.action_hold()
        visit.with_user(self.leader).action_hold()
        self.assertEqual(visit.state, "done")

    def test_a_visit_with_a_history_is_not_deleted_and_a_draft_is(self):
        visit = self._new_visit(self.account)
        visit.copy().unlink()
        visit.action_plan()
        with self._refused("cancel it with the reason"):
            visit.unlink()

    def test_the_director_takes_over_visits_of_before(self):
        values = {"state": "verified", "start": "2025-05-05 02:00:00", "visit_type": "outbound"}
        with self.assertRaises(UserError):
            self._new_visit(self.account, **values)
        visit = self._new_visit(self.account, user=self.director, user_id=self.manager.id, **values)
        self.assertEqual(visit.sudo().approval_ids.decision, "imported")
        self.assertEqual(self.account.last_visit_date, date(2025, 5, 5))

    # === BAD INPUT === #

    @mute_logger("odoo.sql_db")
    def test_a_visit_does_not_end_before_it_starts(self):
        visit = self._new_visit(self.account)
        for stop in (visit.start, visit.start - timedelta(minutes=1)):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                visit.stop = stop
                self.env.flush_all()
            self.env.invalidate_all()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._new_visit(self.account, start="2026-11-25 02:00:00", stop="2026-11-25 01:00:00")

    def test_contacts_are_the_customers(self):
        stranger = self.env["res.partner"].create({
            "name": "Mr Wang", "parent_id": self._new_customer("Other").id,
        })
        with self._refused("another customer", ValidationError):
            self._new_visit(self.account, contact_ids=[Command.set(stranger.ids)])
        visit = self._new_visit(self.account)
        with self._refused("another customer", ValidationError):
            visit.contact_ids |= stranger

    def test_who_is_on_two_visits_at_once_is_warned_and_not_kept_from_it(self):
        start = self._local("2026-12-01 10:00:00")
        secret = self._new_graded("Veiled", confidentiality="secret")
        first = self._new_visit(secret, start=start)
        after = self._new_visit(self.account, start=start + timedelta(hours=1))
        self.assertFalse(after.conflict_warning)
        second = self._new_visit(
            self.account, start=start + timedelta(minutes=30), stop=start + timedelta(minutes=50),
        )
        self.assertIn(self.manager.name, second.conflict_warning)
        self.assertIn("10:00", second.with_context(tz="Asia/Shanghai").conflict_warning)
        self.assertNotIn("Veiled", second.conflict_warning)
        first.action_plan()
        self._reason(first, "cancel")
        self.assertFalse(second.conflict_warning)

    def test_a_visit_stays_with_its_customer(self):
        visit = self._new_visit(self.account)
        with self._refused("stays with its customer"):
            visit.account_id = self._new_graded("Two")

    def test_nobody_leads_a_visit_to_an_account_that_he_does_not_see(self):
        with self._refused("does not work for this customer"):
            self._new_visit(self.account, user_id=self.manager2.id)
        visit = self._new_visit(self.account)
        with self._refused("does not work for this customer"):
            visit.user_id = self.manager2
        visit.visitor_ids |= self.manager2
        self.assertIn(self.manager2, visit.visitor_ids, "a colleague comes along")

    def test_nobody_comes_along_to_a_guarded_account_who_may_not_see_it(self):
        for level in ("confidential", "secret"):
            account = self._new_graded(level, confidentiality=level)
            with self.assertRaises(RedirectWarning):
                self._new_visit(account, visitor_ids=[Command.set(self.manager2.ids)])

    def test_the_leader_of_a_visit_is_always_among_those_who_go(self):
        visit = self._new_visit(self.account, visitor_ids=[Command.set(self.leader.ids)])
        self.assertEqual(visit.visitor_ids, self.manager | self.leader)
        visit.with_user(self.leader).user_id = self.leader
        self.assertEqual(visit.visitor_ids, self.leader)

    def test_the_day_of_a_visit_is_that_of_the_company_whoever_reads_it_from_where(self):
        visit = self._new_visit(self.account, start=self._local("2026-12-02 01:30:00"))
        self.assertEqual(visit.start, fields.Datetime.to_datetime("2026-12-01 17:30:00"))
        for zone, shown in (
            ("Europe/Berlin", "2026-12-01 18:30:00"), ("Asia/Shanghai", "2026-12-02 01:30:00"),
        ):
            self.manager.tz = zone
            read = visit.with_context(tz=zone)
            self.env.invalidate_all()
            self.assertEqual(read.date, date(2026, 12, 2))
            local = fields.Datetime.context_timestamp(read, read.start)
            self.assertEqual(local.strftime("%Y-%m-%d %H:%M:%S"), shown)

    # === WITHOUT A PLAN === #

    def test_a_visit_without_a_plan_is_urgent_or_not_planned(self):
        visit = self._new_visit(self.account, visit_type="outbound")
        for action in ("action_plan", "action_hold"):
            with self._refused("mark it as urgent"):
                getattr(visit, action)()
        visit.is_urgent = True
        visit.action_plan()
        self.assertEqual(visit.state, "planned")

    def test_receptions_calls_and_online_meetings_need_no_plan(self):
        for kind in ("reception", "call", "online"):
            visit = self._new_visit(self.account, visit_type=kind)
            visit.action_hold()
            self.assertEqual((visit.state, visit.ratification), ("done", False))

    def test_a_call_does_not_become_a_visit_once_it_is_planned(self):
        visit = self._new_visit(self.account)
        visit.action_plan()
        for vals in ({"visit_type": "outbound"}, {"is_urgent": True}):
            with self._refused("before it is planned"):
                visit.write(vals)

    def test_an_urgent_visit_is_held_first_and_ratified_within_days(self):
        visit = self._new_urgent()
        visit.action_hold()
        self.assertEqual(visit.ratification, "pending")
        self.assertEqual(visit.ratification_deadline, date(2026, 11, 28))
        self.assertEqual(visit.sudo().activity_ids.user_id, self.leader)
        for user in (self.manager, self.executive, self.director):
            with self.assertRaises(UserError):
                visit.with_user(user).action_ratify()
        self.assertTrue(visit.with_user(self.leader).can_ratify)
        visit.with_user(self.leader).action_ratify()
        self.assertEqual((visit.ratification, visit.ratified_by_id), ("ratified", self.leader))
        self.assertFalse(visit.sudo().activity_ids)
        self._report(visit)
        self.assertEqual(visit.state, "reported")
        visit.with_user(self.leader).action_approve()
        self.assertEqual(visit.state, "verified", "what was ratified is verified apart")

    def test_the_leader_does_not_ratify_his_own_urgent_visit(self):
        visit = self._new_urgent(user=self.leader, user_id=self.leader.id)
        visit.action_hold()
        with self.assertRaises(UserError):
            visit.action_ratify()
        visit.with_user(self.director).action_ratify()
        entered = self._new_urgent(user=self.leader, user_id=self.manager.id)
        entered.action_hold()
        with self.assertRaises(UserError):
            entered.action_ratify()

    def test_an_urgent_visit_to_a_secret_account_is_ratified_by_the_director(self):
        secret = self._new_graded("Veiled", confidentiality="secret")
        visit = self._new_visit(secret, visit_type="outbound", is_urgent=True)
        visit.action_hold()
        self.assertEqual(visit.sudo().activity_ids.user_id, self.director)
        with self.assertRaises(UserError):
            visit.with_user(self.leader).action_ratify()
        visit.with_user(self.director).action_ratify()

    def test_what_is_not_ratified_does_not_take_place_or_is_kept_as_such(self):
        ahead = self._new_urgent(start=fields.Datetime.now() + timedelta(days=2))
        ahead.action_plan()
        held = self._new_urgent()
        held.action_hold()
        self._reason(ahead.with_user(self.leader), "refuse_ratification", "It can wait")
        self._reason(held.with_user(self.leader), "refuse_ratification", "It could wait")
        self.assertEqual((ahead.state, ahead.closing_reason), ("cancelled", "It can wait"))
        self.assertEqual((held.state, held.ratification), ("done", "refused"))
        self.assertEqual(held.ratification_note, "It could wait")

    def test_a_cancelled_urgent_visit_waits_for_nobody(self):
        visit = self._new_urgent(start=fields.Datetime.now() + timedelta(days=2))
        visit.action_plan()
        self._reason(visit, "cancel")
        self.assertFalse(visit.ratification)
        self.assertFalse(visit.sudo().activity_ids)

    @mute_logger("odoo.sql_db")
    def test_an_urgent_visit_belongs_to_no_plan(self):
        plan = self._new_plan(generate=False, period="month", period_date="2026-12-01")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._new_urgent(plan_id=plan.id, start=self._local("2026-12-01 10:00:00"))

    # === ON THE ACCOUNT === #

    def test_the_account_shows_when_it_was_visited_and_is_due(self):
        self.account.with_user(self.director).sudo().admission_date = "2026-10-01"
        self.assertEqual(self.account.visit_due_date, date(2026, 10, 31))
        self.assertTrue(self.account.is_visit_overdue)
        held = self._new_visit(
            self.account, visit_type="reception", start=self._local("2026-11-20 10:00:00")
        )
        held.action_hold()
        self._new_visit(self.account).action_hold()
        self._new_visit(self.account, start=self._local("2026-12-03 10:00:00")).action_plan()
        self.env.invalidate_all()
        self.assertEqual(self.account.visit_count, 2)
        self.assertEqual(self.account.last_visit_date, date(2026, 11, 20), "the call does not count")
        self.assertEqual(self.account.next_visit_date, date(2026, 12, 3))
        self.assertEqual(self.account.visit_due_date, date(2026, 12, 20))
        self.assertFalse(self.account.is_visit_overdue)
        self.account.grade_id.visit_interval_days = 0
        self.assertFalse(self.account.visit_due_date)

    def test_visits_to_come_go_with_the_account_to_its_new_manager(self):
        held = self._new_visit(self.account)
        held.action_hold()
        ahead = self._new_visit(self.account, start=fields.Datetime.now() + timedelta(days=2))
        ahead.action_plan()
        self.account.with_user(self.director).manager_id = self.manager2
        ahead, held = ahead.sudo(), held.sudo()
        self.env.invalidate_all()
        self.assertEqual((ahead.user_id, ahead.visitor_ids), (self.manager2, self.manager2))
        self.assertEqual(ahead.event_id.user_id, self.manager2)
        self.assertEqual(ahead.event_id.partner_ids, self.manager2.partner_id)
        self.assertEqual(held.user_id, self.manager)

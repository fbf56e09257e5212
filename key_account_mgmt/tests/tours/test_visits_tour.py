from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..service.common import VisitCase


@tagged("post_install", "-at_install")
class TestVisitPlanTour(VisitCase, HttpCase):
    """A plan is generated and approved in two steps, each by the one whose it is."""

    def test_a_plan_is_generated_and_approved_in_two_steps(self):
        self._new_graded("Tour Customer")
        self.start_tour("/odoo", "key_account_visit_plan_submit", login=self.manager.login)
        self.env.invalidate_all()
        plan = self.env["key.account.visit.plan"].search([("company_id", "=", self.company.id)])
        self.assertEqual(plan.state, "submitted")
        self.assertIn("Agree on the yearly frame", plan.visit_ids.mapped("purpose"))
        self.start_tour("/odoo", "key_account_visit_plan_review", login=self.leader.login)
        self.start_tour("/odoo", "key_account_visit_plan_approve", login=self.executive.login)
        self.env.invalidate_all()
        self.assertEqual(plan.state, "approved")
        self.assertEqual(set(plan.visit_ids.mapped("state")), {"planned"})
        self.assertEqual(len(plan.visit_ids.event_id), len(plan.visit_ids))


@tagged("post_install", "-at_install")
class TestVisitOnAPhone(VisitCase, HttpCase):
    """A visit is held and reported on the narrow screen of a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def test_a_visit_is_held_and_reported_on_a_phone(self):
        self._hold_and_report(self.manager)

    def test_a_visit_is_held_and_reported_on_a_phone_by_an_assistant(self):
        self._hold_and_report(self.assistant)

    def _hold_and_report(self, user):
        account = self._new_graded("Tour Customer")
        if user != account.manager_id:
            account.member_ids = [Command.create({"user_id": user.id})]
        visit = self._new_visit(
            account, user, visit_type="reception", start=fields.Datetime.now() - timedelta(hours=1),
        )
        visit.action_plan()
        self.start_tour("/odoo/key-account-visits", "key_account_visit_on_a_phone", login=user.login)
        self.env.invalidate_all()
        self.assertEqual((visit.state, visit.outcome), ("reported", "met"))
        self.assertEqual(visit.report, "They want two more lines.")
        self.assertEqual(visit.next_step_ids.summary, "Send the offer")
        self.assertEqual(visit.check_in_user_id, user)
        self.assertFalse(visit.is_position_given)

    def test_on_a_phone_one_checks_in_with_position_and_photograph(self):
        visit = self._check_in("with_consent")
        self.assertEqual((visit.check_in_latitude, visit.check_in_longitude), (31.230417, 121.473701))
        self.assertEqual(visit.photo_ids.mapped("name"), ["gate.jpg"])

    def test_on_a_phone_one_refuses_to_give_a_position(self):
        self.assertFalse(self._check_in("without_consent").is_position_given)

    def test_on_a_phone_one_checks_in_where_the_device_gives_no_position(self):
        self.assertFalse(self._check_in("without_position").is_position_given)

    def _check_in(self, tour):
        """Check in as the manager, where the company asks for positions; return the visit as he reads it."""
        self.company.key_account_is_position_asked = True
        visit = self._new_visit(
            self._new_graded("Tour Customer"), visit_type="reception",
            start=fields.Datetime.now() - timedelta(hours=1),
        )
        visit.action_plan()
        name = f"key_account_visit_check_in_{tour}"
        self.start_tour("/odoo/key-account-visits", name, login=self.manager.login)
        self.env.invalidate_all()
        self.assertEqual(visit.check_in_user_id, self.manager)
        return visit

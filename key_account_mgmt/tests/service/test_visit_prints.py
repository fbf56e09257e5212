from freezegun import freeze_time

from odoo.tests import tagged

from .common import VisitCase


@tagged("post_install", "-at_install")
@freeze_time("2026-11-25 02:00:00")
class TestVisitPrints(VisitCase):
    """The visit plan with its seven items, and the visit report (V1, V3)."""

    def _render(self, name, record, user):
        html = self.env["ir.actions.report"].with_user(user)._render_qweb_html(
            f"key_account_mgmt.report_key_account_{name}", record.ids
        )[0]
        return html.decode()

    def test_the_plan_shows_the_seven_items_of_each_visit_and_who_decided(self):
        account = self._new_graded("Alpha")
        contact = self.env["res.partner"].create({"name": "Ms Li", "parent_id": account.partner_id.id})
        self.env["key.account.stakeholder"].create({
            "account_id": account.id, "partner_id": contact.id, "decision_power": 60,
        })
        account.partner_id.street = "Road 1"
        plan = self._approve_plan(self._new_plan())
        text = self._render("visit_plan", plan, self.manager)
        visit = plan.visit_ids[0]
        for part in (
            "Alpha", "Road 1", self.manager.name, "Ms Li", visit.purpose, "open points",
            visit.expected_effect, self.leader.name, self.executive.name,
        ):
            self.assertIn(part, text)

    def test_the_plan_shows_each_reader_the_visits_that_he_may_see(self):
        self._new_graded("Alpha")
        self._new_graded("Veiled", confidentiality="secret")
        plan = self._new_plan()
        self.assertIn("Veiled", self._render("visit_plan", plan, self.manager))
        self.env.invalidate_all()
        self.assertNotIn("Veiled", self._render("visit_plan", plan, self.leader))

    def test_the_report_shows_needs_agreements_problems_outcome_and_next_steps(self):
        visit = self._new_visit(self._new_graded("Alpha"))
        visit.action_hold()
        visit.activity_schedule(
            "key_account_mgmt.mail_activity_type_visit_next_step", summary="Send the offer",
            user_id=self.assistant.id, date_deadline="2026-12-01",
        )
        self._report(visit, report_needs="Two pumps", report_agreements="By May", report_problems="A leak")
        text = self._render("visit", visit, self.manager)
        for part in ("Alpha", "They are content.", "Two pumps", "By May", "A leak", "As Expected",
                     "Send the offer", self.assistant.name):
            self.assertIn(part, text)

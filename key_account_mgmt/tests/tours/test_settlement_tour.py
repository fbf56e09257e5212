from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from ..performance.pay_case import PayCase


@tagged("post_install", "-at_install")
class TestSettlementTour(PayCase, HttpCase):
    """P10 in the browser: clerk, leader, executive, and then the person reads his pay sheet."""

    def _tour(self, name, user):
        with freeze_time("2026-04-02 04:00:00", tick=True):
            self.start_tour("/odoo", name, login=user.login)
        self.env.invalidate_all()

    def test_from_the_draft_to_the_pay_sheet(self):
        self._set_result({self.appraisal.date_from: "challenge"})
        self._tour("key_account_settlement_draft", self.clerk)
        settlement = self.env["key.account.settlement"].search([("team_id", "=", self.team.id)])
        self.assertEqual((settlement.month, settlement.state), ("2026-03", "submitted"))
        self._tour("key_account_settlement_leader", self.leader)
        self.assertEqual(settlement.state, "reviewed")
        self._tour("key_account_settlement_executive", self.executive)
        self.assertEqual((settlement.state, settlement.amount_total), ("frozen", 2872))
        self._tour("key_account_settlement_person", self.manager)

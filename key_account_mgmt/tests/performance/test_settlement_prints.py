from odoo.fields import Command
from odoo.tests import tagged

from .pay_case import RewardCase


@tagged("post_install", "-at_install")
class TestSettlementPrints(RewardCase):
    """P10 on paper: the pay sheet of a person and the department's settlement."""

    def _print(self, name, records, login):
        self.env.invalidate_all()
        html, _format = self.env["ir.actions.report"].with_user(self.users[login])._render_qweb_html(
            f"key_account_mgmt.report_key_account_{name}", records.ids
        )
        return html.decode() if isinstance(html, bytes) else str(html)

    def _new_printed(self):
        self._new_invoice(10000, "2026-03-05")
        return self._freeze(self._new_settlement(award_ids=[Command.create({
            "user_id": self.manager.id, "amount": 100, "reason": "For <b>all</b>",
        })]))

    def test_the_pay_sheet_says_how_it_comes_about(self):
        html = self._print("pay_sheet", self._new_printed().sudo().line_ids, "manager")
        for text in (
            "Pay Sheet", "Manager", "2026-03", "680.00", "500.00", "150.00", "1,430.00", "All Business",
            "10,000.00 invoiced by 1 documents", "For &lt;b&gt;all", "Frozen",
        ):
            self.assertIn(text, html)

    def test_the_settlement_lists_everybody_and_adds_up(self):
        settlement = self._new_printed()
        for login in ("clerk", "leader", "director", "executive"):
            html = self._print("settlement", settlement, login)
            for text in ("East", "2026-03", "Manager", "1,430.00", "Target Met", "Approved", "Leader"):
                self.assertIn(text, html)

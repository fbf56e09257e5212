from odoo import api, models
from odoo.fields import Domain

from ..account.key_account_handover_holding import Holding
from .key_account_plan_line import ACTIVITY as LINE
from .key_account_work_report import ACTIVITY as REPORT


class KeyAccountHandover(models.Model):
    """What is still to be done of plans goes to the receiver; reports, expenses and the diary are past."""

    _inherit = "key.account.handover"

    @api.model
    def _get_holding_kinds(self):
        return [
            *super()._get_holding_kinds(),
            Holding(
                "plan_line", self.env._("Actions of Account Plans"), "key.account.plan.line",
                domain=lambda users, company: Domain("user_id", "in", users.ids)
                & Domain("state", "=", "open"),
                move=self._move_plainly("user_id"),
            ),
        ]

    @api.model
    def _get_activity_domain(self, users, company, is_approval):
        """An action brings its activity along; nobody is reminded of another one's report."""
        xmlid_to_id = self.env["ir.model.data"]._xmlid_to_res_id
        return super()._get_activity_domain(users, company, is_approval) & Domain(
            "activity_type_id", "not in", [xmlid_to_id(LINE), xmlid_to_id(REPORT)]
        )

from odoo import api, models
from odoo.fields import Domain

from ..account.key_account_handover_holding import Holding


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

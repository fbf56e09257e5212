from odoo import api, models
from odoo.fields import Domain

from ..account.key_account_handover_holding import Holding
from .key_account_meeting_resolution import ACTIVITY


class KeyAccountHandover(models.Model):
    """What people hold of meetings; monthly submissions go with their account."""

    _inherit = "key.account.handover"

    @api.model
    def _get_holding_kinds(self):
        return [
            *super()._get_holding_kinds(),
            Holding(
                "chair", self.env._("Meetings to Chair"), "key.account.meeting",
                domain=lambda users, company: self.env["key.account.meeting"]._get_led_domain(users),
                move=self._move_plainly("user_id"),
            ),
            Holding(
                "resolution", self.env._("Resolutions of Meetings"), "key.account.meeting.resolution",
                domain=lambda users, company: self.env["key.account.meeting.resolution"]._get_open_domain(
                    users
                ),
                move=self._move_plainly("user_id"),
            ),
        ]

    @api.model
    def _get_activity_domain(self, users, company, is_approval):
        """A resolution brings its activity along."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        return super()._get_activity_domain(users, company, is_approval) & Domain(
            "activity_type_id", "!=", type_id
        )

from odoo import api, models
from odoo.fields import Domain

from ..account.key_account_handover_holding import Holding
from .key_account_meeting_resolution import ACTIVITY


class KeyAccountHandover(models.Model):
    """What people hold of meetings and spot checks; monthly submissions go with their account."""

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
                "note_taker", self.env._("Minutes to Take"), "key.account.meeting",
                domain=lambda users, company: Domain("note_taker_id", "in", users.ids)
                & Domain("state", "in", ("planned", "held"))
                & self._get_home_domain("key.account.meeting", users, company),
                move=self._move_plainly("note_taker_id"),
            ),
            Holding(
                "resolution", self.env._("Resolutions of Meetings"), "key.account.meeting.resolution",
                domain=lambda users, company: self.env["key.account.meeting.resolution"]._get_open_domain(
                    users
                ),
                move=self._move_plainly("user_id"),
            ),
            self._get_spot_check_holding("spot_check", self.env._("Spot Checks"), "open", "inspector"),
            self._get_spot_check_holding(
                "secret_spot_check", self.env._("Spot Checks of Secret Accounts"), "secret", "director"
            ),
        ]

    @api.model
    def _get_spot_check_holding(self, key, label, scope, role):
        """Return the kind of the spot checks of a scope that somebody has not closed yet."""
        return Holding(
            key, label, "key.account.spot.check",
            domain=lambda users, company: Domain("user_id", "in", users.ids)
            & Domain("scope", "=", scope) & Domain("state", "!=", "closed")
            & self._get_home_domain("key.account.spot.check", users, company),
            move=self._move_plainly("user_id"),
            detail=lambda check: check._get_state_label(check.state),
            role=role,
        )

    @api.model
    def _get_activity_domain(self, users, company, is_approval):
        """A resolution brings its activity along."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        return super()._get_activity_domain(users, company, is_approval) & Domain(
            "activity_type_id", "!=", type_id
        )

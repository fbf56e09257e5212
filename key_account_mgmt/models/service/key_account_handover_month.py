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
                move=self._move_meeting_role("user_id"),
                detail=lambda meeting: meeting._get_state_label(meeting.state),
            ),
            Holding(
                "note_taker", self.env._("Minutes to Take"), "key.account.meeting",
                domain=lambda users, company: Domain("note_taker_id", "in", users.ids)
                & Domain("state", "in", ("planned", "held")),
                move=self._move_meeting_role("note_taker_id"),
                detail=lambda meeting: meeting._get_state_label(meeting.state),
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
            & Domain("scope", "=", scope) & Domain("state", "!=", "closed"),
            move=self._move_plainly("user_id"),
            detail=lambda check: check._get_state_label(check.state),
            role=role,
        )

    @api.model
    def _move_meeting_role(self, field):
        """Return a way of moving a role at meetings: who receives it comes to those that are still to be."""

        def move(meetings, receiver, handover):
            meetings.write({field: receiver.id})
            for meeting in meetings.filtered(lambda meeting: meeting.state == "planned"):
                if handover.user_id in meeting.attendee_ids:
                    meeting.attendee_ids = meeting.attendee_ids - handover.user_id | receiver

        return move

    @api.model
    def _get_meeting_domain(self, users, company):
        """The calendar's entry of a department's meeting goes with the meeting."""
        meetings = self.env["key.account.meeting"]
        entered = meetings._search([("event_id", "!=", False)])
        return super()._get_meeting_domain(users, company) & ~(
            Domain("res_model", "=", meetings._name) & Domain("res_id", "in", entered)
        )

    @api.model
    def _get_activity_domain(self, users, company, is_approval):
        """A resolution brings its activity along."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        return super()._get_activity_domain(users, company, is_approval) & Domain(
            "activity_type_id", "!=", type_id
        )

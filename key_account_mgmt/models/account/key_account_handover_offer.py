from odoo import models
from odoo.exceptions import UserError

from .key_account_handover_holding import OFFER_TYPE


class KeyAccountHandover(models.Model):
    """Asking the receivers, and what their answers bring about."""

    _inherit = "key.account.handover"

    def _get_own_acceptance(self):
        # sudo: one's own answer
        return self.sudo().acceptance_ids.filtered(lambda answer: answer.user_id == self.env.user)

    def _get_cannot_accept_reason(self):
        """Say why the user cannot accept or decline now, or False where he can."""
        self.ensure_one()
        if self.state != "offered":
            return self.env._("%(handover)s is not offered.", handover=self.display_name)
        own = self._get_own_acceptance()
        if not own:
            return self.env._("You receive nothing from %(handover)s.", handover=self.display_name)
        return own.state != "asked" and self.env._("You have answered already.")

    def _ask_receivers(self):
        for handover in self:
            handover.acceptance_ids.unlink()
            receivers = handover._get_receivers()
            self.env["key.account.handover.acceptance"].create([
                {"handover_id": handover.id, "user_id": user.id} for user in receivers
            ])
            for user in receivers:
                handover.with_context(mail_activity_quick_update=True).activity_schedule(
                    OFFER_TYPE, user_id=user.id
                )

    def _submit_when_accepted(self):
        """Close the receiver's activity, and ask for the approval when he was the last."""
        handover = self.sudo()  # sudo: a receiver may answer, and nothing else
        handover._close_receiver_activities(self.env.user)
        if all(answer.state == "accepted" for answer in handover.acceptance_ids):
            handover._submit("submitted")

    def _close_receiver_activities(self, user=None):
        self.activity_unlink([OFFER_TYPE], user_id=user.id if user else None)

    def _decline_offer(self, reason):
        """Decline what one is offered; the hand-over goes back to the one who prepared it.

        :param str reason: why, for him
        :raise UserError: without a reason, or when the user is not asked
        """
        self.ensure_one()
        if refusal := self._get_cannot_accept_reason():
            raise UserError(refusal)
        if not (reason or "").strip():
            raise UserError(self.env._("Say why, so that the other side knows what to do."))
        self._get_own_acceptance()._answer("declined")
        handover = self.sudo()  # sudo: a receiver may answer, and nothing else
        handover.message_post(body=self.env._(
            "%(user)s declines: %(reason)s", user=self.env.user.name, reason=reason
        ))
        handover.write({"state": "draft"})
        handover.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=handover.requester_id.id,
            summary=self.env._("Declined: read why and choose another receiver"),
        )

from odoo import fields, models


class KeyAccountHandoverDecline(models.TransientModel):
    """Asks the receiver why he declines a hand-over."""

    _name = "key.account.handover.decline"
    _description = "Decline a Hand-over"

    handover_id = fields.Many2one(
        comodel_name="key.account.handover", required=True, ondelete="cascade"
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Decline in the user's name."""
        self.ensure_one()
        self.handover_id.check_access("read")
        self.handover_id._decline_offer(self.reason)
        return {"type": "ir.actions.act_window_close"}

from odoo import fields, models
from odoo.exceptions import UserError


class KeyAccountDecision(models.TransientModel):
    """Asks for the comment without which nothing is sent back or rejected."""

    _name = "key.account.decision"
    _description = "Key Account Decision"

    model = fields.Char(required=True)
    res_ids = fields.Char(required=True)
    decision = fields.Selection(
        selection=[("returned", "Send Back"), ("rejected", "Reject")], required=True
    )
    comment = fields.Text(required=True)

    def action_confirm(self):
        """Take the decision in the user's name, on the records that he chose."""
        self.ensure_one()
        approvable = self.env.registry["key.account.approval.mixin"]._inherit_children
        if self.model in approvable:
            ids = [int(text) for text in self.res_ids.split(",") if text.strip().isdecimal()]
            records = self.env[self.model].browse(ids).exists()
            if len(records) != len(self.res_ids.split(",")):
                raise UserError(self.env._("What you decide on is no longer there. Open it anew."))
            records.check_access("read")
            records._decline(self.decision, self.comment)
        return {"type": "ir.actions.act_window_close"}

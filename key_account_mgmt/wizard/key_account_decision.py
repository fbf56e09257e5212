from odoo import fields, models


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
            records = self.env[self.model].browse(map(int, self.res_ids.split(",")))
            records.check_access("read")
            records._decline(self.decision, self.comment)
        return {"type": "ir.actions.act_window_close"}

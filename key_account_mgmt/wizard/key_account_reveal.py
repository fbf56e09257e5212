from odoo import fields, models
from odoo.exceptions import UserError


class KeyAccountReveal(models.TransientModel):
    """Asks why somebody has to see the sensitive fields of a record, and keeps the answer."""

    _name = "key.account.reveal"
    _description = "Reveal Sensitive Fields"

    model = fields.Char(required=True, readonly=True)
    res_ids = fields.Char(required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Write the reason into the access log; the fields then show for some minutes.

        :raise UserError: without a reason, or for anything without sensitive fields
        :raise AccessError: when the record is not the user's to read
        """
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why you need to see it; the reason is kept in the access log."))
        if self.model not in self.env.registry["key.account.sensitive.mixin"]._inherit_children:
            raise UserError(self.env._("There are no sensitive fields on this record."))
        ids = [int(text) for text in self.res_ids.split(",") if text.strip().isdecimal()]
        records = self.env[self.model].browse(ids).exists()
        records.check_access("read")
        labels = [
            records._fields[name]._description_string(self.env) for name in records._sensitive_fields
        ]
        self.env["key.account.access.log"]._log(
            "reveal", records, reason=self.reason.strip(), detail=", ".join(labels)
        )
        records.invalidate_recordset()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

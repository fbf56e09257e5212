from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import NO_ACCESS

from .roles import group


class KeyAccountSensitiveMixin(models.AbstractModel):
    """Sensitive fields: shown to the account's own people, and to others for a reason that is kept.

    Their values lie in one column that no user may read (``groups="."``), so that no search, group-by,
    export or sort reaches them. A model declares each field with ``compute="_compute_sensitive",
    inverse="_inverse_sensitive"`` and names it in ``_sensitive_fields``; the values must be what JSON
    can hold (dates are kept as text). The model also inherits the audit mixin (through the access
    mixin). Whoever may not see them finds them empty and ``is_masked`` set; he can reveal a record, with
    a reason, for some minutes.
    """

    _name = "key.account.sensitive.mixin"
    _description = "Sensitive Fields"

    _sensitive_fields = ()

    sensitive_data = fields.Json(groups=NO_ACCESS, copy=False)
    is_masked = fields.Boolean(
        compute="_compute_sensitive",
        help="The sensitive fields of this record are hidden from you; reveal them with a reason.",
    )

    @api.depends("sensitive_data")
    @api.depends_context("uid")
    def _compute_sensitive(self):
        unmasked = self._filter_unmasked()
        for record in self:
            record.is_masked = record not in unmasked
            # sudo: the column is nobody's; who may see its values has been asked
            data = (not record.is_masked and record.sudo().sensitive_data) or {}
            for name in self._sensitive_fields:
                record[name] = data.get(name, False)

    def _inverse_sensitive(self):
        unmasked = self._filter_unmasked()
        for record in self:
            values = {
                name: value.isoformat() if isinstance(value := record[name], date) else value
                for name in self._sensitive_fields if record[name]
            }
            # sudo: as above
            if values == (record.sudo().sensitive_data or {}):
                continue
            if record not in unmasked:
                raise AccessError(self.env._(
                    "These fields are hidden from you: only the account's own people fill them in."
                ))
            record.sudo().sensitive_data = values  # sudo: as above

    def write(self, vals):
        if vals.keys() & set(self._sensitive_fields):
            # the inverse keeps all values: those not given are read before core protects them
            for name in self._sensitive_fields:
                self.mapped(name)
        return super().write(vals)

    def action_reveal(self):
        """Open the window that asks why; the reason is kept in the access log."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reveal Sensitive Fields"),
            "res_model": "key.account.reveal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_model": self._name, "default_res_ids": ",".join(map(str, self.ids))},
        }

    def _filter_unmasked(self):
        """Return the records whose sensitive fields the user sees.

        Members of the account always do; on internal accounts also whoever else of the department's
        ladder, and the executives, may read it. Others have to reveal a record first.
        """
        if self.env.su:
            return self
        user = self.env.user
        trusted = user.has_group(group("assistant")) or user.has_group(group("executive"))

        def sees(record):
            # as stored: what is typed into a form does not decide on who may see what is there
            # sudo: who sees the record may be asked by its account
            account = (record._origin or record).sudo()._get_accounts()
            account = account._origin or account
            if user in account.allowed_user_ids:
                return True
            # a record that is just being made may have no account yet
            return trusted and (not account or account.confidentiality == "internal")

        unmasked = self.filtered(sees)
        masked = self - unmasked
        if any(masked._ids):
            revealed = self.env["key.account.access.log"]._get_logged_ids("reveal", masked._origin)
            unmasked |= masked.filtered(lambda record: record._origin.id in revealed)
        return unmasked

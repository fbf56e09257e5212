from odoo import api, models


class MailMessage(models.Model):
    """Core shows a message to whoever was notified, also where the document is hidden from him."""

    _inherit = "mail.message"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name no message behind the veil: notifications show it to everybody."""
        result = super()._compute_display_name()
        self._filter_key_account_veiled().display_name = False
        return result

    def _filter_key_account_veiled(self):
        """Return the messages whose document a guarded account hides from the user.

        Asked for the one who reads, superuser code or not.
        """
        return self.env["key.account"]._filter_behind_veil(self.sudo(False), "model").with_env(self.env)

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        if operation in ("read", "write"):
            forbidden |= self.env["key.account"]._filter_behind_veil(self - forbidden, "model")
        return forbidden

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        query = super()._search(domain, offset, limit, order, bypass_access=bypass_access, **kwargs)
        if self.env.su or bypass_access or not self.env["key.account"]._get_guarded_levels():
            return query
        found = self.browse(query)
        hidden = self.env["key.account"]._filter_behind_veil(found, "model")
        return (found - hidden)._as_query(order) if hidden else query

from odoo import api, models

# what makes reading a message reading what is in it
TOLD = {"body", "subject", "preview"}

# Core makes ready in everybody's name what it sends to his inbox: he has read nothing by that. The mark is
# a Python object, so that no call from outside can pretend it.
NOTIFYING = "key_account_notifying"
NOTIFIED = object()


class MailMessage(models.Model):
    """Core shows a message to whoever was notified, also where the document is hidden from him."""

    _inherit = "mail.message"

    def _read_format(self, fnames, load="_classic_read"):
        # what reading by RPC and the chatter of the web client come to
        result = super()._read_format(fnames, load)
        if TOLD & set(fnames) and self.env.context.get(NOTIFYING) is not NOTIFIED:
            self.env["key.account"]._log_notes(self, "model")
        return result

    def export_data(self, fields_to_export):
        # core asks whether a message may be read where it is read, and does not where it is exported
        self.check_access("read")
        return super().export_data(fields_to_export)

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

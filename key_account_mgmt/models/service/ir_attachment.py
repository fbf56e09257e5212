from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# What a document is, and what it belongs to; thumbnails and the like may come later.
DOCUMENT_FIELDS = frozenset({
    "name", "raw", "datas", "db_datas", "store_fname", "mimetype", "type", "url", "res_model", "res_id",
    "res_field",
})
MONTH = "key.account.monthly.submission"


class IrAttachment(models.Model):
    """What was handed in for a month is not changed or taken away while it is in."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if vals.keys() & DOCUMENT_FIELDS:
            self._check_not_handed_in()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_handed_in(self):
        self._check_not_handed_in()

    def _check_not_handed_in(self):
        """Refuse to touch the documents of months that are submitted or accepted.

        The user is asked, not whether it is done as superuser: that is how core deletes what a user
        removes from the chatter.

        :raise UserError: with what to do instead
        """
        if self.env.uid == SUPERUSER_ID or not self.ids:
            return
        # sudo: what hangs on the attachment is asked, whoever may read it
        attachments = self.sudo()
        own = attachments.filtered(lambda one: one.res_model == MONTH).mapped("res_id")
        months = self.env[MONTH].sudo().search(  # sudo: as above
            Domain("state", "in", ("submitted", "accepted"))
            & (
                Domain("id", "in", own)
                | Domain("form_attachment_ids", "in", self.ids)
                | Domain("minutes_attachment_ids", "in", self.ids)
            ),
            limit=1,
        )
        if months:
            raise UserError(self.env._(
                "This document was handed in for %(month)s and stays as it is. Have the month sent back "
                "to change it.",
                month=months.month,
            ))

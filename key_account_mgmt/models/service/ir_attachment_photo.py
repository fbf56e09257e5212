from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from .ir_attachment import DOCUMENT_FIELDS


class IrAttachment(models.Model):
    """A photograph of a visit stays as it was taken; once the visit is reported it stays altogether."""

    _inherit = "ir.attachment"

    def write(self, vals):
        # who opens it to the world changes it too
        if vals.keys() & {*DOCUMENT_FIELDS, "public"} and self._get_photographed_visits():
            raise UserError(self.env._(
                "A photograph of a visit stays as it was taken: remove it, and add another one."
            ))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_photos(self):
        visits = self._get_photographed_visits()
        visits._check_each(lambda visit: visit._get_cannot_change_photos_reason())

    def _get_photographed_visits(self):
        """Return the visits whose photographs are among these, as superuser; none where the system works.

        The user is asked, not whether it is done as superuser: that is how core deletes what a user
        removes from the chatter.

        :rtype: key.account.visit
        """
        # sudo: what hangs on the attachment is asked, whoever may read it
        visits = self.env["key.account.visit"].sudo()
        if self.env.uid == SUPERUSER_ID or not self.ids:
            return visits
        return visits.search([("photo_ids", "in", self.ids)])

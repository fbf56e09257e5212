from odoo import api, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.constrains("parent_id", "is_company")
    def _check_key_account_stays_commercial(self):
        """A key account belongs to a company of its own: it cannot become another one's contact."""
        contacts = self.filtered(lambda partner: partner.commercial_partner_id != partner)
        # sudo: the account may be hidden from the one who edits the contact
        accounts = self.env["key.account"].sudo().with_context(active_test=False)
        if contacts and accounts.search_count([("partner_id", "in", contacts.ids)], limit=1):
            raise ValidationError(self.env._(
                "This customer is a company of its own in other records of yours, so it cannot become "
                "a contact of another company. Two ways out: merge both companies into one (Contacts, "
                "Actions, Merge), or ask the key account director to move what hangs on it."
            ))

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals or "is_company" in vals:
            self._assign_key_account_documents()
        return result

    def _assign_key_account_documents(self):
        """Point the documents of contacts that changed their company to its key account."""
        # sudo: as above
        accounts = self.env["key.account"].sudo().with_context(active_test=False).search(
            [("partner_id", "in", self.commercial_partner_id.ids)]
        )
        if accounts:
            accounts._assign_documents()

    def action_open_key_account(self):
        """Open the key account of this customer, or of its company."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account",
            "res_id": self.key_account_id.id,
            "view_mode": "form",
        }

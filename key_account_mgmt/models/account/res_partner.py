from odoo import api, models
from odoo.exceptions import ValidationError

from .key_account_file import PARTNER_FIELDS

# What a new lead is recognised by.
CLAIM_FIELDS = {"name", "email", "phone", "vat", "parent_id", "is_company", "active"}


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

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered("parent_id")._get_own_key_accounts()._refresh_claims()
        return partners

    def write(self, vals):
        is_moved = bool({"parent_id", "is_company"} & vals.keys())
        is_claiming = bool(CLAIM_FIELDS & vals.keys())
        is_told = is_claiming or is_moved or bool(PARTNER_FIELDS & vals.keys())
        accounts = self._get_own_key_accounts() if is_told else self.env["key.account"]
        result = super().write(vals)
        if is_moved:
            accounts |= self._get_own_key_accounts()
            if accounts:
                accounts._assign_documents()
        if is_claiming:
            accounts._refresh_claims()
        if PARTNER_FIELDS & vals.keys():
            accounts._touch_file()
        return result

    def _get_own_key_accounts(self):
        """Return the key accounts of these partners and of the companies that they work for."""
        accounts = self.env["key.account"]
        # sudo: the account may be hidden from the one who edits the contact
        customers = accounts._get_customer_accounts().keys() & set(self.sudo().commercial_partner_id.ids)
        if not customers:
            return accounts
        # sudo: as above
        return accounts.sudo().with_context(active_test=False).search(
            [("partner_id", "in", list(customers))]
        )

    def action_open_key_account(self):
        """Open the key account of this customer, or of its company."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account",
            "res_id": self.key_account_id.id,
            "view_mode": "form",
        }

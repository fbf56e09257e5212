from odoo import api, models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "key.account.claim.mixin"]

    @api.depends("partner_id", "company_id", "partner_name", "email_from", "phone")
    @api.depends_context("uid")
    def _compute_key_account_claim_warning(self):
        return super()._compute_key_account_claim_warning()

    @api.model
    def _get_claim_fields(self):
        return super()._get_claim_fields() | {"partner_name", "email_from", "phone"}

    def _get_claim_keys(self):
        # a lead without a contact is matched by what is written on it (O3)
        return super()._get_claim_keys() | self.env["key.account.claim"]._get_keys(
            name=self.partner_name, emails=[self.email_from], phones=[self.phone]
        )

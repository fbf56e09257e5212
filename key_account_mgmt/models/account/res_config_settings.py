from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_sync_salesperson = fields.Boolean(
        related="company_id.key_account_sync_salesperson", readonly=False
    )
    key_account_coverage_days = fields.Integer(
        related="company_id.key_account_coverage_days", readonly=False
    )
    key_account_renewal_days = fields.Integer(related="company_id.key_account_renewal_days", readonly=False)
    key_account_stale_days = fields.Integer(related="company_id.key_account_stale_days", readonly=False)
    key_account_claim_policy = fields.Selection(
        related="company_id.key_account_claim_policy", readonly=False
    )

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
    key_account_director_deputy_id = fields.Many2one(
        related="company_id.key_account_director_deputy_id", readonly=False
    )
    key_account_director_deputy_from = fields.Date(
        related="company_id.key_account_director_deputy_from", readonly=False
    )
    key_account_director_deputy_to = fields.Date(
        related="company_id.key_account_director_deputy_to", readonly=False
    )
    key_account_executive_deputy_id = fields.Many2one(
        related="company_id.key_account_executive_deputy_id", readonly=False
    )
    key_account_executive_deputy_from = fields.Date(
        related="company_id.key_account_executive_deputy_from", readonly=False
    )
    key_account_executive_deputy_to = fields.Date(
        related="company_id.key_account_executive_deputy_to", readonly=False
    )

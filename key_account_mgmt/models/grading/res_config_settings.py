from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_scheme_id = fields.Many2one(
        related="company_id.key_account_scheme_id", readonly=False
    )
    key_account_run_interval_months = fields.Integer(
        related="company_id.key_account_run_interval_months", readonly=False
    )
    key_account_next_run_date = fields.Date(
        related="company_id.key_account_next_run_date", readonly=False
    )
    key_account_review_interval_months = fields.Integer(
        related="company_id.key_account_review_interval_months", readonly=False
    )
    key_account_next_review_date = fields.Date(
        related="company_id.key_account_next_review_date", readonly=False
    )

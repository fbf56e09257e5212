from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # Work reports
    key_account_reports_from = fields.Date(related="company_id.key_account_reports_from", readonly=False)
    key_account_report_kind = fields.Selection(
        related="company_id.key_account_report_kind", readonly=False, required=True
    )
    key_account_work_report_days = fields.Integer(
        related="company_id.key_account_work_report_days", readonly=False
    )
    key_account_daily_calls = fields.Integer(related="company_id.key_account_daily_calls", readonly=False)
    key_account_daily_prospects = fields.Integer(
        related="company_id.key_account_daily_prospects", readonly=False
    )
    # Expenses
    key_account_expense_limit = fields.Monetary(
        related="company_id.key_account_expense_limit", readonly=False
    )

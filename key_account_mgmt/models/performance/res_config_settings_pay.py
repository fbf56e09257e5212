from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_correction_months = fields.Integer(
        related="company_id.key_account_correction_months", readonly=False
    )

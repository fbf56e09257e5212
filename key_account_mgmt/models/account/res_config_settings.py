from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_sync_salesperson = fields.Boolean(
        related="company_id.key_account_sync_salesperson", readonly=False
    )

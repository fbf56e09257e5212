from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_director_id = fields.Many2one(
        related="company_id.key_account_director_id", readonly=False
    )
    key_account_executive_id = fields.Many2one(
        related="company_id.key_account_executive_id", readonly=False
    )

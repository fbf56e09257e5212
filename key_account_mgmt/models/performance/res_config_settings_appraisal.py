from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_self_assessment_days = fields.Integer(
        related="company_id.key_account_self_assessment_days", readonly=False
    )
    key_account_objection_days = fields.Integer(
        related="company_id.key_account_objection_days", readonly=False
    )
    key_account_publish_scores = fields.Boolean(
        related="company_id.key_account_publish_scores", readonly=False
    )
    key_account_pro_rata = fields.Boolean(related="company_id.key_account_pro_rata", readonly=False)
    key_account_last_place_months = fields.Integer(
        related="company_id.key_account_last_place_months", readonly=False
    )

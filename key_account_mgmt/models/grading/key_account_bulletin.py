from odoo import api, fields, models


class KeyAccountBulletin(models.Model):
    _inherit = "key.account.bulletin"

    _depends = {"key.account": ["grade_id"]}

    grade_id = fields.Many2one(comodel_name="key.account.grade", readonly=True)

    @api.model
    def _get_account_columns(self):
        return [*super()._get_account_columns(), "grade_id"]

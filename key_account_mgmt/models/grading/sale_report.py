from odoo import fields, models

from ..access.roles import ANY_ROLE


class SaleReport(models.Model):
    _inherit = "sale.report"

    key_account_grade_id = fields.Many2one(
        comodel_name="key.account.grade", readonly=True, groups=ANY_ROLE
    )

    def _get_key_account_columns(self):
        return [*super()._get_key_account_columns(), "key_account_grade_id"]

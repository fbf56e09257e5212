from odoo import api, fields, models
from odoo.tools import SQL

from ..access.roles import ANY_ROLE


class AccountInvoiceReport(models.Model):
    _inherit = "account.invoice.report"

    key_account_grade_id = fields.Many2one(
        comodel_name="key.account.grade", readonly=True, groups=ANY_ROLE
    )

    _depends = {"account.move": ["key_account_grade_id"]}

    @api.model
    def _select(self):
        return SQL("%s, move.key_account_grade_id", super()._select())

from odoo import api, fields, models
from odoo.fields import Domain

from ..access.roles import ANY_ROLE


class ResPartner(models.Model):
    _inherit = "res.partner"

    key_account_grade_id = fields.Many2one(
        comodel_name="key.account.grade",
        compute="_compute_key_account_grade_id",
        search="_search_key_account_grade_id",
        groups=ANY_ROLE,
    )

    @api.depends("key_account_id.grade_id")
    @api.depends_context("company", "uid")
    def _compute_key_account_grade_id(self):
        for partner in self:
            partner.key_account_grade_id = partner.key_account_id.grade_id

    def _search_key_account_grade_id(self, operator, value):
        return self._search_by_key_account(Domain("grade_id", operator, value), operator, value)

from odoo import fields, models

from .roles import ANY_ROLE


class SaleReport(models.Model):
    _inherit = "sale.report"

    key_account_id = fields.Many2one(comodel_name="key.account", readonly=True, groups=ANY_ROLE)
    key_account_manager_id = fields.Many2one(
        comodel_name="res.users", readonly=True, groups=ANY_ROLE
    )

    key_account_is_secret = fields.Boolean(string="Restricted", readonly=True, groups="base.group_user")

    def _get_key_account_columns(self):
        """Return the columns that the report takes from the order as they are."""
        return ["key_account_id", "key_account_manager_id", "key_account_is_secret"]

    def _select_additional_fields(self):
        columns = {name: f"s.{name}" for name in self._get_key_account_columns()}
        return super()._select_additional_fields() | columns

    def _group_by_sale(self):
        columns = "".join(f", s.{name}" for name in self._get_key_account_columns())
        return super()._group_by_sale() + columns

from odoo import api, fields, models
from odoo.tools import SQL

from .roles import ANY_ROLE


class AccountInvoiceReport(models.Model):
    _inherit = "account.invoice.report"

    key_account_id = fields.Many2one(comodel_name="key.account", readonly=True, groups=ANY_ROLE)
    key_account_manager_id = fields.Many2one(
        comodel_name="res.users", readonly=True, groups=ANY_ROLE
    )

    key_account_is_secret = fields.Boolean(string="Restricted", readonly=True, groups="base.group_user")

    _depends = {"account.move": ["key_account_id", "key_account_manager_id", "key_account_is_secret"]}

    @api.model
    def _select(self):
        return SQL(
            "%s, move.key_account_id, move.key_account_manager_id, move.key_account_is_secret",
            super()._select(),
        )

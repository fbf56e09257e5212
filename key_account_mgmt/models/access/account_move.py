from odoo import api, models
from odoo.tools import SQL


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "key.account.document.mixin"]

    @api.depends("partner_id", "company_id", "move_type")
    def _compute_key_account_id(self):
        return super()._compute_key_account_id()

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name no invoice to outsiders: core's own naming does not reach the mixin's."""
        result = super()._compute_display_name()
        self._veil_display_name()
        return result

    def _is_key_account_document(self):
        return self.is_sale_document(include_receipts=True)

    @api.model
    def _get_key_account_document_condition(self):
        return SQL("document.move_type IN %s", tuple(self.get_sale_types(include_receipts=True)))

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._snapshot_key_account()
        return posted

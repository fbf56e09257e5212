from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "key.account.document.mixin"]

    def _action_confirm(self):
        result = super()._action_confirm()
        self._snapshot_key_account()
        return result

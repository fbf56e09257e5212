from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "key.account.document.mixin"]

    _work_field = "user_id"

    def _action_confirm(self):
        result = super()._action_confirm()
        self._snapshot_key_account()
        return result

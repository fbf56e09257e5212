from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class KeyAccountSettlementAward(models.Model):
    """A discretionary award for something outstanding, with its reason (P9: 突出贡献奖)."""

    _name = "key.account.settlement.award"
    _description = "Key Account Settlement Award"
    _inherit = ["key.account.settlement.part.mixin"]
    _order = "settlement_id, user_id, id"
    _rec_name = "user_id"

    settlement_id = fields.Many2one(
        comodel_name="key.account.settlement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="settlement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Person", required=True, index=True, ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    amount = fields.Monetary(required=True)
    reason = fields.Char(required=True)

    _amount_positive = models.Constraint("CHECK (amount > 0)", "An award is more than 0.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        awards = super().create(vals_list)
        awards._check_may_award()
        awards._draw_up_settlements()
        return awards

    def write(self, vals):
        self._check_may_award()
        result = super().write(vals)
        self._check_may_award()
        self._draw_up_settlements()
        return result

    def unlink(self):
        self._check_may_award()
        # sudo: their lines follow, which nobody writes by hand
        settlements = self.sudo().settlement_id
        result = super().unlink()
        settlements._draw_up_drawn()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() - {"user_id", "amount", "reason"}

    @api.model
    def _get_importable_fields(self, vals):
        return super()._get_importable_fields(vals) | {"settlement_id"}

    def _check_may_award(self):
        """Let nobody award himself, nor anybody where the settlement waits for a decision already."""
        if self.env.su:
            return
        if self.env.user in self.user_id:
            raise AccessError(self.env._("Nobody gives an award to himself: ask your leader to propose it."))
        if any(not (award.reason or "").strip() for award in self):
            raise UserError(self.env._("Say what the award is for: the reason is on the pay sheet."))
        for settlement in self.settlement_id.filtered(lambda one: one.state != "draft"):
            raise UserError(self.env._(
                "%(settlement)s is not a draft any more: have it sent back before you change its awards.",
                settlement=settlement.display_name,
            ))

    def _draw_up_settlements(self):
        # sudo: as in unlink
        self.sudo().settlement_id._draw_up_drawn()

from odoo import fields, models

from .key_account_pay_scheme_rate import BASIS


class KeyAccountSettlementReward(models.Model):
    """The marketing reward of a line on one kind of business: its documents, times the rate (P9)."""

    _name = "key.account.settlement.reward"
    _description = "Key Account Settlement Reward"
    _inherit = ["key.account.settlement.part.mixin"]
    _order = "line_id, id"

    line_id = fields.Many2one(
        comodel_name="key.account.settlement.line", required=True, index=True, ondelete="cascade"
    )
    settlement_id = fields.Many2one(
        comodel_name="key.account.settlement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True, ondelete="restrict")
    name = fields.Char(string="Kind of Business", translate=True)
    rate_key = fields.Integer(help="Which reward of the scheme, in the terms of the line.")
    basis = fields.Selection(selection=BASIS, string="Of What Was", required=True)
    month = fields.Date(string="Month Counted", required=True)
    document_count = fields.Integer(string="Number of Documents")
    amount = fields.Monetary(string="Counted", help="The sum of what is counted of the documents.")
    rate = fields.Float(string="Reward (%)", digits=(5, 2), aggregator=None)
    reward = fields.Monetary()

from odoo import fields, models

from .key_account_pay_scheme_rate import BASIS


class KeyAccountSettlementDocument(models.Model):
    """What was counted of an invoice for a reward, as it was on the day of drawing up.

    It names the document, not the customer: whether the document may be opened is its own rules' business.
    """

    _name = "key.account.settlement.document"
    _description = "Key Account Settlement Document"
    _inherit = ["key.account.settlement.part.mixin"]
    _order = "date desc, id desc"
    _rec_name = "reference"

    reward_id = fields.Many2one(
        comodel_name="key.account.settlement.reward", required=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        comodel_name="key.account.settlement.line", required=True, index=True, ondelete="cascade"
    )
    settlement_id = fields.Many2one(
        comodel_name="key.account.settlement", required=True, index=True, ondelete="cascade"
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Department", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Person", required=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True, ondelete="restrict")
    rate_key = fields.Integer()
    rate = fields.Float(string="Reward (%)", digits=(5, 2), aggregator=None)
    basis = fields.Selection(selection=BASIS, string="Of What Was", required=True)
    month = fields.Date(string="Month Counted", required=True)
    date = fields.Date(required=True)
    reference = fields.Char()
    # no many2one: an invoice that is deleted later takes nothing out of a frozen settlement
    document_id = fields.Many2oneReference(model_field="document_model")
    document_model = fields.Char()
    amount = fields.Monetary(
        string="Counted", help="Untaxed; in a correction, what has changed since it was settled."
    )

    _person_month_idx = models.Index("(user_id, month)")

    def action_open_document(self):
        """Open the invoice; its own rules apply."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.document_model,
            "res_id": self.document_id,
            "view_mode": "form",
        }

from odoo import api, fields, models

BASIS = [("invoiced", "Invoiced"), ("collected", "Collected")]


class KeyAccountPaySchemeRate(models.Model):
    """The one-off marketing reward on a kind of business (P9, X7)."""

    _name = "key.account.pay.scheme.rate"
    _description = "Key Account Marketing Reward"
    _order = "scheme_id, sequence, id"

    scheme_id = fields.Many2one(
        comodel_name="key.account.pay.scheme", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Kind of Business", required=True, translate=True)
    category_ids = fields.Many2many(
        comodel_name="product.category",
        relation="key_account_pay_rate_category_rel",
        column1="rate_id",
        column2="category_id",
        string="Product Categories",
        help="With those below them. Empty: all business that no other reward names.",
    )
    basis = fields.Selection(
        selection=BASIS,
        string="Of What Was",
        required=True,
        default="collected",
        help="Untaxed, by the invoices on which the person stands as key account manager; credit notes and "
        "money paid back count against it.",
    )
    rate = fields.Float(string="Reward (%)", digits=(5, 2), default=5)

    _rate_range = models.Constraint(
        "CHECK (rate >= 0 AND rate <= 100)", "A reward is between 0 and 100 %."
    )

    @api.constrains("category_ids", "scheme_id")
    def _check_scheme(self):
        self.scheme_id._check_rates()

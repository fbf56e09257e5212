from odoo import fields, models


class KeyAccountPaySchemeBand(models.Model):
    """From which score on which part of the base is paid, up to the next band (P5, X2)."""

    _name = "key.account.pay.scheme.band"
    _description = "Key Account Pay Scheme Band"
    _order = "scheme_id, lower desc"
    _rec_name = "lower"

    scheme_id = fields.Many2one(
        comodel_name="key.account.pay.scheme", required=True, index=True, ondelete="cascade"
    )
    lower = fields.Float(
        string="From Score", digits=(5, 2), help="The bound itself belongs to the band: 94.99 is below 95."
    )
    pay = fields.Selection(
        selection=[("rate", "A Fixed Part"), ("score", "The Score's Own Per Cent")],
        string="Pays",
        required=True,
        default="rate",
    )
    rate = fields.Float(string="Of the Base (%)", digits=(6, 2))

    # whether bands leave a gap is asked of the whole scheme, when it is saved and when it is used
    _lower_unique = models.Constraint(
        "UNIQUE (scheme_id, lower)", "Two bands begin at the same score and overlap: delete one."
    )
    _lower_range = models.Constraint(
        "CHECK (lower >= 0 AND lower <= 100)", "A band begins between 0 and 100 points."
    )
    _rate_range = models.Constraint(
        "CHECK (rate >= 0 AND rate <= 1000)", "A band pays between 0 and 1000 % of the base."
    )

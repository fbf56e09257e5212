from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .key_account_grading_scheme import SAVING

METRIC = [
    ("sales", "Sales"),
    ("growth", "Growth (%)"),
    ("order_count", "Number of Orders"),
    ("order_interval", "Days Between Orders"),
    ("collection_rate", "Collection Rate (%)"),
    ("years", "Years as Customer"),
    ("wallet_share", "Share of Wallet (%)"),
    ("satisfaction", "Satisfaction"),
    ("complaint_rate", "Complaint Rate (%)"),
    ("assessor", "Points by an Assessor"),
]


class KeyAccountGradingDimension(models.Model):
    """One weighted side of a score: a measured value mapped to points, or an assessor's points."""

    _name = "key.account.grading.dimension"
    _description = "Key Account Grading Dimension"
    _order = "scheme_id, sequence, id"

    scheme_id = fields.Many2one(
        comodel_name="key.account.grading.scheme", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    metric = fields.Selection(selection=METRIC, required=True, default="assessor")
    weight = fields.Float(digits=(16, 2), string="Weight (%)", required=True)
    is_skipped_without_data = fields.Boolean(
        string="Leave Out Without Data",
        help="Without data the dimension counts 0 points. Set this to leave it out instead; then the "
        "other dimensions weigh more.",
    )
    band_ids = fields.One2many(
        comodel_name="key.account.grading.dimension.band",
        inverse_name="dimension_id",
        string="Bands",
        copy=True,
    )

    _weight_range = models.Constraint(
        "CHECK (weight > 0 AND weight <= 100)", "The weight of a dimension is more than 0 and at most 100."
    )

    @api.constrains("weight", "scheme_id")
    def _check_weight(self):
        if self.env.context.get("key_account_scheme_lines") is not SAVING:
            self.scheme_id._check_weights()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_missing_weight(self):
        if self.env.context.get("key_account_scheme_lines") is SAVING:
            return
        for scheme in self.scheme_id.filtered("active"):
            if scheme.dimension_ids - self:
                raise UserError(self.env._(
                    "Without it the weights of “%(scheme)s” no longer make 100 %%: delete it on the "
                    "scheme's form, and spread its weight there.",
                    scheme=scheme.name,
                ))

    @api.constrains("metric", "band_ids")
    def _check_bands(self):
        for dimension in self:
            if dimension.metric != "assessor" and not dimension.band_ids and dimension.scheme_id.active:
                raise ValidationError(self.env._(
                    "“%(dimension)s” is measured: say from which value on it gives how many points.",
                    dimension=dimension.name,
                ))


class KeyAccountGradingDimensionBand(models.Model):
    """From a value on, so many points; half-open, the bound belongs to the band (X6)."""

    _name = "key.account.grading.dimension.band"
    _description = "Key Account Grading Band"
    _order = "dimension_id, lower desc"

    dimension_id = fields.Many2one(
        comodel_name="key.account.grading.dimension", required=True, index=True, ondelete="cascade"
    )
    lower = fields.Float(digits=(16, 2), string="Starts At", required=True)
    points = fields.Float(digits=(16, 2), required=True)

    _lower_unique = models.UniqueIndex(
        "(dimension_id, lower)", "Two bands of a dimension start at the same value: they overlap."
    )
    _points_range = models.Constraint(
        "CHECK (points >= 0 AND points <= 100)", "Points go from 0 to 100."
    )

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...calculations.grading import to_decimal
from ..access.roles import group
from .key_account_assessment import OPEN_STATES
from .key_account_grading_dimension import METRIC


class KeyAccountAssessmentLine(models.Model):
    """One dimension of a score: what was measured, and the points for it."""

    _name = "key.account.assessment.line"
    _description = "Key Account Assessment Line"
    _inherit = ["key.account.guard.mixin", "key.account.access.mixin"]
    _order = "assessment_id, sequence, id"
    _rec_name = "dimension_id"

    _is_account_optional = True
    _is_audited = False

    assessment_id = fields.Many2one(
        comodel_name="key.account.assessment",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    account_id = fields.Many2one(
        required=False, readonly=True, index="btree_not_null", ondelete="set null"
    )
    dimension_id = fields.Many2one(
        comodel_name="key.account.grading.dimension", ondelete="set null", readonly=True
    )
    name = fields.Char(translate=True, readonly=True, help="The dimension, as it was called then.")
    sequence = fields.Integer(readonly=True)
    metric = fields.Selection(selection=METRIC, readonly=True)
    weight = fields.Float(string="Weight (%)", digits=(16, 2), readonly=True)
    is_skipped_without_data = fields.Boolean(readonly=True)
    has_value = fields.Boolean(readonly=True)
    value = fields.Float(string="Measured", digits=(16, 2), readonly=True, aggregator="avg")
    has_points = fields.Boolean(readonly=True)
    points = fields.Float(
        digits=(16, 2), aggregator="avg", help="0 to 100; entered by an assessor where nothing measures it."
    )

    @api.constrains("points")
    def _check_points(self):
        if any(not 0 <= line.points <= 100 for line in self):
            raise ValidationError(self.env._("Points go from 0 to 100."))

    def write(self, vals):
        if "points" not in vals or self.env.su:
            return super().write(vals)
        self._check_system_fields(vals)
        for line in self:
            line._check_may_assess()
        # sudo: that points were given is noted with them
        result = super(KeyAccountAssessmentLine, self.sudo()).write(dict(vals, has_points=True))
        self.assessment_id._refresh_score()
        return result

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "assessment_id", "account_id", "dimension_id", "name", "sequence", "metric", "weight",
            "is_skipped_without_data", "has_value", "value", "has_points",
        }

    def _check_may_assess(self):
        self.ensure_one()
        # sudo: the department may be one that the user does not see
        row = self.sudo().assessment_id
        if self.metric != "assessor":
            raise AccessError(self.env._("These points are measured, not given."))
        if row.run_id.state not in OPEN_STATES:
            raise UserError(self.env._(
                "%(run)s is past the point where this may be changed.", run=row.run_id.name
            ))
        user = self.env.user
        if not user.has_group(group("director")) and user not in row.team_id._get_key_account_leaders():
            raise AccessError(self.env._(
                "That is entered by the leader of the customer's department or the director."
            ))

    def _get_weighted_part(self):
        """Return what :func:`weighted_score` takes."""
        points = to_decimal(self.points) if self.has_points else None
        return to_decimal(self.weight), points, self.is_skipped_without_data

    def _get_explained_part(self):
        """Return what the run's explanation of a score takes."""
        return (
            self.dimension_id.id,
            to_decimal(self.weight),
            to_decimal(self.points) if self.has_points else None,
            to_decimal(self.value) if self.has_value else None,
        )

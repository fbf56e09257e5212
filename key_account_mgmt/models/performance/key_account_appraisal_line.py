from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...calculations.grading import to_decimal
from ...calculations.kpi import Measure
from .key_account_appraisal_template_line import SCORED_LEVEL, SCORING

OWN_FIELDS = frozenset({"self_points", "self_comment"})
SCORED_FIELDS = frozenset({"points", "comment"})


class KeyAccountAppraisalLine(models.Model):
    """One item of an appraisal: what was measured, what the person says, what the superior gives."""

    _name = "key.account.appraisal.line"
    _description = "Key Account Appraisal Item"
    _inherit = ["key.account.guard.mixin"]
    _order = "appraisal_id, sequence, id"

    appraisal_id = fields.Many2one(
        comodel_name="key.account.appraisal", required=True, readonly=True, index=True, ondelete="cascade"
    )
    template_line_id = fields.Many2one(
        comodel_name="key.account.appraisal.template.line", required=True, readonly=True, index=True,
        ondelete="restrict",
    )
    sequence = fields.Integer(readonly=True)
    section = fields.Char(related="template_line_id.section")
    name = fields.Char(related="template_line_id.name", string="Item")
    criteria = fields.Text(related="template_line_id.criteria")
    max_points = fields.Float(string="Maximum", digits=(6, 2), readonly=True)
    scoring = fields.Selection(selection=SCORING, string="Scored By", required=True, readonly=True)
    state = fields.Selection(related="appraisal_id.state")

    # What was measured
    kpi_id = fields.Many2one(
        comodel_name="key.account.kpi", string="KPI", readonly=True, index="btree_not_null",
        ondelete="restrict",
    )
    kpi_level = fields.Selection(selection=SCORED_LEVEL, string="Measured Of", readonly=True)
    is_measured = fields.Boolean(
        string="Has Figure", readonly=True, help="The KPI has data for the month; its points follow from it."
    )
    kpi_value = fields.Float(string="Figure", digits=(16, 4), readonly=True, aggregator="avg")
    kpi_numerator = fields.Float(digits=(16, 4), readonly=True)
    kpi_denominator = fields.Float(digits=(16, 4), readonly=True)
    reference_data = fields.Json(readonly=True)
    explanation = fields.Text(string="How It Came About", compute="_compute_explanation")

    # What is given
    self_points = fields.Float(string="Own Points", digits=(6, 2))
    self_comment = fields.Char(string="Own Comment")
    points = fields.Float(digits=(6, 2))
    comment = fields.Char(help="What the points are for; needed where there are none.")
    level = fields.Char(
        string="Quality Level", compute="_compute_level",
        help="The quality level that the points have reached.",
    )

    can_self_assess = fields.Boolean(related="appraisal_id.can_self_assess")
    can_score = fields.Boolean(compute="_compute_can_score")

    _points_range = models.Constraint(
        "CHECK (points >= 0 AND self_points >= 0 AND points <= max_points AND self_points <= max_points)",
        "The points of an item go from 0 to its maximum.",
    )

    # === COMPUTE METHODS === #

    @api.depends("template_line_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.template_line_id.name

    @api.depends("is_measured", "kpi_value", "kpi_numerator", "kpi_denominator", "reference_data")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for line in self:
            texts = []
            if line.kpi_id:
                texts.append(line.kpi_id._explain(line._get_measure()))
            for data in line.reference_data or []:
                kpi = self.env["key.account.kpi"].browse(data["kpi_id"])
                measure = Measure(*(value and Decimal(value) for value in data["measure"]))
                texts.append(f"{kpi.name}: {kpi._explain(measure)}")
            line.explanation = "\n".join(texts)

    @api.depends("points", "state")
    @api.depends_context("lang")
    def _compute_level(self):
        for line in self:
            is_given = line.points or line.state not in ("draft", "self_assessed")
            points = to_decimal(round(line.points, 2)) if is_given else None
            line.level = line.template_line_id._get_level(points).name

    @api.depends("appraisal_id.can_score", "is_measured")
    @api.depends_context("uid")
    def _compute_can_score(self):
        for line in self:
            line.can_score = line.appraisal_id.can_score and not line.is_measured

    # === CRUD METHODS === #

    def write(self, vals):
        if not self.env.su:
            self._check_given(vals)
        return super().write(vals)

    # === ACTION METHODS === #

    def action_open_evidence(self):
        """Open the records behind the figure."""
        self.ensure_one()
        self.check_access("read")
        if not self.kpi_id:
            raise UserError(self.env._("The superior gives these points; no figure stands behind them."))
        appraisal = self.appraisal_id
        return self.kpi_id.with_company(appraisal.company_id)._get_evidence(
            appraisal.team_id if self.kpi_level == "team" else appraisal.user_id,
            appraisal.date_from, appraisal.date_to,
        )

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | (
            set(self._fields) - set(models.MAGIC_COLUMNS) - OWN_FIELDS - SCORED_FIELDS
        )

    def _get_measure(self):
        if not self.is_measured:
            return Measure()
        return Measure(*(
            to_decimal(round(self[name], 4)) for name in ("kpi_value", "kpi_numerator", "kpi_denominator")
        ))

    def _check_given(self, vals):
        """Refuse points that are not the user's to give now, or more than there are.

        :raise UserError: with who may, and when
        """
        if vals.keys() & OWN_FIELDS and not all(line.can_self_assess for line in self):
            raise UserError(self.env._("Own points are the person's, as long as the appraisal is a draft."))
        if vals.keys() & SCORED_FIELDS:
            self.appraisal_id._check_each(lambda appraisal: appraisal._get_cannot_score_reason())
        if "points" in vals and (measured := self.filtered("is_measured")):
            raise UserError(self.env._(
                "The points of “%(item)s” follow from its figure: nobody gives them.", item=measured[0].name
            ))
        for line in self:
            for name in ("points", "self_points"):
                if not 0 <= vals.get(name, 0) <= line.max_points:
                    raise UserError(self.env._(
                        "“%(item)s” has 0 to %(maximum)s points.",
                        item=line.name, maximum=f"{line.max_points:g}",
                    ))

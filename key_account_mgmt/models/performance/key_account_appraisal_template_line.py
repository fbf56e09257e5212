from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...calculations.appraisal import find_band_fault, get_band, get_proportional_points
from ...calculations.grading import to_decimal
from .key_account_appraisal_template import SAVING

SCORING = [("superior", "The Superior"), ("kpi", "A KPI")]
SCORED_LEVEL = [("person", "Person"), ("team", "Department")]
# What decides on points; the words around it may change at any time.
SCORING_FIELDS = frozenset({
    "template_id", "max_points", "scoring", "kpi_id", "kpi_level", "curve", "full_value", "band_ids",
})


class KeyAccountAppraisalTemplateLine(models.Model):
    """One thing that is judged, with its maximum: by a KPI, or by the superior (P1–P4)."""

    _name = "key.account.appraisal.template.line"
    _description = "Key Account Appraisal Template Line"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        comodel_name="key.account.appraisal.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    section = fields.Char(translate=True, help="What the line belongs to, e.g. ability or attitude.")
    name = fields.Char(string="Item", required=True, translate=True)
    criteria = fields.Text(translate=True, help="What is looked at.")
    max_points = fields.Float(string="Maximum", digits=(6, 2), required=True)
    scoring = fields.Selection(selection=SCORING, string="Scored By", required=True, default="superior")
    kpi_id = fields.Many2one(
        comodel_name="key.account.kpi", string="KPI", index="btree_not_null", ondelete="restrict"
    )
    kpi_level = fields.Selection(
        selection=SCORED_LEVEL, string="Measured Of", required=True, default="person",
        help="The figure of the person himself, or that of the department.",
    )
    curve = fields.Selection(
        selection=[("proportional", "In Proportion"), ("bands", "By Bands")],
        string="Points",
        required=True,
        default="proportional",
        help="In proportion: the part of the full value, at most the maximum. By bands: from a value on, so "
        "many points.",
    )
    full_value = fields.Float(
        digits=(16, 2), default=100, help="The figure that earns all points, e.g. an attainment of 100 %."
    )
    reference_kpi_ids = fields.Many2many(
        comodel_name="key.account.kpi",
        relation="key_account_appraisal_template_line_kpi_rel",
        column1="line_id",
        column2="kpi_id",
        string="Figures Beside It",
        help="What the superior sees of the person's work when he gives the points.",
    )
    band_ids = fields.One2many(
        comodel_name="key.account.appraisal.template.band", inverse_name="line_id", string="Bands", copy=True
    )

    _max_points_positive = models.Constraint(
        "CHECK (max_points > 0)", "The maximum of a line is more than 0 points."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("max_points", "template_id")
    def _check_total(self):
        if self.env.context.get("key_account_template_lines") is not SAVING:
            self.template_id._check_total()

    @api.constrains("scoring", "kpi_id", "curve", "full_value")
    def _check_kpi(self):
        for line in self.filtered(lambda line: line.scoring == "kpi"):
            if not line.kpi_id:
                raise ValidationError(self.env._(
                    "“%(line)s” is scored by a KPI: say by which.", line=line.name
                ))
            if line.curve == "proportional" and line.kpi_id.direction == "lower":
                raise ValidationError(self.env._(
                    "Of “%(kpi)s” less is better: give its points by bands.", kpi=line.kpi_id.name
                ))
            if line.curve == "proportional" and line.full_value <= 0:
                raise ValidationError(self.env._(
                    "The figure that earns all points of “%(line)s” is more than 0.", line=line.name
                ))

    @api.constrains("scoring", "curve", "max_points", "band_ids")
    def _check_bands(self):
        for line in self:
            by_figure = line.scoring == "kpi"
            bounds = [to_decimal(band.lower) for band in line.band_ids]
            if by_figure and line.curve == "bands" and not bounds and line.template_id.active:
                raise ValidationError(self.env._(
                    "“%(line)s” is scored by bands: say from which value on there are how many points.",
                    line=line.name,
                ))
            fault = find_band_fault(bounds, None if by_figure else to_decimal(line.max_points))
            if fault:
                raise ValidationError(line._get_band_fault(fault))
            if by_figure and any(band.points > line.max_points for band in line.band_ids):
                raise ValidationError(self.env._(
                    "A band of “%(line)s” gives more points than the line has.", line=line.name
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        templates = self.env["key.account.appraisal.template"].browse(
            {vals["template_id"] for vals in vals_list if vals.get("template_id")}
        )
        templates._check_unused()
        # the line is checked once its bands are there, not after each of them
        saving = self.with_context(key_account_template_bands=SAVING)
        return super(KeyAccountAppraisalTemplateLine, saving).create(vals_list).with_context(
            key_account_template_bands=None
        )

    def write(self, vals):
        if vals.keys() & SCORING_FIELDS:
            self.template_id._check_unused()
        saving = self.with_context(key_account_template_bands=SAVING)
        return super(KeyAccountAppraisalTemplateLine, saving).write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_needed(self):
        self.template_id._check_unused()
        if self.env.context.get("key_account_template_lines") is SAVING:
            return
        for template in self.template_id.filtered("active"):
            if template.line_ids - self:
                raise UserError(self.env._(
                    "Without it the points of “%(template)s” no longer make 100: delete it on the template's "
                    "form, and spread its points there.",
                    template=template.name,
                ))

    # === BUSINESS METHODS === #

    def _check_bands_by_themselves(self):
        """Check the bands where they are not saved with their line, which checks them itself."""
        if self.env.context.get("key_account_template_bands") is not SAVING:
            self._check_bands()

    def _get_band_fault(self, fault):
        return {
            "gap": self.env._(
                "The bands of “%(line)s” leave a gap: the lowest one starts at 0.", line=self.name
            ),
            "overlap": self.env._(
                "Two bands of “%(line)s” start at the same value: they overlap.", line=self.name
            ),
            "beyond": self.env._("A band of “%(line)s” starts above the line's maximum.", line=self.name),
        }[fault]

    def _get_points(self, value):
        """Return the points that a figure earns, never more than the maximum.

        :param Decimal value: as measured; None for no data
        :return: two decimals; None for no data
        :rtype: decimal.Decimal or None
        """
        self.ensure_one()
        if value is None:
            return None
        maximum = to_decimal(self.max_points)
        if self.curve == "proportional":
            return get_proportional_points(value, maximum, to_decimal(self.full_value))
        points = get_band(value, [
            (to_decimal(band.lower), to_decimal(band.points)) for band in self.band_ids
        ])
        return min(points, maximum)

    def _get_level(self, points):
        """Return the quality level that points have reached (P4, X6), or nothing.

        :param Decimal points: what was given
        :rtype: key.account.appraisal.template.band
        """
        self.ensure_one()
        bands = self.band_ids if self.scoring == "superior" else self.band_ids.browse()
        return get_band(points, [(to_decimal(band.lower), band) for band in bands]) or bands.browse()

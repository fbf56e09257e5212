from odoo import api, fields, models


class KeyAccountAppraisalTemplateBand(models.Model):
    """From a value on, a quality level or so many points; half-open, the bound belongs to the band (X6)."""

    _name = "key.account.appraisal.template.band"
    _description = "Key Account Appraisal Band"
    _order = "line_id, lower desc"

    line_id = fields.Many2one(
        comodel_name="key.account.appraisal.template.line", required=True, index=True, ondelete="cascade"
    )
    lower = fields.Float(
        digits=(16, 2), string="Starts At", required=True,
        help="Points of a line that the superior scores; the figure of one that a KPI scores.",
    )
    name = fields.Char(string="Level", translate=True)
    points = fields.Float(digits=(6, 2), help="What the figure earns, of a line that a KPI scores.")

    _lower_unique = models.UniqueIndex(
        "(line_id, lower)", "Two bands of a line start at the same value: they overlap."
    )
    _points_not_negative = models.Constraint("CHECK (points >= 0)", "Points are 0 or more.")

    @api.model_create_multi
    def create(self, vals_list):
        lines = self.env["key.account.appraisal.template.line"].browse(
            {vals["line_id"] for vals in vals_list if vals.get("line_id")}
        )
        lines.template_id._check_unused()
        bands = super().create(vals_list)
        bands.line_id._check_bands_by_themselves()
        return bands

    def write(self, vals):
        if vals.keys() & {"lower", "points", "line_id"}:
            self.line_id.template_id._check_unused()
        result = super().write(vals)
        if vals.keys() & {"lower", "points", "line_id"}:
            self.line_id._check_bands_by_themselves()
        return result

    def unlink(self):
        lines = self.line_id
        lines.template_id._check_unused()
        result = super().unlink()
        lines._check_bands_by_themselves()
        return result

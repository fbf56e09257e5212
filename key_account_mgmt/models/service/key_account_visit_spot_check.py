from odoo import api, fields, models

from ..access.roles import group


class KeyAccountVisit(models.Model):
    """What a spot check found of a visit's report."""

    _inherit = "key.account.visit"

    spot_check_line_ids = fields.One2many(
        comodel_name="key.account.spot.check.line", inverse_name="visit_id", string="Spot Checks",
        # that a visit was drawn is not to be searched for by those who led it
        groups=",".join(group(role) for role in ("inspector", "director", "executive")),
    )
    spot_check_verdict = fields.Char(
        compute="_compute_spot_check_verdict",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("uid", "lang")
    def _compute_spot_check_verdict(self):
        lines = self.env["key.account.spot.check.line"]
        found = lines.browse()
        if lines.has_access("read"):
            found = lines.search([("visit_id", "in", self.ids), ("verdict", "!=", False)])
        by_visit = found.grouped("visit_id")
        for visit in self:
            line = by_visit.get(visit._origin)
            visit.spot_check_verdict = bool(line) and line._fields["verdict"].convert_to_export(
                line.verdict, line
            )

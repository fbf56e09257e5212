from odoo import models


class KeyAccountVisit(models.Model):
    """What a month has reported stays reported."""

    _inherit = "key.account.visit"

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if reason or target != "planned" or self.state != "done":
            return reason
        # sudo: the month need not be the user's to read
        months = self.env["key.account.monthly.submission"].sudo().search([
            ("reported_visit_ids", "in", self.ids), ("state", "in", ("submitted", "accepted")),
        ])
        return bool(months) and self.env._(
            "%(visit)s is reported as a return visit of %(months)s: it was held. Correct its report instead.",
            visit=self.display_name, months=months.mapped("month"),
        )

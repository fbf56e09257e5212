from odoo import fields, models


class KeyAccountGradeHistory(models.Model):
    """What else the grade promised then."""

    _inherit = "key.account.grade.history"

    call_interval_days = fields.Integer(string="Phone Call Every (Days)", readonly=True)

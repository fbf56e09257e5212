from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_self_assessment_days = fields.Integer(
        string="Self-assessments Are In Within",
        default=5,
        help="Days after an appraisal was drafted; then it goes on without one.",
    )
    key_account_objection_days = fields.Integer(
        string="Objections Are Possible Within",
        default=7,
        help="Days after an appraisal was scored, and again after it was published.",
    )
    key_account_publish_scores = fields.Boolean(
        string="Scores Are Open Within the Department",
        default=True,
        help="Everybody of the department sees who had which score and place in which month; nothing else.",
    )
    key_account_pro_rata = fields.Boolean(
        string="Parts of a Month Count by Days",
        default=True,
        help="Who joins or leaves during a month is paid for the calendar days in the department.",
    )
    key_account_last_place_months = fields.Integer(
        string="Last Places Are Flagged After",
        default=3,
        help="So many months in a row at the last place; then the director is asked. 0: never. Whether "
        "anything may follow is a question of labour law.",
    )

    _key_account_appraisal_days = models.Constraint(
        "CHECK (key_account_self_assessment_days >= 0 AND key_account_objection_days >= 0"
        " AND key_account_last_place_months >= 0)",
        "Numbers of days and months are 0 or more.",
    )

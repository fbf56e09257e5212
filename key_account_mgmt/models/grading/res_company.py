from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_scheme_id = fields.Many2one(
        comodel_name="key.account.grading.scheme",
        string="Grading Scheme",
        help="Grades this company's accounts, unless an account says otherwise.",
    )
    key_account_run_interval_months = fields.Integer(
        string="Months Between Grading Runs",
        default=6,
        help="How often a run is proposed (usually every half-year). 0: never by itself.",
    )
    key_account_next_run_date = fields.Date(
        string="Next Grading Run", help="On this day the next run is computed and proposed."
    )
    key_account_review_interval_months = fields.Integer(
        string="Months Between Reviews",
        default=12,
        help="How often every account gets a verdict: intensify, keep or terminate. 0: never by itself.",
    )
    key_account_next_review_date = fields.Date(
        string="Next Review", help="On this day the next review is computed and proposed."
    )

    _key_account_intervals = models.Constraint(
        "CHECK (key_account_run_interval_months >= 0 AND key_account_review_interval_months >= 0)",
        "The months between grading runs are 0 or more.",
    )

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # Visits
    key_account_visit_move_days = fields.Integer(
        string="Visits of an Approved Plan Move By",
        default=14,
        help="So many days from the approved time a visit is moved as daily work; more is a change of the "
        "plan, which is approved anew.",
    )
    key_account_ratification_days = fields.Integer(
        string="Urgent Visits Are Ratified Within",
        default=3,
        help="Days after an urgent visit was entered; then the director is told.",
    )
    key_account_report_days = fields.Integer(
        string="Visits Are Reported Within",
        default=3,
        help="Days after a visit was held; then its leader is reminded, once. 0: never.",
    )
    key_account_missed_days = fields.Integer(
        string="Visits Count as Missed After",
        default=7,
        help="A planned visit of which nothing is heard for so many days counts as missed; whoever leads "
        "it is reminded on the day after it. 0: never.",
    )

    _key_account_visit_days = models.Constraint(
        "CHECK (key_account_visit_move_days >= 0 AND key_account_ratification_days >= 0"
        " AND key_account_report_days >= 0 AND key_account_missed_days >= 0)",
        "A number of days is 0 or more.",
    )

    # Monthly submissions, spot checks and meetings
    key_account_closing_day = fields.Integer(
        string="Months Close on Day",
        default=25,
        help="The last day on which return-visit form and meeting minutes of a month are in time, also at a "
        "weekend; 31: the month's last day; 0: no monthly submissions.",
    )

    _key_account_closing_day = models.Constraint(
        "CHECK (key_account_closing_day BETWEEN 0 AND 31)",
        "Months close on a day between 1 and 31, or on none: 0.",
    )

from odoo import fields, models
from odoo.exceptions import UserError


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
    # Satisfaction
    key_account_survey_id = fields.Many2one(
        comodel_name="survey.survey",
        string="Satisfaction Questionnaire",
        domain="[('access_mode', '=', 'token')]",
        help="What key accounts are asked; empty: the questionnaire that comes with the addon.",
    )
    key_account_survey_reminder_days = fields.Integer(
        string="Customers Are Reminded Every",
        default=7,
        help="So many days after the questionnaire, and after each reminder; 0: never.",
    )
    key_account_survey_expiry_days = fields.Integer(
        string="Customers Have to Answer",
        default=21,
        help="So many days after it was sent the link closes.",
    )
    key_account_low_score = fields.Float(
        string="A Score Is Low Below",
        digits=(5, 2),
        default=60,
        help="A lower score, or one dimension with which the customer is not satisfied, has to be followed up.",
    )

    _key_account_survey_days = models.Constraint(
        "CHECK (key_account_survey_reminder_days >= 0 AND key_account_survey_expiry_days > 0)",
        "Reminders come after 0 days or more, and customers have at least one day to answer.",
    )
    _key_account_low_score_range = models.Constraint(
        "CHECK (key_account_low_score >= 0 AND key_account_low_score <= 100)",
        "A score lies between 0 and 100.",
    )

    def _get_key_account_survey(self):
        """Return the questionnaire that this company's key accounts are asked, as superuser.

        :rtype: survey.survey
        :raise UserError: when there is none in use
        """
        self.ensure_one()
        shipped = self.env.ref("key_account_mgmt.survey_satisfaction", raise_if_not_found=False)
        # sudo: questionnaires are the survey app's; only which one it is and its link are used
        survey = (self.sudo().key_account_survey_id or shipped or self.env["survey.survey"]).sudo()
        if not survey.active:
            raise UserError(self.env._(
                "There is no questionnaire for satisfaction surveys: have one chosen in the settings."
            ))
        return survey

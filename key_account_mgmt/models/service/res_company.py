from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...calculations.worktime import add, prepare

COMPLAINT_ALIAS = "complaints"


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

    key_account_is_position_asked = fields.Boolean(
        string="Ask for the Position at Check-in",
        help="Whoever checks in to a visit is asked for the position of his device, and can refuse. A "
        "position is personal data: the law (in China the Personal Information Protection Law) wants the "
        "purpose told, the person's own consent, which he can take back, and no more than the purpose needs. "
        "Inform your people before you turn it on. Off: only the time is noted.",
    )
    key_account_position_days = fields.Integer(
        string="Positions Are Kept For",
        default=365,
        help="So many days after the check-in the position is erased; the time of the check-in stays.",
    )

    _key_account_position_days = models.Constraint(
        "CHECK (key_account_position_days > 0)", "Positions are kept for one day or more."
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

    key_account_redo_days = fields.Integer(
        string="Months Sent Back Are Mended Within",
        default=3,
        help="Days for what is sent back after the deadline; then it is late, and those above are told.",
    )

    _key_account_closing_day = models.Constraint(
        "CHECK (key_account_closing_day BETWEEN 0 AND 31)",
        "Months close on a day between 1 and 31, or on none: 0.",
    )
    _key_account_redo_days = models.Constraint(
        "CHECK (key_account_redo_days >= 0)", "A number of days is 0 or more."
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
        help="A lower score, or one dimension with which the customer is not satisfied, has to be followed "
        "up.",
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
    # Complaints
    key_account_complaint_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Complaints Go To",
        domain="[('share', '=', False)]",
        help="Who gets a complaint that has no other owner: neither its category names one, nor is the "
        "customer a key account with a manager.",
    )
    key_account_complaint_response_hours = fields.Float(
        string="Complaint Response (Hours)",
        default=8,
        help="Working hours until the first answer, for customers without a grade that promises another "
        "time. 0: nothing is promised.",
    )
    key_account_complaint_resolution_hours = fields.Float(
        string="Complaint Resolution (Hours)",
        default=72,
        help="Working hours until it is solved, for customers without a grade that promises another time. "
        "0: nothing is promised.",
    )
    key_account_complaint_critical_rate = fields.Float(
        string="Critical Complaints Get (%)",
        default=50,
        help="Of the promised hours a critical complaint gets this part.",
    )
    key_account_complaint_warning_hours = fields.Float(
        string="Warned Before a Deadline (Hours)",
        default=4,
        help="A complaint whose deadline is nearer than so many hours is shown in amber.",
    )
    key_account_complaint_leader_hours = fields.Float(
        string="Leader Told After (Hours)",
        default=4,
        help="Its owner is told when a deadline is missed; so many working hours later the leader of the "
        "department is.",
    )
    key_account_complaint_director_hours = fields.Float(
        string="Director Told After (Hours)",
        default=8,
        help="So many working hours after a deadline was missed the director is told.",
    )
    key_account_complaint_acknowledge = fields.Boolean(
        string="Confirm Receipt of Complaints",
        default=True,
        help="A customer who has written gets a mail with the number of his complaint and until when he is "
        "answered and helped (C5). Strangers get none.",
    )
    key_account_complaint_alias_id = fields.Many2one(
        comodel_name="mail.alias", string="Address for Complaints", copy=False, ondelete="set null"
    )
    key_account_complaint_alias_name = fields.Char(
        string="Address for Complaints (Before the @)",
        compute="_compute_key_account_complaint_alias_name",
        inverse="_inverse_key_account_complaint_alias_name",
        help="Mails to this address become complaints.",
    )

    _key_account_complaint_hours = models.Constraint(
        "CHECK (key_account_complaint_response_hours >= 0 AND key_account_complaint_resolution_hours >= 0"
        " AND key_account_complaint_warning_hours >= 0 AND key_account_complaint_leader_hours >= 0"
        " AND key_account_complaint_director_hours >= key_account_complaint_leader_hours)",
        "Hours are 0 or more, and the director is told after the leader.",
    )
    _key_account_complaint_rate = models.Constraint(
        "CHECK (key_account_complaint_critical_rate > 0 AND key_account_complaint_critical_rate <= 100)",
        "Critical complaints get more than 0 and at most 100 % of the promised hours.",
    )

    # === COMPUTE METHODS === #

    @api.depends("key_account_complaint_alias_id.alias_name")
    def _compute_key_account_complaint_alias_name(self):
        for company in self:
            # sudo: addresses are the administrator's; this one is shown to whoever opens the settings
            company.key_account_complaint_alias_name = (
                company.sudo().key_account_complaint_alias_id.alias_name
            )

    def _inverse_key_account_complaint_alias_name(self):
        for company in self:
            # sudo: whoever may write the company names its address
            alias = company.sudo().key_account_complaint_alias_id
            name = company.key_account_complaint_alias_name
            if alias:
                alias.alias_name = name
            elif name:
                company.key_account_complaint_alias_id = company._new_key_account_complaint_alias(name)

    # === CONSTRAINT METHODS === #

    @api.constrains("key_account_complaint_user_id")
    def _check_key_account_complaint_user(self):
        for company in self:
            self.env["key.account.complaint"]._check_may_own(company.key_account_complaint_user_id, company)

    # === BUSINESS METHODS === #

    def _new_key_account_complaint_alias(self, name):
        """Return a new address whose mails become complaints of this company.

        :param str name: what stands before the @
        :rtype: mail.alias
        """
        self.ensure_one()
        # sudo: as above
        return self.env["mail.alias"].sudo().with_company(self).create({
            "alias_name": name,
            "alias_model_id": self.env["ir.model"]._get_id("key.account.complaint"),
            "alias_defaults": repr({"company_id": self.id}),
            "alias_contact": "everyone",
            "alias_domain_id": self.alias_domain_id.id,
        })

    @api.model
    def _ship_key_account_complaint_alias(self):
        """Give the first company an address at install, unless the name is taken already."""
        company = self.env.ref("base.main_company")
        taken = self.env["mail.alias"].search_count([("alias_name", "=", COMPLAINT_ALIAS)], limit=1)
        if not taken and not company.key_account_complaint_alias_id:
            company.key_account_complaint_alias_name = COMPLAINT_ALIAS

    def _get_key_account_working_time(self, start, stop):
        """Return the company's working time between two moments: its calendar less the public holidays.

        Asked once for a batch. A company without a calendar works around the clock.

        :param datetime.datetime start: the first moment, naive UTC
        :param datetime.datetime stop: the last one
        :rtype: WorkingTime
        """
        self.ensure_one()
        # sudo: the calendar only lends its hours
        calendar = self.sudo().resource_calendar_id
        if not calendar:
            return prepare([(start, stop)])
        leaves = [("time_type", "=", "leave"), ("company_id", "in", [False, self.id])]
        worked = calendar._work_intervals_batch(
            pytz.utc.localize(start), pytz.utc.localize(stop), domain=leaves
        )[False]
        return prepare(
            tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in (begin, end))
            for begin, end, _attendance in worked
        )

    def _get_key_account_working_time_for(self, starts, hours):
        """Return working time that is long enough for so many hours after each of these moments.

        :param starts: moments, naive UTC
        :param float hours: the longest promise
        :rtype: WorkingTime
        """
        first, last = min(starts), max(starts)
        # eight hours a day, five days a week and some days more; thrice that where holidays take it up
        days = 5 + hours / 5
        while True:
            time = self._get_key_account_working_time(first, last + timedelta(days=days))
            if add(time, last, hours * 3600) or days > 3 * 365:
                return time
            days *= 3

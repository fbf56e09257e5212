from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ...calculations import closing
from ..access.key_account_approval_mixin import Transition
from .key_account_visit import REPORTED_STATES

SUBMISSION_STATE = [
    ("open", "Open"),
    ("submitted", "Submitted"),
    ("returned", "Sent Back"),
    ("accepted", "Accepted"),
    ("waived", "Fallen Away"),
]
# What is still to come in.
OWED = ("open", "returned")
LIGHT = [
    ("red", "Overdue"),
    ("amber", "Due Within 5 Days"),
    ("grey", "Not Due Yet"),
    ("green", "Handed In"),
]
ACTIVITY = "key_account_mgmt.mail_activity_type_monthly_submission"
TODO = "mail.mail_activity_data_todo"


class KeyAccountMonthlySubmission(models.Model):
    """What is to be in for an account each month: return-visit form and meeting minutes (V7, V9, X18).

    The scheduled action opens it; nobody makes or deletes one. What happens by itself is in
    ``key_account_monthly_submission_cron.py``.
    """

    _name = "key.account.monthly.submission"
    _description = "Key Account Monthly Submission"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "key.account.access.mixin", "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "deadline desc, account_id"
    _rec_names_search = ["month", "account_id"]

    _approval_steps = ("clerk",)
    _initial_states = ("open",)
    _transitions = {
        ("open", "submitted"): Transition("submit"),
        ("returned", "submitted"): Transition("submit"),
        ("submitted", "accepted"): Transition("approve", step=1),
        ("submitted", "returned"): Transition("returned"),
        ("open", "waived"): Transition("system"),
        ("returned", "waived"): Transition("system"),
        ("waived", "open"): Transition("system"),
    }

    account_id = fields.Many2one(readonly=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        compute="_compute_owner",
        store=True,
        index=True,
        help="The account's; as it was when the month came in.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        compute="_compute_owner",
        store=True,
        index=True,
        tracking=True,
        help="The account's manager; as it was when the month came in.",
    )
    month = fields.Char(required=True, readonly=True, index=True)
    date_from = fields.Date(string="From", required=True, readonly=True)
    deadline = fields.Date(
        required=True, readonly=True, index=True, help="The last day in time; the period ends with it."
    )
    redo_deadline = fields.Date(
        string="To Be Mended Until",
        readonly=True,
        copy=False,
        help="What is sent back after the deadline has to be in again on this day at the latest.",
    )
    due_date = fields.Date(
        string="Due", compute="_compute_due_date", store=True, index=True,
        help="The deadline, or the day until which it has to be mended.",
    )
    state = fields.Selection(
        selection=SUBMISSION_STATE, required=True, default="open", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    light = fields.Selection(
        selection=LIGHT, compute="_compute_light", search="_search_light", string="Stands",
    )
    is_late = fields.Boolean(
        string="Late", readonly=True, copy=False, tracking=True, index=True,
        help="Nothing was in when the deadline passed, or when the day passed until which it had to be "
        "mended. It stays so, whenever it comes in.",
    )
    submitted_on = fields.Datetime(readonly=True, copy=False)
    told_steps = fields.Integer(
        readonly=True, copy=False, help="How many of the reminders and escalations were told or overtaken."
    )

    # Return-visit form
    feedback = fields.Text(string="What the Customer Said", copy=False)
    problems = fields.Text(copy=False, help="What is not as it should be, on either side.")
    next_steps = fields.Text(copy=False)
    form_attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        relation="key_account_submission_form_rel",
        string="Signed Form",
        copy=False,
        help="A scan of the form that the customer has signed.",
    )
    visit_missing_reason = fields.Char(
        string="No Return Visit, Because", copy=False, help="Why nobody of the customer was asked this month."
    )
    visit_ids = fields.Many2many(
        comodel_name="key.account.visit",
        string="Return Visits",
        compute="_compute_visit_ids",
        help="Visits, receptions and calls of the period whose reports are in.",
    )
    reported_visit_ids = fields.Many2many(
        comodel_name="key.account.visit",
        relation="key_account_submission_visit_rel",
        column1="submission_id",
        column2="visit_id",
        readonly=True,
        copy=False,
    )
    has_return_visit = fields.Boolean(compute="_compute_completeness", string="Return Visit Reported")
    project_ids = fields.Many2many(
        comodel_name="key.account.project",
        string="Projects",
        compute="_compute_project_ids",
        help="The account's running and upcoming projects; each has a contact at the customer.",
    )

    # Meeting minutes
    meeting_ids = fields.Many2many(
        comodel_name="key.account.meeting",
        string="Minutes",
        compute="_compute_meeting_ids",
        help="Meetings of the period whose minutes are written: about the account, or regular ones of its "
        "department.",
    )
    reported_meeting_ids = fields.Many2many(
        comodel_name="key.account.meeting",
        relation="key_account_submission_meeting_rel",
        column1="submission_id",
        column2="meeting_id",
        readonly=True,
        copy=False,
    )
    minutes_attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        relation="key_account_submission_minutes_rel",
        string="Scanned Minutes",
        copy=False,
    )
    minutes_missing_reason = fields.Char(
        string="No Minutes, Because", copy=False, help="Why no meeting took place this month."
    )
    has_minutes = fields.Boolean(compute="_compute_completeness", string="Minutes Reported")
    missing = fields.Char(
        compute="_compute_completeness", help="What has to be there before it is submitted."
    )

    can_write = fields.Boolean(compute="_compute_can_write")

    _account_month_unique = models.UniqueIndex(
        "(account_id, month)", "This account already has a submission for this month."
    )

    # === COMPUTE METHODS === #

    @api.depends("month", "account_id.display_name")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_display_name(self):
        for submission in self:
            submission.display_name = f"{submission.month} {submission.account_id.display_name or ''}".strip()

    @api.depends("deadline", "redo_deadline")
    def _compute_due_date(self):
        for submission in self:
            submission.due_date = submission.redo_deadline or submission.deadline

    @api.depends("account_id.manager_id", "account_id.team_id", "state")
    def _compute_owner(self):
        """Follow the account's people as long as it is owed, so that it is owed by those who can."""
        for submission in self:
            is_owed = submission.state in OWED
            submission.user_id = submission.account_id.manager_id if is_owed else submission.user_id
            submission.team_id = submission.account_id.team_id if is_owed else submission.team_id

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_can_write(self):
        written = self._filtered_access("write")
        for submission in self:
            submission.can_write = submission in written and submission.state in OWED

    @api.depends("state", "due_date")
    def _compute_light(self):
        for submission in self:
            company = submission.company_id or self.env.company
            submission.light = submission.state != "waived" and closing.get_light(
                submission.state in OWED, submission.due_date, company._get_key_account_today()
            )

    @api.model
    def _search_light(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = {
            False: Domain("state", "=", "waived"),
            "green": Domain("state", "in", ("submitted", "accepted")),
        }
        owed = Domain("state", "in", OWED)
        for light, bounds in (
            ("red", lambda today, soon: Domain("due_date", "<", today)),
            ("amber", lambda today, soon: Domain("due_date", ">=", today) & Domain("due_date", "<=", soon)),
            ("grey", lambda today, soon: Domain("due_date", ">", soon)),
        ):
            domains[light] = owed & Domain.OR(
                Domain("company_id", "=", company.id) & bounds(today, soon)
                for company, today, soon in self._get_days()
            )
        return Domain.OR(domains[light] for light in value if light in domains)

    @api.model
    def _get_days(self):
        """Return each of the user's companies with its today and the last day that is soon."""
        for company in self.env.companies:
            today = company._get_key_account_today()
            yield company, today, fields.Date.add(today, days=closing.SOON)

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        """Let the board count by colour, which is of today and therefore in no column."""
        if groupby_spec != "light":
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields["light"], "read")
        state, deadline, company = (
            self._field_to_sql(alias, name, query) for name in ("state", "due_date", "company_id")
        )
        today = SQL("(CASE %s %s END)", company, SQL(" ").join(
            SQL("WHEN %s THEN %s::date", company.id, day) for company, day, _soon in self._get_days()
        ))
        return SQL(
            "CASE WHEN %(state)s = 'waived' THEN NULL WHEN %(state)s NOT IN %(owed)s THEN 'green'"
            " WHEN %(deadline)s < %(today)s THEN 'red'"
            " WHEN %(deadline)s <= %(today)s + %(soon)s THEN 'amber' ELSE 'grey' END",
            state=state, owed=OWED, deadline=deadline, today=today, soon=closing.SOON,
        )

    def _compute_project_ids(self):
        for submission in self:
            submission.project_ids = submission.account_id.project_ids.filtered(
                lambda project: project.state in ("planned", "running")
            )

    @api.depends("reported_visit_ids")
    def _compute_visit_ids(self):
        for submission in self:
            is_owed = submission.state in OWED
            submission.visit_ids = submission._find_visits() if is_owed else submission.reported_visit_ids

    def _find_visits(self):
        """Return the visits of the period whose reports are in: they can be verified and checked (V5, V7)."""
        return self.env["key.account.visit"].search([
            ("account_id", "=", self.account_id.id), ("state", "in", REPORTED_STATES),
            ("date", ">=", self.date_from), ("date", "<=", self.deadline),
        ], order="date, id")

    @api.depends("reported_meeting_ids")
    def _compute_meeting_ids(self):
        for submission in self:
            is_owed = submission.state in OWED
            submission.meeting_ids = (
                submission._find_meetings() if is_owed else submission.reported_meeting_ids
            )

    def _find_meetings(self):
        """Return the meetings of the period whose minutes belong to the account (V7)."""
        start, end = self.company_id._get_key_account_utc_bounds(self.date_from, self.deadline)
        of_department = Domain("account_id", "=", False) & Domain("team_id", "=", self.team_id.id)
        return self.env["key.account.meeting"].search(
            Domain("state", "in", ("held", "closed"))
            & Domain("is_minuted", "=", True)
            & Domain("start", ">=", start) & Domain("start", "<", end)
            & (
                Domain("account_id", "=", self.account_id.id)
                | of_department & Domain("kind", "=", "regular")
            ),
        )

    @api.depends(
        "form_attachment_ids", "feedback", "visit_missing_reason", "reported_visit_ids",
        "reported_meeting_ids", "minutes_attachment_ids", "minutes_missing_reason",
    )
    def _compute_completeness(self):
        for submission in self:
            submission.has_return_visit = bool(submission.visit_ids or submission.form_attachment_ids)
            submission.has_minutes = bool(submission.meeting_ids or submission.minutes_attachment_ids)
            submission.missing = " ".join(submission._find_missing())

    def _find_missing(self):
        missing = []
        if not self.has_return_visit and not (self.visit_missing_reason or "").strip():
            missing.append(self.env._(
                "Return-visit form: hold a visit or a call in the period and hand in its report, attach the "
                "signed form, or say why there is none."
            ))
        if self.has_return_visit and not (self.feedback or "").strip():
            missing.append(self.env._("Return-visit form: write down what the customer said."))
        if not self.has_minutes and not (self.minutes_missing_reason or "").strip():
            missing.append(self.env._(
                "Meeting minutes: write those of a meeting of the period, attach a scan, or say why there "
                "are none."
            ))
        return missing

    # === CRUD METHODS === #

    def write(self, vals):
        if vals.keys() & self._get_content_fields() and not self.env.su:
            for submission in self.filtered(lambda submission: submission.state not in OWED):
                raise UserError(self.env._(
                    "%(submission)s is closed: have it sent back before you change it.",
                    submission=submission.display_name,
                ))
        result = super().write(vals)
        if vals.get("state") == "returned":
            self._set_redo_deadline()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        if not self.env.su:
            raise UserError(self.env._("What was owed in a month is kept."))

    # === ACTION METHODS === #

    def action_submit(self):
        """Hand in both documents; the clerk or the inspector accepts them."""
        self.check_access("write")
        for submission in self:
            if submission.missing:
                raise UserError(submission.missing)
            # sudo: what is reported, and whether it is in time, is set by the system
            submission.sudo().write(submission._get_reported_values())
            submission._submit("submitted")
            # sudo: the reminders are over, whoever has them
            submission.sudo().activity_unlink([ACTIVITY, TODO])
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "account_id", "company_id", "team_id", "user_id", "month", "date_from", "deadline", "is_late",
            "submitted_on", "told_steps", "reported_visit_ids", "reported_meeting_ids", "redo_deadline",
            "due_date",
        }

    @api.model
    def _get_content_fields(self):
        """Return the names of the fields that are not changed while the submission is in."""
        return {
            "feedback", "problems", "next_steps", "form_attachment_ids", "visit_missing_reason",
            "minutes_attachment_ids", "minutes_missing_reason",
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "account_id", "company_id", "team_id", "user_id", "month", "date_from", "deadline", "state",
            "redo_deadline", "due_date", "light", "is_late", "submitted_on", "has_return_visit",
            "has_minutes",
            "activity_ids", "activity_state", "activity_summary", "activity_type_id", "activity_type_icon",
            "activity_user_id", "activity_exception_decoration", "activity_exception_icon",
            "my_activity_date_deadline", "message_needaction",
        }

    def _get_reported_values(self):
        """Return what is kept of the moment in which the submission comes in."""
        return {
            "submitted_on": fields.Datetime.now(),
            "is_late": self.is_late or self._has_missed_deadline(),
            "reported_visit_ids": [Command.set(self._find_visits().ids)],
            "reported_meeting_ids": [Command.set(self._find_meetings().ids)],
        }

    def _has_missed_deadline(self):
        """Return whether nothing was in when the last day in time ended, where the company is.

        What came in on time and was sent back afterwards has the days until :attr:`redo_deadline`.
        """
        self.ensure_one()
        end = self.company_id._get_key_account_utc_bounds(None, self.due_date)[1]
        if fields.Datetime.now() < end:
            return False
        # sudo: who decided may be hidden from the user
        before = self.sudo().approval_ids.filtered(lambda row: row.date < end).sorted("id")
        return before[-1:].decision not in ("submitted", "approved")

    def _set_redo_deadline(self):
        """Give what is owed again after its deadline some days more, and count what is told from there."""
        for submission in self:
            company = submission.company_id
            today = company._get_key_account_today()
            if today <= submission.deadline:
                continue
            # sudo: until when it is in time is set by the system
            submission.sudo().write({
                "redo_deadline": fields.Date.add(today, days=company.key_account_redo_days),
                "told_steps": closing.LAST_REMINDER,
            })

    def _waive(self):
        """Let what inactive accounts owe fall away; what was late by then stays so."""
        # sudo: nobody decides on it; it follows the account
        for submission in self.sudo():
            submission.write({
                "is_late": submission.is_late or submission._has_missed_deadline(), "state": "waived",
            })
        self.sudo().activity_unlink([ACTIVITY, TODO])  # sudo: as above

    def _reopen(self):
        """Let what has fallen away be owed again, some days longer where its deadline is over."""
        submissions = self.sudo()  # sudo: as in _waive
        submissions.write({"state": "open", "redo_deadline": False, "told_steps": 0})
        submissions._set_redo_deadline()

    def _get_returned_to(self, requester):
        """Send it back to who handed it in, if he still works for the account, else to its responsible."""
        account = self.sudo().account_id  # sudo: who works for it is told to nobody here
        works = requester.active and requester in account.allowed_user_ids
        return requester if works else account._get_responsible()

    def _get_returned_deadline(self):
        return self.due_date

    def _get_barred_users(self):
        return super()._get_barred_users() | self.user_id | self.account_id.manager_id

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        return reason or (transition.kind == "submit" and self.missing)

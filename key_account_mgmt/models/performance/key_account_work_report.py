from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...calculations import reporting
from ..access.key_account_approval_mixin import Transition

KIND = [
    ("day", "Day"),
    ("week", "Week"),
    ("month", "Month"),
    ("quarter", "Quarter"),
    ("year", "Year"),
]
REPORT_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("read", "Read"),
    ("excused", "Excused"),
]
# What the person himself writes.
WORDS = ("work_done", "problems", "plan")
# What is filled in from records: each has a column for what was reported and a computed one for now.
FIGURES = (
    "call_count", "call_quota", "prospect_count", "prospect_quota", "visit_count", "complaint_count",
    "order_count", "ordered_amount", "collected_amount",
)
ACTIVITY = "key_account_mgmt.mail_activity_type_work_report"


class KeyAccountWorkReport(models.Model):
    """What somebody did in a day, week, month, quarter or year, or a department in a month (R1 to R4).

    Words are the person's, figures come from records: as they were when it was submitted, and beside them
    as they are now. Figures are in ``key_account_work_report_figures.py``, what it takes over from shorter
    reports in ``key_account_work_report_parts.py``, what runs by itself in
    ``key_account_work_report_cron.py``, a department's month in ``key_account_work_report_month.py``.
    """

    _name = "key.account.work.report"
    _description = "Work Report"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date_from desc, kind, id desc"
    _rec_names_search = ["period", "user_id", "team_id"]
    # readers answer each other below the report; they change nothing of it by that
    _mail_post_access = "read"

    _approval_steps = ("leader",)
    _initial_states = ("draft",)
    _reason_actions = {"comment": "_comment", "excuse": "_excuse"}
    _transitions = {
        ("draft", "submitted"): Transition("submit"),
        ("submitted", "read"): Transition("approve", step=1),
        ("submitted", "draft"): Transition("returned"),
        ("draft", "excused"): Transition("system"),
        ("excused", "draft"): Transition(),
    }

    scope = fields.Selection(
        selection=[("person", "A Person's"), ("department", "A Department's")],
        string="Whose",
        required=True,
        default="person",
        readonly=True,
        index=True,
    )
    kind = fields.Selection(selection=KIND, required=True, default="day", index=True)
    date_from = fields.Date(
        string="From",
        required=True,
        index=True,
        copy=False,
        default=lambda self: self.env.company._get_key_account_today(),
        help="Any day of the period; the report begins with the period.",
    )
    date_to = fields.Date(string="To", compute="_compute_period", store=True, precompute=True, index=True)
    period = fields.Char(compute="_compute_period", store=True, precompute=True)
    deadline = fields.Date(
        compute="_compute_deadline", store=True, precompute=True, index=True, help="The last day in time."
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        default=lambda self: self.env.user,
        index="btree_not_null",
        ondelete="restrict",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
        help="Its leader reads the report.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        selection=REPORT_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    submitted_on = fields.Datetime(readonly=True, copy=False)
    is_late = fields.Boolean(
        string="Late", readonly=True, copy=False, index=True, help="It came in after the last day in time."
    )
    told_steps = fields.Integer(
        readonly=True, copy=False, help="1: the person was reminded; 2: the leader was told as well."
    )

    reminded_on = fields.Date(readonly=True, copy=False)

    # Words
    work_done = fields.Text(
        copy=False, help="Secret customers are named by their code: more people read this than may see them."
    )
    problems = fields.Text(copy=False, help="Important, hard and open cases, and what help is needed.")
    plan = fields.Text(string="What Is Planned", copy=False, help="What is to be done in the next period.")
    comment = fields.Text(readonly=True, copy=False, help="What those above say of it.")
    excuse_reason = fields.Text(string="Excused, Because", readonly=True, copy=False)

    # Figures, as reported
    call_count = fields.Integer(
        string="Calls", readonly=True, copy=False,
        help="Phone calls to prospects that are marked as done, and calls to key accounts.",
    )
    call_quota = fields.Integer(
        string="Calls Due", readonly=True, copy=False, help="The company's number for each working day."
    )
    prospect_count = fields.Integer(
        string="New Prospects", readonly=True, copy=False, help="Leads that were entered in the period."
    )
    prospect_quota = fields.Integer(
        string="New Prospects Due", readonly=True, copy=False,
        help="The company's number for each working day.",
    )
    visit_count = fields.Integer(
        string="Visits", readonly=True, copy=False, help="Visits, receptions and online meetings held."
    )
    complaint_count = fields.Integer(
        string="Complaints", readonly=True, copy=False, help="Complaints that came in."
    )
    order_count = fields.Integer(
        string="Orders", readonly=True, copy=False,
        help="Confirmed orders of the customers who were the person's, or are the department's.",
    )
    ordered_amount = fields.Monetary(string="Ordered", readonly=True, copy=False, help="Untaxed.")
    collected_amount = fields.Monetary(
        string="Collected", readonly=True, copy=False, help="Untaxed, in proportion."
    )

    can_write = fields.Boolean(compute="_compute_can")
    can_comment = fields.Boolean(compute="_compute_can")

    _person_or_department = models.Constraint(
        "CHECK (CASE WHEN scope = 'person' THEN user_id IS NOT NULL"
        " ELSE user_id IS NULL AND team_id IS NOT NULL AND kind = 'month' END)",
        "A report is a person's, or a department's of a month.",
    )
    _person_period_unique = models.UniqueIndex(
        "(user_id, company_id, kind, date_from) WHERE scope = 'person'",
        "There is a report for this period already: open it and go on there.",
    )
    _department_period_unique = models.UniqueIndex(
        "(team_id, kind, date_from) WHERE scope = 'department'",
        "This department has a report for this month already: open it and go on there.",
    )

    # === COMPUTE METHODS === #

    @api.depends("period", "user_id.name", "team_id.name", "scope")
    def _compute_display_name(self):
        for report in self:
            name = report.user_id.name if report.scope == "person" else report.team_id.name
            report.display_name = " ".join(filter(None, (report.period, name)))

    @api.depends("kind", "date_from")
    def _compute_period(self):
        for report in self:
            day = report.date_from or (report.company_id or self.env.company)._get_key_account_today()
            first, report.date_to = reporting.get_period(report.kind or "day", day)
            report.period = reporting.get_label(report.kind or "day", first)

    @api.depends("date_to", "company_id")
    def _compute_deadline(self):
        """What was promised stays: a later change of the setting or the calendar is for later reports."""
        for company, reports in self.grouped("company_id").items():
            days = reports._get_days_to_come(company)
            for report in reports:
                report.deadline = reporting.get_working_day_after(
                    days, report.date_to, company.key_account_work_report_days
                )

    @api.depends("user_id", "company_id", "scope")
    def _compute_team_id(self):
        for report in self:
            if report.scope == "person":
                teams = report._get_possible_teams()
                report.team_id = report.team_id if report.team_id in teams else teams[:1]

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_can(self):
        # nothing is asked of a report that is still being entered
        written = self._origin._filtered_access("write")
        for report in self:
            is_mine = not report._origin or report._origin in written
            report.can_write = is_mine and report.state == "draft"
            report.can_comment = bool(report._origin) and not report._get_cannot_comment_reason()

    # === CONSTRAINT METHODS === #

    @api.constrains("date_from", "kind")
    def _check_period_has_begun(self):
        for report in self:
            if report.date_from > report.company_id._get_key_account_today():
                raise ValidationError(self.env._(
                    "%(period)s has not begun yet: nothing can be reported of it.", period=report.period
                ))

    @api.constrains("team_id", "user_id", "company_id")
    def _check_team(self):
        for report in self:
            # sudo: the department may be one that the user does not see
            team = report.sudo().team_id
            if report.scope == "person" and team and team not in report._get_possible_teams():
                raise ValidationError(self.env._(
                    "%(user)s does not belong to this department: choose one of his own.",
                    user=report.user_id.name,
                ))
            if team.company_id and team.company_id != report.company_id:
                raise ValidationError(self.env._("The department belongs to another company."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._complete(dict(vals)) for vals in vals_list])

    def write(self, vals):
        if vals.keys() & set(WORDS) and not self.env.su:
            for report in self.filtered(lambda report: report.state != "draft"):
                raise UserError(self.env._(
                    "%(report)s is no draft any more: have it sent back before you change it.",
                    report=report.display_name,
                ))
        result = super().write(vals)
        if vals.get("state") == "draft" and not self.env.su:
            # sudo: the excuse goes with the state
            self.sudo().excuse_reason = False
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        if not self.env.su and self.filtered(lambda report: report.state != "draft" or report.approval_ids):
            raise UserError(self.env._("A report that was once submitted is kept."))
        if not self.env.su and self.filtered("told_steps"):
            raise UserError(self.env._("This report is owed: write it, or ask your leader to excuse it."))

    # === ACTION METHODS === #

    def action_submit(self):
        """Freeze the figures and ask the leader to read it."""
        self.check_access("write")
        self._check_each(lambda report: report._get_cannot_submit_reason())
        figures = self._get_figures()
        for report in self:
            is_late = report.deadline < report.company_id._get_key_account_today()
            # sudo: figures, and whether it is in time, are set by the system
            report.sudo().write({
                **figures[report],
                # what came in on time and was sent back is not late when it comes again
                "is_late": report.is_late if report.submitted_on else is_late,
                "submitted_on": fields.Datetime.now(),
            })
            report._submit("submitted")
            # sudo: the reminders are over, whoever has them
            report.sudo().activity_unlink([ACTIVITY])
        return True

    def action_ask_comment_on(self):
        """Open the window that asks what the reader says of it."""
        self._check_each(lambda report: report._get_cannot_comment_reason())
        return self.env["key.account.reason"]._get_action(self, "comment", self.env._("Comment"))

    def action_ask_excuse(self):
        """Open the window that asks why the report is not owed."""
        self._check_each(lambda report: report._get_cannot_excuse_reason())
        return self.env["key.account.reason"]._get_action(self, "excuse", self.env._("Excuse"))

    def action_write_after_all(self):
        """Open an excused report again."""
        return self.write({"state": "draft"})

    # === BUSINESS METHODS === #

    @api.model
    def _complete(self, vals):
        """Return values of a new report: a department's is nobody's own, and each begins with its period."""
        names = ("scope", "kind", "date_from")
        defaults = self.default_get(list(names))
        scope, kind, day = (vals.get(name) or defaults.get(name) for name in names)
        if scope == "department":
            vals = {**vals, "user_id": False, "kind": vals.get("kind") or "month"}
            kind = vals["kind"]
        day = fields.Date.to_date(day)
        return {**vals, "date_from": reporting.get_period(kind, day)[0]} if day else vals

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "scope", "kind", "date_from", "date_to", "period", "deadline", "user_id", "team_id", "company_id",
            "submitted_on", "is_late", "told_steps", "reminded_on", "comment", "excuse_reason", *FIGURES,
        }

    @api.model
    def _get_importable_fields(self, vals):
        return super()._get_importable_fields(vals) | {
            "scope", "kind", "date_from", "user_id", "team_id", "company_id",
        }

    def _get_possible_teams(self):
        """Return the departments of the person: where he belongs, then those that he leads.

        :rtype: crm.team
        """
        self.ensure_one()
        # sudo: departments are the sales app's; only which are his is asked
        teams = self.env["crm.team"].sudo()
        user, company = self.user_id, self.company_id
        belongs = Domain("crm_team_member_ids.user_id", "=", user.id)
        at_home = Domain("company_id", "in", (company.id, False))
        return (
            teams.search(at_home & belongs & Domain("key_account_ids", "!=", False))
            | teams.search(at_home & belongs)
            | teams.search(at_home & Domain("user_id", "=", user.id))
        ).sudo(False)

    def _get_days_to_come(self, company):
        """Return working days enough to count so many after each of these reports."""
        days = [report.date_to for report in self if report.date_to]
        if not days or not company:
            return []
        ahead = 30 + 4 * company.key_account_work_report_days
        return company._get_key_account_working_days(min(days), fields.Date.add(max(days), days=ahead))

    def _get_barred_users(self):
        return super()._get_barred_users() | self.user_id

    def _get_cannot_submit_reason(self):
        self.ensure_one()
        if self.state == "draft" and not (self.work_done or "").strip():
            return self.env._("%(report)s: write what was done first.", report=self.display_name)
        return self.state != "draft" and self.env._(
            "%(report)s has been submitted already.", report=self.display_name
        )

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        return reason or (transition.kind == "submit" and self._get_cannot_submit_reason())

    def _get_superiors(self):
        """Return those above the one who reports: the leaders, the director, the executives; not himself.

        :rtype: res.users
        """
        self.ensure_one()
        people = self.env["res.users"].union(
            *(self._get_role_users(role) for role in ("leader", "director", "executive"))
        )
        # sudo: who wrote it bars himself also where he is not seen
        return people - self.sudo()._get_barred_users().sudo(False)

    def _get_cannot_comment_reason(self):
        """Say why the user may not comment on it: nobody does on his own."""
        self.ensure_one()
        if self.state not in ("submitted", "read"):
            return self.env._("%(report)s has not been submitted.", report=self.display_name)
        return self.env.user not in self._get_superiors() and self.env._(
            "%(report)s is commented on by those above the one who wrote it.", report=self.display_name
        )

    def _get_cannot_excuse_reason(self):
        """Say why the user may not excuse it: nobody excuses himself."""
        self.ensure_one()
        if self.state != "draft":
            return self.env._("%(report)s is no draft any more.", report=self.display_name)
        # who prepares a department's month does not excuse himself from it
        clerk = self.team_id.key_account_clerk_id if self.scope == "department" else self.env["res.users"]
        return self.env.user not in self._get_superiors() - clerk and self.env._(
            "%(report)s is excused by those above the one who owes it.", report=self.display_name
        )

    def _comment(self, text):
        """Put down what a reader says; if the report waits for him, it is read by that.

        :param str text: his words
        :raise UserError: on his own report, or when it is not his to comment on
        """
        self._check_each(lambda report: report._get_cannot_comment_reason())
        for report in self:
            if self.env.user in report._get_pending_approvers()[1]:
                report._approve()
            line = f"{self.env.user.name}: {text}"
            # sudo: readers write nothing of a report but this
            report.sudo().comment = "\n".join(filter(None, (report.comment, line)))

    def _excuse(self, reason):
        self._check_each(lambda report: report._get_cannot_excuse_reason())
        # sudo: as above
        self.sudo().write({"excuse_reason": reason, "state": "excused"})
        self.sudo().activity_unlink([ACTIVITY])  # sudo: the reminders are over, whoever has them

    def _check_created_in_state(self):
        raise AccessError(self.env._("A new report is a draft."))

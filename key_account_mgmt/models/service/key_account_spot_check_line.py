from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..access.roles import group
from .key_account_visit import OUTCOME

VERDICT = [
    ("true", "True"),
    ("inaccurate", "Inaccurate"),
    ("fabricated", "Fabricated"),
]
ACTIVITY = "key_account_mgmt.mail_activity_type_spot_check"
# What of a report is kept as it was when the visit was drawn.
DRAWN_FIELDS = (
    "start", "stop", "visitor_ids", "contact_ids", "report", "report_needs", "report_agreements",
    "report_problems", "outcome",
)


class KeyAccountSpotCheckLine(models.Model):
    """One drawn visit: how it was checked, and what was found (V8).

    ``verdict``, ``user_id`` and ``date`` are what a person's appraisal reads. Who led the visit and his
    leader see the line once there is a verdict, and not before: nobody is warned.
    """

    _name = "key.account.spot.check.line"
    _description = "Spot-checked Visit"
    _inherit = [
        "key.account.guard.mixin", "key.account.access.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "check_id, date, id"

    check_id = fields.Many2one(
        comodel_name="key.account.spot.check", string="Spot Check", required=True, readonly=True, index=True,
        ondelete="cascade",
    )
    check_state = fields.Selection(related="check_id.state", string="Spot Check Status")
    visit_id = fields.Many2one(
        comodel_name="key.account.visit", required=True, readonly=True, index=True, ondelete="restrict"
    )
    account_id = fields.Many2one(related="visit_id.account_id", store=True, precompute=True)
    company_id = fields.Many2one(related="visit_id.company_id", store=True, precompute=True, index=True)
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Department", compute="_compute_visit", store=True, precompute=True,
        index=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Visit Led By", compute="_compute_visit", store=True,
        precompute=True, index=True, help="Whose report it is; it stays his, whoever has the account later.",
    )
    date = fields.Date(string="Visit Date", compute="_compute_visit", store=True, precompute=True)
    visit_type = fields.Selection(related="visit_id.visit_type")
    check_in_on = fields.Datetime(related="visit_id.check_in_on")
    is_position_given = fields.Boolean(related="visit_id.is_position_given")

    # The report as it was at the draw; what is changed afterwards does not change what is checked
    start = fields.Datetime(compute="_compute_report", store=True, precompute=True)
    stop = fields.Datetime(string="End", compute="_compute_report", store=True, precompute=True)
    visitor_ids = fields.Many2many(
        comodel_name="res.users",
        relation="key_account_spot_check_line_visitor_rel",
        column1="line_id",
        column2="user_id",
        string="Our People",
        compute="_compute_report",
        store=True,
        precompute=True,
    )
    contact_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="key_account_spot_check_line_contact_rel",
        column1="line_id",
        column2="partner_id",
        string="Whom to Ask",
        compute="_compute_report",
        store=True,
        precompute=True,
    )
    report = fields.Text(compute="_compute_report", store=True, precompute=True)
    report_needs = fields.Text(string="Needs", compute="_compute_report", store=True, precompute=True)
    report_agreements = fields.Text(
        string="What Was Agreed", compute="_compute_report", store=True, precompute=True
    )
    report_problems = fields.Text(string="Problems", compute="_compute_report", store=True, precompute=True)
    outcome = fields.Selection(
        selection=OUTCOME, compute="_compute_report", store=True, precompute=True
    )
    is_report_changed = fields.Boolean(
        string="Report Changed", compute="_compute_is_report_changed",
        help="The report of the visit is not what it was when it was drawn.",
    )

    # What was found
    method = fields.Selection(
        selection=[("phone", "By Phone"), ("on_site", "On Site")], string="How Checked", tracking=True
    )
    checked_on = fields.Date(tracking=True)
    checker_id = fields.Many2one(
        comodel_name="res.users", string="Checked By", readonly=True, index="btree_not_null"
    )
    verdict = fields.Selection(selection=VERDICT, string="Finding", tracking=True, index=True)
    comment = fields.Text(tracking=True, help="What the customer said, and where it differs from the report.")
    can_check = fields.Boolean(compute="_compute_can_check")

    _check_visit_unique = models.UniqueIndex("(visit_id)", "This visit was drawn before.")

    # === COMPUTE METHODS === #

    @api.depends("account_id.display_name", "date")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.date} {line.account_id.display_name or ''}".strip()

    @api.depends("visit_id")
    def _compute_visit(self):
        for line in self:
            visit = line.visit_id
            line.team_id, line.user_id, line.date = visit.team_id, visit.user_id, visit.date

    @api.depends("visit_id")
    def _compute_report(self):
        for line in self:
            for name in DRAWN_FIELDS:
                line[name] = line.visit_id[name]

    @api.depends("visit_id")
    def _compute_is_report_changed(self):
        for line in self:
            # sudo: only compared; the visit may be hidden from the user by now
            drawn, visit = line.sudo(), line.sudo().visit_id
            line.is_report_changed = any(drawn[name] != visit[name] for name in DRAWN_FIELDS)

    @api.depends("check_state")
    @api.depends_context("uid")
    def _compute_can_check(self):
        written = self._filtered_access("write")
        for line in self:
            line.can_check = line in written and not line._get_cannot_check_reason()

    # === CRUD METHODS === #

    def write(self, vals):
        found = vals.keys() & {"method", "checked_on", "verdict", "comment"}
        if not found:
            return super().write(vals)
        self.check_access("write")
        for line in self:
            if reason := line._get_cannot_check_reason():
                raise UserError(reason)
        if vals.get("verdict"):
            # sudo: who checked is noted by the system
            self.sudo().write({"checker_id": self.env.uid})
        before = {line: line.verdict for line in self}
        result = super().write(vals)
        for line in self:
            line._check_complete()
            if line.verdict != before[line]:
                line._follow_verdict()
        return result

    # === ACTION METHODS === #

    def action_open_visit(self):
        """Open the visit with its report."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account.visit",
            "res_id": self.visit_id.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "check_id", "visit_id", "account_id", "company_id", "team_id", "user_id", "date", "checker_id",
            *DRAWN_FIELDS,
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "check_id", "check_state", "visit_id", "account_id", "company_id", "team_id", "user_id", "date",
            "check_in_on", "is_position_given",
            "visit_type", "start", "stop", "visitor_ids", "outcome", "method", "checked_on", "checker_id",
            "verdict", "can_check", "is_report_changed",
            "activity_ids", "activity_state", "activity_summary", "activity_type_id", "activity_type_icon",
            "activity_user_id", "activity_exception_decoration", "activity_exception_icon",
            "my_activity_date_deadline", "message_needaction",
        }

    def _get_cannot_check_reason(self):
        """Say why the user may not judge this visit, or False where nothing stands against it.

        :rtype: str or bool
        """
        self.ensure_one()
        # sudo: the visit may be hidden from the user by now
        line = self.sudo()
        if line.check_id.state != "drawn":
            return self.env._("The spot check is closed: its verdicts stay as they are.")
        if self._is_concerned(self.env.user):
            return self.env._(
                "Nobody checks a visit that he took part in, handed in or verified, or one to an account of "
                "his: leave it to somebody else."
            )
        if not any(self.env.user.has_group(group(role)) for role in ("inspector", "director")):
            return self._get_cannot_stand_in_reason()
        return False

    def _is_concerned(self, user):
        """Return whether somebody has to do with the visit, so that he does not judge its report.

        :param res.users user: one user
        :rtype: bool
        """
        # sudo: as above
        visit = self.sudo().visit_id
        return bool(visit.filtered_domain(self.env["key.account.spot.check"]._get_concerned_domain(user)))

    def _get_cannot_stand_in_reason(self):
        """Say why an executive does not judge this visit: only secret ones are his that no director may."""
        # sudo: as above
        line = self.sudo()
        directors = line.visit_id._get_role_users("director")
        is_last = line.account_id.confidentiality == "secret" and all(
            self._is_concerned(director) for director in directors
        )
        return not is_last and self.env._("Visits are checked by the inspector, secret ones by the director.")

    @api.model
    def _get_verdict_domain(self, users, date_from, date_to):
        """Return the domain of what spot checks have found of people's visits in a period (V8).

        Of closed checks alone: until then a finding may still be corrected.

        :param res.users users: whose reports
        :param datetime.date date_from: first day of the visits
        :param datetime.date date_to: last day
        :rtype: Domain
        """
        return (
            Domain("user_id", "in", users.ids)
            & Domain("date", ">=", date_from) & Domain("date", "<=", date_to)
            & Domain("verdict", "!=", False) & Domain("check_id.state", "=", "closed")
        )

    def _check_complete(self):
        """Refuse a verdict that does not say how it was found, or why it is a bad one."""
        if not self.verdict:
            return
        if not self.method:
            raise UserError(self.env._("Say how it was checked: by phone or on site."))
        if self.verdict != "true" and not (self.comment or "").strip():
            raise UserError(self.env._("Say what is not true: the comment goes with the verdict."))
        today = self.company_id._get_key_account_today()
        if not self.checked_on:
            self.checked_on = today
        elif self.checked_on > today:
            raise UserError(self.env._("It was checked today or before, not in the future."))

    def _follow_verdict(self):
        """Tell leader and director of a fabricated report; what follows from it they decide (V8)."""
        # sudo: the activities belong to those who are told
        line = self.sudo()
        line.activity_unlink([ACTIVITY])
        if line.verdict != "fabricated":
            return
        for user in self._get_told():
            speaking = line.with_context(lang=user.lang)
            speaking.activity_schedule(
                ACTIVITY,
                user_id=user.id,
                summary=speaking.env._("A visit report is fabricated: decide what follows"),
            )

    def _get_told(self):
        """Return leader and director, as they are today; where none may know it, an executive.

        Who stands in for one of them comes in his place, another of the role where he is gone.

        :rtype: res.users
        """
        # sudo: who leads and decides is named on the department and the company
        visit = self.sudo().visit_id
        told = self.env["res.users"]
        for role in ("leader", "director"):
            told |= visit._get_named_approver(role, visit._get_eligible(role, told))
        return told or visit._get_named_approver("executive", visit._get_eligible("executive", told))

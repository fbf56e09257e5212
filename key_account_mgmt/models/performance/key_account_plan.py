from odoo import api, fields, models
from odoo.exceptions import UserError

from ...calculations import reporting
from ..access.key_account_approval_mixin import Transition

KIND = [
    ("quarter", "Quarter"),
    ("year", "Year"),
]
PLAN_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("approved", "Approved"),
]
# Closed while it waits or is in force.
CONTENT = {"summary", "plan", "line_ids", "kind", "date_from"}


class KeyAccountPlan(models.Model):
    """The manager's operating file (annex 4, F2), a record for each quarter; and the account plan of a year.

    Of a quarter: what it brought, and what the next one is to bring. Of a year: what it is to bring, and in
    the end what it brought. Figures and prints are in ``key_account_plan_figures.py``.
    """

    _name = "key.account.plan"
    _description = "Key Account Plan"
    _inherit = [
        "key.account.approval.mixin", "key.account.file.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date_from desc, kind, account_id"
    _rec_names_search = ["period", "account_id"]

    _approval_steps = ("leader",)
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "submitted"): Transition("submit"),
        ("submitted", "approved"): Transition("approve", step=1),
        ("submitted", "draft"): Transition("returned"),
        ("approved", "draft"): Transition(),
    }

    kind = fields.Selection(selection=KIND, required=True, default="quarter", index=True)
    date_from = fields.Date(
        string="From",
        required=True,
        index=True,
        copy=False,
        default=lambda self: self.env.company._get_key_account_today(),
        help="Any day of the quarter or the year; the plan begins with it.",
    )
    date_to = fields.Date(string="To", compute="_compute_period", store=True, precompute=True)
    period = fields.Char(compute="_compute_period", store=True, precompute=True)
    state = fields.Selection(
        selection=PLAN_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    summary = fields.Text(
        tracking=True,
        copy=False,
        help="How the quarter or the year went: what was reached, what was not, and why.",
    )
    plan = fields.Text(
        string="What Is Planned",
        tracking=True,
        copy=False,
        help="What is to be reached with this customer in the next quarter or in the year, by whom and how.",
    )
    line_ids = fields.One2many(
        comodel_name="key.account.plan.line", inverse_name="plan_id", string="Actions", copy=False
    )
    open_line_count = fields.Integer(compute="_compute_open_line_count", string="Open Actions")
    can_write = fields.Boolean(compute="_compute_can_write")

    _account_period_unique = models.UniqueIndex(
        "(account_id, kind, date_from)",
        "This account has a plan for this period already: open it and go on there.",
    )

    # === COMPUTE METHODS === #

    @api.depends("period", "account_id.display_name")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = " ".join(filter(None, (plan.period, plan.account_id.display_name)))

    @api.depends("kind", "date_from")
    def _compute_period(self):
        for plan in self:
            day = plan.date_from or self.env.company._get_key_account_today()
            first, plan.date_to = reporting.get_period(plan.kind or "quarter", day)
            plan.period = reporting.get_label(plan.kind or "quarter", first)

    @api.depends("line_ids.state")
    def _compute_open_line_count(self):
        for plan in self:
            plan.open_line_count = len(plan.line_ids.filtered(lambda line: line.state == "open"))

    @api.depends("state", "account_id")
    @api.depends_context("uid")
    def _compute_can_write(self):
        written = self._origin._filtered_access("write")
        for plan in self:
            is_mine = not plan._origin or plan._origin in written
            plan.can_write = is_mine and plan.state == "draft"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._begin_with_period(vals) for vals in vals_list])

    def write(self, vals):
        if CONTENT & vals.keys() and not self.env.su:
            self._check_draft()
        if {"kind", "date_from"} & vals.keys():
            for plan in self:
                day = fields.Date.to_date(vals.get("date_from", plan.date_from))
                first = reporting.get_period(vals.get("kind", plan.kind), day)[0]
                super(KeyAccountPlan, plan).write({**vals, "date_from": first})
            return True
        result = super().write(vals)
        if "state" in vals:
            self.line_ids._plan_activity()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if not self.env.su:
            self._check_draft()

    # === ACTION METHODS === #

    def action_submit(self):
        """Ask the leader to approve it."""
        self.check_access("write")
        for plan in self:
            plan._submit("submitted")
        return True

    def action_revise(self):
        """Open an approved plan again; its actions go on meanwhile."""
        return self.write({"state": "draft"})

    def action_print_operations(self):
        """Print annex 4."""
        return self.env.ref("key_account_mgmt.action_report_key_account_operations").report_action(self)

    # === BUSINESS METHODS === #

    @api.model
    def _begin_with_period(self, vals):
        defaults = self.default_get(["kind", "date_from"])
        day = fields.Date.to_date(vals.get("date_from") or defaults.get("date_from"))
        kind = vals.get("kind") or defaults.get("kind")
        return {**vals, "date_from": reporting.get_period(kind, day)[0]}

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"date_to", "period"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "kind", "date_from", "date_to", "period", "state", "open_line_count", "can_approve",
            "waiting_for",
        }

    def _check_draft(self):
        for plan in self.filtered(lambda plan: plan.state != "draft"):
            raise UserError(self.env._(
                "%(plan)s is no draft any more: revise it, or have it sent back, before you change it.",
                plan=plan.display_name,
            ))

    def _get_approval_team(self):
        return self.account_id.team_id

    def _get_barred_users(self):
        return super()._get_barred_users() | self.account_id.manager_id

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        is_empty = not any((text or "").strip() for text in (self.summary, self.plan)) and not self.line_ids
        if not reason and transition.kind == "submit" and is_empty:
            reason = self.env._("Write the summary, the plan or an action first.")
        return reason

from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, date_utils

from ..access.key_account_approval_mixin import Transition
from ..access.roles import group
from .key_account_visit import AHEAD_STATES, HELD_STATES, OPEN_STATES

PLAN_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("reviewed", "Reviewed"),
    ("approved", "Approved"),
    ("cancelled", "Cancelled"),
]
PERIOD = [
    ("year", "Year"),
    ("quarter", "Quarter"),
    ("month", "Month"),
]
DECIDED_STATES = ("submitted", "reviewed", "approved")
ITEMS = ("purpose", "content", "expected_effect")
# Where people do not meet there is no place to be named.
PLACELESS = ("call", "online")
# So many visits get their place in the calendar at once; more of them by the scheduled action.
AT_ONCE = 100


class KeyAccountVisitPlan(models.Model):
    """The visits of a department in a year, a quarter or a month, approved in two steps (V1, V2)."""

    _name = "key.account.visit.plan"
    _description = "Key Account Visit Plan"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    _reason_actions = {"cancel": "_cancel"}
    _approval_steps = ("leader", "executive")
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "submitted"): Transition("submit", roles=("manager",)),
        ("submitted", "reviewed"): Transition("approve", step=1),
        ("reviewed", "approved"): Transition("approve", step=2),
        ("submitted", "draft"): Transition("returned"),
        ("reviewed", "draft"): Transition("returned"),
        # what was approved is taken up to be changed; it is then decided on anew
        ("approved", "draft"): Transition(roles=("leader", "director")),
        ("draft", "cancelled"): Transition(roles=("manager",)),
    }

    name = fields.Char(compute="_compute_name", store=True)
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        default=lambda self: self.env["crm.team"]._get_default_team_id(),
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Drafted By",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
        copy=False,
    )
    period = fields.Selection(
        selection=PERIOD, string="Plan Period", required=True, default="month", tracking=True
    )
    period_date = fields.Date(
        string="Any Day of the Period",
        required=True,
        default=lambda self: self._default_period_date(),
        help="The period is the year, the quarter or the month in which this day lies.",
    )
    date_from = fields.Date(
        string="First Day", compute="_compute_dates", store=True, precompute=True, index=True
    )
    date_to = fields.Date(string="Last Day", compute="_compute_dates", store=True, precompute=True)
    state = fields.Selection(
        selection=PLAN_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    target = fields.Text(
        string="Company Target", help="The target of the company from which the visits follow (V1)."
    )
    visit_ids = fields.One2many(
        comodel_name="key.account.visit", inverse_name="plan_id", string="Visits", copy=False
    )
    visit_count = fields.Integer(compute="_compute_visit_counts", string="Visits Planned")
    held_count = fields.Integer(compute="_compute_visit_counts", string="Visits Held")
    urgent_count = fields.Integer(
        compute="_compute_urgent_count",
        string="Urgent Visits",
        help="Visits of the department in the period that could not wait for the plan (X19).",
    )
    changed_count = fields.Integer(
        compute="_compute_visit_counts",
        string="Visits Changed",
        help="Visits of the approved plan that were changed while it is revised.",
    )
    waiting_meeting_count = fields.Integer(
        compute="_compute_visit_counts",
        string="Not in the Calendar Yet",
        help="The calendar is filled in the background.",
    )
    generation_note = fields.Text(readonly=True, copy=False)
    closing_reason = fields.Text(string="Reason", readonly=True, copy=False)
    coverage_ids = fields.One2many(
        comodel_name="key.account.visit.coverage",
        inverse_name="plan_id",
        string="Less Than Promised",
        domain=[("missing_count", ">", 0)],
    )
    short_count = fields.Integer(
        compute="_compute_short_count",
        string="Accounts With Less Than Promised",
        help="Accounts that get fewer visits in the period than their grade promises, or none at all.",
    )
    can_cancel = fields.Boolean(compute="_compute_can_cancel")
    overlap_warning = fields.Char(compute="_compute_overlap_warning")

    _dates = models.Constraint("CHECK (date_to >= date_from)", "The period ends before it begins.")

    @api.model
    def _default_period_date(self):
        """Propose the next month."""
        return date_utils.end_of(self.env.company._get_key_account_today(), "month") + \
            date_utils.relativedelta(days=1)

    # === COMPUTE METHODS === #

    @api.depends("team_id.name", "period", "date_from")
    def _compute_name(self):
        for plan in self:
            plan.name = plan.date_from and f"{plan.team_id.name or ''} {plan._get_period_name()}".strip()

    @api.depends("period", "period_date")
    def _compute_dates(self):
        for plan in self:
            if plan.period and plan.period_date:
                plan.date_from = date_utils.start_of(plan.period_date, plan.period)
                plan.date_to = date_utils.end_of(plan.period_date, plan.period)

    @api.depends("visit_ids.state", "visit_ids.event_id", "visit_ids.is_changed")
    @api.depends_context("uid")
    def _compute_visit_counts(self):
        # as the user: visits to accounts that he does not see are not counted for him
        groups = self.env["key.account.visit"]._read_group(
            [("plan_id", "in", self.ids)], ["plan_id", "state", "is_changed"], ["__count", "event_id:count"]
        )
        counts = {}
        for plan, state, is_changed, count, meetings in groups:
            own = counts.setdefault(plan.id, Counter())
            own[state] += count
            own["changed"] += count if is_changed else 0
            own["waiting"] += count - meetings if state in AHEAD_STATES else 0
        for plan in self:
            own = counts.get(plan._origin.id, Counter())
            plan.visit_count = sum(own[state] for state in (*OPEN_STATES, *HELD_STATES))
            plan.held_count = sum(own[state] for state in HELD_STATES)
            plan.changed_count = own["changed"]
            plan.waiting_meeting_count = own["waiting"]

    @api.depends("team_id", "date_from", "date_to")
    @api.depends_context("uid")
    def _compute_urgent_count(self):
        visits = self.env["key.account.visit"]
        for plan in self:
            plan.urgent_count = plan.date_from and visits.search_count(plan._get_urgent_domain())

    @api.depends("visit_ids.state", "visit_ids.date", "date_from", "date_to", "team_id")
    @api.depends_context("uid")
    def _compute_short_count(self):
        groups = self.env["key.account.visit.coverage"]._read_group(
            [("plan_id", "in", self.ids), ("missing_count", ">", 0)], ["plan_id"], ["__count"]
        )
        counts = {plan.id: count for plan, count in groups}
        for plan in self:
            plan.short_count = counts.get(plan._origin.id, 0)

    @api.depends("approval_ids")
    @api.depends_context("uid")
    def _compute_can_cancel(self):
        for plan in self:
            plan.can_cancel = not plan._get_cannot_drop_reason()

    @api.depends("team_id", "date_from", "date_to", "state")
    def _compute_overlap_warning(self):
        for plan in self:
            others = plan._get_overlapping() if plan.state == "draft" else plan.browse()
            plan.overlap_warning = bool(others) and self.env._(
                "In this period the department has a plan already: %(plans)s. It is changed by “Revise”; "
                "this one cannot be submitted beside it.",
                plans=others.mapped("display_name"),
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("state", "team_id", "date_from", "date_to", "company_id")
    def _check_overlap(self):
        for plan in self:
            if plan.state in DECIDED_STATES and (others := plan._get_overlapping()):
                raise ValidationError(self.env._(
                    "%(plan)s overlaps with %(others)s, which is decided on or approved already. Change "
                    "that one by “Revise”, or choose another period.",
                    plan=plan.display_name, others=others.mapped("display_name"),
                ))

    # === CRUD METHODS === #

    def write(self, vals):
        frozen = {"team_id", "period", "period_date", "company_id", "user_id", "target"} & vals.keys()
        if frozen and not self.env.su:
            self._check_open(frozen)
        if vals.get("state") in DECIDED_STATES:
            self._lock_department()
        result = super().write(vals)
        if vals.get("state") == "approved":
            for plan in self:
                plan.sudo()._enter_into_force()  # sudo: the approver may otherwise only read
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for plan in self:
            # sudo: also visits that the user does not see keep the plan
            if plan.state != "draft" or plan.approval_ids or plan.sudo().visit_ids:
                raise UserError(self.env._(
                    "%(plan)s has visits or a history and is not deleted: cancel it.",
                    plan=plan.display_name,
                ))

    # === ACTION METHODS === #

    def action_submit(self):
        """Ask the leader and then the executive for their decision (V2)."""
        for plan in self:
            plan._check_complete()
            plan._submit("submitted")
        return True

    def action_revise(self):
        """Take up an approved plan to change it; what is planned stays in force until then."""
        return self.write({"state": "draft"})

    def action_ask_cancel(self):
        """Open the window that asks why the plan is cancelled."""
        self.check_access("write")
        return self.env["key.account.reason"]._get_action(self, "cancel", self.env._("Cancel the Plan"))

    def action_open_visits(self):
        """Open the plan's visits, as a calendar and as a list."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("key_account_mgmt.key_account_visit_action")
        views = sorted(action["views"], key=lambda view: view[1] != "list")
        return action | {
            "domain": [("plan_id", "=", self.id)],
            "views": views,
            "context": {
                "default_plan_id": self.id, "default_start": fields.Date.to_string(self.date_from),
            },
            "display_name": self.display_name,
        }

    def action_open_urgent(self):
        """Open the department's urgent visits of the period."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("key_account_mgmt.key_account_visit_action")
        return action | {
            "domain": list(self._get_urgent_domain()),
            "views": sorted(action["views"], key=lambda view: view[1] != "list"),
            "context": {},
            "display_name": self.env._("Urgent Visits"),
        }

    def action_open_coverage(self):
        """Open what each account is promised and gets in the plan's period."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_visit_coverage_action"
        )
        return action | {
            "domain": [("plan_id", "=", self.id)],
            "context": {"search_default_short": 1},
            "display_name": self.display_name,
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "name", "date_from", "date_to", "generation_note", "closing_reason", "coverage_ids",
        }

    def _get_period_name(self):
        day = self.date_from
        if self.period == "month":
            return f"{day.year}-{day.month:02}"
        return f"{day.year} Q{(day.month + 2) // 3}" if self.period == "quarter" else str(day.year)

    def _get_overlapping(self):
        """Return the department's plans that are in force or decided on and share days with this one.

        One that is revised is in force by the visits that were approved with it.

        :rtype: key.account.visit.plan
        """
        self.ensure_one()
        if not self.date_from:
            return self.browse()
        # sudo: a plan stands in the way also where the user does not see it
        return self.sudo().search([
            ("id", "!=", self._origin.id), ("team_id", "=", self.team_id.id),
            ("company_id", "=", self.company_id.id),
            ("date_from", "<=", self.date_to), ("date_to", ">=", self.date_from),
            "|", ("state", "in", DECIDED_STATES),
            "&", ("state", "=", "draft"), ("visit_ids.state", "in", AHEAD_STATES + HELD_STATES),
        ]).sudo(False)

    def _lock_department(self):
        """Let one plan of a department after the other be decided on.

        Whoever does the same at this moment waits, starts anew when this is done, and finds this plan.
        """
        # an UPDATE: a mere lock would let the other go on with what he saw before
        self.env.cr.execute(SQL(
            "UPDATE crm_team SET write_date = write_date WHERE id IN %s", tuple(self.team_id.ids) or (0,)
        ))

    def _get_urgent_domain(self):
        self.ensure_one()
        return Domain([
            ("team_id", "=", self.team_id.id), ("company_id", "=", self.company_id.id),
            ("is_urgent", "=", True), ("state", "in", AHEAD_STATES + HELD_STATES),
            ("date", ">=", self.date_from), ("date", "<=", self.date_to),
        ])

    def _check_open(self, names):
        for plan in self:
            if plan.state != "draft":
                raise UserError(self.env._(
                    "%(plan)s is “%(state)s” and stands still: have it sent back, or use “Revise”.",
                    plan=plan.display_name, state=plan._get_state_label(plan.state),
                ))
            # sudo: also visits that the user does not see keep the period
            if names & {"team_id", "period", "period_date", "company_id"} and plan.sudo().visit_ids:
                raise UserError(self.env._(
                    "Its visits lie in this period and belong to this department: delete the drafts "
                    "before, or make another plan."
                ))

    def _check_complete(self):
        """Refuse to submit a plan without visits, or with lines that lack one of the seven items (V1)."""
        self.ensure_one()
        # sudo: the whole plan is submitted
        visits = self.env["key.account.visit"].sudo().search([
            ("plan_id", "=", self.id), ("state", "in", OPEN_STATES),
        ])
        if not visits and not self.sudo().visit_ids:  # sudo: as above
            raise UserError(self.env._(
                "There is no visit in %(plan)s yet: generate them, or enter them by hand.",
                plan=self.display_name,
            ))
        reachable = visits.account_id._get_visit_contacts()
        lacking = visits.filtered(
            lambda visit: not all(visit[name] for name in ITEMS)
            or (visit.visit_type not in PLACELESS and not visit.place)
            or (visit.account_id.id in reachable and not visit.contact_ids)
        )
        if lacking:
            raise UserError(self.env._(
                "Visits that do not say their place, whom they are to, their purpose, content or expected "
                "effect: %(count)s. Complete them.",
                count=len(lacking),
            ))

    def _enter_into_force(self):
        """Plan all drafts at once; the calendar follows, a big one in the background."""
        self.ensure_one()
        visits = self.env["key.account.visit"]
        visits.flush_model()
        # one UPDATE: through the ORM a year's plan of a big department takes minutes. What was changed while
        # the plan was revised is approved as it is now; small moves do not add up to big ones.
        self.env.cr.execute(SQL(
            """
            UPDATE key_account_visit
               SET state = CASE state WHEN 'draft' THEN 'planned' ELSE state END,
                   planned_start = CASE WHEN state = 'draft' OR is_changed OR planned_start IS NULL
                                        THEN start ELSE planned_start END,
                   is_changed = FALSE, write_uid = %(uid)s, write_date = %(now)s
             WHERE plan_id = %(plan)s AND state IN %(states)s
            """,
            uid=self.env.uid, now=self.env.cr.now(), plan=self.id, states=OPEN_STATES,
        ))
        visits.invalidate_model()
        waiting = visits.search([
            ("plan_id", "=", self.id), ("state", "in", AHEAD_STATES), ("event_id", "=", False),
        ], limit=AT_ONCE + 1)
        if len(waiting) <= AT_ONCE:
            waiting._make_meetings()
        else:
            self.env.ref("key_account_mgmt.ir_cron_key_account_visit_make_meetings")._trigger()

    def _cancel(self, reason):
        self.check_access("write")
        for plan in self:
            # sudo: the reason is set together with the state, and not without it
            plan.sudo().closing_reason = reason
            plan.write({"state": "cancelled"})
            # sudo: with the plan, its visits that were not held are cancelled, whosever they are
            plan.sudo().visit_ids.filtered(lambda visit: visit.state in OPEN_STATES)._cancel(reason)

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if not reason and target == "cancelled":
            reason = self._get_cannot_drop_reason()
            if not reason and not self.closing_reason:
                reason = self.env._("Cancel it by the button, which asks for the reason.")
        return reason

    def _get_cannot_drop_reason(self):
        """Say why the user may not cancel what was approved, and its visits with it, or False."""
        self.ensure_one()
        return self._was_approved() and not self.env.user.has_group(group("leader")) and self.env._(
            "%(plan)s has been approved once: the leader or the director cancels it, and its visits with it.",
            plan=self.display_name,
        )

    def _was_approved(self):
        # sudo: the approvers before may be people whom the user does not see
        return any(
            row.decision == "approved" and row.step == len(self._approval_steps)
            for row in self.sudo().approval_ids
        )

    def _get_barred_users(self):
        return super()._get_barred_users() | self.user_id | self.create_uid

    def _get_eligible(self, role, excluded):
        """Return who may decide: nobody who does not see each of the visits; then who stands in does."""
        users = super()._get_eligible(role, excluded)
        visits = self.env["key.account.visit"]
        domain = Domain("plan_id", "=", self.id) & Domain("state", "in", OPEN_STATES)
        count = visits.sudo().search_count(domain)  # sudo: the whole plan is decided on
        return users.filtered(
            lambda user: visits.with_user(user).with_company(self.company_id).search_count(domain) == count
        )

    def _get_printed_visits(self):
        """Return the lines of the printed plan, those that its reader may see.

        :rtype: key.account.visit
        """
        self.ensure_one()
        return self.visit_ids.filtered(lambda visit: visit.state != "cancelled").sorted(
            lambda visit: (visit.start, visit.id)
        )

from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from ..access.key_account_approval_mixin import Transition

VISIT_STATE = [
    ("draft", "Draft"),
    ("planned", "Planned"),
    ("prepared", "Prepared"),
    ("done", "Held"),
    ("reported", "Reported"),
    ("verified", "Verified"),
    ("cancelled", "Cancelled"),
    ("missed", "Missed"),
]
VISIT_TYPE = [
    ("outbound", "Visit"),
    ("reception", "Reception"),
    ("call", "Phone Call"),
    ("online", "Online Meeting"),
]
OUTCOME = [
    ("exceeded", "More Than Expected"),
    ("met", "As Expected"),
    ("partly", "Partly"),
    ("not_met", "Not Reached"),
]
RATIFICATION = [
    ("pending", "To Be Ratified"),
    ("ratified", "Ratified"),
    ("refused", "Not Ratified"),
]
AHEAD_STATES = ("planned", "prepared")
OPEN_STATES = ("draft", *AHEAD_STATES)
HELD_STATES = ("done", "reported", "verified")
# Whose report is in, and can be checked.
REPORTED_STATES = ("reported", "verified")
# The customer is seen, here or there or on a screen; a phone call alone keeps no promised visit.
MEETING_TYPES = ("outbound", "reception", "online")

# The seven items of a plan's line (V1). People, time and texts are decided with the plan; where and with
# whom it is held is daily work, and belongs to the report once it was.
DECIDED_FIELDS = frozenset({"user_id", "visit_type", "plan_id"})
TEXT_FIELDS = frozenset({"purpose", "content", "expected_effect"})
ITEM_FIELDS = TEXT_FIELDS | {"place", "contact_ids"}
TIME_FIELDS = frozenset({"start", "stop"})
REPORT_FIELDS = frozenset({
    "report", "outcome", "report_needs", "report_agreements", "report_problems", "visitor_ids", "user_id",
    *ITEM_FIELDS, *TIME_FIELDS,
})


class KeyAccountVisit(models.Model):
    """A visit to or of a key account, a call or an online meeting: planned, prepared, held, reported."""

    _name = "key.account.visit"
    _description = "Key Account Visit"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "key.account.access.mixin",
        "mail.thread", "mail.activity.mixin",
    ]
    _order = "start desc, id desc"

    _reason_actions = {"cancel": "_cancel", "miss": "_miss", "refuse_ratification": "_refuse_ratification"}
    _approval_steps = ("leader",)
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "planned"): Transition(),
        ("planned", "prepared"): Transition(),
        ("prepared", "planned"): Transition(),
        # what was not planned is entered when it was held: receptions, calls, urgent visits
        ("draft", "done"): Transition(),
        ("planned", "done"): Transition(),
        ("prepared", "done"): Transition(),
        ("done", "planned"): Transition(),
        ("done", "reported"): Transition("submit"),
        ("reported", "done"): Transition("returned"),
        ("reported", "verified"): Transition("approve", step=1),
        ("draft", "cancelled"): Transition(),
        ("planned", "cancelled"): Transition(),
        ("prepared", "cancelled"): Transition(),
        ("planned", "missed"): Transition(),
        ("prepared", "missed"): Transition(),
        ("missed", "done"): Transition(roles=("leader", "director")),
    }

    company_id = fields.Many2one(related="account_id.company_id", store=True)
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        compute="_compute_team_id",
        store=True,
        index=True,
        help="The account's department when the visit was planned; visits to come go with the account.",
    )
    plan_id = fields.Many2one(
        comodel_name="key.account.visit.plan",
        string="Visit Plan",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('state', '=', 'draft'), ('team_id', '=', team_id)]",
        copy=False,
    )
    state = fields.Selection(
        selection=VISIT_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand="_group_expand_states",
    )
    visit_type = fields.Selection(
        selection=VISIT_TYPE, string="Kind", required=True, compute="_compute_visit_type", store=True,
        readonly=False, precompute=True, tracking=True,
    )
    is_urgent = fields.Boolean(
        string="Urgent",
        copy=False,
        tracking=True,
        help="It cannot wait for a plan: it is held first, and ratified afterwards.",
    )

    # The seven items of V1
    start = fields.Datetime(required=True, tracking=True, default=lambda self: self._default_start())
    stop = fields.Datetime(
        string="End", required=True, compute="_compute_stop", store=True, readonly=False, precompute=True
    )
    date = fields.Date(
        compute="_compute_date",
        store=True,
        help="The day of the visit where the company is, whoever reads it from where.",
    )
    place = fields.Char(
        compute="_compute_items", store=True, readonly=False, precompute=True, tracking=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Led By",
        required=True,
        ondelete="restrict",
        tracking=True,
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
    )
    visitor_ids = fields.Many2many(
        comodel_name="res.users",
        relation="key_account_visit_visitor_rel",
        column1="visit_id",
        column2="user_id",
        string="Our People",
        tracking=True,
        domain="[('share', '=', False)]",
    )
    contact_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="key_account_visit_contact_rel",
        column1="visit_id",
        column2="partner_id",
        string="Whom",
        domain="[('commercial_partner_id', '=', account_partner_id), ('id', '!=', account_partner_id)]",
        compute="_compute_contact_ids",
        store=True,
        readonly=False,
        tracking=True,
    )
    account_partner_id = fields.Many2one(related="account_id.partner_id", string="Customer")
    purpose = fields.Text(
        compute="_compute_items", store=True, readonly=False, precompute=True, tracking=True
    )
    content = fields.Text(
        compute="_compute_items", store=True, readonly=False, precompute=True, tracking=True
    )
    expected_effect = fields.Text(
        compute="_compute_items", store=True, readonly=False, precompute=True, tracking=True
    )

    # Where it comes from
    planned_start = fields.Datetime(
        string="Approved Time", readonly=True, copy=False, help="The time that was approved with the plan."
    )
    is_changed = fields.Boolean(
        string="Changed Since the Approval",
        readonly=True,
        copy=False,
        help="Another person, time or purpose than the plan was approved with: it is held once the plan has "
        "been approved again.",
    )
    is_generated = fields.Boolean(readonly=True, copy=False)
    is_touched = fields.Boolean(
        readonly=True, copy=False, help="Somebody changed the draft; generating leaves it alone."
    )
    event_id = fields.Many2one(
        comodel_name="calendar.event",
        string="Meeting",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    conflict_warning = fields.Char(compute="_compute_conflict_warning")

    # Preparation, as in V3
    is_object_prepared = fields.Boolean(string="The customer and the people are known", copy=False)
    is_need_prepared = fields.Boolean(string="Their needs and open points are known", copy=False)
    is_course_prepared = fields.Boolean(string="The course of the visit is agreed", copy=False)
    is_material_prepared = fields.Boolean(string="The material is ready and attached", copy=False)
    preparation = fields.Text(copy=False)

    # What came of it, as in V3
    report = fields.Text(copy=False, help="What was spoken about, and how the customer took it.")
    report_needs = fields.Text(string="Needs", copy=False)
    report_agreements = fields.Text(string="What Was Agreed", copy=False)
    report_problems = fields.Text(string="Problems", copy=False)
    outcome = fields.Selection(
        selection=OUTCOME, tracking=True, copy=False, help="What was reached of the expected effect."
    )
    reported_on = fields.Datetime(readonly=True, copy=False)
    next_step_ids = fields.Many2many(
        comodel_name="mail.activity",
        string="Next Steps",
        compute="_compute_next_step_ids",
        context={"active_test": False},
    )
    closing_reason = fields.Text(
        string="Reason", readonly=True, copy=False, help="Why the visit was cancelled or missed."
    )

    # Urgent ones (X19)
    ratification = fields.Selection(selection=RATIFICATION, readonly=True, copy=False, tracking=True)
    ratification_deadline = fields.Date(string="Ratify Until", readonly=True, copy=False)
    ratified_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    ratified_on = fields.Datetime(
        string="Ratification Decided On", readonly=True, copy=False,
        help="Ratified or not, it was decided then.",
    )
    ratification_note = fields.Text(string="Why Not Ratified", readonly=True, copy=False)
    can_ratify = fields.Boolean(compute="_compute_can_ratify")

    # What was told already
    is_reminded = fields.Boolean(readonly=True, copy=False)
    is_report_reminded = fields.Boolean(readonly=True, copy=False)
    is_escalated = fields.Boolean(readonly=True, copy=False)

    _times = models.Constraint(
        "CHECK (stop > start)", "The visit ends before it begins: correct the end."
    )
    _urgent_without_plan = models.Constraint(
        "CHECK (plan_id IS NULL OR is_urgent IS NOT TRUE)",
        "An urgent visit is one that belongs to no plan.",
    )
    _account_date_idx = models.Index("(account_id, date)")
    _user_start_idx = models.Index("(user_id, start)")

    # === DEFAULTS === #

    @api.model
    def _default_start(self):
        """Propose the next morning at nine, where the company is."""
        company = self.env.company
        zone = company._get_key_account_timezone()
        day = company._get_key_account_today() + timedelta(days=1)
        morning = zone.localize(fields.Datetime.to_datetime(day).replace(hour=9))
        return morning.astimezone(pytz.utc).replace(tzinfo=None)

    # === COMPUTE METHODS === #

    @api.depends("account_id", "date")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for visit in self:
            # the account itself says what it is called before the one who reads
            name = visit.account_id.display_name or self.env._("New Visit")
            visit.display_name = f"{name} · {fields.Date.to_string(visit.date)}" if visit.date else name

    @api.model
    def _group_expand_states(self, states, domain):
        return [state for state, _label in VISIT_STATE if state in states or state in AHEAD_STATES]

    @api.depends("account_id")
    def _compute_team_id(self):
        for visit in self:
            visit.team_id = visit.account_id.team_id

    @api.depends("account_id")
    def _compute_visit_type(self):
        """Propose the form that the grade says; what somebody chose stays."""
        for visit in self:
            if visit._origin or visit.visit_type not in (False, "outbound"):
                visit.visit_type = visit.visit_type or "outbound"
            else:
                visit.visit_type = visit.account_id.grade_id.visit_type or "outbound"

    @api.depends("start")
    def _compute_stop(self):
        """Let the end go with the beginning: a visit that is moved lasts as long as before."""
        for visit in self:
            before = visit._origin
            if visit.start and before.start and before.stop and before.start != visit.start:
                visit.stop = visit.start + (before.stop - before.start)
            elif visit.start and (not visit.stop or visit.stop <= visit.start):
                visit.stop = visit.start + timedelta(hours=1)

    @api.depends("start", "company_id")
    def _compute_date(self):
        for company, visits in self.grouped("company_id").items():
            zone = (company or self.env.company)._get_key_account_timezone()
            for visit in visits:
                visit.date = visit.start and pytz.utc.localize(visit.start).astimezone(zone).date()

    @api.depends("account_id")
    def _compute_items(self):
        """Propose place and texts by the account's grade; what somebody wrote stays."""
        proposals = self.account_id._get_visit_proposals()
        for visit in self.filtered("account_id"):
            proposal = proposals[visit.account_id]
            for name in ("place", "purpose", "content", "expected_effect"):
                visit[name] = visit[name] or proposal[name]

    @api.depends("account_id")
    def _compute_contact_ids(self):
        """Propose whom to meet; whom somebody chose stays."""
        for visit in self.filtered(lambda visit: visit.account_id and not visit.contact_ids):
            visit.contact_ids = visit.account_id._choose_visit_contact(visit.start)

    @api.depends("start", "stop", "visitor_ids", "user_id", "state")
    def _compute_conflict_warning(self):
        self.conflict_warning = False
        zone = pytz.timezone(self.env.user.tz or self.env.company._get_key_account_timezone().zone)
        for visit in self.filtered(
            lambda visit: visit.start and visit.stop and visit.state in (*OPEN_STATES, "done")
        ):
            people = visit.visitor_ids._origin | visit.user_id
            # sudo: that a colleague is out is no secret, only at whose place he is
            others = self.sudo().search([
                ("id", "!=", visit._origin.id), ("state", "in", OPEN_STATES + HELD_STATES),
                ("start", "<", visit.stop), ("stop", ">", visit.start),
                "|", ("user_id", "in", people.ids), ("visitor_ids", "in", people.ids),
            ], limit=5)
            visit.conflict_warning = "\n".join(
                self.env._(
                    "%(names)s: on another visit from %(start)s to %(stop)s.",
                    names=(people & (other.visitor_ids | other.user_id)).mapped("name"),
                    start=pytz.utc.localize(other.start).astimezone(zone).strftime("%H:%M"),
                    stop=pytz.utc.localize(other.stop).astimezone(zone).strftime("%H:%M"),
                )
                for other in others
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("contact_ids", "account_id")
    def _check_contacts(self):
        for visit in self.sudo():  # sudo: the contacts may be hidden from the user
            if visit.contact_ids.commercial_partner_id - visit.account_id.partner_id:
                raise ValidationError(self.env._(
                    "A contact belongs to another customer: choose people of the customer that is visited."
                ))

    @api.constrains("state", "start")
    def _check_held_before_now(self):
        now = fields.Datetime.now()
        for visit in self:
            if visit.state in HELD_STATES and visit.start > now:
                raise ValidationError(self.env._(
                    "%(visit)s cannot have been held: it begins later than now. Correct its time.",
                    visit=visit.display_name,
                ))

    @api.constrains("plan_id", "start", "account_id")
    def _check_plan(self):
        for visit in self.sudo():  # sudo: the plan may be another department's
            plan = visit.plan_id
            is_strange = visit.team_id != plan.team_id or visit.company_id != plan.company_id
            # what was approved stays in its plan also when the account goes to another department
            if plan and is_strange and visit.state == "draft":
                raise ValidationError(self.env._(
                    "A plan holds the visits to its own department's accounts: choose another plan."
                ))
            if plan and not plan.date_from <= visit.date <= plan.date_to:
                raise ValidationError(self.env._(
                    "%(date)s is outside of the plan's period, %(date_from)s to %(date_to)s.",
                    date=visit.date, date_from=plan.date_from, date_to=plan.date_to,
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        for visit in visits:
            visit._check_customer_open()
            visit._check_plan_open(visit.plan_id.id)
            # sudo: whoever leads goes along, also where the visit was held before this system was there
            visit.sudo().visitor_ids |= visit.user_id
        visits._check_people()
        return visits

    def write(self, vals):
        if vals.get("account_id") and any(visit.account_id.id != vals["account_id"] for visit in self):
            raise UserError(self.env._(
                "A visit stays with its customer: cancel it, and plan another one for the other customer."
            ))
        if "state" in vals and len(vals) > 1:
            # whether the step may be taken is asked of what the visit is then
            self.write({name: value for name, value in vals.items() if name != "state"})
            return self.write({"state": vals["state"]})
        if "start" in vals and "stop" not in vals:
            return self._shift(vals)
        if not self.env.su:
            self._check_changeable(vals)
            self._touch(vals)
        leaders = {visit: visit.user_id for visit in self} if "user_id" in vals else {}
        before = {visit: visit.state for visit in self} if "state" in vals else {}
        result = super().write(vals)
        for visit, leader in leaders.items():
            if leader != visit.user_id:
                visit.visitor_ids = [Command.unlink(leader.id), Command.link(visit.user_id.id)]
        if vals.keys() & {"user_id", "visitor_ids"}:
            self._check_people()
        for visit, state in before.items():
            if state != visit.state:
                visit._follow_state(state)
        if "start" in vals:
            self._follow_move()
        if vals.keys() & {*TIME_FIELDS, "place", "user_id", "visitor_ids", "visit_type"}:
            self._update_meetings()
        return result

    def _shift(self, vals):
        """Write another beginning; each visit lasts as long as before."""
        start = fields.Datetime.to_datetime(vals["start"])
        for visit in self:
            stop = start and start + (visit.stop - visit.start)
            visit.write({**vals, "stop": stop})
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for visit in self:
            if visit.state != "draft" or visit.approval_ids:
                raise UserError(self.env._(
                    "%(visit)s has a history and is not deleted: cancel it with the reason.",
                    visit=visit.display_name,
                ))
            visit._check_plan_open(visit.plan_id.id)

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "company_id", "team_id", "date", "planned_start", "is_changed", "is_generated", "is_touched",
            "event_id", "reported_on", "closing_reason", "ratification", "ratification_deadline",
            "ratified_by_id", "ratified_on", "ratification_note", "is_reminded", "is_report_reminded",
            "is_escalated",
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "account_id", "account_partner_id", "company_id", "team_id", "plan_id", "state", "visit_type",
            "is_urgent", "start", "stop", "date", "place", "user_id", "visitor_ids", "contact_ids",
            "purpose", "content", "expected_effect", "outcome", "planned_start", "is_changed",
            "is_generated", "event_id", "reported_on", "ratification", "ratification_deadline", "ratified_on",
            "can_ratify",
            "can_approve", "activity_ids", "activity_state", "activity_summary", "activity_type_id",
            "activity_type_icon", "activity_user_id", "activity_exception_decoration",
            "activity_exception_icon", "my_activity_date_deadline", "message_needaction",
        }

    def _get_approval_team(self):
        return self.team_id

    def _get_barred_users(self):
        return super()._get_barred_users() | self.user_id | self.visitor_ids

    @api.model
    def _get_kept_domain(self):
        """Return the domain of visits that count for what was promised.

        Planned or held, the customer seen in person; urgent ones unless their ratification was refused (X19).
        """
        return Domain("state", "in", AHEAD_STATES + HELD_STATES) & Domain(
            "visit_type", "in", MEETING_TYPES
        ) & Domain("ratification", "!=", "refused")

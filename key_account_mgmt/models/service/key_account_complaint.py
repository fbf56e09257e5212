from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..access.key_account_approval_mixin import Transition

COMPLAINT_STATE = [
    ("new", "New"),
    ("accepted", "Accepted"),
    ("in_progress", "In Progress"),
    ("waiting_customer", "Waiting for the Customer"),
    ("disputed", "Disputed"),
    ("resolved", "Resolved"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
# Under way, before there is a solution.
OPEN_STATES = ("new", "accepted", "in_progress", "waiting_customer", "disputed")
# Columns of the kanban that are shown also while they are empty.
SHOWN_STATES = ("new", "accepted", "in_progress", "waiting_customer", "resolved")
# From the most urgent to the least: complaints are put in order by it.
COMPLAINT_SEVERITY = [
    ("critical", "Critical"),
    ("high", "High"),
    ("medium", "Medium"),
    ("low", "Low"),
]
COMPLAINT_ORIGIN = [
    ("form", "Entered by Hand"),
    ("mail", "E-mail"),
    ("visit", "Visit"),
    ("survey", "Survey"),
]
FEEDBACK_METHOD = [
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("visit", "Visit"),
    ("letter", "Written Letter"),
    ("online", "Online Meeting"),
]
CONFIRMATION = [
    ("content", "Satisfied"),
    ("not_content", "Not Satisfied"),
]
# places in the order: grades take up to 26, an ungraded key account comes after them
UNGRADED, NO_ACCOUNT = 30, 1000
CANCELLERS = ("clerk", "service", "leader", "director")
SOLUTION_FIELDS = ("category_id", "root_cause", "corrective_measure", "preventive_measure")


class KeyAccountComplaint(models.Model):
    """What a customer complains of, from its registration to his confirmation (C4, C5)."""

    _name = "key.account.complaint"
    _description = "Complaint"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "key.account.access.mixin",
        "rating.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "urgency, next_deadline, id desc"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True
    _primary_email = "email_from"

    _is_account_optional = True
    _reason_actions = {
        "answer": "_answer", "wait": "_wait", "cancel": "_cancel", "dispute": "_dispute",
        "arbitrate": "_arbitrate", "reopen": "_reopen",
    }
    _initial_states = ("new",)
    _approval_steps = ("director",)
    _transitions = {
        ("new", "accepted"): Transition(),
        ("accepted", "in_progress"): Transition(),
        ("in_progress", "waiting_customer"): Transition(),
        ("waiting_customer", "in_progress"): Transition(),
        ("in_progress", "resolved"): Transition(),
        ("waiting_customer", "resolved"): Transition(),
        ("resolved", "closed"): Transition(),
        ("resolved", "in_progress"): Transition(),
        ("closed", "in_progress"): Transition(),
        ("new", "disputed"): Transition("submit"),
        ("accepted", "disputed"): Transition("submit"),
        ("in_progress", "disputed"): Transition("submit"),
        ("waiting_customer", "disputed"): Transition("submit"),
        ("disputed", "resolved"): Transition("approve", step=1),
        ("disputed", "in_progress"): Transition("returned"),
        ("new", "cancelled"): Transition(roles=CANCELLERS),
        ("accepted", "cancelled"): Transition(roles=CANCELLERS),
        ("in_progress", "cancelled"): Transition(roles=CANCELLERS),
        ("waiting_customer", "cancelled"): Transition(roles=CANCELLERS),
        ("disputed", "cancelled"): Transition(roles=CANCELLERS),
    }

    number = fields.Char(readonly=True, copy=False, index=True)
    name = fields.Char(string="Subject", required=True, tracking=True)
    state = fields.Selection(
        selection=COMPLAINT_STATE,
        required=True,
        default="new",
        tracking=True,
        copy=False,
        group_expand="_group_expand_states",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )

    # Who complains
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="The customer or its contact. Empty while it is not known who has written.",
    )
    account_id = fields.Many2one(
        compute="_compute_account_id",
        store=True,
        readonly=False,
        precompute=True,
        required=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    grade_id = fields.Many2one(
        comodel_name="key.account.grade",
        compute="_compute_grade_id",
        store=True,
        precompute=True,
        help="The account's grade when the complaint was registered: its promise holds for it.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    contact_name = fields.Char(string="Contact")
    email_from = fields.Char(
        string="E-mail", compute="_compute_email_from", store=True, readonly=False, precompute=True,
        index="trigram",
    )
    phone = fields.Char(compute="_compute_phone", store=True, readonly=False, precompute=True)

    # What it is about
    category_id = fields.Many2one(
        comodel_name="key.account.complaint.category", index="btree_not_null", ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    severity = fields.Selection(
        selection=COMPLAINT_SEVERITY, required=True, default="medium", tracking=True
    )
    origin = fields.Selection(selection=COMPLAINT_ORIGIN, required=True, default="form")
    received_on = fields.Datetime(
        required=True, default=fields.Datetime.now, copy=False, index=True,
        help="From now on the promised hours count.",
    )
    reference = fields.Char(
        string="About", help="The order, delivery, invoice or project that the complaint is about."
    )
    description = fields.Html(sanitize_attributes=False)

    # Handling
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False)]",
    )
    urgency = fields.Integer(
        compute="_compute_urgency",
        store=True,
        precompute=True,
        aggregator=None,
        help="Technical: key accounts first, then by severity, then by grade (C4).",
    )
    root_cause = fields.Text(tracking=True)
    corrective_measure = fields.Text(tracking=True, help="What was done for this customer.")
    preventive_measure = fields.Text(tracking=True, help="What keeps it from happening again.")
    waiting_question = fields.Text(
        string="What the Customer Was Asked", readonly=True, copy=False,
        help="Why the clock stands: what he has to answer before work can go on.",
    )
    reopen_count = fields.Integer(string="Reopened", readonly=True, copy=False)
    reopen_reason = fields.Text(readonly=True, copy=False)
    cancel_reason = fields.Text(readonly=True, copy=False)

    # Arbitration
    dispute_reason = fields.Text(readonly=True, copy=False)
    arbitration = fields.Text(
        string="Ruling", readonly=True, copy=False, tracking=True, help="How the director has decided."
    )

    # What the customer was told, and what he says to it
    feedback_method = fields.Selection(selection=FEEDBACK_METHOD, string="Told By", copy=False, tracking=True)
    feedback_note = fields.Text(string="What the Customer Was Told", copy=False)
    feedback_on = fields.Datetime(string="Told On", readonly=True, copy=False)
    feedback_user_id = fields.Many2one(
        comodel_name="res.users", string="Told By Whom", readonly=True, copy=False
    )
    confirmation = fields.Selection(
        selection=CONFIRMATION, string="The Customer Is", readonly=True, copy=False, tracking=True
    )
    confirmed_on = fields.Datetime(readonly=True, copy=False)

    _number_unique = models.UniqueIndex("(number, company_id)", "There is a complaint with this number.")
    _state_order_idx = models.Index("(state, urgency, next_deadline, id DESC)")

    # === COMPUTE METHODS === #

    @api.depends("number", "name")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name no complaint of a secret customer to those outside; to the customer, its number alone."""
        guarded = self.env["key.account"]._filter_guarded(self)
        # sudo(False): asked for the one who reads, not for the code that reads for him
        veiled = guarded - guarded.sudo(False)._filtered_access("read").with_env(self.env)
        for complaint in self:
            if self.env.user.share:
                complaint.display_name = complaint.sudo().number  # sudo: nothing but the number
            elif complaint in veiled:
                complaint.display_name = self.env._("Complaint of a Key Account")
            else:
                complaint.display_name = " ".join(filter(None, (complaint.number, complaint.name)))

    @api.depends("partner_id", "company_id")
    def _compute_account_id(self):
        known = self.env["key.account"]._get_customer_accounts()
        for complaint in self:
            accounts = known.get(complaint.partner_id.commercial_partner_id.id, ())
            complaint.account_id = next(
                (id_ for id_, company_id in accounts if company_id == complaint.company_id.id), False
            )

    # Taken over when the complaint is registered: later changes of the account are not its own.

    @api.depends("account_id")
    def _compute_grade_id(self):
        for complaint in self:
            complaint.grade_id = complaint.account_id.grade_id

    @api.depends("account_id")
    def _compute_team_id(self):
        for complaint in self:
            complaint.team_id = complaint.account_id.team_id or complaint.team_id

    @api.depends("partner_id")
    def _compute_email_from(self):
        for complaint in self:
            complaint.email_from = complaint.email_from or complaint.partner_id.email

    @api.depends("partner_id")
    def _compute_phone(self):
        for complaint in self:
            complaint.phone = complaint.phone or complaint.partner_id.phone

    @api.depends("account_id", "category_id")
    def _compute_user_id(self):
        for complaint in self:
            complaint.user_id = complaint.user_id or complaint._get_default_owner()

    @api.depends("account_id", "grade_id", "severity")
    def _compute_urgency(self):
        ranks = self.grade_id._get_ranks()
        severities = {severity: place for place, (severity, _label) in enumerate(COMPLAINT_SEVERITY)}
        for complaint in self:
            first = 0 if complaint.account_id else NO_ACCOUNT
            rank = ranks.get(complaint.grade_id.id, UNGRADED)
            complaint.urgency = first + severities.get(complaint.severity, 0) * 100 + rank

    @api.model
    def _group_expand_states(self, states, domain):
        return [state for state, _label in COMPLAINT_STATE if state in SHOWN_STATES or state in states]

    # === CONSTRAINT METHODS === #

    @api.constrains("account_id", "partner_id", "company_id")
    def _check_account_is_the_customers(self):
        for complaint in self:
            account = complaint.sudo().account_id  # sudo: whoever handles it need not see the account
            customer = complaint.sudo().partner_id.commercial_partner_id  # sudo: as above
            if account and (account.partner_id != customer or account.company_id != complaint.company_id):
                raise ValidationError(self.env._(
                    "The key account is not this customer's. Choose the customer, and the key account "
                    "follows."
                ))

    @api.constrains("received_on")
    def _check_received_on(self):
        now = fields.Datetime.now()
        if any(complaint.received_on > now for complaint in self):
            raise ValidationError(self.env._(
                "A complaint was received now or before, not in the future: correct “Received On”."
            ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("account_id") and not vals.get("partner_id"):
                account = self.env["key.account"].browse(vals["account_id"])
                account.check_access("read")
                vals["partner_id"] = account.sudo().partner_id.id  # sudo: the account was asked for
        # sudo: the sequence is nobody's to read
        sequence = self.env.ref("key_account_mgmt.sequence_key_account_complaint").sudo()
        complaints = super().create(vals_list)
        for complaint in complaints.sudo():  # sudo: the number is nobody's to write
            complaint.number = complaint.number or sequence.next_by_id()
        return complaints

    def write(self, vals):
        states = {complaint: complaint.state for complaint in self} if "state" in vals else {}
        if vals.get("feedback_method"):
            self._check_feedback_is_due()
        result = super().write(vals)
        changed = self.filtered(lambda complaint: states.get(complaint, complaint.state) != complaint.state)
        changed._follow_state(states)
        if vals.get("feedback_method"):
            self._note_feedback()
        return result

    # === ACTION METHODS === #

    def action_accept(self):
        """Take the complaint on; where it has no owner, it becomes one's own."""
        for complaint in self:
            complaint.write({
                "state": "accepted", "user_id": (complaint.user_id or self.env.user).id,
            })
        return True

    def action_start(self):
        """Work on it, or go on after the customer has answered."""
        return self.write({"state": "in_progress"})

    def action_resolve(self):
        """It is solved: cause and measures are written down."""
        return self.write({"state": "resolved"})

    def action_close(self):
        """The customer knows the result, and nothing more is to be done."""
        return self.write({"state": "closed"})

    def action_approve(self):
        """A dispute is decided with a ruling, which the button asks for."""
        self._check_each(lambda complaint: not complaint.arbitration and complaint._get_missing_ruling())
        return super().action_approve()

    def action_confirm_content(self):
        """The customer has said that he is content: that closes it."""
        self.check_access("write")
        self._check_each(lambda complaint: complaint._get_cannot_transition_reason("closed"))
        self._take_confirmation("content")
        return self.action_close()

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "number", "grade_id", "urgency", "received_on", "reopen_count", "reopen_reason",
            "cancel_reason", "dispute_reason", "arbitration", "feedback_on", "feedback_user_id",
            "confirmation", "confirmed_on", "waiting_question",
        }

    @api.model
    def _get_importable_fields(self, vals):
        """When it was received may be said once: what was phoned in yesterday counts from yesterday."""
        return super()._get_importable_fields(vals) | {"received_on"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "number", "name", "state", "company_id", "partner_id", "account_id", "grade_id", "team_id",
            "category_id", "severity", "origin", "received_on", "user_id", "urgency", "reopen_count",
            "confirmation", "can_approve", "email_from", "rating_last_value",
            "activity_ids", "activity_state", "activity_summary", "activity_type_id", "activity_type_icon",
            "activity_user_id", "activity_exception_decoration", "activity_exception_icon",
            "my_activity_date_deadline", "message_needaction",
        }

    @api.model
    def _get_perimeter_exception(self):
        """A complaint is seen by the one to whom it was given, without his seeing the account.

        Of a secret account it can be given to its people alone.
        """
        inside = Domain("account_id.confidentiality", "!=", "secret") | Domain(
            "account_id.allowed_user_ids", "=", self.env.uid
        )
        return Domain("user_id", "=", self.env.uid) & inside

    def _get_barred_users(self):
        """Nobody rules on what he has handled himself, nor on his own customer's complaint."""
        return super()._get_barred_users() | self.user_id | self.account_id.manager_id

    def _get_cannot_transition_reason(self, target):
        reason = super()._get_cannot_transition_reason(target)
        if not reason and (self.state, target) == ("disputed", "resolved") and not self.arbitration:
            reason = self._get_missing_ruling()
        return reason

    def _get_missing_ruling(self):
        return self.env._("Say how the dispute is decided, by the button.")

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if reason:
            return reason
        if target == "waiting_customer" and not self.waiting_question:
            return self.env._("Let the clock stop by the button, which asks what the customer was asked.")
        if target == "resolved":
            return self._get_missing_for("resolved", SOLUTION_FIELDS)
        if target == "closed":
            # once more: a ruling solves it without them
            return self._get_missing_for("closed", (*SOLUTION_FIELDS, "feedback_method"))
        if target == "cancelled" and not self.cancel_reason:
            return self.env._("Cancel it by the button, which asks for the reason.")
        if self.state in ("resolved", "closed") and target == "in_progress" and not self.reopen_reason:
            return self.env._("Open it again by the button, which asks for the reason.")
        return False

    def _get_missing_for(self, target, names):
        """Say which fields are to be filled in before a state is reached, or False."""
        missing = [
            self._fields[name]._description_string(self.env) for name in names if not self[name]
        ]
        return bool(missing) and self.env._(
            "Before %(complaint)s becomes “%(state)s”, fill in: %(fields)s.",
            complaint=self.display_name, state=self._get_state_label(target), fields=missing,
        )

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..access.key_account_approval_mixin import Transition
from ..access.roles import group

AGREEMENT_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("approved", "Approved"),
    ("signed", "Signed"),
    ("superseded", "Superseded"),
    ("terminated", "Terminated Early"),
    ("expired", "Expired"),
]
AGREEMENT_KIND = [
    ("framework", "Framework Agreement"),
    ("strategic", "Strategic Co-operation"),
    ("supply", "Supply Contract"),
    ("service", "Service Contract"),
    ("project", "Project Contract"),
    ("proposal", "Proposal"),
    ("tender", "Tender"),
]
OPEN_STATES = ("draft", "submitted", "approved")

# What is agreed: it stands still from the submission on.
TERM_FIELDS = frozenset({
    "name", "kind", "date_from", "date_to", "content", "price_policy", "cooperation_mode", "our_rights",
    "our_duties", "their_rights", "their_duties", "amount", "risk_assessment", "risk_level",
})


class KeyAccountAgreement(models.Model):
    """What was agreed with a key account, prepared by one and approved by two others (F11, R8)."""

    _name = "key.account.agreement"
    _description = "Key Account Agreement"
    _inherit = [
        "key.account.approval.mixin", "key.account.file.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _rec_names_search = ["number", "name"]

    _reason_actions = {"terminate": "_terminate"}
    _approval_steps = ("leader", "director")
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "submitted"): Transition("submit"),
        ("submitted", "draft"): Transition("returned"),
        ("submitted", "approved"): Transition("approve", step=2),
        # what was approved is taken back to be changed; it is then decided on anew
        ("approved", "draft"): Transition(),
        ("approved", "signed"): Transition(roles=("manager",)),
        ("signed", "superseded"): Transition("system"),
        ("signed", "terminated"): Transition(roles=("leader",)),
        ("signed", "expired"): Transition("system"),
    }

    number = fields.Char(readonly=True, copy=False, index=True)
    name = fields.Char(string="Title", required=True, tracking=True)
    state = fields.Selection(
        selection=AGREEMENT_STATE, required=True, default="draft", index=True, tracking=True, copy=False
    )
    kind = fields.Selection(selection=AGREEMENT_KIND, required=True, default="framework", tracking=True)
    date_from = fields.Date(string="Valid From", required=True, tracking=True)
    date_to = fields.Date(
        string="Valid Until", tracking=True, help="The last day, inclusive. Empty: until further notice."
    )
    amount = fields.Monetary(string="Agreed Amount")

    # Terms
    content = fields.Text(help="What is delivered or done.")
    price_policy = fields.Text()
    cooperation_mode = fields.Text(string="Mode of Co-operation")
    our_rights = fields.Text()
    our_duties = fields.Text()
    their_rights = fields.Text(string="The Customer's Rights")
    their_duties = fields.Text(string="The Customer's Duties")
    risk_level = fields.Selection(
        selection=[("low", "Low"), ("medium", "Medium"), ("high", "High")], string="Risk"
    )
    risk_assessment = fields.Text()

    # Life
    signed_date = fields.Date(string="Signed On", copy=False, tracking=True)
    amends_id = fields.Many2one(
        comodel_name="key.account.agreement",
        string="Replaces",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    amendment_ids = fields.One2many(
        comodel_name="key.account.agreement", inverse_name="amends_id", string="Replaced By", readonly=True
    )
    version = fields.Integer(default=1, readonly=True, copy=False)
    termination_reason = fields.Text(readonly=True, copy=False)
    is_renewal_told = fields.Boolean(readonly=True, copy=False)
    overlap_warning = fields.Char(compute="_compute_overlap_warning")

    _dates = models.Constraint(
        "CHECK (date_to >= date_from)", "The agreement's last day comes before its first."
    )
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "An agreement's amount is 0 or more."
    )
    _number_unique = models.UniqueIndex("(number, company_id)", "There is an agreement with this number.")

    # === COMPUTE METHODS === #

    @api.depends("number", "name")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = " ".join(filter(None, (agreement.number, agreement.name)))

    @api.depends("account_id", "kind", "date_from", "date_to", "state")
    def _compute_overlap_warning(self):
        for agreement in self:
            others = agreement._get_overlapping()
            agreement.overlap_warning = bool(others) and self.env._(
                "In the same time an agreement of this kind is in force already: %(agreements)s.",
                agreements=others.mapped("display_name"),
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("signed_date")
    def _check_signed_date(self):
        for agreement in self:
            if agreement.signed_date and agreement.signed_date > agreement._get_today():
                raise ValidationError(self.env._(
                    "An agreement was signed today or before, not in the future: correct “Signed On”."
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        agreements = super().create(vals_list)
        # sudo: the number is nobody's to write, and the sequence is nobody's to read
        sequence = self.env.ref("key_account_mgmt.sequence_key_account_agreement").sudo()
        for agreement in agreements.sudo():  # sudo: as above
            agreement.number = agreement.number or sequence.next_by_id()
        return agreements

    def write(self, vals):
        if TERM_FIELDS & vals.keys():
            self._check_terms_open()
        if "signed_date" in vals and any(agreement.state != "approved" for agreement in self):
            raise UserError(self.env._("The day of signing is entered when the agreement is approved."))
        result = super().write(vals)
        if vals.get("state") == "signed":
            self._enter_into_force()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for agreement in self:
            if agreement.state != "draft" or agreement.approval_ids:
                raise UserError(self.env._(
                    "%(agreement)s has a history and is not deleted.", agreement=agreement.display_name
                ))

    # === ACTION METHODS === #

    def action_submit(self):
        """Ask the leader and then the director for their decision."""
        for agreement in self:
            agreement._submit("submitted")
        return True

    def action_reset(self):
        """Take back what was approved, to change it; it is decided on anew."""
        return self.write({"state": "draft"})

    def action_sign(self):
        """Both sides have signed: from now on it is in force."""
        for agreement in self:
            if agreement.state == "approved" and not agreement.signed_date:
                agreement.signed_date = agreement._get_today()
            agreement.write({"state": "signed"})
        return True

    def action_change(self):
        """Prepare a new version, which replaces this one when it is signed (R8)."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "signed":
            raise UserError(self.env._("Only what is in force is changed; edit the draft itself."))
        amendment = self.amendment_ids.filtered(lambda other: other.state in OPEN_STATES)[:1]
        if not amendment:
            amendment = self.copy()
            # sudo: which version replaces which is nobody's to write
            amendment.sudo().write({
                "amends_id": self.id,
                "version": self.version + 1,
                "number": f"{self.number.split('/')[0]}/{self.version + 1}",
            })
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": amendment.id,
            "view_mode": "form",
        }

    def action_ask_terminate(self):
        """Open the window that asks why the agreement ends before its time."""
        self.ensure_one()
        reason = self._get_cannot_transition_reason("terminated")
        # that the reason is missing is what the window is there for
        if reason and reason != self._get_reason_missing():
            raise UserError(reason)
        return self.env["key.account.reason"]._get_action(self, "terminate", self.env._("Terminate Early"))

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "number", "amends_id", "amendment_ids", "version", "termination_reason", "is_renewal_told",
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "number", "name", "state", "kind", "date_from", "date_to", "amount", "signed_date", "version",
            "amends_id", "risk_level", "can_approve",
        }

    def _check_created_in_state(self):
        """Let the director take over what was signed before this system was there."""
        is_signed = self.state == "signed" and self.signed_date
        if not (is_signed and self.env.user.has_group(group("director"))):
            raise UserError(self.env._(
                "A new agreement starts as a draft. Only the director takes over agreements that are "
                "signed already, with the day of signing."
            ))
        self._record_decision("imported", role="director")

    def _check_terms_open(self):
        for agreement in self:
            if agreement.state != "draft":
                raise UserError(self.env._(
                    "%(agreement)s is “%(state)s”: its terms stand still. Have it sent back, take back the "
                    "approval, or prepare a change.",
                    agreement=agreement.display_name,
                    state=agreement._get_state_label(agreement.state),
                ))

    def _get_approval_team(self):
        return self.account_id.team_id

    def _get_barred_users(self):
        return super()._get_barred_users() | self.account_id.manager_id

    def _get_reason_missing(self):
        return self.env._("Terminate it by the button, which asks for the reason.")

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if not reason and target == "terminated" and not self.termination_reason:
            reason = self._get_reason_missing()
        if not reason and target == "signed" and not self.signed_date:
            reason = self.env._("Say on which day it was signed.")
        return reason

    def _terminate(self, reason):
        self.check_access("write")
        for agreement in self:
            # sudo: the reason is set together with the state, and not without it
            agreement.sudo().termination_reason = reason
            agreement.write({"state": "terminated"})

    def _enter_into_force(self):
        """The version before is replaced on the day on which the new one is signed."""
        # sudo: the system itself takes this step
        replaced = self.sudo().amends_id.filtered(lambda agreement: agreement.state == "signed")
        replaced.write({"state": "superseded"})

    def _get_overlapping(self):
        """Return the agreements in force of the same account and kind whose time overlaps with this one's."""
        self.ensure_one()
        if not self.date_from or self.state not in (*OPEN_STATES, "signed"):
            return self.browse()
        domain = [
            ("account_id", "=", self.account_id.id),
            ("kind", "=", self.kind),
            ("state", "=", "signed"),
            ("id", "not in", (self._origin | self.amends_id).ids),
            "|", ("date_to", "=", False), ("date_to", ">=", self.date_from),
        ]
        if self.date_to:
            domain.append(("date_from", "<=", self.date_to))
        return self.search(domain)

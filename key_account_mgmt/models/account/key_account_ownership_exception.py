from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..access.key_account_approval_mixin import Transition
from ..access.roles import FALLBACKS
from .key_account_handover_holding import CLOSED_STATES
from .key_account_ownership import OwnerChange

EXCEPTION_KIND = [
    ("unfit", "Unfit Manager"),
    ("customer_wish", "Customer's Wish"),
    ("conflict", "Conflict of Interest"),
    ("cross_area", "Cross-area Negotiation"),
    ("redistribution", "Redistribution by Region and Ability"),
]
FIRST_CHOICE = [
    ("takes", "Takes It Itself"),
    ("cedes", "Cedes It"),
    ("joint", "Works Jointly"),
]


class KeyAccountOwnershipException(models.Model):
    """The proposal to give an account to somebody else, or to let another department in (O2, O3, O5).

    Who developed a customer comes first: others get it only for the reasons named here, proposed by
    one and approved by two.
    """

    _name = "key.account.ownership.exception"
    _description = "Key Account Ownership Change"
    _inherit = [
        "key.account.access.mixin", "key.account.guard.mixin", "key.account.approval.mixin",
        "mail.thread", "mail.activity.mixin",
    ]
    _order = "id desc"

    # a proposal is about the owner, not the file
    _is_audited = False

    _approval_steps = ("leader", "director")
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "submitted"): Transition("submit"),
        ("submitted", "approved"): Transition("approve", step=2),
        ("submitted", "draft"): Transition("returned"),
        ("submitted", "rejected"): Transition("rejected"),
    }

    kind = fields.Selection(
        selection=EXCEPTION_KIND, string="Ground for the Change", required=True, tracking=True
    )
    reason = fields.Text(required=True, help="What happened, and what proves it.")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    requester_id = fields.Many2one(
        comodel_name="res.users",
        string="Proposed By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        copy=False,
    )
    current_manager_id = fields.Many2one(
        comodel_name="res.users",
        string="Manager at Proposal",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    current_team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department at Proposal",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    proposed_manager_id = fields.Many2one(
        comodel_name="res.users",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('share', '=', False)]",
        tracking=True,
    )
    proposed_team_id = fields.Many2one(
        comodel_name="crm.team",
        string="New Department",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    first_choice = fields.Selection(
        selection=FIRST_CHOICE,
        tracking=True,
        help="What the department that developed the customer chooses; it is asked first.",
    )
    joint_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Joins From the Other Department",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    joint_from = fields.Date()
    joint_to = fields.Date(string="Joint Until")
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("submitted", "Waiting for Approval"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        required=True,
        default="draft",
        index=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )

    _joint_dates = models.Constraint(
        "CHECK (joint_to >= joint_from)", "The joint work ends before it begins."
    )

    # === COMPUTE METHODS === #

    @api.depends("account_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for proposal in self:
            parts = (proposal.account_id.display_name, kinds.get(proposal.kind))
            proposal.display_name = " · ".join(part for part in parts if part)

    # === CONSTRAINT METHODS === #

    @api.constrains("account_id", "proposed_manager_id", "proposed_team_id", "kind", "first_choice")
    def _check_proposes_a_change(self):
        for proposal in self.filtered(lambda proposal: proposal.state == "draft"):
            account = proposal.account_id
            manager, team = proposal.proposed_manager_id, proposal.proposed_team_id
            is_same_team = not team or team == account.team_id
            if manager and manager == account.manager_id and is_same_team:
                raise ValidationError(self.env._(
                    "%(user)s is the manager already: propose somebody else.", user=manager.name
                ))
            if team and team == account.team_id and not manager:
                raise ValidationError(self.env._(
                    "The account belongs to %(team)s already: propose another department or manager.",
                    team=team.name,
                ))
            if team and team.company_id not in (account.company_id, team.company_id.browse()):
                raise ValidationError(self.env._(
                    "%(team)s is a department of another company.", team=team.name
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        proposals = super().create(vals_list)
        for proposal in proposals.sudo():  # sudo: what it is about is noted by the addon
            account = proposal.account_id
            proposal.write({
                "current_manager_id": account.manager_id.id, "current_team_id": account.team_id.id,
            })
        return proposals

    def write(self, vals):
        if self._get_content_fields() & vals.keys() and not self.env.su:
            for proposal in self:
                if proposal.state != "draft":
                    raise UserError(self.env._(
                        "%(proposal)s has been submitted: have it sent back to change it.",
                        proposal=proposal.display_name,
                    ))
        approved = self.filtered(
            lambda proposal: vals.get("state") == "approved" and proposal.state != "approved"
        )
        result = super().write(vals)
        for proposal in approved:
            proposal._apply()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        if any(proposal.state != "draft" or proposal.approval_ids for proposal in self):
            raise UserError(self.env._("A proposal that was decided on is kept."))

    def copy_data(self, default=None):
        raise UserError(self.env._("A proposal is not duplicated: make a new one."))

    # === ACTION METHODS === #

    def action_submit(self):
        """Ask the leader of the account's department, then the director."""
        for proposal in self:
            if reason := proposal._get_missing_reason():
                raise UserError(reason)
            proposal._submit("submitted")
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "requester_id", "current_manager_id", "current_team_id", "company_id",
        }

    @api.model
    def _get_content_fields(self):
        return {
            "account_id", "kind", "reason", "proposed_manager_id", "proposed_team_id", "first_choice",
            "joint_user_id", "joint_from", "joint_to",
        }

    def _get_missing_reason(self):
        """Say what stands against submitting or applying the proposal, or False.

        :rtype: str or bool
        """
        self.ensure_one()
        account = self.account_id
        if account.state in CLOSED_STATES:
            return self.env._(
                "%(account)s has ended or was rejected: nothing is decided about its owner any more.",
                account=account.display_name,
            )
        if self.kind == "cross_area" and not self.first_choice:
            return self.env._(
                "The department that developed the customer chooses first: enter its choice (takes it "
                "itself, cedes it, or works jointly)."
            )
        if self.kind == "cross_area" and self.first_choice == "takes":
            return False
        if self.kind == "cross_area" and self.first_choice == "joint":
            return self._get_missing_joint_reason()
        if not self.proposed_manager_id and not self.proposed_team_id:
            return self.env._("Propose a manager, a department, or both.")
        manager = self.proposed_manager_id
        return bool(manager) and account._get_cannot_receive_reason(manager)

    def _submit_or_pass_on(self):
        """Submit a request from outside; where something is to be filled in, give it to who can."""
        self.ensure_one()
        if not self._get_missing_reason():
            self._submit("submitted")
            return
        account = self.account_id
        # the department that developed the customer has the first choice (O2)
        asked = account.manager_id if self.kind == "cross_area" else self.env["res.users"]
        leaders = account.team_id._get_key_account_leaders()
        deciders = account.company_id.key_account_director_id
        for role in FALLBACKS["director"]:
            deciders |= self._get_role_users(role)
        for user in asked | leaders | deciders:
            if user.active and account._is_open_to(user):
                speaking = self.with_context(lang=user.lang)
                speaking.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=speaking.env._(
                        "Another department asks for this customer: complete and submit it"
                    ),
                )
                return
        raise UserError(self.env._(
            "Nobody could look after your request: give somebody the role of the key account director first."
        ))

    def _get_missing_joint_reason(self):
        user = self.joint_user_id
        if not (user and self.joint_from and self.joint_to):
            return self.env._("Enter who joins from the other department, and from when to when.")
        company = self.account_id.company_id
        # sudo: whether somebody works here is asked about people that the user may not see
        if not user.sudo().active or user.share or company not in user.sudo().company_ids:
            return self.env._(
                "%(user)s cannot join: choose an active internal user of %(company)s.",
                user=user.name, company=company.name,
            )
        return False

    def _get_cannot_work_reason(self, transition, target):
        return super()._get_cannot_work_reason(transition, target) or self._get_missing_reason()

    def _get_cannot_approve_reason(self):
        reason = super()._get_cannot_approve_reason()
        if reason or self.account_id.state not in CLOSED_STATES:
            return reason
        return self._get_missing_reason()

    def _get_approval_team(self):
        return self.account_id.team_id

    def _get_requester(self):
        return self.requester_id

    def _get_barred_users(self):
        return (
            super()._get_barred_users() | self.create_uid | self._get_round("submitted").user_id
            | self.account_id.manager_id | self.current_manager_id | self.proposed_manager_id
            | self.joint_user_id
        )

    def _apply(self):
        """Do what was approved, in the same transaction.

        :raise UserError: when the account or the people changed so that it cannot be done
        """
        self.ensure_one()
        # sudo: two others have decided; the last one need not have the rights himself
        proposal = self.sudo()
        if reason := proposal._get_missing_reason():
            raise UserError(reason)
        if proposal.kind == "cross_area" and proposal.first_choice == "joint":
            self.env["key.account.handover"].sudo()._give_seats(  # sudo: as above
                proposal.account_id, proposal.joint_user_id, "other", proposal.joint_from, proposal.joint_to
            )
        elif not (proposal.kind == "cross_area" and proposal.first_choice == "takes"):
            kinds = dict(self._fields["kind"]._description_selection(self.env))
            proposal.account_id._change_owner(
                proposal.proposed_manager_id,
                proposal.proposed_team_id,
                OwnerChange(
                    reason=proposal.reason,
                    source=self.env._("Ownership change: %(kind)s", kind=kinds[proposal.kind]),
                ),
            )
        proposal._tell_requester(self.env._(
            "Your proposal about the owner of %(account)s was approved.",
            account=proposal.account_id._get_discreet_name(),
        ))

    def _notify_declined(self, requester, decision):
        """Tell the requester; who stands outside of the account gets a note that names no secret."""
        proposal = self.sudo()  # sudo: asked for the requester
        if proposal.account_id._is_open_to(requester):
            return super()._notify_declined(requester, decision)
        is_secret = proposal.account_id.confidentiality == "secret"
        values = {
            "account": proposal.account_id._get_discreet_name(),
            # what was written among those inside may name the customer
            "comment": "" if is_secret else self._get_round()[-1:].comment or "",
        }
        if decision == "rejected":
            text = self.env._(
                "Your proposal about the owner of %(account)s was rejected. %(comment)s", **values
            )
        else:
            text = self.env._(
                "Your proposal about the owner of %(account)s was sent back. %(comment)s", **values
            )
        return proposal._tell_requester(text)

    def _tell_requester(self, body):
        self.account_id._notify_discreetly(self.requester_id - self.env.user, body)

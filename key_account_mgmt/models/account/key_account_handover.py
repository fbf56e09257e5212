from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..access.key_account_approval_mixin import Transition
from ..access.roles import group

HANDOVER_STATE = [
    ("draft", "Draft"),
    ("offered", "Offered to Receivers"),
    ("submitted", "Waiting for Approval"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
OPEN_STATES = ("draft", "offered", "submitted")


class KeyAccountHandover(models.Model):
    """All that somebody holds for key accounts goes to others, in one transaction (O4).

    Preview, receivers, their acceptance, one approval, execution. What there is to hold is in
    ``key_account_handover_holding.py``, how it moves in ``key_account_handover_execute.py``.
    """

    _name = "key.account.handover"
    _description = "Key Account Hand-over"
    _inherit = [
        "key.account.guard.mixin", "key.account.approval.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    # printing it leaves a line for each account whose file leaves lines
    _is_audited = True

    _approval_steps = ("leader",)
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "offered"): Transition(),
        ("offered", "draft"): Transition(),
        ("offered", "submitted"): Transition("submit"),
        ("submitted", "done"): Transition("approve", step=1),
        ("submitted", "draft"): Transition("returned"),
        ("submitted", "cancelled"): Transition("rejected"),
        ("draft", "cancelled"): Transition(),
        ("offered", "cancelled"): Transition(),
    }

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Hands Over",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
        tracking=True,
    )
    kind = fields.Selection(
        selection=[("leaving", "Leaving"), ("transfer", "Transfer"), ("absence", "Absence")],
        required=True,
        default="leaving",
        tracking=True,
        help="Leaving and transfer: all that the person holds goes to the receivers. Absence: nothing "
        "moves; the receivers stand in between the two dates.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        compute="_compute_team_id",
        store=True,
        index=True,
        help="Where most of the person's accounts belong; its leader decides.",
    )
    requester_id = fields.Many2one(
        comodel_name="res.users",
        string="Prepared By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        copy=False,
    )
    receiver_id = fields.Many2one(
        comodel_name="res.users",
        string="Default Receiver",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        tracking=True,
        help="Gets all that no other receiver is chosen for, also what is added until the approval.",
    )
    date_from = fields.Date(string="Absent From")
    date_to = fields.Date(string="Absent Until", help="The last day, inclusive.")
    reason = fields.Text()
    state = fields.Selection(
        selection=HANDOVER_STATE,
        required=True,
        default="draft",
        index=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    executed_on = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="key.account.handover.line", inverse_name="handover_id", copy=False
    )
    account_line_ids = fields.One2many(
        comodel_name="key.account.handover.line",
        inverse_name="handover_id",
        string="Key Accounts",
        domain=[("kind", "=", "account")],
        copy=False,
    )
    other_line_ids = fields.One2many(
        comodel_name="key.account.handover.line",
        inverse_name="handover_id",
        string="All Else",
        domain=[("kind", "!=", "account")],
        copy=False,
    )
    acceptance_ids = fields.One2many(
        comodel_name="key.account.handover.acceptance",
        inverse_name="handover_id",
        string="Receivers",
        readonly=True,
        copy=False,
    )
    account_count = fields.Integer(compute="_compute_counts", string="Accounts")
    line_count = fields.Integer(compute="_compute_counts", string="All Holdings")
    hidden_count = fields.Integer(
        compute="_compute_counts",
        string="Not Shown to You",
        help="Lines of accounts that you do not see; the director chooses their receivers.",
    )
    can_accept = fields.Boolean(compute="_compute_offer")
    can_prepare = fields.Boolean(compute="_compute_offer")
    offer_summary = fields.Text(
        compute="_compute_offer", string="What You Would Receive", help="What the hand-over gives you."
    )

    _open_unique = models.UniqueIndex(
        "(user_id, company_id) WHERE state IN ('draft', 'offered', 'submitted')",
        "There is an open hand-over of this person already: go on with that one, or cancel it.",
    )
    _absence_dates = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day of the absence comes before the first."
    )

    # === COMPUTE METHODS === #

    @api.depends("user_id", "company_id")
    def _compute_team_id(self):
        for handover in self:
            handover.team_id = handover._find_team()

    def _find_team(self):
        """Return the department of most of the person's accounts, or the one that he is in."""
        groups = self.env["key.account"]._read_group(
            [("manager_id", "=", self.user_id.id), ("company_id", "=", self.company_id.id),
             ("team_id", "!=", False)],
            ["team_id"], ["__count"], order="__count desc, team_id", limit=1,
        )
        if groups:
            return groups[0][0]
        teams = self.user_id.crm_team_member_ids.crm_team_id | self.env["crm.team"].search(
            [("user_id", "=", self.user_id.id)]
        )
        return teams.filtered(lambda team: team.company_id in (self.company_id, team.company_id[:0]))[:1]

    @api.depends("user_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for handover in self:
            handover.display_name = self.env._(
                "Hand-over of %(user)s (%(kind)s)",
                user=handover.user_id.name or "",
                kind=kinds.get(handover.kind, ""),
            )

    @api.depends("line_ids")
    @api.depends_context("uid")
    def _compute_counts(self):
        lines = self.env["key.account.handover.line"]
        seen = lines._read_group([("handover_id", "in", self.ids)], ["handover_id", "kind"], ["__count"])
        # sudo: how many there are is told to those who prepare the hand-over
        everything = dict(lines.sudo()._read_group(
            [("handover_id", "in", self.ids)], ["handover_id"], ["__count"]
        ))
        for handover in self:
            counts = {kind: count for found, kind, count in seen if found == handover}
            handover.account_count = counts.get("account", 0)
            handover.line_count = everything.get(handover, 0)
            handover.hidden_count = handover.line_count - sum(counts.values())

    @api.depends("state", "acceptance_ids.state", "line_ids.receiver_id")
    @api.depends_context("uid")
    def _compute_offer(self):
        for handover in self:
            handover.can_accept = not handover._get_cannot_accept_reason()
            handover.can_prepare = handover.has_access("write")
            lines = handover._get_all_lines().filtered(lambda line: line.receiver_id == self.env.user)
            handover.offer_summary = handover.state != "draft" and lines._summarise(self.env.user)

    # === CONSTRAINT METHODS === #

    @api.constrains("kind", "date_from", "date_to")
    def _check_absence(self):
        for handover in self:
            if handover.kind == "absence" and not (handover.date_from and handover.date_to):
                raise ValidationError(self.env._("Enter the first and the last day of the absence."))

    @api.constrains("user_id", "receiver_id", "company_id")
    def _check_people(self):
        for handover in self:
            if handover.user_id.share or handover.company_id not in handover.user_id.company_ids:
                raise ValidationError(self.env._(
                    "Choose somebody who works for %(company)s.", company=handover.company_id.name
                ))
            if handover.receiver_id == handover.user_id:
                raise ValidationError(self.env._(
                    "%(user)s cannot hand over to himself: choose somebody else.",
                    user=handover.user_id.name,
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        handovers = super().create(vals_list)
        for handover in handovers:
            handover._check_may_prepare()
            handover.sudo()._refresh_lines()  # sudo: also what the one who prepares it does not see
        return handovers

    def write(self, vals):
        if self._get_content_fields() & vals.keys() and not self.env.su:
            self._check_is_draft()
        moved = self.filtered(lambda handover: vals.get("state", handover.state) != handover.state)
        result = super().write(vals)
        if {"user_id", "company_id"} & vals.keys():
            for handover in self:
                handover._check_may_prepare()
        if {"user_id", "company_id", "kind"} & vals.keys():
            self.sudo()._refresh_lines()  # sudo: as in create
        if moved:
            moved._follow_state(vals["state"])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        if any(handover.state != "draft" or handover.approval_ids for handover in self):
            raise UserError(self.env._("A hand-over that has begun is cancelled, not deleted."))

    def copy_data(self, default=None):
        raise UserError(self.env._("A hand-over is not duplicated: make a new one."))

    # === ACTION METHODS === #

    def action_refresh(self):
        """Look again what the person holds; receivers that are chosen stay."""
        self.check_access("write")
        self._check_is_draft()
        self.sudo()._refresh_lines()  # sudo: as in create
        return True

    def action_offer(self):
        """Ask the receivers whether they accept."""
        self.action_refresh()
        return self.write({"state": "offered"})

    def action_accept(self):
        """Accept what one is given; with the last one the approval is asked for."""
        self._check_each(lambda handover: handover._get_cannot_accept_reason())
        for handover in self:
            handover._get_own_acceptance()._answer("accepted")
            handover._submit_when_accepted()
        return True

    def action_ask_decline(self):
        """Open the window that asks why the receiver declines."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decline the Hand-over"),
            "res_model": "key.account.handover.decline",
            "view_mode": "form",
            "target": "new",
            "context": {"default_handover_id": self.id},
        }

    def action_reset(self):
        """Take it back to change something; receivers are asked again."""
        return self.write({"state": "draft"})

    def action_cancel(self):
        """Give it up; nothing has moved."""
        return self.write({"state": "cancelled"})

    def action_open_lines(self):
        """Open all that is handed over."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_handover_line_action"
        )
        return action | {"domain": [("handover_id", "=", self.id)]}

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"requester_id", "team_id", "executed_on", "acceptance_ids"}

    @api.model
    def _get_content_fields(self):
        """Return what the receivers accept and the leader approves."""
        return {
            "user_id", "kind", "company_id", "receiver_id", "date_from", "date_to", "line_ids",
            "account_line_ids", "other_line_ids",
        }

    def _check_is_draft(self):
        for handover in self:
            if handover.state != "draft":
                raise UserError(self.env._(
                    "%(handover)s has been offered already: take it back to draft to change it.",
                    handover=handover.display_name,
                ))

    def _check_may_prepare(self):
        """Let people prepare their own hand-over, leaders their department's, the director each."""
        user = self.env.user
        if self.env.su or user == self.user_id or user.has_group(group("director")):
            return
        # sudo: who leads a department is no secret
        if user.has_group(group("leader")) and user in self.sudo().team_id._get_key_account_leaders():
            return
        raise UserError(self.env._(
            "A hand-over is prepared by the person himself, by the leader of the department or by the "
            "director."
        ))

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if reason:
            return reason
        if target == "offered":
            return self._get_cannot_offer_reason()
        # sudo: each receiver sees his own answer alone; only whether all have accepted is asked
        if target == "submitted" and set(self.sudo().acceptance_ids.mapped("state")) != {"accepted"}:
            return self.env._("Each receiver accepts for himself first.")
        return False

    def _get_cannot_offer_reason(self):
        """Say what is missing before the receivers can be asked, or False."""
        lines = self._get_all_lines()
        if not lines:
            return self.env._(
                "%(user)s holds nothing that could be handed over.", user=self.user_id.name
            )
        problems = dict.fromkeys(
            problem for line in lines if (problem := line._get_receiver_problem())
        )
        return "\n".join(problems) or self._get_approver_gap()

    def _get_requester(self):
        return self.requester_id

    def _get_barred_users(self):
        return super()._get_barred_users() | self.user_id | self.create_uid | self._get_receivers()

    def _get_receivers(self):
        """Return everybody who is to get something.

        :rtype: res.users
        """
        return self._get_all_lines().receiver_id.sudo(False) | self.receiver_id

    def _get_all_lines(self):
        """Return all lines, as superuser: the user need not see each account, but each of them counts.

        Searched, since what the superuser reads of a one2many would stay in the cache for everybody.

        :rtype: key.account.handover.line
        """
        # sudo: see above
        return self.env["key.account.handover.line"].sudo().search([("handover_id", "in", self.ids)])

    def _get_eligible(self, role, excluded):
        """Return who may decide: only those who see each of the accounts that are handed over."""
        users = super()._get_eligible(role, excluded)
        # sudo: the accounts are asked for the deciders, not for the one who asks
        accounts = self.sudo()._get_concerned_accounts().sudo(False)
        company = self._get_approval_company()
        return users.filtered(
            lambda user: not accounts
            - accounts.with_user(user).with_company(company)._filtered_access("read").with_env(self.env)
        )

    def _get_concerned_accounts(self):
        """Return the accounts of the lines, and those that came to the person since."""
        domain = self._get_held_domain(self._get_holding_kind("account"), self.user_id, self.company_id)
        return self._get_all_lines().account_id | self.env["key.account"].search(domain)

    def _get_printed_lines(self):
        """Return the lines that the user sees, by kind, for the printed record.

        :return: list of ``{"label": str, "lines": key.account.handover.line}``
        :rtype: list
        """
        self.ensure_one()
        lines = self.env["key.account.handover.line"].search([("handover_id", "=", self.id)])
        by_kind = lines.sorted("sequence").grouped("kind")
        return [
            {"label": kind.label, "lines": by_kind[kind.key]}
            for kind in self._get_holding_kinds() if kind.key in by_kind
        ]

    def _get_audited_accounts(self):
        """Return the accounts whose names a print of the hand-over shows the user."""
        lines = self.env["key.account.handover.line"].search([("handover_id", "in", self.ids)])
        # sudo: only the level is asked, of accounts on lines that the user reads
        accounts = lines.account_id.sudo()
        return accounts.filtered(lambda account: account.confidentiality != "internal").sudo(False)

    def _follow_state(self, target):
        """Do what goes with a new state."""
        # the index of open hand-overs has to know before another one is made
        self.flush_recordset(["state"])
        # sudo: those who take the step may not see each line, nor write acceptances
        handovers = self.sudo()
        if target == "offered":
            handovers._ask_receivers()
        elif target in ("draft", "cancelled"):
            handovers.acceptance_ids.unlink()
            handovers._close_receiver_activities()
        elif target == "done":
            for handover in handovers:
                handover._execute()

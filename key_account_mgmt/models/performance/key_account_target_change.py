from odoo import api, fields, models
from odoo.exceptions import UserError

from ...calculations.grading import to_decimal
from ...calculations.split import split
from ..access.key_account_approval_mixin import Transition
from .key_account_target import TARGET_STATE


class KeyAccountTargetChange(models.Model):
    """How an approved target becomes another one: who asked, when, why, from what to what.

    A change is decided on like a target. Applied, it takes the parts along and the whole or the other
    parts, so that all still adds up; each target that moves gets its own row, which stays.
    """

    _name = "key.account.target.change"
    _description = "Key Account Target Change"
    _inherit = [
        "key.account.target.decision.mixin", "key.account.approval.mixin", "key.account.guard.mixin",
        "key.account.access.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_name = "target_id"

    _is_account_optional = True
    _is_audited = False
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "submitted"): Transition("submit", roles=("leader", "director")),
        ("submitted", "approved"): Transition("approve", step=2),
        ("submitted", "draft"): Transition("returned"),
        ("submitted", "rejected"): Transition("rejected"),
    }

    target_id = fields.Many2one(
        comodel_name="key.account.target", required=True, index=True, ondelete="cascade"
    )
    origin_id = fields.Many2one(
        comodel_name="key.account.target.change",
        string="Follows From",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The change of another target that moved this one, so that all still adds up.",
    )
    company_id = fields.Many2one(related="target_id.company_id", store=True, index=True)
    team_id = fields.Many2one(related="target_id.team_id", store=True, index="btree_not_null")
    level = fields.Selection(related="target_id.level", store=True)
    account_id = fields.Many2one(
        related="target_id.account_id", store=True, required=False, index="btree_not_null"
    )
    currency_id = fields.Many2one(related="target_id.currency_id")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Proposed By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        copy=False,
    )
    amount_before = fields.Monetary(string="Target Before", readonly=True, copy=False)
    challenge_before = fields.Monetary(readonly=True, copy=False)
    amount = fields.Monetary(
        string="New Target", compute="_compute_amounts", store=True, readonly=False, precompute=True
    )
    challenge_amount = fields.Monetary(
        string="New Challenge Target", compute="_compute_amounts", store=True, readonly=False, precompute=True
    )
    reason = fields.Text(required=True)
    balance = fields.Selection(
        selection=[("whole", "The whole changes by as much"), ("others", "The other parts take it up")],
        string="What Balances It",
        required=True,
        default="whole",
        help="The target is a part of another one, and the parts have to add up to it.",
    )
    is_after_start = fields.Boolean(
        string="Period Had Begun", readonly=True, copy=False, help="It was submitted after the first day."
    )
    applied_on = fields.Datetime(readonly=True, copy=False)
    affected_count = fields.Integer(
        compute="_compute_affected_count", string="Targets That Move", help="With this one."
    )
    state = fields.Selection(
        selection=[*TARGET_STATE, ("rejected", "Rejected")],
        required=True, default="draft", index=True, tracking=True, copy=False, group_expand=True,
    )

    _amounts = models.Constraint(
        "CHECK (COALESCE(amount, 0) >= 0 AND COALESCE(challenge_amount, 0) >= 0)",
        "A target is not negative: enter 0 where nothing is to be reached.",
    )
    _challenge = models.Constraint(
        "CHECK (COALESCE(challenge_amount, 0) = 0 OR challenge_amount >= amount)",
        "The challenge target lies below the target: raise it, or enter 0 for no challenge.",
    )

    # === COMPUTE METHODS === #

    @api.depends("target_id")
    def _compute_amounts(self):
        for change in self:
            change.amount = change.target_id.amount
            change.challenge_amount = change.target_id.challenge_amount

    @api.depends("target_id", "amount", "challenge_amount", "balance", "state")
    def _compute_affected_count(self):
        for change in self:
            is_open = change.state in ("draft", "submitted") and change.target_id
            change.affected_count = len(change._try_plan()) if is_open else 0

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        for change in changes.filtered(lambda change: not change.origin_id):
            if change.target_id.state != "approved":
                raise UserError(self.env._(
                    "%(target)s is not approved yet: change it directly, or have it sent back.",
                    target=change.target_id.display_name,
                ))
            change._note_before()
        return changes

    def write(self, vals):
        content = {"target_id", "amount", "challenge_amount", "reason", "balance"} & vals.keys()
        if content and not self.env.su and self.filtered(lambda change: change.state != "draft"):
            raise UserError(self.env._(
                "This change is under way or decided on, and is kept as it is: propose another one."
            ))
        result = super().write(vals)
        if vals.get("state") == "approved":
            for change in self.filtered(lambda change: not change.applied_on):
                change.sudo()._apply()  # sudo: who decides may otherwise only read the targets
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for change in self:
            # sudo: decisions keep it also where the user does not see them
            if change.state != "draft" or change.sudo().approval_ids:
                raise UserError(self.env._("What was proposed and decided is kept."))

    # === ACTION METHODS === #

    def action_submit(self):
        """Ask for the decision on the change."""
        self.check_access("write")
        for change in self:
            change._check_may_change()
            change._note_before()
            change._submit("submitted")
        return True

    def action_open_target(self):
        """Open the target that is changed."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account.target",
            "res_id": self.target_id.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "origin_id", "company_id", "team_id", "level", "account_id", "user_id", "amount_before",
            "challenge_before", "is_after_start", "applied_on",
        }

    def _get_barred_users(self):
        """Nobody decides on a change of his own target, nor of that of an account which he manages."""
        target = self.sudo().target_id  # sudo: an account that the user does not see
        return super()._get_barred_users() | target.user_id | target.account_id.manager_id

    def _note_before(self):
        """Keep from what the target is changed, and whether its period has begun."""
        self.ensure_one()
        target = self.target_id
        # sudo: set by the system
        self.sudo().write({
            "amount_before": target.amount,
            "challenge_before": target.challenge_amount,
            "is_after_start": target.date_from <= target.company_id._get_key_account_today(),
        })

    def _check_may_change(self):
        """Refuse what changes nothing, or touches targets on which a decision is waited for.

        :raise UserError: with what to do
        """
        self.ensure_one()
        target = self.target_id
        if target.state != "approved":
            raise UserError(self.env._("%(target)s is not approved yet.", target=target.display_name))
        if (self.amount, self.challenge_amount) == (target.amount, target.challenge_amount):
            raise UserError(self.env._("Enter another target or challenge target than before."))
        if not target.currency_id and (self.amount % 1 or self.challenge_amount % 1):
            raise UserError(self.env._("Visits and customers are counted: enter whole numbers."))
        self.sudo()._check_nothing_waits()  # sudo: all that moves

    def _check_nothing_waits(self):
        waiting = [target for target in self._plan() if target.state == "submitted"]
        if waiting:
            raise UserError(self.env._(
                "%(target)s would move with it and waits for a decision: have it decided first.",
                target=waiting[0].display_name,
            ))

    # === WHAT MOVES === #

    def _try_plan(self):
        """Return what would move, or nothing where the change is not possible as it is."""
        try:
            return self.sudo()._plan()  # sudo: parts that the user does not see move along
        except (UserError, ValueError):
            return {}

    def _plan(self):
        """Return the new amounts of every target that moves: {target: (target, challenge)}.

        :raise UserError: where parts of periods that are over already come to more
        """
        self.ensure_one()
        target = self.target_id
        amount, challenge = to_decimal(self.amount), to_decimal(self.challenge_amount)
        moved = self._rescale(target, amount, challenge)
        if not target.parent_id:
            return moved
        if self.balance == "others":
            whole = target.parent_id
            asked = to_decimal(whole.challenge_amount)
            return moved | self._divide(
                whole.child_ids - target, to_decimal(whole.amount) - amount, asked and asked - challenge
            )
        difference = amount - to_decimal(target.amount)
        beyond = challenge - to_decimal(target.challenge_amount)
        whole = target.parent_id
        while whole:
            new = to_decimal(whole.amount) + difference
            asked = to_decimal(whole.challenge_amount) + beyond if whole.challenge_amount else to_decimal(0)
            moved[whole] = (new, max(asked, new) if asked else asked)
            whole = whole.parent_id
        return moved

    def _rescale(self, target, amount, challenge):
        """Return the new amounts of a target and of all its parts."""
        moved = {target: (amount, challenge)}
        if target.child_ids:
            moved |= self._divide(target.child_ids, amount, challenge)
        return moved

    def _divide(self, parts, amount, challenge):
        """Divide new amounts among parts as they stand to each other; what is over stays as it was."""
        parts = parts.sorted(lambda part: (part.date_from, part.id))
        running = parts.filtered(lambda part: not part._is_over()) or parts
        over = parts - running
        rest = amount - sum(to_decimal(part.amount) for part in over)
        beyond = challenge - amount - sum(self._get_beyond(part) for part in over) if challenge else 0
        if rest < 0 or beyond < 0 or not running:
            raise UserError(self.env._(
                "The other parts, and those of periods that are over, leave no room for this: they come to "
                "more than is left to distribute."
            ))
        weights = [to_decimal(part.amount) for part in running]
        weights = weights if any(weights) else [1] * len(running)
        step = to_decimal(running[0]._get_step())
        extras = split(beyond, weights, step) if challenge else weights
        moved = {}
        for part, new, extra in zip(running, split(rest, weights, step), extras):
            moved |= self._rescale(part, new, new + extra if challenge else to_decimal(0))
        return moved

    @api.model
    def _get_beyond(self, part):
        """Return what a part's challenge asks beyond its target."""
        return max(to_decimal(part.challenge_amount) - to_decimal(part.amount), to_decimal(0))

    def _apply(self):
        """Write the new amounts, and a row for each target that moves with this one."""
        self.ensure_one()
        self._check_nothing_waits()
        now = fields.Datetime.now()
        moved = {
            target: new for target, new in self._plan().items()
            if new != (to_decimal(target.amount), to_decimal(target.challenge_amount))
        }
        today = self.company_id._get_key_account_today()
        self.create([
            {
                "target_id": target.id, "origin_id": self.id, "user_id": self.user_id.id,
                "amount_before": target.amount, "challenge_before": target.challenge_amount,
                "amount": float(amount), "challenge_amount": float(challenge), "reason": self.reason,
                "is_after_start": target.date_from <= today, "applied_on": now, "state": "approved",
            }
            for target, (amount, challenge) in moved.items() if target != self.target_id
        ])
        self.write({
            "applied_on": now, "amount_before": self.target_id.amount,
            "challenge_before": self.target_id.challenge_amount,
        })
        for target, (amount, challenge) in moved.items():
            target.write({"amount": float(amount), "challenge_amount": float(challenge)})

    def _check_created_in_state(self):
        """What follows from a decided change is decided with it."""
        return (self.env.su and self.origin_id) or super()._check_created_in_state()

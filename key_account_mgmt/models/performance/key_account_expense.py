from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..access.key_account_approval_mixin import Transition

EXPENSE_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("reviewed", "Reviewed"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
]
CONTENT = {
    "name", "date", "category_id", "team_id", "account_id", "visit_id", "amount", "currency_id", "company_id",
}


class KeyAccountExpense(models.Model):
    """What somebody spent for the department, perhaps on an account or for a visit (R5).

    The leader approves it, above the company's limit the director after him; nobody his own.
    """

    _name = "key.account.expense"
    _description = "Key Account Expense"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "key.account.access.mixin", "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"

    _is_account_optional = True
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "submitted"): Transition("submit"),
        ("submitted", "reviewed"): Transition("approve", step=1),
        ("submitted", "approved"): Transition("approve", step=1),
        ("reviewed", "approved"): Transition("approve", step=2),
        ("submitted", "draft"): Transition("returned"),
        ("reviewed", "draft"): Transition("returned"),
        ("submitted", "rejected"): Transition("rejected"),
        ("reviewed", "rejected"): Transition("rejected"),
        ("rejected", "draft"): Transition(),
    }

    name = fields.Char(string="What For", required=True, tracking=True)
    date = fields.Date(
        required=True, index=True, tracking=True,
        default=lambda self: self.env.company._get_key_account_today(),
    )
    year = fields.Integer(compute="_compute_year", store=True, precompute=True, index=True, aggregator=None)
    category_id = fields.Many2one(
        comodel_name="key.account.expense.category", required=True, index=True, ondelete="restrict",
        tracking=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Spent By",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    account_id = fields.Many2one(
        compute="_compute_account_id", store=True, readonly=False, precompute=True, required=False,
        index="btree_not_null",
    )
    visit_id = fields.Many2one(
        comodel_name="key.account.visit",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('account_id', '=?', account_id)]",
        help="The visit for which it was spent.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="Whose budget it is.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Monetary(required=True, tracking=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    company_amount = fields.Monetary(
        compute="_compute_company_amount", store=True, precompute=True,
        currency_field="company_currency_id", string="In Company Currency",
        help="At the rate of its day; this is what counts against the budget.",
    )
    state = fields.Selection(
        selection=EXPENSE_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    needs_director = fields.Boolean(
        string="Above the Limit", readonly=True, copy=False,
        help="When it was submitted it was above the limit: the director approves it after the leader.",
    )
    budget_amount = fields.Monetary(
        compute="_compute_budget", currency_field="company_currency_id", string="Budget of the Year"
    )
    budget_remaining = fields.Monetary(
        compute="_compute_budget", currency_field="company_currency_id", string="Remaining of the Budget",
        help="What is left when approved expenses are taken off, and this one where it is not among them.",
    )
    is_over_budget = fields.Boolean(compute="_compute_budget")
    can_write = fields.Boolean(compute="_compute_can_write")

    _amount_positive = models.Constraint("CHECK (amount > 0)", "Enter what was spent: more than 0.")

    # two people above the limit, one below it
    @property
    def _approval_steps(self):
        return ("leader", "director") if len(self) == 1 and self.needs_director else ("leader",)

    # === COMPUTE METHODS === #

    @api.depends("date")
    def _compute_year(self):
        for expense in self:
            expense.year = expense.date and expense.date.year

    @api.depends("visit_id")
    def _compute_account_id(self):
        for expense in self:
            expense.account_id = expense.visit_id.account_id or expense.account_id

    @api.depends("account_id", "user_id", "company_id")
    def _compute_team_id(self):
        for expense in self:
            expense.team_id = (
                expense.account_id.team_id or expense.team_id or expense._get_own_teams()[:1]
            )

    @api.depends("amount", "currency_id", "company_id", "date")
    def _compute_company_amount(self):
        for expense in self:
            home, day = expense.company_id.currency_id, expense.date
            expense.company_amount = (
                expense.amount if not expense.currency_id or not day or expense.currency_id == home
                else expense.currency_id._convert(expense.amount, home, expense.company_id, day)
            )

    @api.depends("team_id", "category_id", "year", "company_amount", "state")
    def _compute_budget(self):
        # sudo: whoever spends sees what is left of the budget, not the budget's record
        budgets = self.env["key.account.expense.budget"].sudo().search([
            ("team_id", "in", self.team_id.ids), ("category_id", "in", self.category_id.ids),
            ("year", "in", self.mapped("year")),
        ])
        known = {budget._get_key(): budget for budget in budgets}
        for expense in self:
            key = expense.company_id.id, expense.team_id.id, expense.year, expense.category_id.id
            budget = known.get(key)
            is_counted = expense.state == "approved"
            expense.budget_amount = budget.amount if budget else 0
            expense.budget_remaining = (budget.remaining_amount if budget else 0) - (
                0 if is_counted else expense.company_amount
            )
            expense.is_over_budget = expense.state != "rejected" and expense.budget_remaining < 0

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_can_write(self):
        written = self._origin._filtered_access("write")
        for expense in self:
            is_mine = not expense._origin or expense._origin in written
            expense.can_write = is_mine and expense.state == "draft"

    # === CONSTRAINT METHODS === #

    @api.constrains("date", "company_id")
    def _check_date(self):
        for expense in self:
            if expense.date > expense.company_id._get_key_account_today():
                raise ValidationError(self.env._("An expense was made today or before, not in the future."))

    @api.constrains("visit_id", "account_id")
    def _check_visit(self):
        for expense in self:
            # sudo: the account may be one that is not read any more
            if expense.visit_id and expense.sudo().visit_id.account_id != expense.account_id:
                raise ValidationError(self.env._(
                    "The visit is one to another key account: choose a visit of this account."
                ))

    @api.constrains("team_id", "account_id", "company_id", "user_id")
    def _check_team(self):
        for expense in self:
            # sudo: departments are the sales app's
            team, account = expense.sudo().team_id, expense.sudo().account_id
            if account and (account.company_id != expense.company_id or account.team_id != team):
                raise ValidationError(self.env._(
                    "An expense on an account is of the department and the company of that account."
                ))
            if not account and team not in expense._get_own_teams():
                raise ValidationError(self.env._(
                    "%(user)s does not belong to this department: choose one of his own.",
                    user=expense.user_id.name,
                ))

    @api.constrains("currency_id", "date", "company_id")
    def _check_rate(self):
        for expense in self:
            home = expense.company_id.currency_id
            # sudo: rates are only looked up
            has_rate = expense.currency_id == home or self.env["res.currency.rate"].sudo().search_count([
                ("currency_id", "=", expense.currency_id.id), ("name", "<=", expense.date),
                ("company_id", "in", (expense.company_id.root_id.id, False)),
            ], limit=1)
            if not has_rate:
                raise ValidationError(self.env._(
                    "There is no rate of %(currency)s for %(date)s: have it entered, or enter the amount in "
                    "%(home)s.",
                    currency=expense.currency_id.name, date=expense.date, home=home.name,
                ))

    # === CRUD METHODS === #

    def write(self, vals):
        if CONTENT & vals.keys() and not self.env.su:
            for expense in self.filtered(lambda expense: expense.state != "draft"):
                raise UserError(self.env._(
                    "%(expense)s is no draft any more: have it sent back before you change it.",
                    expense=expense.display_name,
                ))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        kept = self.filtered(lambda expense: expense.state != "draft" or expense.approval_ids)
        if kept and not self.env.su:
            raise UserError(self.env._("An expense that was once submitted is kept."))

    # === ACTION METHODS === #

    def action_submit(self):
        """Ask for the approval; the company's limit of today says by whom."""
        self.check_access("write")
        for expense in self:
            limit = expense.company_id.key_account_expense_limit
            # sudo: how many approve is not set by hand
            expense.sudo().needs_director = expense.company_currency_id.compare_amounts(
                expense.company_amount, limit
            ) > 0
            expense._submit("submitted")
        return True

    def action_reconsider(self):
        """Open a rejected expense again."""
        return self.write({"state": "draft"})

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "user_id", "year", "company_amount", "needs_director",
        }

    @api.model
    def _get_importable_fields(self, vals):
        # the rules refuse an expense in another one's name
        return super()._get_importable_fields(vals) | {"user_id"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "name", "date", "year", "category_id", "user_id", "account_id", "visit_id", "team_id",
            "company_id", "currency_id", "amount", "company_amount", "company_currency_id", "state",
            "needs_director", "is_over_budget", "can_approve", "waiting_for",
            "activity_ids", "activity_state", "activity_summary", "activity_type_id", "activity_type_icon",
            "activity_user_id", "activity_exception_decoration", "activity_exception_icon",
            "my_activity_date_deadline", "message_needaction",
        }

    def _get_own_teams(self):
        """Return the departments in which the person works or which he leads.

        :rtype: crm.team
        """
        self.ensure_one()
        # sudo: departments are the sales app's; only which are his is asked
        teams = self.env["crm.team"].sudo()
        at_home = Domain("company_id", "in", (self.company_id.id, False))
        user = self.user_id
        return (
            teams.search(at_home & Domain("crm_team_member_ids.user_id", "=", user.id))
            | teams.search(at_home & (
                Domain("user_id", "=", user.id) | Domain("key_account_acting_deputy_id", "=", user.id)
            ))
        ).sudo(False)

    def _get_barred_users(self):
        return super()._get_barred_users() | self.user_id

    def _get_approval_target(self, step):
        if self.state == "submitted":
            return "reviewed" if self.needs_director else "approved"
        return super()._get_approval_target(step)

    def _get_cannot_transition_reason(self, target):
        reason = super()._get_cannot_transition_reason(target)
        is_skipped = self.state == "submitted" and target == "approved" and self.needs_director
        return reason or (is_skipped and self.env._(
            "%(expense)s is above the limit: the director approves it after the leader.",
            expense=self.display_name,
        ))

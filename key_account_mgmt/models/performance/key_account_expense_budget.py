from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What counts as spent, and what is still being decided on.
SPENT_STATES = ("approved",)
PENDING_STATES = ("submitted", "reviewed")


class KeyAccountExpenseBudget(models.Model):
    """What a department may spend in a year on one category, and what it has spent (R5)."""

    _name = "key.account.expense.budget"
    _description = "Expense Budget"
    _inherit = ["mail.thread"]
    _order = "year desc, team_id, category_id"
    _check_company_auto = True

    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    year = fields.Integer(
        required=True,
        tracking=True,
        aggregator=None,
        default=lambda self: self.env.company._get_key_account_today().year,
    )
    category_id = fields.Many2one(
        comodel_name="key.account.expense.category", required=True, index=True, ondelete="restrict",
        tracking=True,
    )
    amount = fields.Monetary(string="Budget", required=True, tracking=True)
    spent_amount = fields.Monetary(compute="_compute_spent", string="Spent", help="Approved expenses.")
    pending_amount = fields.Monetary(
        compute="_compute_spent", string="Being Decided On", help="Submitted expenses that wait for approval."
    )
    remaining_amount = fields.Monetary(compute="_compute_spent", string="Remaining")
    spent_rate = fields.Float(compute="_compute_spent", string="Spent (%)", digits=(6, 2))
    is_exceeded = fields.Boolean(compute="_compute_spent")

    _amount_not_negative = models.Constraint("CHECK (amount >= 0)", "A budget is 0 or more.")
    _year_range = models.Constraint(
        "CHECK (year BETWEEN 2000 AND 2999)", "Enter the year with four digits, such as 2026."
    )
    _team_year_category_unique = models.UniqueIndex(
        "(team_id, company_id, year, category_id)",
        "The department has a budget for this category and year already: change that one.",
    )

    # === COMPUTE METHODS === #

    @api.depends("year", "team_id.name", "category_id.name")
    def _compute_display_name(self):
        for budget in self:
            budget.display_name = " ".join(filter(None, (
                str(budget.year or ""), budget.team_id.name, budget.category_id.name
            )))

    @api.depends("team_id", "year", "category_id", "amount")
    def _compute_spent(self):
        sums = self._sum_expenses()
        for budget in self:
            found = sums.get(budget._get_key(), {})
            budget.spent_amount = sum(found.get(state, 0) for state in SPENT_STATES)
            budget.pending_amount = sum(found.get(state, 0) for state in PENDING_STATES)
            budget.remaining_amount = budget.amount - budget.spent_amount
            budget.spent_rate = budget.amount and 100 * budget.spent_amount / budget.amount
            budget.is_exceeded = budget.currency_id.compare_amounts(budget.spent_amount, budget.amount) > 0

    # === CONSTRAINT METHODS === #

    @api.constrains("team_id", "company_id")
    def _check_team_company(self):
        for budget in self:
            if budget.team_id.company_id and budget.team_id.company_id != budget.company_id:
                raise ValidationError(self.env._("The department belongs to another company."))

    # === BUSINESS METHODS === #

    def _get_key(self):
        return self.company_id.id, self.team_id.id, self.year, self.category_id.id

    def _sum_expenses(self):
        """Return what was entered against these budgets, by one query.

        :return: {(company id, team id, year, category id): {state: amount in company currency}}
        :rtype: dict
        """
        # sudo: a total, also of expenses on accounts that its reader does not see
        groups = self.env["key.account.expense"].sudo()._read_group(
            [("company_id", "in", self.company_id.ids), ("team_id", "in", self.team_id.ids),
             ("category_id", "in", self.category_id.ids), ("year", "in", self.mapped("year"))],
            ["company_id", "team_id", "year", "category_id", "state"], ["company_amount:sum"],
        )
        sums = {}
        for company, team, year, category, state, amount in groups:
            sums.setdefault((company.id, team.id, year, category.id), {})[state] = amount
        return sums

    # === ACTION METHODS === #

    def action_open_expenses(self):
        """Open the approved expenses that are counted; the user's own rights apply."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("key_account_mgmt.key_account_expense_action")
        return action | {
            "domain": [
                ("company_id", "=", self.company_id.id), ("team_id", "=", self.team_id.id),
                ("category_id", "=", self.category_id.id), ("year", "=", self.year),
                ("state", "in", SPENT_STATES),
            ],
            "context": {},
            "display_name": f"{action['name']}: {self.display_name}",
        }

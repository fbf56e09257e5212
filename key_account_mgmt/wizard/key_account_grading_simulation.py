from decimal import Decimal
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..calculations.grading import change_of, grade_for, share, to_decimal


class KeyAccountGradingSimulation(models.TransientModel):
    """What if A started at 3 %: who would move, and the revenue of each grade. Saves nothing."""

    _name = "key.account.grading.simulation"
    _description = "Grading Simulation"

    scheme_id = fields.Many2one(
        comodel_name="key.account.grading.scheme",
        required=True,
        domain="[('method', 'in', ('share', 'amount', 'score'))]",
        default=lambda self: self.env.company.key_account_scheme_id,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_to = fields.Date(
        string="Until",
        required=True,
        default=lambda self: self.env.company._get_key_account_today(),
    )
    total_amount = fields.Monetary(string="Sales of the Company", readonly=True)
    is_done = fields.Boolean()
    grade_line_ids = fields.One2many(
        comodel_name="key.account.grading.simulation.grade",
        inverse_name="simulation_id",
        compute="_compute_grade_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    mover_ids = fields.One2many(
        comodel_name="key.account.grading.simulation.mover", inverse_name="simulation_id"
    )
    mover_count = fields.Integer(compute="_compute_mover_count")

    @api.depends("scheme_id")
    def _compute_grade_line_ids(self):
        for simulation in self:
            grades = simulation.scheme_id.grade_ids.sorted(lambda grade: (grade.sequence, grade.id))
            simulation.is_done = False
            simulation.grade_line_ids = [fields.Command.clear()] + [
                fields.Command.create({"grade_id": grade.id, "new_threshold": grade.threshold})
                for grade in grades
            ]

    @api.depends("mover_ids")
    def _compute_mover_count(self):
        for simulation in self:
            simulation.mover_count = len(simulation.mover_ids)

    # === ACTION METHODS === #

    def action_simulate(self):
        """Grade every customer twice, by today's thresholds and by the others, and compare."""
        self.ensure_one()
        new_bounds = self.grade_line_ids.mapped("new_threshold")
        if any(better <= worse for better, worse in pairwise(new_bounds)):
            raise UserError(self.env._("Each grade has to start below the one before it."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose a company that you work for."))
        if self.scheme_id.method == "manual":
            raise UserError(self.env._("What people judge cannot be simulated."))
        values, total = self._get_values()
        outcomes = self._compare(values)
        self._fill(outcomes, total)
        return self._get_form_action()

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
            "name": self.env._("What If"),
        }

    # === BUSINESS METHODS === #

    def _get_values(self):
        """Return what the thresholds are compared with, for every customer.

        :return: ({partner id: (value, amount, has potential)}, total)
        :rtype: tuple
        """
        scheme = self.scheme_id
        # sudo: as a run does, over all customers; only sums and visible names come out of it
        run = self.env["key.account.grading.run"].sudo().new({
            "company_id": self.company_id.id,
            "scheme_id": scheme.id,
            "date_to": self.date_to,
            "date_from": scheme._get_window(self.date_to),
            "method": scheme.method,
            "basis": scheme.basis,
            "tax_included": scheme.tax_included,
            "include_history": scheme.include_history,
            "all_companies": scheme.all_companies,
        })
        sales = run._get_sales()
        total = sum((amount for amount, _history, _count in sales.values()), Decimal(0))
        run._check_ledger(sales, total)
        holders = run._get_holders()
        scores = run._get_scores(sales, holders) if scheme.method == "score" else {}
        values = {}
        for partner_id, (amount, _history, _count) in sales.items():
            holder = holders.get(partner_id)
            value = {
                "share": share(amount, total) if total > 0 else Decimal(0),
                "amount": amount,
                "score": scores.get(partner_id),
            }[scheme.method]
            values[partner_id] = (value, amount, bool(holder and holder.has_potential))
        return values, total

    def _compare(self, values):
        """Return each customer's grade by the old and by the new thresholds.

        :return: [(partner id, amount, old grade id, new grade id)]
        :rtype: list
        """
        lines = self.grade_line_ids
        bounds = {
            (is_new, potential): [
                (to_decimal(line.new_threshold if is_new else line.threshold), line.grade_id.id)
                for line in lines
                if potential or not line.grade_id.needs_growth_potential
            ]
            for is_new in (False, True)
            for potential in (False, True)
        }
        return [
            (
                partner_id,
                amount,
                grade_for(value, bounds[False, potential]),
                grade_for(value, bounds[True, potential]),
            )
            for partner_id, (value, amount, potential) in values.items()
        ]

    def _fill(self, outcomes, total):
        ranks = {line.grade_id.id: rank for rank, line in enumerate(self.grade_line_ids)}
        for line in self.grade_line_ids:
            old = [amount for _p, amount, before, _after in outcomes if before == line.grade_id.id]
            new = [amount for _p, amount, _before, after in outcomes if after == line.grade_id.id]
            line.write({
                "customer_count": len(old),
                "new_customer_count": len(new),
                "sales_amount": float(sum(old)),
                "new_sales_amount": float(sum(new)),
            })
        moved = [item for item in outcomes if item[2] != item[3]]
        # customers that are hidden from the user count in the sums and are not named
        visible = set(self.env["res.partner"].search([("id", "in", [item[0] for item in moved])]).ids)
        visible -= self._get_hidden_partner_ids()
        self.mover_ids = [fields.Command.clear()] + [
            fields.Command.create({
                "partner_id": partner_id,
                "sales_amount": float(amount),
                "grade_id": before,
                "new_grade_id": after,
                "change": change_of(ranks.get(before), ranks.get(after)),
            })
            for partner_id, amount, before, after in sorted(moved, key=lambda item: -item[1])
            if partner_id in visible
        ]
        self.write({"total_amount": float(total), "is_done": True})

    def _get_hidden_partner_ids(self):
        """Return the customers whose accounts the user may not see."""
        accounts = self.env["key.account"].with_context(active_test=False)
        in_company = [("company_id", "=", self.company_id.id)]
        seen = accounts.search(in_company).ids
        # sudo: to know what not to show
        hidden = accounts.sudo().search([*in_company, ("id", "not in", seen)])
        return set(hidden.partner_id.ids)


class KeyAccountGradingSimulationGrade(models.TransientModel):
    """A grade with another threshold, and what it would hold."""

    _name = "key.account.grading.simulation.grade"
    _description = "Grade of a Grading Simulation"
    _order = "sequence, id"

    simulation_id = fields.Many2one(
        comodel_name="key.account.grading.simulation", required=True, ondelete="cascade"
    )
    grade_id = fields.Many2one(comodel_name="key.account.grade", required=True, ondelete="cascade")
    sequence = fields.Integer(related="grade_id.sequence", store=True)
    threshold = fields.Float(related="grade_id.threshold")
    new_threshold = fields.Float(string="What If It Started At", digits=(16, 2))
    currency_id = fields.Many2one(related="simulation_id.currency_id")
    customer_count = fields.Integer(string="Customers", readonly=True)
    new_customer_count = fields.Integer(string="Customers Then", readonly=True)
    sales_amount = fields.Monetary(string="Sales", readonly=True)
    new_sales_amount = fields.Monetary(string="Sales Then", readonly=True)


class KeyAccountGradingSimulationMover(models.TransientModel):
    """A customer that would change its grade."""

    _name = "key.account.grading.simulation.mover"
    _description = "Mover in a Grading Simulation"
    _order = "sales_amount desc, id"

    simulation_id = fields.Many2one(
        comodel_name="key.account.grading.simulation", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="simulation_id.currency_id")
    sales_amount = fields.Monetary(string="Sales")
    grade_id = fields.Many2one(
        comodel_name="key.account.grade", ondelete="cascade"
    )
    new_grade_id = fields.Many2one(
        comodel_name="key.account.grade", string="Grade Then", ondelete="cascade"
    )
    change = fields.Selection(
        selection=lambda self: self.env["key.account.assessment"]._fields["change"]
        ._description_selection(self.env)
    )

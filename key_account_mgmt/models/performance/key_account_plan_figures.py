from odoo import api, fields, models

from ...calculations import reporting
from ..service.key_account_visit import HELD_STATES

NOTHING = {
    "order_count": 0, "ordered": 0, "invoiced": 0, "collected": 0, "open": 0, "visit_count": 0,
    "complaint_count": 0, "satisfaction": 0, "satisfaction_count": 0,
}


class KeyAccountPlan(models.Model):
    """What the system fills in: the period's figures as they are now, and what the print shows."""

    _inherit = "key.account.plan"

    order_count = fields.Integer(compute="_compute_figures", string="Orders")
    ordered_amount = fields.Monetary(compute="_compute_figures", string="Ordered", help="Untaxed.")
    invoiced_amount = fields.Monetary(compute="_compute_figures", string="Invoiced", help="Untaxed.")
    collected_amount = fields.Monetary(
        compute="_compute_figures",
        string="Collected",
        help="Untaxed, in proportion; also of invoices from before.",
    )
    open_amount = fields.Monetary(
        compute="_compute_figures",
        string="Still Open",
        help="What is not paid yet of the invoices of the period, with tax.",
    )
    visit_count = fields.Integer(compute="_compute_figures", string="Visits")
    complaint_count = fields.Integer(compute="_compute_figures", string="Complaints")
    satisfaction_score = fields.Float(
        compute="_compute_figures", string="Satisfaction", digits=(5, 2), help="The mean of the answers."
    )
    satisfaction_count = fields.Integer(compute="_compute_figures", string="Answers")

    # === COMPUTE METHODS === #

    @api.depends("account_id", "date_from", "date_to")
    def _compute_figures(self):
        for (first, last), plans in self.grouped(lambda plan: (plan.date_from, plan.date_to)).items():
            figures = plans._get_figures(first, last) if first else {}
            for plan in plans:
                own = figures.get(plan.account_id.id, NOTHING)
                plan.order_count = own["order_count"]
                plan.ordered_amount = own["ordered"]
                plan.invoiced_amount = own["invoiced"]
                plan.collected_amount = own["collected"]
                plan.open_amount = own["open"]
                plan.visit_count = own["visit_count"]
                plan.complaint_count = own["complaint_count"]
                plan.satisfaction_score = own["satisfaction"]
                plan.satisfaction_count = own["satisfaction_count"]

    # === BUSINESS METHODS === #

    def _get_figures(self, date_from, date_to):
        """Return what the accounts of these plans did in a period; four queries for any number of them.

        :param datetime.date date_from: its first day
        :param datetime.date date_to: its last day
        :return: {account id: {name of :data:`NOTHING`: number}}
        :rtype: dict
        """
        accounts = self.account_id
        figures = {account.id: dict(NOTHING) for account in accounts}
        mine = [("account_id", "in", accounts.ids)]
        within = [("date", ">=", date_from), ("date", "<=", date_to)]
        # sudo: totals over the customer's documents, whoever wrote them
        sums = self.env["key.account.ledger.entry"].sudo()._read_group(
            [*mine, *within], ["account_id", "kind"], ["amount:sum", "residual:sum", "__count"]
        )
        for account, kind, amount, residual, count in sums:
            own = figures[account.id]
            own[kind] = amount
            if kind == "ordered":
                own["order_count"] = count
            elif kind == "invoiced":
                own["open"] = residual
        # sudo: numbers alone, of an account that the user sees
        visits = self.env["key.account.visit"].sudo()._read_group(
            [*mine, *within, ("state", "in", HELD_STATES)], ["account_id"], ["__count"]
        )
        # sudo: as above
        answers = self.env["key.account.satisfaction"].sudo()._read_group(
            [*mine, ("has_score", "=", True), ("answer_date", ">=", date_from),
             ("answer_date", "<=", date_to)],
            ["account_id"], ["score:avg", "__count"],
        )
        for account, count in visits:
            figures[account.id]["visit_count"] = count
        for account, count in self._count_complaints(accounts, date_from, date_to):
            figures[account.id]["complaint_count"] = count
        for account, score, count in answers:
            figures[account.id] |= {"satisfaction": score, "satisfaction_count": count}
        return figures

    @api.model
    def _count_complaints(self, accounts, date_from, date_to):
        """Yield (account, number) of the complaints that came in on the days of each account's company."""
        for company, own in accounts.grouped("company_id").items():
            start, end = company._get_key_account_utc_bounds(date_from, date_to)
            # sudo: as above
            yield from self.env["key.account.complaint"].sudo()._read_group(
                [("account_id", "in", own.ids), ("state", "!=", "cancelled"),
                 ("received_on", ">=", start), ("received_on", "<", end)],
                ["account_id"], ["__count"],
            )

    def _get_operating_parts(self):
        """Return what the print shows beside the texts: figures, and what has happened in the period.

        :return: the figures of this period and of the one before, and records by what they are
        :rtype: dict
        """
        self.ensure_one()
        first, last = self.date_from, self.date_to
        before = reporting.get_period(self.kind, fields.Date.subtract(first, days=1))
        account = self.account_id

        def is_within(day):
            return day and first <= day <= last

        def overlaps(record):
            return (not record.date_from or record.date_from <= last) and (
                not record.date_to or record.date_to >= first
            )

        return {
            "quarters": [
                {"label": reporting.get_label(self.kind, days[0]), **self._get_figures(*days)[account.id]}
                for days in ((first, last), before)
            ],
            "insights": account.insight_ids.filtered(lambda insight: is_within(insight.date)),
            "projects": account.project_ids.filtered(overlaps),
            "agreements": account.agreement_ids.filtered(overlaps),
            "people": account.stakeholder_ids.filtered(lambda person: is_within(person.last_met_date)),
            "owners": account.ownership_history_ids.filtered(lambda owner: is_within(owner.date_from)),
            "activities": account.activity_ids.sorted("date_deadline"),
        }

from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError

from ...calculations.grading import (
    change_of,
    grade_for,
    points_for,
    round_half_up,
    share,
    to_decimal,
    weighted_score,
)
from .key_account_ledger_entry import Totals

ZERO = Decimal(0)
# What a review proposes; one that loses its grade is left to people to judge.
PROPOSED_VERDICTS = {"up": "keep", "same": "keep", "new": "keep", "down": "intensify"}

NO_SALES = (ZERO, ZERO, 0)


class Holder(NamedTuple):
    """What a run has to know of a customer that has an account."""

    account_id: int
    team_id: int | None
    state: str
    has_potential: bool
    purchase_volume: Decimal
    grade_id: int | None = None
    exception: tuple | None = None  # (reason, until, asked by, approved by)


class Row(NamedTuple):
    """One assessment to be written."""

    partner_id: int
    sales: tuple  # (amount, history amount, count)
    share: Decimal | None
    score: Decimal | None
    proposed: int | None
    final: int | None
    change: str | None
    holder: Holder | None
    parts: tuple = ()  # (dimension id, weight, points, value) of a score


class KeyAccountGradingRun(models.Model):
    """Computing: a grouped query a source, and plain arithmetic (see also measure, explain, write)."""

    _inherit = "key.account.grading.run"

    def _compute_assessments(self):
        """Grade every customer of the company anew and write the rows.

        :raise UserError: when the scheme is incomplete, or there is nothing to grade
        """
        self.ensure_one()
        self.scheme_id._check_usable()
        # sudo: a run counts all customers, also those that its preparer may not see
        run = self.sudo()
        given_points = run._get_given_points()
        entered = run._get_entered()
        run.assessment_ids.unlink()
        run._keep_scheme()
        sales = run._get_sales()
        total = sum((amount for amount, _history, _count in sales.values()), Decimal(0))
        run._check_ledger(sales, total)
        holders = run._get_holders()
        rows = run._grade_customers(sales, total, holders, given_points)
        if run.account_ids:
            chosen = set(run.account_ids.partner_id.ids)
            rows = [row for row in rows if row.partner_id in chosen]
        run.write({
            "computed_on": fields.Datetime.now(),
            "total_amount": float(total),
            "customer_count": len(sales),
        })
        run._insert_assessments(rows, total)
        run._restore_entered(entered)

    # === WHAT IS KEPT OF THE SCHEME === #

    def _keep_scheme(self):
        """Copy what the run is computed with, so that changing the scheme never rewrites it."""
        scheme = self.scheme_id
        self.grade_line_ids.unlink()
        self.write({
            "date_from": scheme._get_window(self.date_to),
            "method": scheme.method,
            "target": scheme.target,
            "basis": scheme.basis,
            "tax_included": scheme.tax_included,
            "include_history": scheme.include_history,
            "all_companies": scheme.all_companies,
            "grade_line_ids": [
                fields.Command.create({
                    "grade_id": grade.id,
                    "sequence": index,
                    "code": grade.code,
                    "threshold": grade.threshold,
                    "needs_growth_potential": grade.needs_growth_potential,
                })
                for index, grade in enumerate(scheme.grade_ids.sorted(lambda g: (g.sequence, g.id)))
            ],
        })

    def _get_thresholds(self, has_potential):
        """Return the thresholds that the run was computed with, from the best grade to the last.

        :param bool has_potential: whether grades for customers with growth potential are open
        :return: ``(Decimal threshold, grade id)``
        :rtype: list
        """
        return [
            (to_decimal(line.threshold), line.grade_id.id)
            # sudo: whoever gives points need not see the sums of the run
            for line in self.sudo().grade_line_ids.sorted("sequence")
            if has_potential or not line.needs_growth_potential
        ]

    # === THE LEDGER === #

    def _get_companies(self):
        if not self.all_companies:
            return self.company_id.sudo()  # sudo: its time zone is read from its calendar
        # sudo: a scheme may sum over companies that the user does not work for
        return self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all

    def _sum_ledger(self, kind, date_from, date_to, **options):
        # sudo: a run counts every customer's documents
        return self.env["key.account.ledger.entry"].sudo()._sum_by_customer(
            kind, self._get_companies(), self.currency_id, date_from, date_to,
            tax_included=self.tax_included, **options,
        )

    def _get_sales(self, partner_ids=None):
        """Return each customer's sales of the period, rounded once per customer.

        :param list partner_ids: only these commercial partners
        :return: {partner id: (amount, of which history, number of documents)}
        :rtype: dict
        """
        step = to_decimal(self.currency_id.rounding)
        period = (self.date_from, self.date_to)
        ledger = self._sum_ledger(self.basis or "ordered", *period, partner_ids=partner_ids)
        history = (
            self._sum_ledger("history", *period, partner_ids=partner_ids) if self.include_history else {}
        )
        sales = {
            partner_id: (round_half_up(found.amount, step), ZERO, found.count)
            for partner_id, found in ledger.items()
        }
        for partner_id, past in history.items():
            found = ledger.get(partner_id, Totals()).plus(past)
            sales[partner_id] = (
                round_half_up(found.amount, step), round_half_up(past.amount, step), found.count
            )
        return sales

    def _check_ledger(self, sales, total):
        """Refuse to grade by nothing: an empty ledger would throw everybody out."""
        if self.method == "manual":
            return
        if not sales or (self.method == "share" and total <= 0):
            raise UserError(self.env._(
                "There are no sales of %(company)s from %(date_from)s to %(date_to)s, so there is "
                "nothing to grade by. Check the period, the basis of the scheme, and whether past sales "
                "have been imported.",
                company=self.company_id.name,
                date_from=self.date_from or self.env._("the beginning"),
                date_to=self.date_to,
            ))

    # === WHO HOLDS WHAT === #

    def _get_holders(self):
        """Return what is known of the customers with an account in this company.

        :return: {partner id: Holder}
        :rtype: dict
        """
        accounts = self.env["key.account"].with_context(active_test=False).search_fetch(
            [("company_id", "=", self.company_id.id)],
            ["partner_id", "team_id", "state", "has_growth_potential", "purchase_volume"],
        )
        day = max(self.date_to, self.company_id._get_key_account_today())
        histories = self.env["key.account.grade.history"]._get_grades_on(accounts, self.scheme_id, day)
        exceptions = self._get_exceptions(histories)
        return {
            account.partner_id.id: Holder(
                account.id,
                account.team_id.id or None,
                account.state,
                account.has_growth_potential,
                to_decimal(account.purchase_volume or 0),
                histories[account.id].grade_id.id or None if account.id in histories else None,
                exceptions.get(account.id),
            )
            for account in accounts
        }

    def _get_exceptions(self, histories):
        """Return the exceptions that still hold on the run's last day, by account."""
        valid = [
            history for history in histories.values()
            if history.valid_until and history.valid_until >= self.date_to
        ]
        origins = self.env["key.account.assessment"].search([
            ("run_id", "in", [history.run_id.id for history in valid]),
            ("account_id", "in", [history.account_id.id for history in valid]),
        ])
        by_account = {(row.run_id.id, row.account_id.id): row for row in origins}
        result = {}
        for history in valid:
            row = by_account.get((history.run_id.id, history.account_id.id))
            if row:
                result[history.account_id.id] = (
                    row.override_reason, history.valid_until,
                    row.override_user_id.id, row.override_approver_id.id,
                )
        return result

    def _get_given_points(self):
        """Return the points that assessors gave before, to keep them when computing anew."""
        lines = self.assessment_ids.line_ids.filtered(
            lambda line: line.metric == "assessor" and line.has_points
        )
        return {
            (line.assessment_id.partner_id.id, line.dimension_id.id): to_decimal(line.points)
            for line in lines
        }

    def _get_entered(self):
        """Return what people have entered on the rows, to keep it when computing anew.

        :return: {partner id: values}
        :rtype: dict
        """
        entered = {}
        ranks = self.scheme_id.grade_ids._get_ranks()
        for row in self.assessment_ids:
            found = change_of(ranks.get(row.current_grade_id.id), ranks.get(row.proposed_grade_id.id))
            is_own_verdict = row.review_decision != PROPOSED_VERDICTS.get(found)
            vals = {"comment": row.comment, "review_decision": is_own_verdict and row.review_decision}
            if row.override_reason or (self.method == "manual" and row.final_grade_id):
                vals |= {
                    "final_grade_id": row.final_grade_id.id,
                    "override_reason": row.override_reason,
                    "override_until": row.override_until,
                    "override_user_id": row.override_user_id.id,
                }
            if any(vals.values()):
                entered[row.partner_id.id] = {name: value for name, value in vals.items() if value}
        return entered

    def _restore_entered(self, entered):
        rows = self.env["key.account.assessment"].search([
            ("run_id", "=", self.id), ("partner_id", "in", list(entered)),
        ]) if entered else self.env["key.account.assessment"]
        for row in rows:
            row.write(entered[row.partner_id.id])
        rows._refresh_change()

    # === GRADING === #

    def _grade_customers(self, sales, total, holders, given_points):
        """Return the rows of those who reach a grade or hold one.

        :param dict sales: see :meth:`_get_sales`
        :param Decimal total: the company's sales
        :param dict holders: see :meth:`_get_holders`
        :param dict given_points: {(partner id, dimension id): Decimal} by assessors
        :rtype: list
        """
        ranks = {line.grade_id.id: rank for rank, line in enumerate(self.grade_line_ids.sorted("sequence"))}
        thresholds = {flag: self._get_thresholds(flag) for flag in (False, True)}
        is_manual, is_score = self.method == "manual", self.method == "score"
        get_value = self._get_value_function(total)
        partner_ids = holders.keys() if is_manual else sales.keys() | holders.keys()
        parts = self._get_score_parts(partner_ids, sales, holders, given_points)
        rows = []
        for partner_id in sorted(partner_ids):
            holder = holders.get(partner_id)
            figures = sales.get(partner_id, NO_SALES)
            sides = parts.get(partner_id, ())
            value = get_value(figures[0], sides)
            current = holder.grade_id if holder else None
            proposed = current if is_manual else grade_for(
                value, thresholds[bool(holder and holder.has_potential)]
            )
            final = current if holder and holder.exception else proposed
            if final is None and not self._is_assessed_anyway(holder):
                continue
            rows.append(Row(
                partner_id, figures, share(figures[0], total) if total > 0 else None,
                value if is_score else None, proposed, final,
                change_of(ranks.get(current), ranks.get(final)), holder, tuple(side[:4] for side in sides),
            ))
        return rows

    def _get_value_function(self, total):
        """Return the function of amount and dimensions that gives what thresholds are compared with."""
        return {
            "share": lambda amount, _sides: share(amount, total),
            "score": lambda _amount, sides: weighted_score([(side[1], side[2], side[4]) for side in sides]),
        }.get(self.method, lambda amount, _sides: amount)

    def _is_assessed_anyway(self, holder):
        """Return whether a customer without a grade gets a row all the same: holders of a grade do,
        and where people judge, every account that is not out of the question."""
        if holder is None:
            return False
        if holder.grade_id or (self.kind == "review" and holder.state in ("active", "suspended")):
            return True
        return self.method in ("manual", "score") and holder.state not in ("ended", "rejected")

    def _get_score_parts(self, partner_ids, sales, holders, given_points):
        """Return the measured values and points of each customer's dimensions.

        :return: {partner id: [(dimension id, weight, points, value, skipped without data)]}
        """
        if self.method != "score":
            return {}
        dimensions = [
            (
                dimension.id, dimension.metric, to_decimal(dimension.weight),
                [(to_decimal(band.lower), to_decimal(band.points)) for band in dimension.band_ids],
                dimension.is_skipped_without_data,
            )
            for dimension in self.scheme_id.dimension_ids
        ]
        values = self._get_metric_values({item[1] for item in dimensions}, partner_ids, sales, holders)
        result = {}
        for partner_id in partner_ids:
            parts = result[partner_id] = []
            for dimension_id, metric, weight, bands, skip in dimensions:
                value = values.get(metric, {}).get(partner_id)
                if metric == "assessor":
                    points = given_points.get((partner_id, dimension_id))
                else:
                    points = points_for(value, bands)
                parts.append((dimension_id, weight, points, value, skip))
        return result

    def _get_scores(self, sales, holders):
        """Return every customer's score, without the points that assessors have yet to give.

        :rtype: dict
        """
        parts = self._get_score_parts(sales.keys() | holders.keys(), sales, holders, {})
        return {
            partner_id: weighted_score([
                (weight, points, skip) for _id, weight, points, _value, skip in sides
            ])
            for partner_id, sides in parts.items()
        }

import json
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...calculations.grading import (
    change_of,
    grade_for,
    growth,
    order_interval,
    points_for,
    ratio,
    round_half_up,
    share,
    to_decimal,
    weighted_score,
    years_between,
)
from .key_account_ledger_entry import Totals

NO_SALES = (Decimal(0), Decimal(0), 0)


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
    """Computing: a grouped query a source, plain arithmetic, and one INSERT for all rows."""

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
        comments = {row.partner_id.id: row.comment for row in run.assessment_ids if row.comment}
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
        run._insert_assessments(rows, total, comments)
        run._fill_grade_lines(rows, total)

    # === WHAT IS KEPT OF THE SCHEME === #

    def _keep_scheme(self):
        """Copy what the run is computed with, so that changing the scheme never rewrites it."""
        scheme = self.scheme_id
        self.grade_line_ids.unlink()
        self.write({
            "date_from": scheme._get_window(self.date_to),
            "method": scheme.method,
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
            for line in self.sudo().grade_line_ids.sorted("sequence")
            if has_potential or not line.needs_growth_potential
        ]

    # === THE LEDGER === #

    def _get_companies(self):
        # sudo: a scheme may sum over companies that the user does not work for
        return self.env["res.company"].sudo().search([]) if self.all_companies else self.company_id.sudo()

    def _sum_ledger(self, kind, date_from, date_to, **options):
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
        nothing = Totals()
        return {
            partner_id: (
                round_half_up(
                    ledger.get(partner_id, nothing).amount + history.get(partner_id, nothing).amount, step
                ),
                round_half_up(history.get(partner_id, nothing).amount, step),
                ledger.get(partner_id, nothing).count + history.get(partner_id, nothing).count,
            )
            for partner_id in ledger.keys() | history.keys()
        }

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
        partner_ids = holders.keys() if self.method == "manual" else sales.keys() | holders.keys()
        parts = self._get_score_parts(partner_ids, sales, holders, given_points)
        rows = []
        for partner_id in sorted(partner_ids):
            holder = holders.get(partner_id)
            figures = sales.get(partner_id, NO_SALES)
            part = share(figures[0], total) if total > 0 else None
            score = None
            if self.method == "score":
                score = weighted_score([
                    (weight, points, skip) for _id, weight, points, _value, skip in parts[partner_id]
                ])
            value = {"share": part, "amount": figures[0], "score": score}.get(self.method)
            current = holder.grade_id if holder else None
            if self.method == "manual":
                proposed = current
            else:
                proposed = grade_for(value, thresholds[bool(holder and holder.has_potential)])
            final = holder.grade_id if holder and holder.exception else proposed
            if final is None and not self._is_assessed_anyway(holder):
                continue
            change = change_of(ranks.get(current), ranks.get(final))
            rows.append(Row(
                partner_id, figures, part, score, proposed, final, change, holder,
                tuple(item[:4] for item in parts.get(partner_id, ())),
            ))
        return rows

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

    def _get_metric_values(self, metrics, partner_ids, sales, holders):
        """Measure the customers: a grouped query where one is needed, none for each customer.

        A layer that measures more adds its metrics here. What is not measured gives no points.

        :param set metrics: names of metrics of ``key.account.grading.dimension``
        :param partner_ids: the customers
        :return: {metric: {partner id: Decimal or None}}
        :rtype: dict
        """
        values = {}
        if "sales" in metrics:
            values["sales"] = {
                partner_id: sales.get(partner_id, NO_SALES)[0] for partner_id in partner_ids
            }
        if "order_count" in metrics:
            values["order_count"] = {
                partner_id: Decimal(sales.get(partner_id, NO_SALES)[2]) for partner_id in partner_ids
            }
        if "wallet_share" in metrics:
            values["wallet_share"] = {
                partner_id: ratio(sales.get(partner_id, NO_SALES)[0], holder.purchase_volume)
                for partner_id, holder in holders.items()
            }
        if "growth" in metrics and self.date_from:
            values["growth"] = self._measure_growth(partner_ids, sales)
        if "collection_rate" in metrics:
            values["collection_rate"] = self._measure_collection(partner_ids)
        if {"order_interval", "years"} & metrics:
            values |= self._measure_days()
        return values

    def _measure_growth(self, partner_ids, sales):
        length = (self.date_to - self.date_from).days
        date_to = fields.Date.subtract(self.date_from, days=1)
        date_from = fields.Date.subtract(date_to, days=length)
        before = self._sum_ledger(self.basis, date_from, date_to)
        if self.include_history:
            for partner_id, totals in self._sum_ledger("history", date_from, date_to).items():
                before[partner_id] = before.get(partner_id, Totals()).plus(totals)
        return {
            partner_id: growth(
                sales.get(partner_id, NO_SALES)[0], before.get(partner_id, Totals()).amount
            )
            for partner_id in partner_ids
        }

    def _measure_collection(self, partner_ids):
        period = (self.date_from, self.date_to)
        invoiced = self._sum_ledger("invoiced", *period)
        collected = self._sum_ledger("collected", *period)
        nothing = Totals()
        return {
            partner_id: ratio(
                collected.get(partner_id, nothing).amount, invoiced.get(partner_id, nothing).amount
            )
            for partner_id in partner_ids
        }

    def _measure_days(self):
        """Return the rhythm of orders in the period, and the years since the very first one."""
        kinds = ["ordered", "history"] if self.include_history else ["ordered"]
        period, ever = {}, {}
        for kind in kinds:
            for totals, date_from in ((period, self.date_from), (ever, False)):
                for partner_id, found in self._sum_ledger(
                    kind, date_from, self.date_to, with_days=True
                ).items():
                    totals[partner_id] = totals.get(partner_id, Totals()).plus(found)
        return {
            "order_interval": {
                partner_id: order_interval(found.first, found.last, found.count)
                for partner_id, found in period.items()
            },
            "years": {
                partner_id: years_between(found.first, self.date_to)
                for partner_id, found in ever.items()
            },
        }

    # === WRITING === #

    def _insert_assessments(self, rows, total, comments):
        """Write all rows with two INSERTs; through the ORM this takes longer than the whole ledger."""
        if not rows:
            return
        teams = self._get_partner_teams([row.partner_id for row in rows if not row.holder])
        explanations = self._get_explanations(rows, total)
        columns = {
            "run_id": [self.id] * len(rows),
            "company_id": [self.company_id.id] * len(rows),
            "scheme_id": [self.scheme_id.id] * len(rows),
            "partner_id": [row.partner_id for row in rows],
            "account_id": [row.holder and row.holder.account_id for row in rows],
            "team_id": [
                row.holder.team_id if row.holder else teams.get(row.partner_id) for row in rows
            ],
            "sales_amount": [row.sales[0] for row in rows],
            "history_amount": [row.sales[1] for row in rows],
            "order_count": [row.sales[2] for row in rows],
            "sales_share": [row.share and round_half_up(row.share, Decimal("0.0001")) for row in rows],
            "score": [row.score for row in rows],
            "explanation": explanations,
            "current_grade_id": [row.holder and row.holder.grade_id for row in rows],
            "proposed_grade_id": [row.proposed for row in rows],
            "final_grade_id": [row.final for row in rows],
            "change": [row.change for row in rows],
            "review_decision": [self._propose_verdict(row) for row in rows],
            "comment": [comments.get(row.partner_id) for row in rows],
        }
        carried = [row.holder and row.holder.exception or (None,) * 4 for row in rows]
        for name, values in zip(
            ("override_reason", "override_until", "override_user_id", "override_approver_id"),
            zip(*carried),
        ):
            columns[name] = [value or None for value in values]
        ids = self._bulk_insert(self.env["key.account.assessment"], columns)
        if self.method == "score":
            self._insert_lines(rows, ids)
        self.env["key.account.assessment"].invalidate_model()
        self.invalidate_recordset(["assessment_ids"])

    def _insert_lines(self, rows, ids):
        dimensions = {dimension.id: dimension for dimension in self.scheme_id.dimension_ids}
        flat = [
            (assessment_id, row, index, *part)
            for assessment_id, row in zip(ids, rows)
            for index, part in enumerate(row.parts)
        ]
        self._bulk_insert(self.env["key.account.assessment.line"], {
            "assessment_id": [item[0] for item in flat],
            "account_id": [item[1].holder and item[1].holder.account_id for item in flat],
            "sequence": [item[2] for item in flat],
            "dimension_id": [item[3] for item in flat],
            "weight": [item[4] for item in flat],
            "points": [item[5] for item in flat],
            "has_points": [item[5] is not None for item in flat],
            "value": [item[6] for item in flat],
            "has_value": [item[6] is not None for item in flat],
            "metric": [dimensions[item[3]].metric for item in flat],
            "is_skipped_without_data": [
                dimensions[item[3]].is_skipped_without_data for item in flat
            ],
        })

    @api.model
    def _bulk_insert(self, model, columns):
        """Insert rows given by column, in one statement.

        :param BaseModel model: an empty recordset of the model
        :param dict columns: {field name: list of values}; translated texts as {lang: text}
        :return: the new ids, in the order of the values
        :rtype: list
        """
        model.flush_model()
        arrays = [
            SQL("%s::%s[]", values, SQL(model._fields[name].column_type[1].partition("(")[0]))
            for name, values in columns.items()
        ]
        names = SQL(", ").join(map(SQL.identifier, columns))
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO %(table)s (%(names)s, create_uid, write_uid, create_date, write_date)
            SELECT %(names)s, %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM unnest(%(arrays)s) WITH ORDINALITY AS given(%(names)s, place)
             ORDER BY given.place
            RETURNING id
            """,
            table=SQL.identifier(model._table),
            names=names,
            uid=self.env.uid,
            now=self.env.cr.now(),
            arrays=SQL(", ").join(arrays),
        ))
        return [row_id for row_id, in rows]

    def _get_partner_teams(self, partner_ids):
        """Return the sales team of customers without an account: that of their salesperson."""
        rows = self.env.execute_query(SQL(
            """
            SELECT DISTINCT ON (partner.id) partner.id, member.crm_team_id
              FROM res_partner partner
              JOIN crm_team_member member ON member.user_id = partner.user_id AND member.active
              JOIN crm_team team ON team.id = member.crm_team_id
                   AND (team.company_id IS NULL OR team.company_id = %s)
             WHERE partner.id IN %s
             ORDER BY partner.id, member.id
            """,
            self.company_id.id, tuple(partner_ids) or (0,),
        ))
        return dict(rows)

    def _propose_verdict(self, row):
        """Propose a verdict for a review; one that loses its grade is left to people to judge."""
        if self.kind != "review" or not row.holder:
            return None
        return {"up": "keep", "same": "keep", "new": "keep", "down": "intensify"}.get(row.change)

    def _fill_grade_lines(self, rows, total):
        """Sum up the run: how many customers and what sales each grade has, and had."""
        for line in self.grade_line_ids:
            grade_id = line.grade_id.id
            amount = sum((row.sales[0] for row in rows if row.final == grade_id), Decimal(0))
            line.write({
                "customer_count": sum(1 for row in rows if row.final == grade_id),
                "previous_count": sum(
                    1 for row in rows if row.holder and row.holder.grade_id == grade_id
                ),
                "sales_amount": float(amount),
                "sales_share": float(share(amount, total)) if total > 0 else 0,
            })

    # === EXPLAINING === #

    def _get_explanations(self, rows, total):
        """Return the explanation of each row as a JSON text {language: sentence}.

        :rtype: list
        """
        texts = {lang: self._get_explanation_texts(lang, total) for lang in self._get_languages()}
        if self.method == "score":
            return [
                json.dumps(self._get_score_explanations(row.score, row.parts, row.proposed, texts))
                for row in rows
            ]
        return [
            json.dumps({lang: self._explain(row, text) for lang, text in texts.items()})
            for row in rows
        ]

    @api.model
    def _get_languages(self):
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        return codes if "en_US" in codes else ["en_US", *codes]

    def _get_explanation_texts(self, lang, total):
        """Return the sentences of an explanation in one language, with what is the same in all rows."""
        run = self.with_context(lang=lang)
        env = run.env
        lines = run.grade_line_ids.sorted("sequence")
        is_share = self.method == "share"

        def bound(line):
            amount = f"{line.threshold:,.2f}"
            return f"{amount.rstrip('0').rstrip('.')} %" if is_share else amount

        starts = {
            line.grade_id.id: env._("%(grade)s starts at %(bound)s", grade=line.code, bound=bound(line))
            for line in lines
        }
        lowest = lines[-1:]
        documents = {
            "ordered": env._("%(amount)s in %(count)s orders, %(date_from)s to %(date_to)s"),
            "invoiced": env._("%(amount)s in %(count)s invoices, %(date_from)s to %(date_to)s"),
            "collected": env._("%(amount)s in %(count)s payments, %(date_from)s to %(date_to)s"),
        }[self.basis]
        return {
            "documents": documents,
            "history": env._(", of which %(history)s imported"),
            "share": env._(", is %(share)s %% of %(total)s"),
            "reached": env._("; %(bound)s."),
            "starts": starts,
            "none": env._("; no grade: the lowest, %(bound)s."),
            "lowest": starts.get(lowest.grade_id.id, ""),
            "potential": env._(" It is only for customers marked as having growth potential."),
            "lowest_needs_potential": lowest.needs_growth_potential,
            "manual": env._("Judged by the clauses of the scheme; not computed."),
            "exception": env._(" An exception holds until %(until)s: %(reason)s"),
            "score": env._("Score %(score)s"),
            "dimension": env._("%(name)s %(weight)s %% × %(points)s points"),
            "measured": env._(" (measured: %(value)s)"),
            "no_data": env._("%(name)s %(weight)s %%: no data"),
            "names": {dimension.id: dimension.name for dimension in run.scheme_id.dimension_ids},
            "total": f"{total:,.2f}",
            "date_from": str(self.date_from) if self.date_from else env._("the beginning"),
            "date_to": str(self.date_to),
        }

    def _explain(self, row, text):
        """Return one row's explanation in one language."""
        amount, history, count = row.sales
        parts = []
        if self.method == "manual":
            parts.append(text["manual"])
        else:
            parts.append(text["documents"] % {
                "amount": f"{amount:,.2f}",
                "count": count,
                "date_from": text["date_from"],
                "date_to": text["date_to"],
            })
            if history:
                parts.append(text["history"] % {"history": f"{history:,.2f}"})
            if self.method == "share":
                parts.append(text["share"] % {"share": f"{row.share:,.2f}", "total": text["total"]})
            if row.proposed:
                parts.append(text["reached"] % {"bound": text["starts"][row.proposed]})
            else:
                parts.append(text["none"] % {"bound": text["lowest"]})
                if text["lowest_needs_potential"] and not (row.holder and row.holder.has_potential):
                    parts.append(text["potential"])
        if row.holder and row.holder.exception:
            reason, until, _asked, _approved = row.holder.exception
            parts.append(text["exception"] % {"until": until, "reason": reason})
        return "".join(parts)

    def _get_score_explanations(self, score, parts, proposed, texts=None):
        """Return the explanation of a score in every language.

        :param Decimal score: the score
        :param parts: ``(dimension id, weight, points or None, value or None)``
        :param int proposed: id of the grade that it reaches, or a false value
        :param dict texts: {lang: sentences}, where the caller has them already
        :return: {lang: explanation}
        :rtype: dict
        """
        if texts is None:
            total = to_decimal(self.total_amount)
            texts = {lang: self._get_explanation_texts(lang, total) for lang in self._get_languages()}
        result = {}
        for lang, text in texts.items():
            sides = []
            for dimension_id, weight, points, value in parts:
                side = text["dimension" if points is not None else "no_data"] % {
                    "name": text["names"].get(dimension_id, ""),
                    "weight": weight.normalize().to_integral() if weight % 1 == 0 else weight,
                    "points": points,
                }
                if value is not None:
                    side += text["measured"] % {"value": f"{value:,.2f}"}
                sides.append(side)
            end = (
                text["reached"] % {"bound": text["starts"][proposed]} if proposed
                else text["none"] % {"bound": text["lowest"]}
            )
            result[lang] = f"{text['score'] % {'score': score}}: {'; '.join(sides)}{end}"
        return result

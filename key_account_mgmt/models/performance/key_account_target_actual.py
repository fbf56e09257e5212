from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...calculations.grading import plain, round_half_up, to_decimal
from ...calculations.split import MISSED, cover, get_attainment, get_result
from ..service.key_account_visit import HELD_STATES, MEETING_TYPES
from .key_account_target import MONEY_KINDS, SUBJECTS

RESULT = [
    ("missed", "Not Met"),
    ("met", "Met"),
    ("challenge", "Challenge Met"),
]
# which entries of the ledger a kind of target sums
LEDGER_KINDS = {"sales": "ordered", "collection": "collected"}
LEVEL_OF_MODEL = {
    "res.company": "company", "crm.team": "team", "res.users": "person", "key.account": "account",
}
# how many closed targets one round of the scheduled action keeps
BATCH = 500


class Figure(NamedTuple):
    """What was reached: an unrounded amount, in how many records, and how many have no exchange rate."""

    amount: Decimal = Decimal(0)
    count: int = 0
    missing: int = 0

    def plus(self, other):
        """Return both together."""
        return Figure(*(mine + theirs for mine, theirs in zip(self, other)))


class Result(NamedTuple):
    """A target, its challenge target and what was reached; None where there is none."""

    target: Decimal | None
    challenge: Decimal | None
    actual: Decimal


class KeyAccountTarget(models.Model):
    """What was reached, live: confirmed orders, payments, first orders and visits that were held."""

    _inherit = "key.account.target"

    actual_amount = fields.Monetary(
        string="Reached", compute="_compute_actual", help="As the records say now."
    )
    record_count = fields.Integer(string="Records", compute="_compute_actual")
    missing_rate_count = fields.Integer(
        string="Orders Without a Rate",
        compute="_compute_actual",
        help="Orders in a foreign currency that have no exchange rate; they are not counted.",
    )
    forecast_amount = fields.Monetary(
        string="Forecast",
        compute="_compute_actual",
        help="What was reached, and what is to be expected until the end of the period: opportunities by "
        "their probability, open invoices that fall due, visits that are planned.",
    )
    progress = fields.Char(compute="_compute_actual")
    attainment = fields.Float(string="Attainment (%)", compute="_compute_actual", digits=(16, 2))
    forecast_attainment = fields.Float(
        string="Forecast (%)", compute="_compute_actual", digits=(16, 2)
    )
    result = fields.Selection(
        selection=RESULT,
        compute="_compute_actual",
        help="Met as soon as it is reached; missed when the period is over.",
    )

    # As it was when the period closed
    closed_amount = fields.Monetary(
        string="Reached at the Close",
        readonly=True,
        copy=False,
        help="What the records said on the day after the period.",
    )
    closed_on = fields.Date(string="Period Closed On", readonly=True, copy=False)
    moved_amount = fields.Monetary(
        string="Moved Since",
        compute="_compute_actual",
        help="How far orders that were cancelled, refunds and later entries have moved the figure since the "
        "period closed.",
    )

    # === COMPUTE METHODS === #

    @api.depends("amount", "challenge_amount", "closed_amount")
    def _compute_actual(self):
        figures, ahead = self._find_figures(), self._find_figures(is_ahead=True)
        for target in self:
            figure = figures.get(target, Figure())
            amount, challenge = to_decimal(target.amount), to_decimal(target.challenge_amount)
            actual = target._round(figure.amount)
            forecast = actual + target._round(ahead.get(target, Figure()).amount)
            target.actual_amount = actual
            target.record_count = figure.count
            target.missing_rate_count = figure.missing
            target.forecast_amount = forecast
            target.progress = f"{plain(actual)} / {plain(amount)}"
            target.attainment = get_attainment(actual, amount) or 0
            target.forecast_attainment = get_attainment(forecast, amount) or 0
            target.result = target._get_result(actual, amount, challenge)
            target.moved_amount = target.closed_on and actual - to_decimal(target.closed_amount)

    def _get_result(self, actual, amount, challenge):
        """Return what became of it: False where nothing is to be reached, or it may still be reached."""
        if not amount and not challenge:
            return False
        result = get_result(actual, amount, challenge)
        is_over = self.date_to and self.company_id and self._is_over()
        return result if result != MISSED or is_over else False

    def _round(self, amount):
        """Round a sum once, to the currency of the target or to whole records."""
        return round_half_up(amount, to_decimal(self._get_step()))

    def _find_figures(self, is_ahead=False):
        """Return what was reached for each target: one query for each kind, level and company.

        :param bool is_ahead: what is to be expected instead, in periods that are not over
        :return: {target: Figure}
        :rtype: dict
        """
        found = {}
        whole = self.filtered(lambda target: target.date_from and target.company_id and target.kind)
        if is_ahead:
            whole = whole.filtered(lambda target: not target._is_over())
        for (company, kind, level), targets in whole.grouped(
            lambda target: (target.company_id, target.kind, target.level)
        ).items():
            figures = self._sum_figures(
                kind, company, level, {(target.date_from, target.date_to) for target in targets},
                [target._get_subject()._origin.id for target in targets], is_ahead,
            )
            for target in targets:
                key = (target.date_from, target.date_to, target._get_subject()._origin.id)
                found[target] = self._pick_figure(
                    figures.get(key, {}), level == "person" and target.team_id.id
                )
        return found

    @api.model
    def _pick_figure(self, by_team, team_id):
        """Return what counts for one department, or for all of them."""
        if team_id:
            return by_team.get(team_id, Figure())
        total = Figure()
        for figure in by_team.values():
            total = total.plus(figure)
        return total

    # === THE FIGURES === #

    @api.model
    def _sum_figures(self, kind, company, level, periods, ids, is_ahead=False):
        """Sum what counts for some subjects in some periods, in one query.

        :param str kind: a kind of target, or ``history`` for imported sales
        :param res.company company: whose records
        :param str level: of the subjects
        :param periods: pairs (first day, last day)
        :param ids: ids of the subjects
        :param bool is_ahead: what is to be expected, not what was reached
        :return: {(first day, last day, subject id): {department id or None: Figure}}
        :rtype: dict
        """
        date_from, date_to = min(first for first, _last in periods), max(last for _first, last in periods)
        source = self._get_figure_source(kind, company, level, date_from, date_to, is_ahead)
        if not source:
            return {}
        self._flush_sources()
        rows = self.env.execute_query(SQL(
            """
            SELECT period.date_from, period.date_to, day.subject_id, day.team_id, SUM(day.amount)::text,
                   SUM(day.records)::int, SUM(day.missing)::int
              FROM (VALUES %(periods)s) AS period (date_from, date_to)
              JOIN (
                SELECT source.date, source.subject_id, source.team_id, SUM(source.amount) AS amount,
                       COUNT(*) AS records, COUNT(*) FILTER (WHERE NOT source.is_countable) AS missing
                  FROM (%(source)s) source
                 WHERE source.subject_id IN %(ids)s
                 GROUP BY source.date, source.subject_id, source.team_id
                   ) day ON day.date BETWEEN period.date_from AND period.date_to
             GROUP BY period.date_from, period.date_to, day.subject_id, day.team_id
            """,
            periods=SQL(", ").join(SQL("(%s::date, %s::date)", *period) for period in sorted(periods)),
            source=source,
            ids=tuple(id_ for id_ in ids if id_) or (0,),
        ))
        figures = {}
        for date_from, date_to, subject_id, team_id, amount, count, missing in rows:
            by_team = figures.setdefault((date_from, date_to, subject_id), {})
            by_team[team_id] = Figure(Decimal(amount or 0), count, missing)
        return figures

    @api.model
    def _flush_sources(self):
        self.env["key.account.ledger.entry"]._flush_ledger()
        self.env["key.account.visit"].flush_model()
        self.env["crm.lead"].flush_model()

    @api.model
    def _get_figure_source(self, kind, company, level, date_from, date_to, is_ahead=False):
        """Return the SELECT of what a kind of target counts, with its day and for whom.

        Nothing is known of imported sales to come: then it is None.

        :rtype: SQL or None
        """
        ledger = self.env["key.account.ledger.entry"]
        period = (company, level, date_from, date_to)
        if is_ahead:
            return self._get_forecast_source(kind, *period)
        if kind == "visits":
            return self._get_visit_source(*period, HELD_STATES)
        if kind == "new_customers":
            return ledger._get_first_orders(*period)
        return ledger._get_credits(LEDGER_KINDS.get(kind, kind), *period)

    @api.model
    def _get_visit_source(self, company, level, date_from, date_to, states):
        """Return the SELECT of visits at which the customer was seen; phone calls are none (V5)."""
        return SQL(
            """
            SELECT visit.date, visit.%(column)s AS subject_id, visit.team_id, 1 AS amount,
                   TRUE AS is_countable
              FROM key_account_visit visit
             WHERE visit.company_id = %(company)s AND visit.state IN %(states)s
               AND visit.visit_type IN %(types)s AND visit.date BETWEEN %(date_from)s AND %(date_to)s
            """,
            column=SQL.identifier(SUBJECTS[level]),
            company=company.id,
            states=states,
            types=MEETING_TYPES,
            date_from=date_from,
            date_to=date_to,
        )

    # === ASKED BY OTHERS === #

    @api.model
    def _get_home(self, subject):
        """Return the company whose records count for a subject."""
        if subject._name == "res.company":
            return subject
        return (subject._name != "res.users" and subject.company_id) or self.env.company

    @api.model
    def _get_actuals(self, subjects, kind, date_from, date_to):
        """Return what was reached, whatever the asking user may see of it.

        People, and departments without a company, are asked about the current company.

        :param subjects: companies, departments, users or key accounts
        :param str kind: ``sales``, ``collection``, ``new_customers`` or ``visits``
        :param datetime.date date_from: first day
        :param datetime.date date_to: last day, inclusive
        :return: {subject: Decimal}, money in company currency, rounded once
        :rtype: dict
        """
        level = LEVEL_OF_MODEL[subjects._name]
        actuals = {}
        for company, group in subjects.sudo().grouped(self._get_home).items():  # sudo: only whose they are
            figures = self._sum_figures(kind, company, level, {(date_from, date_to)}, group.ids)
            step = to_decimal(company.currency_id.rounding) if kind in MONEY_KINDS else Decimal(1)
            for subject in group.with_env(subjects.env):
                by_team = figures.get((date_from, date_to, subject.id), {})
                actuals[subject] = round_half_up(self._pick_figure(by_team, False).amount, step)
        return actuals

    @api.model
    def _get_results(self, subjects, kind, date_from, date_to):
        """Return target, challenge target and what was reached in exactly a period.

        The target is the sum of the approved targets whose periods fill the asked one without a gap,
        months where there are any; of a person in two departments, of both.

        :param subjects: as of :meth:`_get_actuals`
        :return: {subject: Result}; target and challenge are None where none is approved for the period
        :rtype: dict
        """
        actuals = self._get_actuals(subjects, kind, date_from, date_to)
        targets = self._find_approved(subjects, kind, date_from, date_to)
        return {
            subject: Result(*self._add_up(targets.get(subject.id, []), date_from, date_to), actuals[subject])
            for subject in subjects
        }

    @api.model
    def _find_approved(self, subjects, kind, date_from, date_to):
        """Return the approved targets inside of a period: {subject id: [targets of each department]}."""
        level = LEVEL_OF_MODEL[subjects._name]
        companies = self.env["res.company"].union(*(self._get_home(subject) for subject in subjects.sudo()))
        # sudo: figures are asked for by those who may not see each target
        found = self.sudo().search(
            Domain(SUBJECTS[level], "in", subjects.ids) & Domain("company_id", "in", companies.ids)
            & Domain("level", "=", level) & Domain("kind", "=", kind) & Domain("state", "=", "approved")
            & Domain("date_from", ">=", date_from) & Domain("date_to", "<=", date_to)
        )
        by_subject = {}
        for (subject, _team), targets in found.grouped(
            lambda target: (target._get_subject(), target.team_id)
        ).items():
            by_subject.setdefault(subject.id, []).append(targets)
        return by_subject

    @api.model
    def _add_up(self, groups, date_from, date_to):
        """Return (target, challenge) of a period from approved targets, None where they leave a gap.

        :param list groups: targets of one subject, a recordset for each department
        """
        parts = self.browse()
        for targets in groups:
            by_period = {(target.date_from, target.date_to): target for target in targets}
            chosen = cover(by_period, date_from, date_to, lambda day: fields.Date.add(day, days=1))
            parts = parts.union(*(by_period[period] for period in chosen or ()))
        if not parts:
            return None, None
        target = sum((to_decimal(part.amount) for part in parts), Decimal(0))
        if not all(part.challenge_amount for part in parts):
            return target, None
        return target, sum((to_decimal(part.challenge_amount) for part in parts), Decimal(0))

    @api.model
    def _get_department_result(self, team, date_from, date_to):
        """Return what became of a department's sales target in a period (P6, X4).

        :param crm.team team: one department
        :return: ``missed``, ``met`` or ``challenge``; False without an approved target, or one of 0
        :rtype: str or bool
        """
        result = self._get_results(team, "sales", date_from, date_to)[team]
        if not result.target and not result.challenge:
            return False
        return get_result(result.actual, result.target, result.challenge)

    # === CRON METHODS === #

    @api.model
    def _cron_close_periods(self):
        """Keep what was reached when a period is over, so that what moves later shows."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all
            domain = (
                Domain("company_id", "=", company.id) & Domain("state", "=", "approved")
                & Domain("closed_on", "=", False)
                & Domain("date_to", "<", company._get_key_account_today())
            )
            targets = self.search(domain, limit=BATCH).try_lock_for_update()
            while targets:
                targets._close()
                if not self.env["ir.cron"]._commit_progress(
                    len(targets), remaining=self.search_count(domain)
                ):
                    return
                targets = self.search(domain, limit=BATCH).try_lock_for_update()

    def _close(self):
        """Write down what the records say now."""
        figures = self._find_figures()
        for target in self:
            target.write({
                "closed_amount": target._round(figures.get(target, Figure()).amount),
                "closed_on": target.company_id._get_key_account_today(),
            })

from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from ...calculations.service_score import (
    MONTH,
    count_promised,
    get_kept_rate,
    get_segments,
    get_service_score,
)
from .key_account_visit import HELD_STATES, MEETING_TYPES

SERVICE_KIND = [
    ("visit", "Visits"),
    ("call", "Phone Calls"),
    ("survey", "Satisfaction Surveys"),
    ("response", "Complaints Answered in Time"),
    ("resolution", "Complaints Solved in Time"),
]
# What a grade promises in intervals, beside times of answers
PROMISED_KINDS = ("visit", "call", "survey")


class ServiceFigure(NamedTuple):
    """One kind of service to one account: how often it was promised and delivered, and what was kept."""

    kind: str
    promised: int
    delivered: int
    # of those delivered, what could not wait for a plan (X19)
    urgent: int = 0

    @property
    def rate(self):
        """Per cent of the promise that was kept, or None."""
        return get_kept_rate(self.promised, self.delivered)


class KeyAccount(models.Model):
    """The promise kept: what was promised with the grade, beside what was delivered (C5, G13)."""

    _inherit = "key.account"

    service_score = fields.Float(
        compute="_compute_service_score",
        digits=(5, 2),
        aggregator="avg",
        help="What was kept in the last twelve months of what the grade promises: visits, phone calls, "
        "satisfaction surveys, complaints answered and solved in time; the mean of those that were promised.",
    )
    has_service_score = fields.Boolean(
        compute="_compute_service_score", help="Anything was promised in the last twelve months."
    )

    # === COMPUTE METHODS === #

    @api.depends("grade_id", "state", "visit_ids.state", "visit_ids.ratification", "complaint_ids.state")
    def _compute_service_score(self):
        for company, accounts in self.grouped("company_id").items():
            date_to = (company or self.env.company)._get_key_account_today()
            figures = accounts._origin._get_service_figures(self._get_service_start(date_to), date_to)
            for account in accounts:
                score = self._get_score_of(figures.get(account._origin, ()))
                account.has_service_score = score is not None
                account.service_score = score or 0

    # === ACTION METHODS === #

    def action_open_service_record(self):
        """Show what these accounts were promised and got in the last twelve months."""
        self.check_access("read")
        record = self.env["key.account.service.record"].create({
            "account_ids": [fields.Command.set(self.ids)],
        })
        return record.action_show()

    # === BUSINESS METHODS === #

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"service_score", "has_service_score"}

    @api.model
    def _get_service_start(self, date_to):
        """Return the first day of the twelve months that end with a day."""
        return fields.Date.add(fields.Date.subtract(date_to, months=12), days=1)

    @api.model
    def _get_score_of(self, figures):
        return get_service_score([figure.rate for figure in figures])

    def _get_service_figures(self, date_from, date_to):
        """Return what these accounts were promised and got in a period; no query for each account.

        Promised is what the grade of that time promised at that time, on the days on which the account was
        active.

        :param datetime.date date_from: first day
        :param datetime.date date_to: last day, inclusive
        :return: {account: [:class:`ServiceFigure`]}
        :rtype: dict
        """
        changes, periods = self._get_promise_changes(), self._get_active_periods()
        delivered = self._count_delivered(date_from, date_to)
        figures = {}
        for account in self:
            promised = {
                kind: count_promised(get_segments(
                    [(day, promise[kind]) for day, promise in changes.get(account.id, ())],
                    periods.get(account.id, ()), date_from, date_to,
                ))
                for kind in PROMISED_KINDS
            }
            own = delivered[account.id]
            figures[account] = [
                ServiceFigure("visit", promised["visit"], own.get("visit", 0), own.get("urgent", 0)),
                ServiceFigure("call", promised["call"], own.get("call", 0)),
                ServiceFigure("survey", promised["survey"], own.get("survey", 0)),
                ServiceFigure("response", own.get("response_due", 0), own.get("response", 0)),
                ServiceFigure("resolution", own.get("resolution_due", 0), own.get("resolution", 0)),
            ]
        return figures

    def _get_promise_changes(self):
        """Return since when which intervals were promised to each account, in days, the oldest first.

        :return: {account id: [(day, {kind: days})]}
        :rtype: dict
        """
        # sudo: who may read the account may read what it was promised
        rows = self.env["key.account.grade.history"].sudo().search_fetch(
            [("account_id", "in", self.ids), ("is_aside", "=", False)],
            [
                "account_id", "date_from", "visit_interval_days", "call_interval_days",
                "survey_interval_months",
            ],
            order="date_from, id",
        )
        changes = {}
        for row in rows:
            changes.setdefault(row.account_id.id, []).append((row.date_from, {
                "visit": row.visit_interval_days,
                "call": row.call_interval_days,
                "survey": row.survey_interval_months * MONTH,
            }))
        return changes

    def _count_delivered(self, date_from, date_to):
        """Count what the accounts got in a period, by kind.

        :return: {account id: {name of a count: number}}
        :rtype: dict
        """
        counts = {account.id: {} for account in self}
        for kind in PROMISED_KINDS:
            model, domain = self._get_service_evidence(kind, date_from, date_to)
            # sudo: numbers about accounts that the user reads; the records behind them stay theirs
            groups = self.env[model].sudo()._read_group(domain, ["account_id"], ["__count"])
            for account, count in groups:
                counts[account.id][kind] = count
        model, domain = self._get_service_evidence("visit", date_from, date_to)
        # sudo: as above
        for account, count in self.env[model].sudo()._read_group(
            domain & Domain("is_urgent", "=", True), ["account_id"], ["__count"]
        ):
            counts[account.id]["urgent"] = count
        for kind in ("response", "resolution"):
            model, domain = self._get_service_evidence(kind, date_from, date_to)
            field = f"is_{kind}_in_time"
            # sudo: as above
            groups = self.env[model].sudo()._read_group(domain, ["account_id", field], ["__count"])
            for account, in_time, count in groups:
                own = counts[account.id]
                own[f"{kind}_due"] = own.get(f"{kind}_due", 0) + count
                if in_time:
                    own[kind] = count
        return counts

    def _get_service_evidence(self, kind, date_from, date_to):
        """Return where the records behind a figure are, of these accounts and a period.

        :param str kind: one of ``SERVICE_KIND``
        :return: (name of a model, :class:`Domain`)
        :rtype: tuple
        """
        domain = Domain("account_id", "in", self.ids)
        period = [date_from, date_to]
        if kind in ("visit", "call"):
            # a phone call alone keeps no promised visit, nor does an urgent one that was not ratified
            return "key.account.visit", domain & Domain("state", "in", HELD_STATES) & Domain(
                "visit_type", "in", MEETING_TYPES if kind == "visit" else ("call",)
            ) & Domain("ratification", "!=", "refused") & Domain(
                "date", ">=", period[0]
            ) & Domain("date", "<=", period[1])
        if kind == "survey":
            return "key.account.satisfaction", domain & Domain("state", "=", "answered") & Domain(
                "answer_date", ">=", period[0]
            ) & Domain("answer_date", "<=", period[1])
        company = self.company_id[:1] or self.env.company
        start, end = company._get_key_account_utc_bounds(*period)
        deadline = f"{kind}_deadline"
        due = Domain(deadline, ">=", start) & Domain(deadline, "<", end)
        # what is not due yet and not done yet is neither kept nor broken
        is_over = Domain(deadline, "<=", fields.Datetime.now()) | Domain(
            "responded_on" if kind == "response" else "resolved_on", "!=", False
        )
        return "key.account.complaint", domain & Domain("state", "!=", "cancelled") & due & is_over

from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...calculations.grading import to_decimal
from ...calculations.kpi import get_previous_period
from ..service.key_account_visit import HELD_STATES

LEVELS = {"res.users": "person", "crm.team": "team", "key.account": "account", "res.company": "company"}
# By which field of a visit, a spot check or a value its subject is found.
SUBJECT_FIELDS = {
    "res.users": "user_id", "crm.team": "team_id", "key.account": "account_id", "res.company": "company_id",
}
# What is neither a draft nor called off.
PLANNED_STATES = ("planned", "prepared", *HELD_STATES, "missed")


class Holding(NamedTuple):
    """That an account counts for a subject."""

    subject_id: int
    account_id: int
    partner_id: int
    company_id: int


class KeyAccountKpi(models.Model):
    """How each method is measured: {id of the subject: (numerator, denominator)}, as superuser."""

    _inherit = "key.account.kpi"

    # === METHODS === #

    def _measure_attainment(self, subjects, date_from, date_to):
        results = self._get_target_results(subjects, date_from, date_to)
        return {subject.id: (result.actual, result.target) for subject, result in results.items()}

    def _get_target_results(self, subjects, date_from, date_to):
        return self.env["key.account.target"]._get_results(subjects, self.target_kind, date_from, date_to)

    def _measure_collection_rate(self, subjects, date_from, date_to):
        """What was paid in the period, with tax, and what fell due in it (P12).

        Old debts that are paid count as well, so that it may be more than 100 %.
        """
        collected = self._sum_ledger(subjects, date_to, Domain("kind", "=", "collected") & Domain(
            "date", ">=", date_from
        ) & Domain("date", "<=", date_to))
        due = self._sum_ledger(subjects, date_to, Domain("kind", "=", "invoiced") & Domain(
            "date_due", ">=", date_from
        ) & Domain("date_due", "<=", date_to))
        return {id_: (collected.get(id_, 0), due.get(id_, 0)) for id_ in collected.keys() | due.keys()}

    def _measure_satisfaction(self, subjects, date_from, date_to):
        groups = self.env["key.account.satisfaction"]._read_group(
            Domain("has_score", "=", True)
            & Domain("answer_date", ">=", date_from) & Domain("answer_date", "<=", date_to),
            ["account_id"], ["score:sum", "__count"],
        )
        return self._add_up(subjects, date_to, {
            account.id: (to_decimal(round(score, 2)), count) for account, score, count in groups
        })

    def _measure_new_customer_rate(self, subjects, date_from, date_to):
        counts = self._count_customers(subjects, date_from, date_to)
        return {id_: (row["new"], row["buyers"]) for id_, row in counts.items()}

    def _measure_retention_rate(self, subjects, date_from, date_to):
        since = get_previous_period(date_from, date_to)[0]
        counts = self._count_customers(subjects, date_from, date_to, since)
        return {id_: (row["again"], row["before"]) for id_, row in counts.items()}

    def _measure_complaint_rate(self, subjects, date_from, date_to):
        counts = self._count_customers(subjects, date_from, date_to, date_from)
        complaints = self._count_complaints(subjects, date_from, date_to)
        return {
            id_: (complaints.get(id_, 0), counts[id_]["orders"] if id_ in counts else 0)
            for id_ in counts.keys() | complaints.keys()
        }

    def _measure_service_score(self, subjects, date_from, date_to):
        holdings = self._get_holdings(subjects, date_to)
        accounts = self.env["key.account"].browse({holding.account_id for holding in holdings})
        scores = {}
        for own in accounts.grouped("company_id").values():
            for account, figures in own._get_service_figures(date_from, date_to).items():
                score = own._get_score_of(figures)
                if score is not None:
                    scores[account.id] = (score, 1)
        return self._add_up(subjects, date_to, scores, holdings)

    def _measure_visit_completion(self, subjects, date_from, date_to):
        """Planned visits of the period that were held; those called off or not decided are left out."""
        domain = Domain("plan_id", "!=", False) & Domain("state", "in", PLANNED_STATES) & Domain(
            "date", ">=", date_from
        ) & Domain("date", "<=", date_to)
        return self._count_share("key.account.visit", domain, "state", HELD_STATES, subjects)

    def _measure_file_completeness(self, subjects, _date_from, date_to):
        """The files as they are today: how they were is not known."""
        holdings = self._get_holdings(subjects, date_to)
        accounts = self.env["key.account"].browse({holding.account_id for holding in holdings})
        return self._add_up(subjects, date_to, {
            account.id: (account.completeness, 1) for account in accounts if account.state == "active"
        }, holdings)

    def _measure_spot_check(self, subjects, date_from, date_to):
        domain = Domain("verdict", "!=", False) & Domain("date", ">=", date_from) & Domain(
            "date", "<=", date_to
        )
        return self._count_share("key.account.spot.check.line", domain, "verdict", ("true",), subjects)

    def _measure_manual(self, subjects, date_from, date_to):
        field = SUBJECT_FIELDS[subjects._name]
        values = self.env["key.account.kpi.value"].search_fetch(
            Domain("kpi_id", "=", self.id)
            & Domain("level", "=", LEVELS[subjects._name])
            & Domain(field, "in", subjects.ids)
            & Domain("date_from", "=", date_from) & Domain("date_to", "=", date_to)
            & self._get_company_domain(subjects),
            [field, "value"],
        )
        return {value[field].id: (to_decimal(round(value.value, 4)), None) for value in values}

    # === WHOSE ACCOUNTS === #

    @api.model
    def _get_company_domain(self, subjects):
        """Return the domain by which people and departments count in the current company alone."""
        if subjects._name in ("res.users", "crm.team"):
            return Domain("company_id", "=", self.env.company.id)
        return Domain.TRUE

    @api.model
    def _get_holdings(self, subjects, day):
        """Return which accounts count for which subjects: whose they were on a day.

        Before the first entry of an account's history its first owner counts.

        :rtype: list of :class:`Holding`
        """
        if subjects._name in ("key.account", "res.company"):
            column = "id" if subjects._name == "key.account" else "company_id"
            self.env["key.account"].flush_model()
            query = SQL(
                "SELECT %(column)s, id, partner_id, company_id FROM key_account WHERE %(column)s IN %(ids)s",
                column=SQL.identifier(column), ids=tuple(subjects.ids),
            )
        else:
            query = self._get_owner_query(subjects, day)
        return [Holding(*row) for row in self.env.execute_query(query)]

    @api.model
    def _get_owner_query(self, subjects, day):
        for name in ("key.account", "key.account.ownership.history"):
            self.env[name].flush_model()
        return SQL(
            """
            SELECT owner.subject_id, account.id, account.partner_id, account.company_id
              FROM (
                SELECT DISTINCT ON (account_id) account_id, %(column)s AS subject_id
                  FROM key_account_ownership_history
                 ORDER BY account_id, date_from > %(day)s, abs(date_from - %(day)s),
                          CASE WHEN date_from <= %(day)s THEN -id ELSE id END
                   ) owner
              JOIN key_account account ON account.id = owner.account_id
             WHERE owner.subject_id IN %(ids)s AND account.company_id = %(company)s
            """,
            column=SQL.identifier("manager_id" if subjects._name == "res.users" else "team_id"),
            day=day,
            ids=tuple(subjects.ids),
            company=self.env.company.id,
        )

    # === SUMS BY SUBJECT === #

    @api.model
    def _add_up(self, subjects, date_to, figures, holdings=None):
        """Add up the figures of accounts by subject.

        :param dict figures: {account id: (number, number)}
        :param list holdings: where they were asked for already
        :rtype: dict
        """
        totals = {}
        for holding in holdings if holdings is not None else self._get_holdings(subjects, date_to):
            if holding.account_id in figures:
                before = totals.get(holding.subject_id, (0, 0))
                totals[holding.subject_id] = tuple(
                    total + number for total, number in zip(before, figures[holding.account_id])
                )
        return totals

    @api.model
    def _sum_ledger(self, subjects, date_to, domain):
        """Sum ledger entries, with tax, by subject; a company's of all its customers."""
        entries = self.env["key.account.ledger.entry"]
        if subjects._name == "res.company":
            groups = entries._read_group(
                domain & Domain("company_id", "in", subjects.ids), ["company_id"], ["amount_total:sum"]
            )
            return {company.id: to_decimal(round(amount, 2)) for company, amount in groups}
        holdings = self._get_holdings(subjects, date_to)
        groups = entries._read_group(
            domain & Domain("account_id", "in", [holding.account_id for holding in holdings]),
            ["account_id"], ["amount_total:sum"],
        )
        sums = self._add_up(subjects, date_to, {
            account.id: (to_decimal(round(amount, 2)),) for account, amount in groups
        }, holdings)
        return {id_: amount for id_, (amount,) in sums.items()}

    @api.model
    def _count_complaints(self, subjects, date_from, date_to):
        """Count the complaints registered in the period: by a company's day."""
        counts, holdings = {}, self._get_holdings(subjects, date_to)
        by_company = subjects._name == "res.company"
        companies = subjects if by_company else self.env["res.company"].browse(
            {holding.company_id for holding in holdings}
        )
        for company in companies:
            start, end = company._get_key_account_utc_bounds(date_from, date_to)
            groups = self.env["key.account.complaint"]._read_group(
                Domain("company_id", "=", company.id) & Domain("state", "!=", "cancelled")
                & Domain("received_on", ">=", start) & Domain("received_on", "<", end),
                ["company_id" if by_company else "account_id"], ["__count"],
            )
            counts |= {record.id: (count,) for record, count in groups}
        if by_company:
            return {id_: count for id_, (count,) in counts.items()}
        return {id_: count for id_, (count,) in self._add_up(subjects, date_to, counts, holdings).items()}

    @api.model
    def _count_share(self, model, domain, field, wanted, subjects):
        """Count by subject how many records there are, and how many of them have one of some values."""
        subject_field = SUBJECT_FIELDS[subjects._name]
        groups = self.env[model]._read_group(
            domain & Domain(subject_field, "in", subjects.ids) & self._get_company_domain(subjects),
            [subject_field, field], ["__count"],
        )
        counts = {}
        for subject, value, count in groups:
            part, whole = counts.get(subject.id, (0, 0))
            counts[subject.id] = (part + count * (value in wanted), whole + count)
        return counts

    # === CUSTOMERS === #

    def _count_customers(self, subjects, date_from, date_to, since=None):
        """Count customers with an order, and orders, by subject, in one query.

        :param datetime.date since: from which day on orders are looked at; None for the very first
        :return: {id of the subject: {"new": …, "buyers": …, "again": …, "before": …, "orders": …}}
        :rtype: dict
        """
        by_company = subjects._name == "res.company"
        holdings = [] if by_company else self._get_holdings(subjects, date_to)
        companies = subjects if by_company else self.env["res.company"].browse(
            sorted({holding.company_id for holding in holdings})
        )
        if not companies:
            return {}
        self.env["key.account.ledger.entry"]._flush_ledger()
        rows = self.env.execute_query(SQL(
            """
            SELECT %(subject)s AS subject_id,
                   COUNT(*) FILTER (WHERE customer.buys AND customer.first >= %(date_from)s),
                   COUNT(*) FILTER (WHERE customer.buys),
                   COUNT(*) FILTER (WHERE customer.buys AND customer.bought),
                   COUNT(*) FILTER (WHERE customer.bought),
                   SUM(customer.orders)::int
              FROM (%(customers)s) customer
              %(holdings)s
             GROUP BY 1
            """,
            subject=SQL("customer.company_id" if by_company else "holding.subject_id"),
            date_from=date_from,
            customers=self._get_customers_query(companies, date_from, date_to, since),
            holdings=SQL() if by_company else self._get_holdings_join(holdings),
        ))
        names = ("new", "buyers", "again", "before", "orders")
        return {subject_id: dict(zip(names, counts)) for subject_id, *counts in rows}

    def _get_customers_query(self, companies, date_from, date_to, since):
        """Return the query of who ordered when: documents by contact first, these by customer then."""
        previous_from, previous_to = get_previous_period(date_from, date_to)
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, sums.company_id, MIN(sums.first) AS first,
                   BOOL_OR(sums.buys) AS buys, BOOL_OR(sums.bought) AS bought, SUM(sums.orders) AS orders
              FROM (
                SELECT source.contact_id, source.company_id, MIN(source.date) AS first,
                       BOOL_OR(source.date >= %(date_from)s) AS buys,
                       BOOL_OR(source.date BETWEEN %(previous_from)s AND %(previous_to)s) AS bought,
                       COUNT(*) FILTER (WHERE source.date >= %(date_from)s) AS orders
                  FROM (%(source)s) source
                 GROUP BY source.contact_id, source.company_id
                   ) sums
              JOIN res_partner partner ON partner.id = sums.contact_id
             GROUP BY 1, 2
            """,
            date_from=date_from,
            previous_from=previous_from,
            previous_to=previous_to,
            source=self._get_order_source(companies, since, date_to),
        )

    def _get_order_kinds(self):
        """Return which kinds of ledger entries count as orders."""
        return ["ordered", "history"] if self.include_history else ["ordered"]

    def _get_order_source(self, companies, date_from, date_to):
        ledger = self.env["key.account.ledger.entry"]
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT entry.contact_id, entry.company_id, entry.date FROM (%s) entry",
                ledger._get_source(kind, companies, date_from, date_to),
            )
            for kind in self._get_order_kinds()
        )

    @api.model
    def _get_holdings_join(self, holdings):
        return SQL(
            """
            JOIN unnest(%(subjects)s, %(partners)s, %(companies)s)
                 AS holding (subject_id, partner_id, company_id)
              ON holding.partner_id = customer.partner_id AND holding.company_id = customer.company_id
            """,
            subjects=[holding.subject_id for holding in holdings],
            partners=[holding.partner_id for holding in holdings],
            companies=[holding.company_id for holding in holdings],
        )

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...calculations.grading import to_decimal


class Totals(NamedTuple):
    """What a customer did in a period: an unrounded amount, and when (if that was asked for)."""

    amount: Decimal = Decimal(0)
    count: int = 0
    first: date | None = None
    last: date | None = None

    def plus(self, other):
        """Return the totals of both."""
        days = [day for day in (self.first, self.last, other.first, other.last) if day]
        return Totals(
            self.amount + other.amount,
            self.count + other.count,
            min(days, default=None),
            max(days, default=None),
        )


class KeyAccountLedgerEntry(models.Model):
    _inherit = "key.account.ledger.entry"

    kind = fields.Selection(selection_add=[("history", "Imported History")])

    counted_amount = fields.Monetary(
        string="Counted",
        currency_field="counted_currency_id",
        compute="_compute_counted_amount",
        help="What the figure that this is the evidence of counts: in its currency, with tax or without.",
    )
    counted_currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_counted_amount"
    )

    @api.depends("amount", "amount_total", "date")
    @api.depends_context("key_account_currency_id", "key_account_tax_included")
    def _compute_counted_amount(self):
        context = self.env.context
        currency = self.env["res.currency"].browse(context.get("key_account_currency_id"))
        column = "amount_total" if context.get("key_account_tax_included") else "amount"
        for entry in self:
            amount = entry[column]
            target = currency or entry.currency_id
            if target != entry.currency_id:
                amount *= float(self._get_day_rate(entry.company_id, target, entry.date))
            entry.counted_amount = amount
            entry.counted_currency_id = target

    @api.model
    def _flush_ledger(self):
        result = super()._flush_ledger()
        self.env["key.account.sales.history"].flush_model()
        return result

    @api.model
    def _get_kinds(self):
        return [*super()._get_kinds(), "history"]

    @api.model
    def _get_history_source(self, companies, date_from, date_to):
        return SQL(
            """
            SELECT document.id * 2 AS id, 'key.account.sales.history' AS document_model,
                   document.id AS document_id, document.partner_id AS contact_id,
                   document.company_id, document.date, document.reference,
                   document.amount, document.amount AS amount_total, TRUE AS is_countable
              FROM key_account_sales_history document
             WHERE document.company_id IN %(companies)s AND %(dates)s
            """,
            companies=tuple(companies.ids) or (0,),
            dates=self._get_date_condition(SQL("document.date"), date_from, date_to),
        )

    # === SUMS === #

    @api.model
    def _sum_by_customer(
        self, kind, companies, currency, date_from, date_to,
        tax_included=False, with_days=False, partner_ids=None,
    ):
        """Sum one kind of entries by customer, each document at its own rate; one query a currency.

        :param str kind: which entries, see :meth:`_get_kinds`
        :param res.company companies: whose documents
        :param res.currency currency: in which currency; documents of companies with another one are
            converted at the rate of their day
        :param datetime.date date_from: first day, or False for all before
        :param datetime.date date_to: last day, inclusive
        :param bool tax_included: sum the amounts with tax
        :param bool with_days: also find the first and the last day, which takes longer
        :param list partner_ids: commercial partners, to sum only theirs
        :return: {partner id: Totals}, amounts unrounded
        :rtype: dict
        :raise UserError: where an order has no exchange rate
        """
        self._flush_ledger()
        totals = {}
        at_home = companies.filtered(lambda company: company.currency_id == currency)
        for group in (at_home, *(companies - at_home)):
            is_foreign = group != at_home
            source = self._get_source(kind, group, date_from or None, date_to)
            rows = self.env.execute_query(self._get_sums_query(
                source, "amount_total" if tax_included else "amount", with_days, is_foreign, partner_ids
            ))
            if any(row[-1] for row in rows):
                self._refuse_missing_rates(source)
            for partner_id, amount, count, first, last, _missing in rows:
                found = Totals(Decimal(amount or 0), count, first, last)
                if is_foreign:
                    rate = self._get_day_rate(group, currency, first)
                    found = found._replace(amount=found.amount * rate)
                known = totals.get(partner_id)
                totals[partner_id] = known.plus(found) if known else found
        return totals

    @api.model
    def _get_sums_query(self, source, column, with_days, by_day, partner_ids):
        """Return the query of :meth:`_sum_by_customer`: documents are summed by their contacts first,
        these by customer then, and sums come as text, which keeps every decimal.

        :param SQL source: see :meth:`_get_source`
        :param str column: what is summed
        :param bool with_days: give the first and last day
        :param bool by_day: sum each day by itself
        :param list partner_ids: only these commercial partners; None for all
        :rtype: SQL
        """
        needs_days = with_days or by_day
        return SQL(
            """
            SELECT partner.commercial_partner_id, SUM(sums.amount)::text, SUM(sums.count)::int,
                   MIN(sums.first), MAX(sums.last), SUM(sums.missing)::int
              FROM (
                SELECT source.contact_id, SUM(source.%(column)s) AS amount, COUNT(*) AS count,
                       %(days)s, COUNT(*) FILTER (WHERE NOT source.is_countable) AS missing
                  FROM (%(source)s) source
                 WHERE %(contacts)s
                 GROUP BY source.contact_id %(by_day)s
                   ) sums
              JOIN res_partner partner ON partner.id = sums.contact_id
             GROUP BY partner.commercial_partner_id %(by_first_day)s
            """,
            column=SQL.identifier(column),
            days=SQL("MIN(source.date) AS first, MAX(source.date) AS last")
            if needs_days else SQL("NULL::date AS first, NULL::date AS last"),
            source=source,
            contacts=SQL("TRUE") if partner_ids is None else SQL(
                "source.contact_id IN (SELECT id FROM res_partner WHERE commercial_partner_id IN %s)",
                tuple(partner_ids) or (0,),
            ),
            by_day=SQL(", source.date") if by_day else SQL(),
            by_first_day=SQL(", sums.first") if by_day else SQL(),
        )

    @api.model
    def _get_day_rate(self, company, currency, day):
        """Return the rate from a company's currency to another, of a day, as that company keeps it."""
        home = company.currency_id
        return to_decimal(home._get_conversion_rate(home, currency, company, day))

    @api.model
    def _refuse_missing_rates(self, source):
        """Name the orders in a foreign currency that carry no rate; they cannot be counted.

        :raise UserError: always
        """
        missing = self.env.execute_query(SQL(
            "SELECT source.reference FROM (%s) source WHERE NOT source.is_countable LIMIT 5", source
        ))
        raise UserError(self.env._(
            "These orders are in a foreign currency and have no exchange rate, so they cannot be "
            "counted: %(orders)s. Enter the rate of their day, set the currency on the order anew, and "
            "compute again.",
            orders=[reference for reference, in missing],
        ))

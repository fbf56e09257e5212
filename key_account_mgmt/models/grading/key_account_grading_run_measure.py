from decimal import Decimal

from odoo import fields, models

from ...calculations.grading import growth, order_interval, ratio, years_between
from .key_account_grading_run_compute import NO_SALES
from .key_account_ledger_entry import Totals


class KeyAccountGradingRun(models.Model):
    """Measuring: the metrics that the dimensions of a score ask for."""

    _inherit = "key.account.grading.run"

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

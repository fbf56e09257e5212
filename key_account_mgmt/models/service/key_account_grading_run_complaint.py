from decimal import Decimal

from odoo import models

from ...calculations.grading import ratio
from ..grading.key_account_ledger_entry import Totals


class KeyAccountGradingRun(models.Model):
    """The complaint rate: complaints of the period in per cent of its confirmed orders."""

    _inherit = "key.account.grading.run"

    def _get_metric_values(self, metrics, partner_ids, sales, holders):
        values = super()._get_metric_values(metrics, partner_ids, sales, holders)
        if "complaint_rate" in metrics:
            values["complaint_rate"] = self._measure_complaint_rate(partner_ids)
        return values

    def _measure_complaint_rate(self, partner_ids):
        """Return each customer's rate; without a confirmed order in the period there is no data."""
        orders = self._sum_ledger("ordered", self.date_from, self.date_to)
        complaints = self._count_complaints(partner_ids)
        nothing = Totals()
        return {
            partner_id: ratio(
                Decimal(complaints.get(partner_id, 0)), Decimal(orders.get(partner_id, nothing).count)
            )
            for partner_id in partner_ids
        }

    def _count_complaints(self, partner_ids):
        """Return how many complaints customers had in the period; spam and duplicates are none.

        :param partner_ids: commercial partners
        :return: {partner id: number}
        :rtype: dict
        """
        counts = {}
        for company in self._get_companies():
            start, end = company._get_key_account_utc_bounds(self.date_from, self.date_to)
            period = [("received_on", "<", end)] + ([("received_on", ">=", start)] if start else [])
            # sudo: a run counts every customer's complaints
            groups = self.env["key.account.complaint"].sudo()._read_group(
                [
                    ("company_id", "=", company.id),
                    ("state", "!=", "cancelled"),
                    ("partner_id.commercial_partner_id", "in", list(partner_ids)),
                    *period,
                ],
                ["partner_id"], ["__count"],
            )
            for partner, count in groups:
                customer_id = partner.commercial_partner_id.id
                counts[customer_id] = counts.get(customer_id, 0) + count
        return counts

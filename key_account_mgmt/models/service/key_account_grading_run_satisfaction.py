from decimal import Decimal

from odoo import models


class KeyAccountGradingRun(models.Model):
    """The metric "satisfaction" of a score."""

    _inherit = "key.account.grading.run"

    def _get_metric_values(self, metrics, partner_ids, sales, holders):
        values = super()._get_metric_values(metrics, partner_ids, sales, holders)
        if "satisfaction" in metrics:
            values["satisfaction"] = self._measure_satisfaction()
        return values

    def _measure_satisfaction(self):
        """Return the mean of the scores that came in during the run's period, by customer.

        The mean, not the last one: a year's grade is about the year, as with the other metrics, and one
        answer does not decide it. Customers who did not answer have no data.

        :return: {partner id: Decimal}
        :rtype: dict
        """
        domain = [("has_score", "=", True), ("answer_date", "<=", self.date_to)]
        if self.date_from:
            domain.append(("answer_date", ">=", self.date_from))
        if not self.all_companies:
            domain.append(("company_id", "=", self.company_id.id))
        # sudo: as the ledger, the surveys of all companies where the scheme says so
        groups = self.env["key.account.satisfaction"].sudo()._read_group(
            domain, ["account_id"], ["score:sum", "__count"]
        )
        totals = {}
        for account, score, count in groups:
            before = totals.get(account.partner_id.id, (Decimal(0), 0))
            totals[account.partner_id.id] = (before[0] + Decimal(str(round(score, 2))), before[1] + count)
        return {partner_id: score / count for partner_id, (score, count) in totals.items()}

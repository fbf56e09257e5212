from odoo import fields, models
from odoo.exceptions import UserError

from ...calculations import reporting


class KeyAccountWorkReport(models.Model):
    """The monthly key account report of a department (R3): the clerk's words, everybody's figures."""

    _inherit = "key.account.work.report"

    # === ACTION METHODS === #

    def action_print_month(self):
        """Print the monthly key account report.

        :raise UserError: for a report that is a person's
        """
        if self.filtered(lambda report: report.scope != "department"):
            raise UserError(self.env._("Only a department's month is printed as the monthly report."))
        return self.env.ref("key_account_mgmt.action_report_key_account_month_report").report_action(self)

    # === BUSINESS METHODS === #

    def _get_month_parts(self):
        """Return what the print shows beside the words; accounts only those that its reader may see.

        :return: the department's figures (as reported, and of the month before), its people's, its
            accounts', complaints, the mean satisfaction
        :rtype: dict
        """
        self.ensure_one()
        company, team = self.company_id, self.team_id
        before = reporting.get_period("month", fields.Date.subtract(self.date_from, days=1))
        people = (team.member_ids | team.user_id).sorted("name")
        names = ("call_count", "prospect_count", "visit_count", "complaint_count", "order_count",
                 "ordered_amount", "collected_amount")
        is_frozen = self.state in ("submitted", "read")
        this = {name: self[name if is_frozen else f"current_{name}"] for name in names}
        return {
            "month": this,
            "before": self._get_figures_of(company, "department", team, *before)[team],
            "people": self._get_figures_of(company, "person", people, self.date_from, self.date_to),
            "accounts": self._get_account_rows(),
            "complaints": self._get_complaints(),
            "satisfaction": self._get_satisfaction(),
        }

    def _get_account_rows(self):
        """Return (account, ordered, invoiced, collected) of the department's accounts, by the ledger."""
        accounts = self.env["key.account"].search(
            [("team_id", "=", self.team_id.id), ("company_id", "=", self.company_id.id),
             ("state", "in", ("active", "suspended"))]
        )
        # sudo: totals of accounts that the reader may see, whoever wrote the documents
        groups = self.env["key.account.ledger.entry"].sudo()._read_group(
            [("account_id", "in", accounts.ids),
             ("date", ">=", self.date_from), ("date", "<=", self.date_to)],
            ["account_id", "kind"], ["amount:sum"],
        )
        sums = {(account.id, kind): amount for account, kind, amount in groups}
        kinds = ("ordered", "invoiced", "collected")
        rows = [(account, *(sums.get((account.id, kind), 0) for kind in kinds)) for account in accounts]
        return sorted(rows, key=lambda row: (-row[1], row[0].code or ""))

    def _get_complaints(self):
        start, end = self.company_id._get_key_account_utc_bounds(self.date_from, self.date_to)
        return self.env["key.account.complaint"].search([
            ("team_id", "=", self.team_id.id), ("state", "!=", "cancelled"),
            ("received_on", ">=", start), ("received_on", "<", end),
        ], order="received_on")

    def _get_satisfaction(self):
        """Return the mean score of the month's answers and their number; None without one."""
        groups = self.env["key.account.satisfaction"]._read_group([
            ("team_id", "=", self.team_id.id), ("has_score", "=", True),
            ("answer_date", ">=", self.date_from), ("answer_date", "<=", self.date_to),
        ], [], ["score:avg", "__count"])
        score, count = groups[0]
        return (score, count) if count else None

from odoo import api, models
from odoo.fields import Domain

from ..service.key_account_visit import HELD_STATES
from .key_account_kpi_measure import LEVELS, PLANNED_STATES, SUBJECT_FIELDS

# Which entries of the ledger show the attainment of which targets.
LEDGER_KINDS = {"sales": ("ordered",), "collection": ("collected",), "new_customers": ("ordered", "history")}


class KeyAccountKpi(models.Model):
    """Which records show a figure."""

    _inherit = "key.account.kpi"

    def _get_evidence(self, subject, date_from, date_to):
        """Return the action that opens the records behind a figure; their own rules apply.

        :param subject: one subject, as in :meth:`_measure`
        :param datetime.date date_from: first day
        :param datetime.date date_to: last day, inclusive
        :rtype: dict
        """
        self.ensure_one()
        model, domain = self._get_evidence_domain(subject, date_from, date_to)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%(kpi)s: %(subject)s", kpi=self.name, subject=subject.display_name),
            "res_model": model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
        }

    def _get_evidence_domain(self, subject, date_from, date_to):
        """Return where the records are.

        :return: (name of a model, :class:`Domain`)
        :rtype: tuple
        """
        own = Domain(SUBJECT_FIELDS[subject._name], "=", subject.id)
        of_period = Domain("date", ">=", date_from) & Domain("date", "<=", date_to)
        accounts = self._get_account_domain(subject, date_to)
        method = f"visits_{self.target_kind}" if self.method == "attainment" else self.method
        if method in ("visits_visits", "visit_completion"):
            states = HELD_STATES if self.method == "attainment" else PLANNED_STATES
            planned = Domain.TRUE if self.method == "attainment" else Domain("plan_id", "!=", False)
            return "key.account.visit", own & of_period & planned & Domain("state", "in", states)
        if method == "spot_check":
            return "key.account.spot.check.line", own & of_period & Domain("verdict", "!=", False)
        if method == "satisfaction":
            return "key.account.satisfaction", accounts & Domain("has_score", "=", True) & Domain(
                "answer_date", ">=", date_from
            ) & Domain("answer_date", "<=", date_to)
        if method == "complaint_rate":
            start, end = self._get_evidence_company(subject)._get_key_account_utc_bounds(date_from, date_to)
            return "key.account.complaint", accounts & Domain("state", "!=", "cancelled") & Domain(
                "received_on", ">=", start
            ) & Domain("received_on", "<", end)
        if method in ("service_score", "file_completeness"):
            return "key.account", self._get_account_domain(subject, date_to, "id") & Domain(
                "state", "=", "active"
            )
        if method == "manual":
            return "key.account.kpi.value", own & Domain("kpi_id", "=", self.id) & Domain(
                "level", "=", LEVELS[subject._name]
            ) & Domain("date_from", "=", date_from) & Domain("date_to", "=", date_to)
        return "key.account.ledger.entry", accounts & self._get_entry_domain(date_from, date_to)

    def _get_entry_domain(self, date_from, date_to):
        """Return which entries of the ledger show the figure."""
        of_period = Domain("date", ">=", date_from) & Domain("date", "<=", date_to)
        if self.method == "collection_rate":
            due = Domain("kind", "=", "invoiced") & Domain("date_due", ">=", date_from) & Domain(
                "date_due", "<=", date_to
            )
            return Domain("kind", "=", "collected") & of_period | due
        kinds = (
            LEDGER_KINDS[self.target_kind] if self.method == "attainment" else self._get_order_kinds()
        )
        return Domain("kind", "in", kinds) & of_period

    @api.model
    def _get_evidence_company(self, subject):
        if subject._name == "res.company":
            return subject
        return ("company_id" in subject._fields and subject.company_id) or self.env.company

    @api.model
    def _get_account_domain(self, subject, day, field="account_id"):
        """Return the domain of what hangs on a subject's accounts; all of a company's."""
        if subject._name == "res.company":
            return Domain("company_id", "=", subject.id)
        # sudo: whose accounts they were; what the reader does not see of them stays hidden
        holdings = self.sudo()._get_holdings(subject, day)
        return Domain(field, "in", [holding.account_id for holding in holdings])

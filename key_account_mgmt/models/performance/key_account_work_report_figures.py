from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...calculations import reporting
from ..service.key_account_visit import HELD_STATES
from .key_account_work_report import FIGURES

# On which document and in which column the person or the department of an amount is found.
DOCUMENTS = {"ordered": "sale_order", "collected": "account_move"}
SUBJECT = {"person": "document.key_account_manager_id", "department": "account.team_id"}
# Which action shows the records behind a figure.
EVIDENCE = {
    "calls": "key_account_mgmt.key_account_visit_action",
    "visits": "key_account_mgmt.key_account_visit_action",
    "complaints": "key_account_mgmt.key_account_complaint_action",
    "ordered": "key_account_mgmt.key_account_ledger_entry_action",
    "collected": "key_account_mgmt.key_account_ledger_entry_action",
    "prospects": "crm.crm_lead_all_leads",
    "prospect_calls": "crm.crm_activity_report_action",
}


class KeyAccountWorkReport(models.Model):
    """The figures of work reports: so many queries for one report as for a thousand."""

    _inherit = "key.account.work.report"

    # as the records are now, whatever was reported
    current_call_count = fields.Integer(compute="_compute_current", string="Calls Now")
    current_call_quota = fields.Integer(compute="_compute_current", string="Calls Due Now")
    current_prospect_count = fields.Integer(compute="_compute_current", string="New Prospects Now")
    current_prospect_quota = fields.Integer(compute="_compute_current", string="New Prospects Due Now")
    current_visit_count = fields.Integer(compute="_compute_current", string="Visits Now")
    current_complaint_count = fields.Integer(compute="_compute_current", string="Complaints Now")
    current_order_count = fields.Integer(compute="_compute_current", string="Orders Now")
    current_ordered_amount = fields.Monetary(compute="_compute_current", string="Ordered Now")
    current_collected_amount = fields.Monetary(compute="_compute_current", string="Collected Now")
    has_moved = fields.Boolean(
        compute="_compute_current",
        string="Figures Have Changed",
        help="Since it was submitted the records have changed: both figures are shown.",
    )
    is_below_quota = fields.Boolean(compute="_compute_current")

    # === COMPUTE METHODS === #

    @api.depends("kind", "date_from", "user_id", "team_id", "state", *FIGURES)
    def _compute_current(self):
        figures = self._get_figures()
        for report in self:
            current = figures[report]
            for name in FIGURES:
                report[f"current_{name}"] = current[name]
            reported = current if report.state in ("draft", "excused") else {
                name: report[name] for name in FIGURES
            }
            report.has_moved = any(
                report.currency_id.compare_amounts(reported[name], current[name]) if name.endswith("amount")
                else reported[name] != current[name]
                for name in FIGURES
            )
            report.is_below_quota = any(
                reported[f"{name}_count"] < reported[f"{name}_quota"] for name in ("call", "prospect")
            )

    # === ACTION METHODS === #

    def action_open_evidence(self):
        """Open the records behind a figure, named in the context; the user's own rights apply.

        :raise UserError: for a figure that does not exist
        """
        self.ensure_one()
        self.check_access("read")
        figure = self.env.context.get("figure")
        if figure not in EVIDENCE:
            return False
        action = self.env["ir.actions.act_window"]._for_xml_id(EVIDENCE[figure])
        views = sorted(action["views"], key=lambda view: view[1] != "list")
        return action | {
            "domain": list(self._get_evidence_domain(figure)),
            "context": {"active_test": False},
            "views": [view for view in views if view[1] in ("list", "form")] or views,
            "display_name": f"{action['name']}: {self.display_name}",
        }

    # === BUSINESS METHODS === #

    def _get_figures(self):
        """Return the figures of these reports from the records as they are now.

        :return: {report: {name of :data:`FIGURES`: number}}
        :rtype: dict
        """
        result = {}
        for (company, scope), reports in self.grouped(
            lambda report: (report.company_id, report.scope)
        ).items():
            subjects = reports.user_id if scope == "person" else reports.team_id
            first, last = min(reports.mapped("date_from")), max(reports.mapped("date_to"))
            numbers = self._count_days(company, scope, subjects._origin, first, last)
            working_days = company._get_key_account_working_days(first, last)
            for report in reports:
                subject = report.user_id if scope == "person" else report.team_id
                result[report] = self._sum_figures(
                    company, scope, numbers[subject._origin.id], working_days,
                    report.date_from, report.date_to,
                )
        return result

    @api.model
    def _get_figures_of(self, company, scope, subjects, date_from, date_to):
        """Return the figures of several people or departments for one period.

        :param res.company company: in which they work
        :param str scope: ``person`` or ``department``
        :param subjects: users or departments
        :return: {user or department: {name of :data:`FIGURES`: number}}
        :rtype: dict
        """
        numbers = self._count_days(company, scope, subjects, date_from, date_to)
        working_days = company._get_key_account_working_days(date_from, date_to)
        return {
            subject: self._sum_figures(company, scope, numbers[subject.id], working_days, date_from, date_to)
            for subject in subjects
        }

    @api.model
    def _sum_figures(self, company, scope, numbers, working_days, first, last):
        days = sum(first <= day <= last for day in working_days) if scope == "person" else 0
        sums = {name: reporting.sum_days(numbers[name], first, last) for name in FIGURES}
        for name in ("ordered_amount", "collected_amount"):
            sums[name] = company.currency_id.round(float(sums[name]))
        return sums | {
            "call_quota": days * company.key_account_daily_calls,
            "prospect_quota": days * company.key_account_daily_prospects,
        }

    @api.model
    def _count_days(self, company, scope, subjects, first, last):
        """Return what fell on each day, by subject and figure.

        :return: {subject id: {figure: {day: number}}}
        :rtype: dict
        """
        numbers = defaultdict(lambda: {name: defaultdict(Decimal) for name in FIGURES})
        if not subjects:
            return numbers
        bounds = company._get_key_account_utc_bounds(first, last)
        timed = self.with_context(tz=company._get_key_account_timezone().zone)
        for rows in (
            timed._count_visits(company, scope, subjects, first, last),
            timed._count_prospect_calls(company, scope, subjects, bounds),
            timed._count_prospects(company, scope, subjects, bounds),
            timed._count_complaints(company, scope, subjects, bounds),
            timed._sum_documents(company, scope, subjects, first, last),
        ):
            for subject_id, figure, day, number in rows:
                numbers[subject_id][figure][getattr(day, "date", lambda day=day: day)()] += number
        return numbers

    @api.model
    def _get_subject_domain(self, scope, subjects):
        """Return the column of the subject on visits, leads and complaints, and the condition on it."""
        column = "user_id" if scope == "person" else "team_id"
        return column, Domain(column, "in", subjects.ids)

    @api.model
    def _count_visits(self, company, scope, subjects, first, last):
        column, domain = self._get_subject_domain(scope, subjects)
        # sudo: numbers alone, also of accounts that the reader of the report does not see
        groups = self.env["key.account.visit"].sudo()._read_group(
            domain & Domain("company_id", "=", company.id) & Domain("state", "in", HELD_STATES)
            & Domain("date", ">=", first) & Domain("date", "<=", last),
            [column, "date:day", "visit_type"], ["__count"],
        )
        for subject, day, kind, count in groups:
            yield subject.id, "call_count" if kind == "call" else "visit_count", day, count

    @api.model
    def _count_prospect_calls(self, company, scope, subjects, bounds):
        for name in ("mail.message", "crm.lead"):
            self.env[name].flush_model()
        # sudo: as above; who made a call is known by his contact
        users = subjects.sudo() if scope == "person" else self.env["res.users"]
        people = {user.partner_id.id: user.id for user in users}
        column, ids = ("author_id", list(people)) if scope == "person" else ("team_id", subjects.ids)
        # sudo: as above
        groups = self.env["crm.activity.report"].sudo()._read_group(
            Domain(column, "in", ids) & self._get_prospect_call_domain(company, bounds),
            [column, "date:day"], ["__count"],
        )
        for subject, day, count in groups:
            yield people.get(subject.id, subject.id), "call_count", day, count

    @api.model
    def _get_prospect_call_domain(self, company, bounds):
        return (
            Domain("mail_activity_type_id.category", "=", "phonecall")
            & Domain("company_id", "in", (company.id, False))
            & Domain("date", ">=", bounds[0]) & Domain("date", "<", bounds[1])
        )

    @api.model
    def _count_prospects(self, company, scope, subjects, bounds):
        column, domain = self._get_subject_domain(scope, subjects)
        # sudo: as above
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        groups = leads._read_group(
            domain & self._get_prospect_domain(company, bounds), [column, "create_date:day"], ["__count"]
        )
        for subject, day, count in groups:
            yield subject.id, "prospect_count", day, count

    @api.model
    def _get_prospect_domain(self, company, bounds):
        return (
            Domain("company_id", "in", (company.id, False))
            & Domain("create_date", ">=", bounds[0]) & Domain("create_date", "<", bounds[1])
        )

    @api.model
    def _count_complaints(self, company, scope, subjects, bounds):
        column, domain = self._get_subject_domain(scope, subjects)
        # sudo: as above
        groups = self.env["key.account.complaint"].sudo()._read_group(
            domain & self._get_complaint_domain(company, bounds), [column, "received_on:day"], ["__count"]
        )
        for subject, day, count in groups:
            yield subject.id, "complaint_count", day, count

    @api.model
    def _get_complaint_domain(self, company, bounds):
        return (
            Domain("company_id", "=", company.id) & Domain("state", "!=", "cancelled")
            & Domain("received_on", ">=", bounds[0]) & Domain("received_on", "<", bounds[1])
        )

    @api.model
    def _sum_documents(self, company, scope, subjects, first, last):
        """Sum the ledger's own sources by whose customer it was when the document became binding.

        A department's are those of the accounts that are its own.
        """
        ledger = self.env["key.account.ledger.entry"]
        ledger._flush_ledger()
        for kind in DOCUMENTS:
            rows = self.env.execute_query(SQL(
                "SELECT %(subject)s, source.date, SUM(source.amount)::text, COUNT(*) %(tables)s"
                " WHERE %(subject)s IN %(ids)s GROUP BY 1, 2",
                subject=SQL(SUBJECT[scope]),
                tables=self._get_document_tables(kind, company, first, last),
                ids=tuple(subjects.ids),
            ))
            for subject_id, day, amount, count in rows:
                yield subject_id, f"{kind}_amount", day, Decimal(amount or 0)
                if kind == "ordered":
                    yield subject_id, "order_count", day, count

    @api.model
    def _get_document_tables(self, kind, company, first, last):
        return SQL(
            "FROM (%(source)s) source"
            " JOIN %(table)s document ON document.id = source.document_id"
            " JOIN key_account account ON account.id = document.key_account_id",
            source=self.env["key.account.ledger.entry"]._get_source(kind, company, first, last),
            table=SQL.identifier(DOCUMENTS[kind]),
        )

    # === EVIDENCE === #

    def _get_evidence_domain(self, figure):
        """Return the domain of the records behind a figure.

        :param str figure: a key of :data:`EVIDENCE`
        :rtype: Domain
        """
        company = self.company_id
        subject = self.user_id if self.scope == "person" else self.team_id
        bounds = company._get_key_account_utc_bounds(self.date_from, self.date_to)
        mine = self._get_subject_domain(self.scope, subject)[1]
        if figure in ("calls", "visits"):
            return (
                mine & Domain("company_id", "=", company.id) & Domain("state", "in", HELD_STATES)
                & Domain("date", ">=", self.date_from) & Domain("date", "<=", self.date_to)
                & Domain("visit_type", "=" if figure == "calls" else "!=", "call")
            )
        if figure == "prospect_calls":
            if self.scope == "person":
                mine = Domain("author_id", "=", self.user_id.partner_id.id)
            return mine & self._get_prospect_call_domain(company, bounds)
        if figure == "prospects":
            return mine & self._get_prospect_domain(company, bounds)
        if figure == "complaints":
            return mine & self._get_complaint_domain(company, bounds)
        return self._get_document_domain(figure, subject)

    def _get_document_domain(self, kind, subject):
        """Return the domain of the ledger's lines of a kind that are summed for this report."""
        self.env["key.account.ledger.entry"]._flush_ledger()
        rows = self.env.execute_query(SQL(
            "SELECT DISTINCT document.id %(tables)s WHERE %(subject)s = %(id)s",
            tables=self._get_document_tables(kind, self.company_id, self.date_from, self.date_to),
            subject=SQL(SUBJECT[self.scope]),
            id=subject.id,
        ))
        return (
            Domain("kind", "=", kind) & Domain("document_id", "in", [id_ for id_, in rows])
            & Domain("date", ">=", self.date_from) & Domain("date", "<=", self.date_to)
            & Domain("company_id", "=", self.company_id.id)
        )

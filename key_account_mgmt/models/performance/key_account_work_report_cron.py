from odoo import api, fields, models
from odoo.fields import Domain

from ...calculations import reporting
from ..access.roles import group
from ..account.batches import work_through
from .key_account_work_report import ACTIVITY


class KeyAccountWorkReport(models.Model):
    """What runs by itself: owed reports are opened, missing ones chased, departments' months drafted."""

    _inherit = "key.account.work.report"

    # === CRON METHODS === #

    @api.model
    def _cron_open(self):
        """Open what became due in the last days for whoever owes it and has not written it; once a day."""
        for company in self._get_reporting_companies():
            for kind, first, _last, working_day in company._get_key_account_due_reports():
                work_through(
                    self._find_people_to_open(company, kind, first, working_day),
                    lambda member, values=(company, kind, first): self._open(member, *values),
                )

    @api.model
    def _cron_draft_months(self):
        """Draft the last month of each department with active accounts, for its clerk; once a day."""
        for company in self._get_reporting_companies():
            today = company._get_key_account_today()
            first, last = reporting.get_period("month", fields.Date.subtract(today.replace(day=1), days=1))
            if last < company.key_account_reports_from:
                continue
            work_through(
                self._find_teams_to_draft(company, first),
                lambda team, values=(company, first): self._draft_month(team, *values),
            )

    @api.model
    def _cron_chase(self):
        """Remind of what is overdue, then tell the leader; each once, on working days."""
        for company in self._get_reporting_companies():
            today = company._get_key_account_today()
            if not company._get_key_account_working_days(today, today):
                continue
            # sudo: the scheduled action speaks to everybody
            overdue = self.sudo().search([
                ("company_id", "=", company.id), ("state", "=", "draft"), ("told_steps", "<", 2),
                ("deadline", "<", today), ("submitted_on", "=", False),
                "|", ("user_id", "=", False), ("user_id.active", "=", True),
            ], order="date_from, id")
            work_through(
                overdue.filtered(lambda report, day=today: report._get_due_step(day)),
                lambda report, day=today: report._chase(day),
            )

    # === OPENING === #

    @api.model
    def _get_reporting_companies(self):
        # sudo: the scheduled actions serve every company
        return self.env["res.company"].sudo().search([("key_account_reports_from", "!=", False)])

    @api.model
    def _find_people_to_open(self, company, kind, first, working_day):
        """Return a membership of each person who owes a report of a period and has none.

        Who joined after its last working day does not owe it.
        """
        end = company._get_key_account_utc_bounds(None, working_day)[1]
        # sudo: as above
        written = self.sudo().search(
            [("company_id", "=", company.id), ("kind", "=", kind), ("date_from", "=", first),
             ("scope", "=", "person")]
        ).user_id
        # sudo: groups are not readable to everyone
        people = self.env.ref(group("assistant")).sudo().all_user_ids
        # sudo: as above
        members = self.env["crm.team.member"].sudo().search(
            Domain("crm_team_id.key_account_ids.company_id", "=", company.id)
            & Domain("user_id", "in", people.ids)
            & Domain("user_id", "not in", written.ids)
            & Domain("user_id.company_ids", "in", company.ids)
            & Domain("user_id.active", "=", True)
            & Domain("create_date", "<", end),
            order="id",
        )
        return members.browse().union(*(rows[:1] for rows in members.grouped("user_id").values()))

    @api.model
    def _open(self, member, company, kind, first):
        """Open an owed report; the person writes it.

        :param crm.team.member member: whose report, in which department
        :param res.company company: whose days are counted
        :param str kind: which report
        :param datetime.date first: first day of the period
        """
        # sudo: nobody writes another one's report; what is said of it is in its writer's language
        reports = self.sudo().with_company(company).with_context(lang=member.user_id.lang)
        return reports.create({
            "kind": kind, "date_from": first, "user_id": member.user_id.id,
            "team_id": member.crm_team_id.id, "company_id": company.id,
        })

    @api.model
    def _find_teams_to_draft(self, company, first):
        # sudo: as above
        drafted = self.sudo().search(
            [("scope", "=", "department"), ("company_id", "=", company.id), ("date_from", "=", first)]
        ).team_id
        active = Domain("company_id", "=", company.id) & Domain("state", "=", "active")
        # sudo: as above
        teams = self.env["key.account"].sudo().search(active & Domain("team_id", "!=", False)).team_id
        return teams.sorted("id") - drafted

    @api.model
    def _draft_month(self, team, company, first):
        """Draft a department's month and give it to the clerk; the director where there is none (R3).

        :param crm.team team: the department
        :param res.company company: whose accounts it has
        :param datetime.date first: the month's first day
        """
        # sudo: the clerk writes it, the system opens it
        reports = self.sudo().with_company(company).with_context(lang=company.partner_id.lang)
        report = reports.create({
            "scope": "department", "kind": "month", "date_from": first, "user_id": False,
            "team_id": team.id, "company_id": company.id,
        })
        report._tell(report._get_writer(), report.deadline, lambda one: one.env._(
            "Complete the key account report of %s", one.display_name
        ))
        return report

    # === CHASING === #

    def _get_due_step(self, today):
        """Return which step is due: 1 to remind, 2 to tell above; 0 where nothing is.

        :param datetime.date today: the day on which it is asked, a working day
        :rtype: int
        """
        self.ensure_one()
        company = self.company_id
        if self.deadline >= today:
            return 0
        if not self.told_steps:
            return 1
        if self.told_steps > 1:
            return 0
        ahead = 30 + 4 * company.key_account_work_report_days
        days = company._get_key_account_working_days(
            self.reminded_on, fields.Date.add(self.reminded_on, days=ahead)
        )
        # counted from the reminder: after a standstill nobody is reminded and reported on one day
        second = reporting.get_working_day_after(days, self.reminded_on, company.key_account_work_report_days)
        return 2 if second <= today else 0

    def _chase(self, today):
        """Tell whose turn it is, and note it in the same transaction."""
        step = self._get_due_step(today)
        self.told_steps = step
        if step == 1:
            self.reminded_on = today
            return self._tell(self._get_writer(), today, lambda one: one.env._(
                "Your report is missing: %s", one.period
            ))
        superiors = self._get_superiors()
        named = self._get_named_approver("leader", superiors)
        return self._tell(named, today, lambda one: one.env._(
            "A report is missing: %s. Ask for it, or excuse it", one.display_name
        ))

    def _get_writer(self):
        """Return who writes the report: its person, or the department's clerk, or the director for him."""
        self.ensure_one()
        clerk = self.team_id.key_account_clerk_id
        return self.user_id or clerk or self.company_id.key_account_director_id

    def _tell(self, user, deadline, get_text):
        """Give somebody an activity in his language; nobody where there is nobody.

        :param res.users user: who is told
        :param datetime.date deadline: of the activity
        :param callable get_text: report, in his language → what it says
        """
        if user:
            speaking = self.with_context(lang=user.lang)
            speaking.activity_schedule(
                ACTIVITY, date_deadline=deadline, user_id=user.id, summary=get_text(speaking)
            )

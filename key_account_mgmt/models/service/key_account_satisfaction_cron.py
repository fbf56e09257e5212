from odoo import api, fields, models
from odoo.fields import Domain

from ..account.batches import work_through


class KeyAccountSatisfaction(models.Model):
    """What runs by itself: customers are asked, reminded, and no longer waited for; each once."""

    _inherit = "key.account.satisfaction"

    @api.model
    def _cron_ask(self):
        """Ask every customer whose survey is due by its grade's policy (C3, G13)."""
        # sudo: the scheduled action asks the customers of every company
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        # sudo: as above
        accounts = self.sudo().env["key.account"].with_context(allowed_company_ids=companies.ids)
        work_through(accounts._find_due_for_survey(), lambda account: account._ask_satisfaction())

    @api.model
    def _cron_remind(self):
        """Remind those who have not answered, every so many days until the deadline."""
        due = []
        # sudo: as above
        for company in self.env["res.company"].sudo().search([("key_account_survey_reminder_days", ">", 0)]):
            today = company._get_key_account_today()
            last = fields.Date.subtract(today, days=company.key_account_survey_reminder_days)
            due.append(
                Domain("company_id", "=", company.id)
                & Domain("sent_date", "<=", last) & Domain("deadline", ">=", today)
                & (Domain("reminder_date", "=", False) | Domain("reminder_date", "<=", last))
            )
        # sudo: as above
        waiting = self.sudo().search(
            Domain("state", "=", "sent") & Domain("channel", "=", "mail") & Domain.OR(due), order="id"
        )
        work_through(waiting.filtered("contact_id.email"), lambda satisfaction: satisfaction._remind())

    @api.model
    def _cron_expire(self):
        """Stop waiting on the day after the deadline, as the account's company counts the days."""
        # sudo: as above; the farthest time zone is a day ahead
        waiting = self.sudo().search([
            ("state", "=", "sent"), ("deadline", "<=", fields.Date.today()),
        ], order="id")
        work_through(
            waiting.filtered(lambda satisfaction: satisfaction.deadline < satisfaction._get_today()),
            lambda satisfaction: satisfaction._expire(),
        )

    def _remind(self):
        self.write({"reminder_date": self._get_today(), "reminder_count": self.reminder_count + 1})
        self._mail("mail_template_satisfaction_remind")

    def _expire(self):
        self.write({"state": "expired"})
        self._plan_activity(
            self.user_id or self.account_id._get_responsible(),
            lambda env: env._("The customer has not answered the survey: ask at the next visit"),
        )

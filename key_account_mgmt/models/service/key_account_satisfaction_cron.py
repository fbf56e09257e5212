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
        # sudo: as above; mailed: that one of us has opened it meanwhile is no answer
        waiting = self.sudo().search(Domain("state", "=", "sent") & Domain.OR(due), order="id")
        work_through(waiting.filtered("contact_id.email"), lambda satisfaction: satisfaction._remind())

    @api.model
    def _cron_expire(self):
        """Stop waiting on the day after the deadline, as the account's company counts the days.

        Who could not be asked in the same time, since there is no address, is waited for no longer either.
        """
        # sudo: as above; the farthest time zone is a day ahead
        waiting = self.sudo().search([
            ("state", "=", "sent"), ("deadline", "<=", fields.Date.today()),
        ], order="id")
        work_through(waiting, lambda satisfaction: satisfaction._expire())
        # sudo: as above
        for company in self.env["res.company"].sudo().search([]):  # pylint: disable=no-search-all
            last = fields.Date.subtract(
                company._get_key_account_today(), days=company.key_account_survey_expiry_days
            )
            # sudo: as above
            unsent = self.sudo().search([
                ("company_id", "=", company.id), ("state", "=", "draft"), ("date", "<", last),
            ], order="id")
            work_through(unsent, lambda satisfaction: satisfaction._give_up())

    def _remind(self):
        """Remind the customer, unless it was done or he has answered meanwhile."""
        today = self._get_today()
        last = fields.Date.subtract(today, days=self.company_id.key_account_survey_reminder_days)
        is_due = self.state == "sent" and self.deadline >= today and self.contact_id.email
        if not is_due or (self.reminder_date or self.sent_date) > last:
            return False
        self.write({"reminder_date": today, "reminder_count": self.reminder_count + 1})
        self._mail("mail_template_satisfaction_remind")
        return True

    def _expire(self):
        if self.state != "sent" or self.deadline >= self._get_today():
            return False
        self.write({"state": "expired"})
        self._give_activity(
            self._get_responsible(),
            lambda env: env._("The customer has not answered the survey: ask at the next visit"),
        )
        return True

    def _give_up(self):
        """Tell the one above that a customer was not asked: nobody of his has an address."""
        if self.state != "draft" or self.contact_id.email or self.account_id._get_survey_contact().email:
            return False
        self.write({"state": "expired"})
        self._give_activity(
            self.account_id._get_overseer(),
            lambda env: env._(
                "The customer could not be asked how satisfied he is: see that there is a contact with an "
                "address"
            ),
        )
        return True

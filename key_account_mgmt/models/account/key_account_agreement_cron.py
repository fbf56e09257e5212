from odoo import api, fields, models

from .batches import work_through


class KeyAccountAgreement(models.Model):
    """What runs by itself: agreements run out, and their end is told of in time."""

    _inherit = "key.account.agreement"

    @api.model
    def _cron_expire_agreements(self):
        """Let agreements run out on the day after their last one, as their company counts the days."""
        # sudo: the day is over for every account; the farthest time zone is a day ahead
        agreements = self.sudo().search([
            ("state", "=", "signed"), ("date_to", "<=", fields.Date.today()),
        ], order="id")
        work_through(
            agreements.filtered(lambda agreement: agreement.date_to < agreement._get_today()),
            lambda agreement: agreement.write({"state": "expired"}),
        )

    @api.model
    def _cron_tell_renewals(self):
        """Tell the account's manager once that an agreement is about to run out."""
        # sudo: the scheduled action speaks to every account's manager
        agreements = self.sudo()
        due = agreements.browse()
        for company in self.env["res.company"].sudo().search([("key_account_renewal_days", ">", 0)]):
            last = fields.Date.add(
                company._get_key_account_today(), days=company.key_account_renewal_days
            )
            due |= agreements.search([
                ("company_id", "=", company.id),
                ("state", "=", "signed"),
                ("date_to", "<=", last),
                ("is_renewal_told", "=", False),
            ], order="id")
        work_through(due, lambda agreement: agreement._tell_renewal())

    def _tell_renewal(self):
        """Return False where there is nobody who could be told."""
        responsible = self.account_id._get_responsible()
        if responsible:
            speaking = self.with_context(lang=responsible.lang)
            speaking.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.date_to,
                user_id=responsible.id,
                summary=speaking.env._("This agreement runs out: renew it in time, or let it end"),
            )
            self.is_renewal_told = True
        return bool(responsible)

from odoo import api, fields, models

from .batches import work_through


class KeyAccount(models.Model):
    """What runs by itself: files that nobody keeps up are told of."""

    _inherit = "key.account"

    @api.model
    def _cron_tell_stale_files(self):
        """Tell the account's manager once each time that its file has grown old."""
        # sudo: the scheduled action speaks to every account's manager, in every company
        companies = self.env["res.company"].sudo().search([("key_account_stale_days", ">", 0)])
        accounts = self.sudo().with_context(allowed_company_ids=companies.ids).search(  # sudo: as above
            [("is_file_stale", "=", True)], order="id"
        )
        work_through(
            accounts.filtered(
                lambda account: not account.file_stale_told_on
                or account.file_stale_told_on < account.file_updated_on
            ),
            lambda account: account._tell_stale(),
        )

    def _tell_stale(self):
        """Return False where there is nobody who could be told."""
        responsible = self._get_responsible()
        if responsible:
            speaking = self.with_context(lang=responsible.lang)
            speaking.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=responsible.id,
                summary=speaking.env._("The customer file has not been updated for long: look through it"),
            )
            self.file_stale_told_on = fields.Datetime.now()
        return bool(responsible)

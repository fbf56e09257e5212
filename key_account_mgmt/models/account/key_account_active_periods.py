from odoo import api, fields, models
from odoo.fields import Domain


class KeyAccount(models.Model):
    """When the account was active, kept by the status alone."""

    _inherit = "key.account"

    active_period_ids = fields.One2many(
        comodel_name="key.account.active.period", inverse_name="account_id", readonly=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        for account in accounts.filtered(lambda account: account.state == "active"):
            account._begin_active_period(account.admission_date)
        return accounts

    def write(self, vals):
        before = {account: account.state for account in self} if "state" in vals else {}
        result = super().write(vals)
        for account, state in before.items():
            if "active" in (state, account.state) and state != account.state:
                account._note_active(account.state == "active")
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"active_period_ids"}

    @api.model
    def _get_active_domain(self, date_from, date_to):
        """Return the domain of accounts that were active on any day of a period.

        :rtype: Domain
        """
        return Domain("active_period_ids", "any", Domain("date_from", "<=", date_to) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", date_from)
        ))

    def _get_active_periods(self):
        """Return from when to when each account was active, the earliest first; the end None until today.

        :return: {account id: [(first day, last day or None)]}
        :rtype: dict
        """
        # sudo: who may read the account may read when it was active
        rows = self.env["key.account.active.period"].sudo().search_fetch(
            [("account_id", "in", self.ids)], ["account_id", "date_from", "date_to"], order="date_from, id"
        )
        periods = {}
        for row in rows:
            periods.setdefault(row.account_id.id, []).append((row.date_from, row.date_to or None))
        return periods

    def _note_active(self, is_active):
        today = self.company_id._get_key_account_today()
        if is_active:
            self._begin_active_period(today)
            return
        # sudo: the periods are nobody's to write
        current = self.sudo().active_period_ids.filtered(lambda period: not period.date_to)
        yesterday = fields.Date.subtract(today, days=1)
        # what was taken up today and ends today was not active on any day
        current.filtered(lambda period: period.date_from > yesterday).unlink()
        current.exists().date_to = yesterday

    def _begin_active_period(self, day):
        # sudo: as above
        self.env["key.account.active.period"].sudo().create({"account_id": self.id, "date_from": day})

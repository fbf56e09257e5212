from datetime import datetime, time

import pytz

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_director_id = fields.Many2one(
        comodel_name="res.users",
        help="Receives the approvals that wait for a director.",
    )
    key_account_executive_id = fields.Many2one(
        comodel_name="res.users",
        help="Receives the approvals that wait for the company's leadership.",
    )

    def _get_key_account_timezone(self):
        """Return the time zone in which this company's days begin and end.

        :rtype: pytz.tzinfo
        """
        self.ensure_one()
        # sudo: the working calendar only lends its time zone
        company = self.sudo()
        name = company.resource_calendar_id.tz or company.partner_id.tz or "UTC"
        return pytz.timezone(name)

    def _get_key_account_today(self):
        """Return today's date as this company's people would say it.

        :rtype: datetime.date
        """
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(self._get_key_account_timezone()).date()

    def _get_key_account_utc_bounds(self, date_from, date_to):
        """Return the moments at which a period of whole days begins and is over.

        :param datetime.date date_from: first day, or False for an open beginning
        :param datetime.date date_to: last day, inclusive
        :return: (start or None, end), naive UTC; the period is start <= moment < end
        :rtype: tuple
        """
        timezone = self._get_key_account_timezone()

        def midnight(day):
            local = timezone.localize(datetime.combine(day, time.min))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        start = midnight(date_from) if date_from else None
        return start, midnight(fields.Date.add(date_to, days=1))

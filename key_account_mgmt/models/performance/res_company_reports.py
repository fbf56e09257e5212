from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

from ...calculations import reporting
from .key_account_work_report import KIND

# What was missed while nobody ran the scheduled actions is made up for so many days.
MADE_UP_DAYS = 7


class ResCompany(models.Model):
    _inherit = "res.company"

    # Work reports, R1 to R4
    key_account_reports_from = fields.Date(
        string="Work Reports From",
        default=lambda self: fields.Date.today(),
        help="From this day on the people of the departments owe work reports. Empty: nobody does.",
    )
    key_account_report_kind = fields.Selection(
        selection=KIND,
        string="Shortest Work Report",
        default="day",
        required=True,
        help="This report and every longer one is opened by itself, and missed where it does not come in.",
    )
    key_account_work_report_days = fields.Integer(
        string="Work Reports Are In Within",
        default=1,
        help="Working days after the period; then the person is reminded, and after as many more the leader "
        "is told.",
    )
    key_account_daily_calls = fields.Integer(
        string="Calls a Day", default=10, help="Old prospects that are called back on each working day."
    )
    key_account_daily_prospects = fields.Integer(
        string="New Prospects a Day", default=5, help="New prospects that are developed on each working day."
    )
    # Expenses, R5
    key_account_expense_limit = fields.Monetary(
        string="Expenses Up To",
        default=5000,
        help="More than so much is also approved by the director, after the leader.",
    )

    _key_account_report_numbers = models.Constraint(
        "CHECK (key_account_work_report_days > 0 AND key_account_daily_calls >= 0"
        " AND key_account_daily_prospects >= 0 AND key_account_expense_limit >= 0)",
        "Work reports are in after one working day or more; quotas and limits are 0 or more.",
    )

    def _get_key_account_working_days(self, date_from, date_to):
        """Return the days on which this company works: its calendar less the public holidays.

        :param datetime.date date_from: first day
        :param datetime.date date_to: last day
        :return: dates in order
        :rtype: list
        """
        self.ensure_one()
        # sudo: the calendar only says on which days it works
        calendar = self.sudo().resource_calendar_id
        if not calendar:
            return [date_from + timedelta(days=number) for number in range((date_to - date_from).days + 1)]
        timezone = self._get_key_account_timezone()
        start, stop = (
            timezone.localize(datetime.combine(day, time.min))
            for day in (date_from, date_to + timedelta(days=1))
        )
        leaves = [("time_type", "=", "leave"), ("company_id", "in", [False, self.id])]
        worked = calendar._work_intervals_batch(
            start.astimezone(pytz.utc), stop.astimezone(pytz.utc), domain=leaves
        )[False]
        return sorted({begin.astimezone(timezone).date() for begin, _end, _attendance in worked})

    def _get_key_account_due_reports(self):
        """Return the periods whose reports are owed by now and became so in the last days.

        :return: see :func:`reporting.get_due_periods`
        :rtype: list
        """
        self.ensure_one()
        today = self._get_key_account_today()
        since = max(self.key_account_reports_from, today - timedelta(days=MADE_UP_DAYS))
        first, last = reporting.get_period("year", since)[0], reporting.get_period("year", today)[1]
        # the week in which a year begins or ends belongs to both
        days = self._get_key_account_working_days(first - timedelta(days=6), last + timedelta(days=6))
        kinds = reporting.KINDS[reporting.KINDS.index(self.key_account_report_kind):]
        return reporting.get_due_periods(kinds, days, since, today)

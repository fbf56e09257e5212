from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ...calculations.ranking import count_streaks, find_last
from .key_account_appraisal import ACTIVITY, OPEN_STATES


class KeyAccountAppraisal(models.Model):
    """Who is last in his department, and for how many months in a row (P8, X16): a flag for people.

    Nothing follows from it by itself. What everybody of the department may see is
    :class:`key.account.appraisal.ranking`.
    """

    _inherit = "key.account.appraisal"

    last_months = fields.Integer(
        string="Months at the Last Place",
        readonly=True,
        copy=False,
        aggregator="max",
        help="In a row, up to this one; of at least two who were ranked. Equal scores share the place.",
    )
    is_flagged = fields.Boolean(
        string="Last Again and Again",
        readonly=True,
        copy=False,
        help="So many months in a row at the last place that somebody has to decide what follows. Nothing "
        "follows by itself.",
    )

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"last_months", "is_flagged"}

    def _update_places(self):
        """Find out anew who is last in the departments of these appraisals, from all months on record.

        A month counts once all its ranked appraisals are published; until then nobody of it is last.
        """
        for team, company in {(appraisal.team_id, appraisal.company_id) for appraisal in self}:
            # sudo: places are those of all people of the department
            ranked = self.sudo().search([
                ("team_id", "=", team.id), ("company_id", "=", company.id), ("state", "!=", "cancelled"),
                ("template_id.is_ranked", "=", True),
            ])
            ranked._write_places(company.key_account_last_place_months)

    def _write_places(self, limit):
        """Write the streaks of one department, and ask the director about those that are long enough.

        :param int limit: after how many months somebody is flagged; 0 for never
        """
        months = self._get_last_ones()
        streaks = dict(zip(months, count_streaks(list(months.values()))))
        for appraisal in self:
            count = streaks[appraisal.date_from].get(appraisal.user_id.id, 0)
            is_flagged = 0 < limit <= count
            if (appraisal.last_months, appraisal.is_flagged) == (count, is_flagged):
                continue
            was_flagged = appraisal.is_flagged
            appraisal.write({"last_months": count, "is_flagged": is_flagged})
            if is_flagged and not was_flagged:
                appraisal._ask_about_flag()
            elif was_flagged and not is_flagged:
                appraisal.activity_unlink([ACTIVITY])

    def _get_last_ones(self):
        """Return who was last in each month, from the first to the last one on record without a gap.

        :return: {first day of the month: {ids of users}}
        :rtype: dict
        """
        if not self:
            return {}
        by_month = self.grouped("date_from")
        months, month, end = {}, min(by_month), max(by_month)
        while month <= end:
            found = by_month.get(month, self.browse())
            is_complete = not any(appraisal.state in OPEN_STATES for appraisal in found)
            months[month] = find_last({
                appraisal.user_id.id: round(appraisal.score, 2) for appraisal in found
            }) if is_complete else set()
            month = date(month.year, month.month, 1) + relativedelta(months=1)
        return months

    def _ask_about_flag(self):
        """Ask the director what follows for somebody who is last again and again."""
        director = next(iter(self._get_asked_people("director") - self.user_id), None)
        if not director:
            return
        speaking = self.with_context(lang=director.lang)
        speaking.activity_schedule(
            ACTIVITY,
            user_id=director.id,
            summary=speaking.env._(
                "Last for %(count)s months in a row: decide what follows", count=self.last_months
            ),
        )

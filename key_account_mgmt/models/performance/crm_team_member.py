from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmTeamMember(models.Model):
    """Since when and until when somebody belongs to a department; his month is appraised by it."""

    _inherit = "crm.team.member"

    key_account_date_from = fields.Date(
        string="Joined On", tracking=True, help="Empty: long ago. In the month of joining pay counts by days."
    )
    key_account_date_to = fields.Date(
        string="Left On", tracking=True, copy=False,
        help="The last day. Filled in by itself when the membership is archived.",
    )

    @api.constrains("key_account_date_from", "key_account_date_to")
    def _check_key_account_dates(self):
        for member in self:
            begins, ends = member.key_account_date_from, member.key_account_date_to
            if begins and ends and ends < begins:
                raise ValidationError(self.env._(
                    "%(user)s left the department before joining it: correct the dates.",
                    user=member.user_id.name,
                ))

    def write(self, vals):
        leaving = self.filtered("active") if vals.get("active") is False else self.browse()
        result = super().write(vals)
        if vals.get("active"):
            self.filtered("key_account_date_to").key_account_date_to = False
        for member in leaving.filtered(lambda member: not member.key_account_date_to):
            company = member.crm_team_id.company_id or self.env.company
            today = company._get_key_account_today()
            member.key_account_date_to = max(today, member.key_account_date_from or today)
        return result

    def _get_key_account_dates(self, date_from, date_to):
        """Return the days of joining and leaving that lie within a period, or None where it was no member.

        :param datetime.date date_from: first day of the period
        :param datetime.date date_to: its last day, inclusive
        :return: values of an appraisal
        :rtype: dict or None
        """
        self.ensure_one()
        begins, ends = self.key_account_date_from, self.key_account_date_to
        is_there = self.active and self.user_id.active
        if (begins and begins > date_to) or (ends and ends < date_from) or (not is_there and not ends):
            return None
        return {
            "worked_from": begins and begins > date_from and begins,
            "worked_to": ends and ends < date_to and ends,
        }

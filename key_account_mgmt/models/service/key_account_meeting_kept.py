from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# What a month took over of a meeting; it stays once the month is accepted.
REPORTED_FIELDS = frozenset({"minutes", "start", "stop", "team_id", "kind"})


class KeyAccountMeeting(models.Model):
    """What came of a meeting is kept: minutes, resolutions, and what a month has reported of it."""

    _inherit = "key.account.meeting"

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        if self.env.su:
            return
        for meeting in self:
            if meeting.state in ("held", "closed"):
                raise UserError(self.env._("A meeting that was held is kept, with its minutes."))
            if reason := meeting._get_kept_reason():
                raise UserError(reason)

    # === BUSINESS METHODS === #

    def _get_kept_reason(self):
        """Say why the meeting counts as held and stays so, or False where nothing came of it yet.

        :rtype: str or bool
        """
        self.ensure_one()
        # sudo: also what is hidden from the user came of it
        meeting = self.sudo()
        if meeting.is_minuted:
            return self.env._("%(meeting)s is kept: its minutes are written.", meeting=self.name)
        if meeting.resolution_ids:
            return self.env._("%(meeting)s is kept: it has resolved something.", meeting=self.name)
        months = meeting._find_months()
        return bool(months) and self.env._(
            "%(meeting)s is kept: its minutes were handed in for %(month)s.",
            meeting=self.name, month=months[:1].month,
        )

    def _find_months(self, domain=Domain.TRUE):
        """Return the monthly submissions that report these meetings, as superuser.

        :rtype: key.account.monthly.submission
        """
        # sudo: the months of accounts that the user need not see
        return self.env["key.account.monthly.submission"].sudo().search(
            Domain("reported_meeting_ids", "in", self.ids) & domain
        )

    def _check_not_accepted(self, vals):
        """Refuse to change what was accepted with a month.

        :param dict vals: the values about to be written
        :raise UserError: naming the month
        """
        if self.env.su or not vals.keys() & REPORTED_FIELDS:
            return
        if months := self._find_months(Domain("state", "=", "accepted")):
            raise UserError(self.env._(
                "The minutes were accepted with the month %(month)s: text, time, kind and department stay "
                "as they are. Write what is new into the minutes of another meeting.",
                month=months[:1].month,
            ))

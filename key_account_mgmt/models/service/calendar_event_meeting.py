from odoo import api, models
from odoo.exceptions import UserError

from .calendar_event import FOLLOWED
from .key_account_visit_meeting import FOLLOWING, FOLLOWS

MEETING = "key.account.meeting"


class CalendarEvent(models.Model):
    """The entry of a department's meeting, or of one about an account: it moves that one."""

    _inherit = "calendar.event"

    def write(self, vals):
        if vals.get("active") is False:
            self._check_no_meeting_ahead()
        names = FOLLOWED & vals.keys()
        result = super().write(vals)
        if names and self.env.context.get(FOLLOWS) is not FOLLOWING:
            for meeting in self._get_planned_meetings():
                event = meeting.event_id
                if event.allday:
                    raise UserError(self.env._("A meeting has a time of day: enter it."))
                meeting.with_env(self.env)._follow_event(event)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_meeting_ahead(self):
        if self.env.context.get(FOLLOWS) is not FOLLOWING:
            self._check_no_meeting_ahead()

    # === BUSINESS METHODS === #

    def _get_activity_excluded_models(self):
        # a meeting has a page of its own; no activity says so a second time
        return [*super()._get_activity_excluded_models(), MEETING]

    def _get_planned_meetings(self):
        """Return the planned meetings that these entries are of, as superuser.

        :rtype: key.account.meeting
        """
        # sudo: the entry is moved by people who may not see the meeting's page
        events = self.sudo().filtered(lambda event: event.res_model == MEETING)
        meetings = self.env[MEETING].sudo()  # sudo: as above
        if not events:
            return meetings
        return meetings.search([("event_id", "in", events.ids), ("state", "=", "planned")])

    def _check_no_meeting_ahead(self):
        if self._get_planned_meetings():
            raise UserError(self.env._(
                "This is a meeting of the department or about a key account that is still planned. Open its "
                "page and cancel it with the reason; the entry then goes by itself."
            ))

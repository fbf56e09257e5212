from odoo import api, models
from odoo.exceptions import UserError

from .key_account_visit import AHEAD_STATES
from .key_account_visit_meeting import FOLLOWING, FOLLOWS

VISIT = "key.account.visit"
FOLLOWED = frozenset({
    "start", "stop", "start_date", "stop_date", "duration", "allday", "location", "partner_ids",
})

# What an entry is about
LINKS = frozenset({"res_model", "res_model_id", "res_id"})


class CalendarEvent(models.Model):
    """The meeting of a visit: it moves the visit, and is not taken away from it."""

    _inherit = "calendar.event"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._check_no_visit_ahead()
        if vals.keys() & LINKS:
            self._check_no_visit()
        names = FOLLOWED & vals.keys()
        result = super().write(vals)
        if names and self.env.context.get(FOLLOWS) is not FOLLOWING:
            self._move_visits()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_visit_ahead(self):
        if self.env.context.get(FOLLOWS) is not FOLLOWING:
            self._check_no_visit_ahead()

    # === BUSINESS METHODS === #

    def _get_activity_excluded_models(self):
        # a visit is a task of its own; no activity says so a second time
        return [*super()._get_activity_excluded_models(), VISIT]

    def _get_visits(self):
        """Return the visits that these meetings are of, as superuser.

        :rtype: key.account.visit
        """
        # sudo: the meetings are moved by people who may not see the customer's file. The visit alone says
        # which meeting is its own; what stands on the meeting anybody could have written.
        return self.env[VISIT].sudo().search([("event_id", "in", self.ids)])

    def _check_no_visit_ahead(self):
        if self._get_visits().filtered(lambda visit: visit.state in AHEAD_STATES):
            raise UserError(self.env._(
                "This meeting is a visit to a key account that is still to be held. Open the visit and "
                "cancel it with the reason; the meeting then goes by itself."
            ))

    def _check_no_visit(self):
        if self.env.context.get(FOLLOWS) is not FOLLOWING and self._get_visits():
            raise UserError(self.env._(
                "This meeting is a visit to a key account and stays with it. Make another meeting."
            ))

    def _move_visits(self):
        for visit in self._get_visits():
            event = visit.event_id
            if event.allday:
                raise UserError(self.env._("A visit to a key account has a time of day: enter it."))
            visit.with_env(self.env)._follow_meeting(event)

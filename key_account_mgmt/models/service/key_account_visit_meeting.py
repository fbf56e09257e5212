from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

from .key_account_visit import AHEAD_STATES

# Marks that one side is following the other; an object, so that no call from outside can pretend it.
FOLLOWING = object()
FOLLOWS = "key_account_visit_follows"
# Nothing is sent or noted when the calendar follows: customers are not invited by themselves.
SILENT = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "tracking_disable": True,
    "skip_attendee_notification": True,
    "no_mail_to_attendees": True,
    "skip_contact_description": True,
    "dont_notify": True,
}
BATCH = 100


class KeyAccountVisit(models.Model):
    """The visit in the calendar: moving one moves the other."""

    _inherit = "key.account.visit"

    def _get_meeting_values(self):
        """Return what the calendar holds of a visit; the customer's people are not asked to it."""
        self.ensure_one()
        # whoever leads the visit reads his calendar in his language, whoever approved the plan
        speaking = self.with_context(lang=self.user_id.lang)
        return {
            "name": speaking.env._(
                "%(kind)s: %(account)s",
                kind=speaking._fields["visit_type"].convert_to_export(self.visit_type, speaking),
                account=speaking.account_id.display_name,
            ),
            "start": self.start,
            "stop": self.stop,
            "allday": False,
            "location": self.place,
            "user_id": self.user_id.id,
            "partner_ids": [Command.set((self.visitor_ids | self.user_id).partner_id.ids)],
        }

    @api.model
    def _get_events(self):
        # sudo: the calendar belongs to those who take part; who may plan the visit has been asked
        return self.env["calendar.event"].sudo().with_context(**SILENT, **{FOLLOWS: FOLLOWING})

    def _make_meetings(self):
        """Put planned visits into the calendar; those that are there stay."""
        visits = self.sudo().filtered(  # sudo: as above
            lambda visit: not visit.event_id and visit.state in AHEAD_STATES
        )
        if not visits:
            return
        model_id = self.env["ir.model"]._get_id(self._name)
        levels = self.env["key.account"]._get_guarded_levels()
        events = self._get_events().create([
            {
                **visit._get_meeting_values(),
                "res_model_id": model_id,
                "res_id": visit.id,
                "privacy": "private" if visit.account_id.id in levels else False,
            }
            for visit in visits
        ])
        # one UPDATE: where a visit has its meeting is nobody's to follow
        self.env.cr.execute(SQL(
            """
            UPDATE key_account_visit SET event_id = made.event_id
              FROM unnest(%s::int[], %s::int[]) AS made (id, event_id)
             WHERE key_account_visit.id = made.id
            """,
            visits.ids, events.ids,
        ))
        visits.invalidate_recordset(["event_id"], flush=False)

    def _update_meetings(self):
        """Let the calendar follow the visits."""
        if self.env.context.get(FOLLOWS) is FOLLOWING:
            return
        for visit in self.sudo().filtered("event_id"):  # sudo: as above
            values = visit._get_meeting_values()
            if visit.event_id.privacy == "private":
                # the name of a guarded customer stays as it is, whoever moves the visit
                values.pop("name")
            self._get_events().browse(visit.event_id.id).write(values)

    def _remove_meetings(self):
        """Take cancelled visits out of the calendar."""
        self._get_events().browse(self.sudo().event_id.ids).unlink()  # sudo: as above

    def _follow_meeting(self, event):
        """Follow a meeting that somebody moved in the calendar, in his name.

        :param calendar.event event: the visit's meeting, as superuser
        """
        self.ensure_one()
        visit = self.with_context(**{FOLLOWS: FOLLOWING})
        people = event.partner_ids.user_ids.filtered(lambda user: not user.share) | self.sudo().user_id
        values = {}
        if (event.start, event.stop) != (self.sudo().start, self.sudo().stop):  # sudo: only compared
            values |= {"start": event.start, "stop": event.stop}
        if (event.location or False) != (self.sudo().place or False):  # sudo: as above
            values["place"] = event.location
        if people != self.sudo().visitor_ids:  # sudo: as above
            values["visitor_ids"] = [Command.set(people.ids)]
        if values:
            visit.check_access("write")
            visit.write(values)

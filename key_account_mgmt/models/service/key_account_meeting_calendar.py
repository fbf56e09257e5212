import pytz
from dateutil.relativedelta import MO, relativedelta

from odoo import api, fields, models
from odoo.fields import Command

from .key_account_visit_meeting import FOLLOWING, FOLLOWS, SILENT

SATURDAY = 5


class KeyAccountMeeting(models.Model):
    """A planned meeting stands in the calendar of those invited, who are told of it and of each change."""

    _inherit = "key.account.meeting"

    event_id = fields.Many2one(
        comodel_name="calendar.event",
        string="Calendar Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_calendar_entries(self):
        self._get_events().browse(self.sudo().event_id.ids).unlink()  # sudo: as in _get_events

    # === ACTION METHODS === #

    def action_plan_next(self):
        """Plan the regular meeting of the next month, with the same people, place and agenda."""
        self.ensure_one()
        self.check_access("read")
        following = self.copy({"start": self._get_next_start(), "kind": "regular"})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": following.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"event_id"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"event_id"}

    @api.model
    def _get_calendar_fields(self):
        """Return the names of the fields of which the calendar tells."""
        return {
            "state", "name", "start", "stop", "place", "user_id", "note_taker_id", "attendee_ids",
        }

    def copy_data(self, default=None):
        """It lasts as long as the one that it is copied from."""
        vals_list = super().copy_data(default)
        for meeting, vals in zip(self, vals_list):
            if vals.get("start") and not vals.get("stop"):
                vals["stop"] = fields.Datetime.to_datetime(vals["start"]) + (meeting.stop - meeting.start)
        return vals_list

    def _get_next_start(self):
        """Return the same time of the same day a month later, on Monday where that is a weekend."""
        zone = self.company_id._get_key_account_timezone()
        local = pytz.utc.localize(self.start).astimezone(zone).replace(tzinfo=None)
        following = local + relativedelta(months=1)
        if following.weekday() >= SATURDAY:
            following += relativedelta(weekday=MO)
        return zone.localize(following).astimezone(pytz.utc).replace(tzinfo=None)

    def _get_people(self):
        """Return who is to be at the meeting, of ours.

        :rtype: res.users
        """
        self.ensure_one()
        return self.attendee_ids | self.user_id | self.note_taker_id

    def _get_invited(self):
        """Return who is invited to when and where, before something of it changes.

        :return: {meeting: (people, start, place)}; only of those that are planned
        :rtype: dict
        """
        return {
            meeting: (meeting._get_people(), meeting.start, meeting.place) if meeting.state == "planned"
            else (self.env["res.users"], None, None)
            for meeting in self.sudo()  # sudo: who is invited is told, not shown
        }

    def _follow_calendar(self, before=None):
        """Let the calendar follow the meetings, and tell those invited what is new to them.

        :param dict before: of :meth:`_get_invited`; none where the meetings are new
        """
        for meeting in self.sudo():  # sudo: the calendar belongs to those who take part
            people, start, place = (before or {}).get(meeting, (self.env["res.users"], None, None))
            if meeting.state == "cancelled":
                meeting._get_events().browse(meeting.event_id.ids).unlink()
                meeting._tell_people(people, is_off=True)
            elif meeting.state == "planned":
                meeting._put_into_calendar()
                moved = (start, place) != (meeting.start, meeting.place)
                meeting._tell_people(meeting._get_people() - (people.browse() if moved else people))

    @api.model
    def _get_events(self):
        # sudo: as above; who may plan the meeting has been asked
        return self.env["calendar.event"].sudo().with_context(**SILENT, **{FOLLOWS: FOLLOWING})

    def _put_into_calendar(self):
        """Make the entry of the meeting, or bring it up to date, unless it is the calendar that changed."""
        if self.env.context.get(FOLLOWS) is FOLLOWING:
            return
        values = {
            "name": self.name,
            "start": self.start,
            "stop": self.stop,
            "allday": False,
            "location": self.place,
            "user_id": self.user_id.id,
            "partner_ids": [Command.set(self._get_people().partner_id.ids)],
        }
        if self.event_id:
            self._get_events().browse(self.event_id.id).write(values)
            return
        is_guarded = self.account_id.id in self.env["key.account"]._get_guarded_levels()
        self.event_id = self._get_events().create({
            **values,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "privacy": "private" if is_guarded else False,
        })

    def _tell_people(self, users, is_off=False):
        """Tell people when and where a meeting to come is, or that it does not take place.

        :param res.users users: whom to tell
        :param bool is_off: whether it does not take place
        """
        users = (users - self.env.user).filtered("active")
        if self.stop <= fields.Datetime.now():
            return
        for user in users:
            speaking = self.with_context(lang=user.lang)
            zone = pytz.timezone(user.tz or self.company_id._get_key_account_timezone().zone)
            start = pytz.utc.localize(self.start).astimezone(zone)
            values = {"meeting": self.name, "time": start.strftime("%Y-%m-%d %H:%M"), "place": self.place}
            if is_off:
                body = speaking.env._("%(meeting)s of %(time)s does not take place.", **values)
            elif self.place:
                body = speaking.env._("%(meeting)s: %(time)s, %(place)s.", **values)
            else:
                body = speaking.env._("%(meeting)s: %(time)s.", **values)
            speaking.message_notify(
                partner_ids=user.partner_id.ids, body=body,
                subject=speaking.env._("Meeting cancelled") if is_off else speaking.env._("You are invited"),
            )

    def _follow_event(self, event):
        """Follow an entry that somebody moved in the calendar, in his name.

        :param calendar.event event: the meeting's entry, as superuser
        """
        self.ensure_one()
        meeting = self.with_context(**{FOLLOWS: FOLLOWING})
        people = event.partner_ids.user_ids.filtered(lambda user: not user.share)
        known = self.sudo()  # sudo: only compared
        values = {}
        if (event.start, event.stop) != (known.start, known.stop):
            values |= {"start": event.start, "stop": event.stop}
        if (event.location or False) != (known.place or False):
            values["place"] = event.location
        if people | known.user_id | known.note_taker_id != known._get_people():
            values["attendee_ids"] = [Command.set(people.ids)]
        if values:
            meeting.check_access("write")
            meeting.write(values)

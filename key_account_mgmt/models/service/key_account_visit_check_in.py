from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Domain

from ...calculations.position import Position, read_position
from ..access.roles import group
from ..account.batches import work_through
from .key_account_visit import AHEAD_STATES

# Where somebody stands before the customer; a call and an online meeting are at no place.
CHECK_IN_TYPES = ("outbound", "reception")
BATCH = 100
FORGOTTEN = {
    "check_in_on": False, "check_in_user_id": False, "check_in_position": False, "is_position_given": False,
    "position_erased_on": False,
}


class KeyAccountVisit(models.Model):
    """Who was there says so: the time, and with his consent where his device was.

    The position is personal data. It lies in a column that nobody reads (as in the sensitive mixin), so
    that no search, group-by or export reaches it; the fields show it to those who go on the visit, to
    leader, director and inspector. After the company's time it is erased, or earlier by whose it is. That
    one was given stays known.
    """

    _inherit = "key.account.visit"

    check_in_on = fields.Datetime(string="Checked In On", readonly=True, copy=False, tracking=True)
    check_in_user_id = fields.Many2one(
        comodel_name="res.users", string="Checked In By", readonly=True, copy=False, ondelete="restrict"
    )
    check_in_position = fields.Json(groups=NO_ACCESS, copy=False)
    check_in_latitude = fields.Float(
        string="Latitude", digits=(10, 6), compute="_compute_check_in_place",
        help="Shown to those who go on the visit, to leader, director and inspector.",
    )
    check_in_longitude = fields.Float(
        string="Longitude", digits=(10, 6), compute="_compute_check_in_place",
        help="Shown to those who go on the visit, to leader, director and inspector.",
    )
    check_in_accuracy = fields.Float(
        string="Accuracy (Metres)", digits=(10, 6), compute="_compute_check_in_place",
        help="So far from it the device may have been.",
    )
    is_position_given = fields.Boolean(
        string="Position Given", readonly=True, copy=False,
        help="Whoever checked in agreed to give the position of his device. It stays known also when the "
        "position has been erased.",
    )
    position_erased_on = fields.Datetime(readonly=True, copy=False)
    has_check_in_position = fields.Boolean(compute="_compute_check_in_place")
    can_check_in = fields.Boolean(compute="_compute_can_check_in")
    can_erase_position = fields.Boolean(compute="_compute_can_erase_position")

    _kept_position_idx = models.Index(
        "(check_in_on) WHERE is_position_given IS TRUE AND position_erased_on IS NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends("check_in_position", "user_id", "visitor_ids", "team_id")
    @api.depends_context("uid")
    def _compute_check_in_place(self):
        for visit in self:
            # sudo: the column is nobody's; who may see its values has been asked
            place = (visit._is_position_open() and visit.sudo().check_in_position) or {}
            visit.has_check_in_position = bool(place)
            for name in Position._fields:
                visit[f"check_in_{name}"] = place.get(name, 0)

    @api.depends("state", "visit_type", "date", "user_id", "visitor_ids", "check_in_on")
    @api.depends_context("uid")
    def _compute_can_check_in(self):
        for visit in self:
            visit.can_check_in = bool(visit._origin) and not visit._get_cannot_check_in_reason()

    @api.depends("check_in_user_id", "is_position_given", "position_erased_on")
    @api.depends_context("uid")
    def _compute_can_erase_position(self):
        for visit in self:
            visit.can_erase_position = not visit._get_cannot_erase_position_reason()

    # === ACTION METHODS === #

    def action_ask_check_in(self):
        """Let the browser check in: it asks for the consent and the position where the company wants one."""
        self.ensure_one()
        self._check_may_check_in()
        company = self._get_settings_company()
        return {
            "type": "ir.actions.client",
            "tag": "key_account_check_in",
            "params": {
                "visit_id": self.id,
                "is_position_asked": company.key_account_is_position_asked,
                "days": company.key_account_position_days,
            },
        }

    def action_check_in(self, position=None):
        """Note that the user is there, now.

        A position is sent with the consent of the one who gives it. Where the company asks for none it is
        not kept, whoever sends it.

        :param dict position: ``latitude``, ``longitude`` and ``accuracy``; without it the time is noted alone
        :raise UserError: when it is not the time, not the user's visit, done before, or no position
        """
        self.ensure_one()
        self._check_may_check_in()
        values = {"check_in_on": fields.Datetime.now(), "check_in_user_id": self.env.uid}
        place = self._read_position(position)
        if place and self._get_settings_company().key_account_is_position_asked:
            values.update(check_in_position=place._asdict(), is_position_given=True)
        # sudo: the system notes it; who goes along need not be able to write the visit
        self.sudo().write(values)
        return True

    def action_erase_position(self):
        """Take the consent back: the position is erased, the time stays."""
        self.check_access("read")
        self._check_each(lambda visit: visit._get_cannot_erase_position_reason())
        # sudo: the position is the system's to write; whose it is was asked
        self.sudo()._erase_position()
        return True

    # === CRON METHODS === #

    @api.model
    def _cron_erase_positions(self):
        """Erase the positions that were kept as long as the company keeps them."""
        # sudo: the scheduled action erases those of every company
        visits = self.sudo().search(self._get_position_due_domain(), order="check_in_on, id")
        work_through(visits, lambda group: group._erase_position(), size=BATCH)

    @api.model
    def _get_position_due_domain(self):
        """Return the domain of visits whose position is not to be kept any longer.

        :rtype: Domain
        """
        # sudo: only the setting is read
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        now = fields.Datetime.now()
        over = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("check_in_on", "<", now - timedelta(days=company.key_account_position_days))
            for company in companies
        )
        return Domain("is_position_given", "=", True) & Domain("position_erased_on", "=", False) & over

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | FORGOTTEN.keys()

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"check_in_on", "is_position_given", "can_check_in"}

    def _get_settings_company(self):
        # sudo: a setting is read, of the visit's own company
        return self.sudo().company_id

    def _check_may_check_in(self):
        self.check_access("read")
        self._check_each(lambda visit: visit._get_cannot_check_in_reason())

    def _get_cannot_check_in_reason(self):
        """Say why the user cannot check in to the visit now, or False where he can.

        :rtype: str or bool
        """
        self.ensure_one()
        if self.env.user not in self._get_people():
            return self.env._("Only those who go on the visit check in.")
        if self.visit_type not in CHECK_IN_TYPES:
            return self.env._("Nobody checks in to a phone call or an online meeting.")
        if self.check_in_on:
            return self.env._("%(visit)s was checked in to already.", visit=self.display_name)
        if self.state not in AHEAD_STATES:
            return self.env._("One checks in to a visit that is planned and not yet entered as held.")
        return not self._is_visit_day(fields.Datetime.now()) and self.env._(
            "One checks in on the day of the visit, the day before or the day after: correct its time."
        )

    def _get_people(self):
        """Return those of ours who go on the visit."""
        return self.user_id | self.visitor_ids

    def _is_visit_day(self, moment):
        """Return whether a moment is on the day of the visit, where the company is, or on one beside it."""
        zone = self._get_settings_company()._get_key_account_timezone()
        day = pytz.utc.localize(moment).astimezone(zone).date()
        return bool(self.date) and abs(day - self.date) <= timedelta(days=1)

    def _is_position_open(self):
        """Return whether the user may see where the one who checked in was."""
        user = self.env.user
        return (
            self.env.su or user in self._get_people() | self.check_in_user_id
            or user in self._get_role_users("leader")
            or any(user.has_group(group(role)) for role in ("director", "inspector"))
        )

    def _read_position(self, position):
        """Return what the browser sent, or None where it sent no position."""
        if position in (None, False):
            return None
        try:
            return read_position(position)
        except ValueError as error:
            raise UserError(self.env._(
                "What the browser sent is no position: try again, or check in without it."
            )) from error

    def _get_cannot_erase_position_reason(self):
        """Say why the user cannot erase the position, or False where it is his.

        :rtype: str or bool
        """
        self.ensure_one()
        if not self.is_position_given or self.position_erased_on:
            return self.env._("There is no position to erase.")
        return self.check_in_user_id != self.env.user and self.env._(
            "A position is erased by whose it is, and by the system when its time is over."
        )

    def _erase_position(self):
        due = self.filtered(lambda visit: visit.is_position_given and not visit.position_erased_on)
        due.write({"check_in_position": False, "position_erased_on": fields.Datetime.now()})

    def _follow_move(self):
        result = super()._follow_move()
        # put off: who was there on another day has not been there yet
        self.sudo().filtered(  # sudo: the check-in is the system's to write
            lambda visit: visit.state in AHEAD_STATES and visit.check_in_on
            and not visit._is_visit_day(visit.check_in_on)
        ).write(FORGOTTEN)
        return result

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import is_html_empty

from ..access.key_account_approval_mixin import Transition
from ..access.roles import group

MEETING_STATE = [
    ("planned", "Planned"),
    ("held", "Took Place"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]


class KeyAccountMeeting(models.Model):
    """A meeting of a department, or one about an account, with its minutes and what was resolved (R3, R5).

    Of a department it is seen by the department's people and those invited; about an account, by those
    of them who may see the account.
    """

    _name = "key.account.meeting"
    _description = "Key Account Meeting"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "key.account.access.mixin", "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start desc, id desc"
    _check_company_auto = True

    _is_account_optional = True
    _reason_actions = {"cancel": "_cancel"}
    _initial_states = ("planned",)
    _transitions = {
        ("planned", "held"): Transition(),
        ("held", "planned"): Transition(),
        ("held", "closed"): Transition(),
        ("closed", "held"): Transition(),
        ("planned", "cancelled"): Transition(),
        ("cancelled", "planned"): Transition(),
    }

    name = fields.Char(string="Subject", required=True)
    kind = fields.Selection(
        selection=[("regular", "Regular Meeting"), ("topical", "Topical Meeting")],
        required=True,
        compute="_compute_kind",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The minutes of a department's regular meeting count for the month of all its accounts; "
        "regular ones are planned by its leader or his deputy, a clerk or the director.",
    )
    account_id = fields.Many2one(
        required=False,
        index="btree_not_null",
        help="Only for a meeting about one account: it is then seen by those alone who may see the account.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        selection=MEETING_STATE, required=True, default="planned", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    start = fields.Datetime(
        required=True, default=lambda self: fields.Datetime.now(), tracking=True, copy=False, index=True
    )
    stop = fields.Datetime(
        string="End", compute="_compute_stop", store=True, readonly=False, precompute=True, required=True,
        copy=False,
    )
    place = fields.Char()
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Chair",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    note_taker_id = fields.Many2one(
        comodel_name="res.users",
        string="Minutes By",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Writes the minutes, as the chair may.",
    )
    attendee_ids = fields.Many2many(
        comodel_name="res.users",
        relation="key_account_meeting_attendee_rel",
        column1="meeting_id",
        column2="user_id",
        string="Attendees",
        compute="_compute_attendee_ids",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False)]",
    )
    guest_ids = fields.Many2many(
        comodel_name="key.account.stakeholder",
        relation="key_account_meeting_guest_rel",
        column1="meeting_id",
        column2="stakeholder_id",
        string="People of the Customer",
        domain="[('account_id', '=', account_id)]",
    )
    agenda = fields.Html()
    minutes = fields.Html(copy=False)
    is_minuted = fields.Boolean(
        string="Minutes Written", compute="_compute_is_minuted", store=True, index=True
    )
    cancel_reason = fields.Char(readonly=True, copy=False)
    resolution_ids = fields.One2many(
        comodel_name="key.account.meeting.resolution", inverse_name="meeting_id", string="Resolutions",
        copy=False,
    )
    open_count = fields.Integer(compute="_compute_counts", string="Resolutions Open")
    settled_count = fields.Integer(compute="_compute_counts", string="Resolutions Settled")
    overdue_count = fields.Integer(compute="_compute_counts", string="Resolutions Overdue")
    can_write = fields.Boolean(compute="_compute_can_write")

    _times = models.Constraint("CHECK (stop > start)", "A meeting ends after it has begun.")

    # === COMPUTE METHODS === #

    @api.depends("account_id")
    def _compute_team_id(self):
        for meeting in self:
            mine = meeting.team_id or self.env["crm.team"]._get_default_team_id()
            meeting.team_id = meeting.account_id.team_id or mine

    @api.depends("team_id", "account_id")
    def _compute_kind(self):
        """Regular where the user may plan such a meeting; what somebody chose stays."""
        for meeting in self.filtered(lambda meeting: not meeting.kind):
            # computed as superuser, but asked for the user
            reason = meeting.sudo(False)._get_cannot_plan_regular_reason()
            may_plan = not meeting.account_id and not reason
            meeting.kind = "regular" if may_plan else "topical"

    @api.depends("start")
    def _compute_stop(self):
        """An hour to begin with, and again when it is moved behind its end."""
        for meeting in self:
            if meeting.start and (not meeting.stop or meeting.stop <= meeting.start):
                meeting.stop = fields.Datetime.add(meeting.start, hours=1)

    @api.depends("team_id", "account_id")
    def _compute_attendee_ids(self):
        for meeting in self:
            if not meeting.attendee_ids:
                account, team = meeting.account_id, meeting.team_id
                meeting.attendee_ids = (
                    account.allowed_user_ids if account
                    else team.crm_team_member_ids.user_id | team._get_key_account_leaders()
                )

    @api.depends("minutes")
    def _compute_is_minuted(self):
        for meeting in self:
            meeting.is_minuted = not is_html_empty(meeting.minutes)

    @api.depends("resolution_ids.state", "resolution_ids.deadline")
    def _compute_counts(self):
        for meeting in self:
            unsettled = meeting.resolution_ids.filtered(lambda resolution: resolution.state == "open")
            meeting.open_count = len(unsettled)
            meeting.settled_count = len(meeting.resolution_ids) - len(unsettled)
            meeting.overdue_count = len(unsettled.filtered("is_overdue"))

    @api.depends("user_id", "note_taker_id", "team_id")
    @api.depends_context("uid")
    def _compute_can_write(self):
        written = self._origin._filtered_access("write")
        for meeting in self:
            meeting.can_write = not meeting._origin or meeting._origin in written

    # === CONSTRAINT METHODS === #

    @api.constrains("guest_ids", "account_id")
    def _check_guests(self):
        for meeting in self.sudo():  # sudo: people of another account may be hidden from the user
            if meeting.guest_ids.account_id - meeting.account_id:
                raise ValidationError(self.env._(
                    "The people of the customer at a meeting are those of the account that it is about."
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        meetings = super().create(vals_list)
        meetings._check_people()
        meetings._check_regular()
        meetings._follow_calendar()
        return meetings

    def write(self, vals):
        if "account_id" in vals and any(
            meeting.account_id.id != (vals["account_id"] or False) for meeting in self
        ):
            raise UserError(self.env._(
                "Who sees the meeting depends on the account that it is about: that stays as it is. Make "
                "another meeting."
            ))
        if vals.keys() & self._get_minuted_fields() and not self.env.su:
            for meeting in self.filtered(lambda meeting: meeting.state in ("closed", "cancelled")):
                raise UserError(self.env._(
                    "%(meeting)s is closed: open it again before you change it.", meeting=meeting.name
                ))
        self._check_not_accepted(vals)
        invited = self._get_invited() if vals.keys() & self._get_calendar_fields() else {}
        result = super().write(vals)
        if {"attendee_ids", "user_id", "note_taker_id"} & vals.keys():
            self._check_people()
        if {"kind", "team_id"} & vals.keys():
            self._check_regular()
        if invited:
            self._follow_calendar(invited)
        return result

    # === ACTION METHODS === #

    def action_hold(self):
        """It has taken place; now the minutes are written."""
        return self.write({"state": "held"})

    def action_close(self):
        """All that was resolved is settled."""
        return self.write({"state": "closed"})

    def action_reopen(self):
        """Go one step back: a closed meeting is worked on again, any other is planned anew."""
        for meeting in self:
            meeting.state = "held" if meeting.state == "closed" else "planned"
        return True

    def action_ask_cancel(self):
        """Open the window that asks why it does not take place."""
        self.check_access("write")
        return self.env["key.account.reason"]._get_action(self, "cancel", self.env._("Cancel the Meeting"))

    def action_open_resolutions(self):
        """Open what was resolved at these meetings."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_meeting_resolution_action"
        )
        return {**action, "domain": [("meeting_id", "in", self.ids)], "context": {}}

    # === BUSINESS METHODS === #

    def _get_cannot_plan_regular_reason(self):
        """Say why the user may not plan a department's regular meeting, or False where he may.

        Its minutes are those of every account of the department (V7).

        :rtype: str or bool
        """
        self.ensure_one()
        user = self.env.user
        # sudo: who leads a department is no secret
        leads = user in self.sudo().team_id._get_key_account_leaders()
        if self.env.su or leads or user.has_group(group("clerk")) or user.has_group(group("director")):
            return False
        return self.env._(
            "The minutes of a regular meeting count for every account of the department: its leader or his "
            "deputy, a clerk or the director plans it. Make it a topical meeting, or ask one of them."
        )

    def _check_regular(self):
        for meeting in self.filtered(lambda meeting: meeting.kind == "regular" and not meeting.account_id):
            if reason := meeting._get_cannot_plan_regular_reason():
                raise UserError(reason)

    def _check_people(self):
        """Invite nobody to speak about a guarded customer whose file he may not see."""
        for meeting in self.filtered(lambda meeting: meeting.account_id and meeting.state == "planned"):
            people = meeting.attendee_ids | meeting.user_id | meeting.note_taker_id
            self.env["key.account"]._check_may_work(meeting.account_id, people)

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"cancel_reason", "is_minuted"}

    @api.model
    def _get_minuted_fields(self):
        """Return the names of the fields that are not changed once the meeting is closed."""
        return {
            "name", "kind", "team_id", "start", "stop", "place", "user_id", "note_taker_id", "attendee_ids",
            "guest_ids", "agenda", "minutes", "resolution_ids",
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "name", "kind", "account_id", "team_id", "company_id", "state", "start", "stop", "place",
            "user_id", "note_taker_id", "attendee_ids", "is_minuted", "open_count", "settled_count",
            "overdue_count", "activity_ids", "activity_state", "activity_summary", "activity_type_id",
            "activity_type_icon", "activity_user_id", "activity_exception_decoration",
            "activity_exception_icon", "my_activity_date_deadline", "message_needaction",
        }

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if reason:
            return reason
        if target == "held" and self.state == "planned" and self.start > fields.Datetime.now():
            return self.env._("%(meeting)s has not begun yet: correct its time first.", meeting=self.name)
        if target == "cancelled" and not self.cancel_reason:
            return self.env._("Cancel it by the button, which asks for the reason.")
        if target == "cancelled" or (target, self.state) == ("planned", "held"):
            return self._get_kept_reason()
        return target == "closed" and self._get_cannot_close_reason()

    def _get_cannot_close_reason(self):
        if not self.is_minuted:
            return self.env._("Write the minutes of %(meeting)s before you close it.", meeting=self.name)
        # sudo: also what is hidden from the one who closes has to be settled
        unsettled = self.env["key.account.meeting.resolution"].sudo().search_count(
            [("meeting_id", "=", self.id), ("state", "=", "open")]
        )
        return bool(unsettled) and self.env._(
            "%(count)s resolutions of %(meeting)s are open: each is done, or dropped with a reason, before "
            "the meeting is closed.",
            count=unsettled, meeting=self.name,
        )

    def _cancel(self, reason):
        self.check_access("write")
        # sudo: the reason is set together with the state, and not without it
        self.sudo().cancel_reason = reason
        self.write({"state": "cancelled"})

    @api.model
    def _get_led_domain(self, users):
        """Return the domain of the meetings that these users chair and have not closed yet.

        Of one that was held the minutes may be missing, and what it resolved is to be followed.

        :param res.users users: who is asked about
        :rtype: Domain
        """
        return Domain("state", "in", ("planned", "held")) & Domain("user_id", "in", users.ids)

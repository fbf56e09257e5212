from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..access.key_account_approval_mixin import Transition
from ..account.batches import work_through

RESOLUTION_STATE = [
    ("open", "Open"),
    ("done", "Done"),
    ("dropped", "Dropped"),
]
ACTIVITY = "key_account_mgmt.mail_activity_type_resolution"
TODO = "mail.mail_activity_data_todo"


class KeyAccountMeetingResolution(models.Model):
    """What a meeting resolved: who does what until when, followed until it is done (R3).

    The owner has it as an activity; whichever of the two is done first, both are.
    """

    _name = "key.account.meeting.resolution"
    _description = "Meeting Resolution"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "key.account.access.mixin", "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "deadline, id"

    _is_account_optional = True
    _reason_actions = {"drop": "_drop"}
    _initial_states = ("open",)
    _transitions = {
        ("open", "done"): Transition(),
        ("open", "dropped"): Transition(),
        ("done", "open"): Transition(),
        ("dropped", "open"): Transition(),
    }

    name = fields.Char(string="What", required=True)
    meeting_id = fields.Many2one(
        comodel_name="key.account.meeting", string="Of the Meeting", required=True, index=True,
        ondelete="cascade", readonly=True,
    )
    meeting_state = fields.Selection(related="meeting_id.state", string="Meeting Status")
    account_id = fields.Many2one(
        related="meeting_id.account_id", store=True, precompute=True, required=False, index="btree_not_null"
    )
    team_id = fields.Many2one(related="meeting_id.team_id", store=True, index=True)
    company_id = fields.Many2one(related="meeting_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    deadline = fields.Date(required=True, tracking=True, index=True)
    state = fields.Selection(
        selection=RESOLUTION_STATE, required=True, default="open", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    is_overdue = fields.Boolean(compute="_compute_is_overdue")
    is_overdue_told = fields.Boolean(
        string="Chair Told", readonly=True, copy=False, help="The chair was told that it is overdue."
    )
    can_settle = fields.Boolean(compute="_compute_can")
    can_change = fields.Boolean(compute="_compute_can")
    result = fields.Text(copy=False, help="What came of it.")
    drop_reason = fields.Text(readonly=True, copy=False)
    settled_on = fields.Datetime(readonly=True, copy=False)
    settled_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)

    # === COMPUTE METHODS === #

    @api.depends("state", "deadline")
    def _compute_is_overdue(self):
        for resolution in self:
            company = resolution.company_id or self.env.company
            resolution.is_overdue = (
                resolution.state == "open" and resolution.deadline
                and resolution.deadline < company._get_key_account_today()
            )

    @api.depends("user_id", "meeting_id.can_write", "meeting_id.state")
    @api.depends_context("uid")
    def _compute_can(self):
        written = self._origin._filtered_access("write")
        meetings = self.meeting_id._filtered_access("write")
        for resolution in self:
            # sudo: the owner need not see the meeting itself
            is_over = resolution.sudo().meeting_id.state in ("closed", "cancelled")
            resolution.can_settle = resolution._origin in written and not is_over
            resolution.can_change = resolution.meeting_id in meetings and not is_over

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        resolutions = super().create(vals_list)
        resolutions._check_meeting_is_open()
        resolutions._check_may_change()
        resolutions._check_owner()
        resolutions._plan_activity()
        return resolutions

    def write(self, vals):
        changed = vals.keys() - self._get_free_fields()
        if changed and not self.env.su:
            self._check_meeting_is_open()
            if changed - {"state", "result"}:
                self._check_may_change()
        result = super().write(vals)
        if "user_id" in vals:
            self._check_owner()
        if {"state", "user_id", "deadline", "name"} & vals.keys():
            self._note_settlement(vals)
            self._plan_activity()
        if {"state", "deadline"} & vals.keys():
            self._forget_overdue()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        if not self.env.su:
            self._check_meeting_is_open()
            self._check_may_change()

    # === ACTION METHODS === #

    def action_done(self):
        """It is done; so is the activity."""
        return self.write({"state": "done"})

    def action_reopen(self):
        """It is to be done after all."""
        self._check_may_change()
        return self.write({"state": "open"})

    def action_ask_drop(self):
        """Open the window that asks why nobody does it any more."""
        self._check_may_change()
        return self.env["key.account.reason"]._get_action(self, "drop", self.env._("Drop the Resolution"))

    # === CRON METHODS === #

    @api.model
    def _cron_tell_overdue(self):
        """Tell the chair once of each resolution that is overdue; each deadline anew."""
        # sudo: the scheduled action looks at every company's resolutions
        waiting = self.sudo().search([
            ("state", "=", "open"), ("is_overdue_told", "=", False), ("deadline", "<=", fields.Date.today()),
            ("meeting_id.state", "not in", ("closed", "cancelled")),
        ], order="deadline, id")
        work_through(
            waiting.filtered("is_overdue"), lambda resolution: resolution._tell_overdue(),
        )

    def _tell_overdue(self):
        self.ensure_one()
        told = self._get_chair()
        if not told:
            return False
        speaking = self.with_context(lang=told.lang)
        speaking.activity_schedule(
            TODO,
            user_id=told.id,
            summary=speaking.env._(
                "Overdue since %(date)s: %(name)s", date=self.deadline, name=self.user_id.name
            ),
        )
        self.is_overdue_told = True
        return True

    def _get_chair(self):
        """Return who sees to it that what was resolved is done: the chair, else a leader or director.

        :rtype: res.users
        """
        meeting = self.meeting_id
        if meeting.user_id.active and meeting.company_id in meeting.user_id.company_ids:
            return meeting.user_id
        for role in ("leader", "director"):
            users = meeting._get_eligible(role, self.env["res.users"])
            if users:
                return meeting._get_named_approver(role, users)
        return self.env["res.users"]

    def _forget_overdue(self):
        """What is settled or has another deadline is not overdue any more."""
        # sudo: the mark and the chair's activity are the system's
        told = self.sudo().filtered("is_overdue_told")
        told.is_overdue_told = False
        told.activity_unlink([TODO])

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "account_id", "team_id", "company_id", "drop_reason", "settled_on", "settled_by_id",
            "is_overdue_told",
        }

    @api.model
    def _get_free_fields(self):
        """Return the names of fields that have nothing to do with what was resolved."""
        return {"message_follower_ids", "message_ids", "activity_ids"} | self._get_system_fields()

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "name", "meeting_id", "meeting_state", "account_id", "team_id", "company_id", "user_id",
            "deadline", "state", "is_overdue", "settled_on", "activity_ids", "activity_state",
            "activity_summary", "activity_type_id", "activity_type_icon", "activity_user_id",
            "activity_exception_decoration", "activity_exception_icon", "my_activity_date_deadline",
            "message_needaction",
        }

    @api.model
    def _get_open_domain(self, users):
        """Return the domain of what these users have still to do.

        :param res.users users: who is asked about
        :rtype: Domain
        """
        return Domain("state", "=", "open") & Domain("user_id", "in", users.ids)

    def _check_owner(self):
        """Refuse an owner who may not read what he is to do."""
        accounts = self.env["key.account"]
        for resolution in self:
            accounts._check_may_work(resolution, resolution.user_id)
            # sudo(False): asked for the owner, whoever enters it
            if accounts._filter_outsiders(resolution.sudo(False), resolution.user_id):
                raise UserError(self.env._(
                    "%(user)s may not see what this meeting resolves. Choose an owner from the key account "
                    "departments.",
                    user=resolution.user_id.name,
                ))

    def _check_meeting_is_open(self):
        for resolution in self:
            # sudo: the owner need not see the meeting itself
            if resolution.sudo().meeting_id.state in ("closed", "cancelled"):
                raise UserError(self.env._(
                    "The meeting of “%(resolution)s” is closed: open it again first.",
                    resolution=resolution.name,
                ))

    def _check_may_change(self):
        """Let those change what was resolved who may write the meeting; the owner says when it is done.

        :raise AccessError: for all others
        """
        if not self.env.su and self.meeting_id - self.meeting_id._filtered_access("write"):
            raise AccessError(self.env._(
                "What was resolved, by whom and until when is changed by the chair and those who write the "
                "minutes. Ask them for it."
            ))

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if not reason and target == "dropped" and not self.drop_reason:
            reason = self.env._("Drop it by the button, which asks for the reason.")
        return reason

    def _drop(self, reason):
        self.check_access("write")
        self._check_may_change()
        # sudo: the reason is set together with the state, and not without it
        self.sudo().drop_reason = reason
        self.write({"state": "dropped"})

    def _note_settlement(self, vals):
        if "state" not in vals:
            return
        # sudo: when and by whom is noted by the system
        if vals["state"] == "open":
            self.sudo().write({"settled_on": False, "settled_by_id": False, "drop_reason": False})
        else:
            self.sudo().write({  # sudo: as above
                "settled_on": fields.Datetime.now(), "settled_by_id": self.env.uid,
            })

    def _plan_activity(self):
        """Let the owner of what is open have exactly one activity with its deadline; others have none."""
        # sudo: the activity belongs to the owner
        for resolution in self.sudo():
            activity = resolution._get_activity()
            if resolution.state == "done":
                activity.action_feedback(feedback=resolution.result or False)
            elif resolution.state == "dropped":
                activity.unlink()
            elif activity:
                activity.write({
                    "user_id": resolution.user_id.id, "date_deadline": resolution.deadline,
                    "summary": resolution.name,
                })
            else:
                resolution.activity_schedule(
                    ACTIVITY, date_deadline=resolution.deadline, user_id=resolution.user_id.id,
                    summary=resolution.name,
                )

    def _get_activity(self):
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        return self.activity_ids.filtered(lambda activity: activity.activity_type_id.id == type_id)

    def _finish(self, feedback):
        """Take what the owner said when he marked his activity as done.

        :param str feedback: what came of it, or False
        """
        for resolution in self.filtered(lambda resolution: resolution.state == "open"):
            resolution.write({"state": "done", "result": feedback or resolution.result})

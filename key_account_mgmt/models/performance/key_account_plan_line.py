from odoo import api, fields, models
from odoo.exceptions import UserError

from ..access.key_account_approval_mixin import Transition

LINE_STATE = [
    ("open", "Open"),
    ("done", "Done"),
    ("dropped", "Dropped"),
]
ACTIVITY = "key_account_mgmt.mail_activity_type_plan_line"
# What the one who does it says, whatever the plan's state.
OUTCOME = {"state", "result", "message_follower_ids", "message_ids", "activity_ids"}


class KeyAccountPlanLine(models.Model):
    """An action of a plan: who does what by when; an activity of its owner once the plan is approved."""

    _name = "key.account.plan.line"
    _description = "Action of a Key Account Plan"
    _inherit = [
        "key.account.approval.mixin", "key.account.file.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "deadline, id"

    _initial_states = ("open",)
    _transitions = {
        ("open", "done"): Transition(),
        ("open", "dropped"): Transition(),
        ("done", "open"): Transition(),
        ("dropped", "open"): Transition(),
    }

    name = fields.Char(string="What", required=True)
    plan_id = fields.Many2one(
        comodel_name="key.account.plan", required=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(related="plan_id.account_id", store=True, precompute=True)
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
        selection=LINE_STATE, required=True, default="open", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    result = fields.Text(copy=False, help="What came of it.")
    is_overdue = fields.Boolean(compute="_compute_is_overdue")

    # === COMPUTE METHODS === #

    @api.depends("state", "deadline")
    def _compute_is_overdue(self):
        for line in self:
            line.is_overdue = (
                line.state == "open" and line.deadline and line.deadline < line._get_today()
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines.plan_id._check_draft()
        lines._check_owner()
        lines._plan_activity()
        return lines

    def write(self, vals):
        if vals.keys() - OUTCOME - self._get_system_fields() and not self.env.su:
            self.plan_id._check_draft()
        result = super().write(vals)
        if "user_id" in vals:
            self._check_owner()
        if {"state", "user_id", "deadline", "name"} & vals.keys():
            self._plan_activity()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_planned(self):
        if not self.env.su:
            self.plan_id._check_draft()

    # === ACTION METHODS === #

    def action_done(self):
        """It is done; so is the activity."""
        return self.write({"state": "done"})

    def action_drop(self):
        """Nobody does it any more."""
        return self.write({"state": "dropped"})

    def action_reopen(self):
        """It is to be done after all."""
        return self.write({"state": "open"})

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"account_id"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "name", "plan_id", "user_id", "deadline", "state", "is_overdue", "result",
        }

    def _check_owner(self):
        """Refuse an owner who may not read what he is to do."""
        accounts = self.env["key.account"]
        for line in self:
            accounts._check_may_work(line, line.user_id)
            # sudo(False): asked for the owner, whoever enters it
            if accounts._filter_outsiders(line.sudo(False), line.user_id):
                raise UserError(self.env._(
                    "%(user)s may not see this account. Choose an owner from its team, or add him to it.",
                    user=line.user_id.name,
                ))

    def _plan_activity(self):
        """Let the owner of what is open in an approved plan have one activity with its deadline."""
        # sudo: the activity belongs to the owner
        for line in self.sudo():
            activity = line._get_activity()
            if line.state == "done":
                activity.action_feedback(feedback=line.result or False)
            elif line.state == "dropped":
                activity.unlink()
            elif activity:
                activity.write({
                    "user_id": line.user_id.id, "date_deadline": line.deadline, "summary": line.name,
                })
            elif line.plan_id.state == "approved":
                line.activity_schedule(
                    ACTIVITY, date_deadline=line.deadline, user_id=line.user_id.id, summary=line.name
                )

    def _get_activity(self):
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        return self.activity_ids.filtered(lambda activity: activity.activity_type_id.id == type_id)

    def _finish(self, feedback):
        """Take what the owner said when he marked his activity as done.

        :param str feedback: what came of it, or False
        """
        for line in self.filtered(lambda line: line.state == "open"):
            line.write({"state": "done", "result": feedback or line.result})

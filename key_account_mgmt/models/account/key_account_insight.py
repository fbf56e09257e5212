from odoo import api, fields, models

from ..access.key_account_approval_mixin import Transition

INSIGHT_STATE = [
    ("open", "To Handle"),
    ("in_progress", "In Progress"),
    ("done", "Done"),
    ("dismissed", "Dismissed"),
]
INSIGHT_KIND = [
    ("news", "Market News"),
    ("risk", "Risk Alert"),
    ("intensify", "Proposal to Intensify"),
]
SEVERITY = [
    ("low", "Low"),
    ("medium", "Medium"),
    ("high", "High"),
]
FOLLOW_UP = "key_account_mgmt.mail_activity_type_insight"


class KeyAccountInsight(models.Model):
    """What was heard of the customer or its market, and what follows from it (F12)."""

    _name = "key.account.insight"
    _description = "Key Account Insight"
    _inherit = [
        "key.account.approval.mixin", "key.account.file.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date desc, id desc"

    _reason_actions = {"dismiss": "_dismiss"}
    _initial_states = ("open",)
    _transitions = {
        ("open", "in_progress"): Transition(),
        ("open", "done"): Transition(),
        ("open", "dismissed"): Transition(),
        ("in_progress", "open"): Transition(),
        ("in_progress", "done"): Transition(),
        ("in_progress", "dismissed"): Transition(),
        ("done", "open"): Transition(),
        ("dismissed", "open"): Transition(),
    }

    name = fields.Char(string="Subject", required=True)
    kind = fields.Selection(selection=INSIGHT_KIND, required=True, default="news", tracking=True, index=True)
    severity = fields.Selection(selection=SEVERITY, required=True, default="medium", tracking=True)
    state = fields.Selection(
        selection=INSIGHT_STATE, required=True, default="open", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._get_key_account_today(),
    )
    source = fields.Char(help="From whom or where you know it.")
    content = fields.Text()
    proposal = fields.Text(string="Proposed Measure")

    # Follow-up
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Who does what is proposed.",
    )
    deadline = fields.Date(tracking=True, copy=False)
    result = fields.Text(copy=False, help="What came of it.")
    dismissal_reason = fields.Text(readonly=True, copy=False)
    is_alert_told = fields.Boolean(readonly=True, copy=False)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        insights = super().create(vals_list)
        insights._tell_alerts()
        return insights

    def write(self, vals):
        result = super().write(vals)
        if {"kind", "severity"} & vals.keys():
            self._tell_alerts()
        if {"state", "user_id", "deadline"} & vals.keys():
            self._plan_follow_up()
        return result

    # === ACTION METHODS === #

    def action_start(self):
        """Take up what is proposed: the owner gets it as an activity with the deadline."""
        for insight in self:
            insight.write({"state": "in_progress", "user_id": (insight.user_id or self.env.user).id})
        return True

    def action_done(self):
        """It is done."""
        return self.write({"state": "done"})

    def action_reopen(self):
        """Look at it anew."""
        return self.write({"state": "open"})

    def action_ask_dismiss(self):
        """Open the window that asks why nothing is done."""
        self.check_access("write")
        return self.env["key.account.reason"]._get_action(self, "dismiss", self.env._("Dismiss"))

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"is_alert_told", "dismissal_reason"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "name", "kind", "severity", "state", "date", "source", "user_id", "deadline", "can_approve",
        }

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if not reason and target == "in_progress" and not self.deadline:
            reason = self.env._("Say until when it is to be done: fill in the deadline.")
        if not reason and target == "dismissed" and not self.dismissal_reason:
            reason = self.env._("Dismiss it by the button, which asks for the reason.")
        return reason

    def _dismiss(self, reason):
        self.check_access("write")
        # sudo: the reason is set together with the state, and not without it
        self.sudo().dismissal_reason = reason
        self.write({"state": "dismissed"})

    def _tell_alerts(self):
        """Give the leader, for a secret account the director, every new high risk at once and once."""
        # sudo: the activity belongs to the one who is told
        for insight in self.sudo():
            if insight.kind != "risk" or insight.severity != "high" or insight.is_alert_told:
                continue
            told = insight.account_id._get_overseer()
            if told:
                speaking = insight.with_context(lang=told.lang)
                speaking.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=told.id,
                    summary=speaking.env._("High risk: decide what is to be done"),
                )
                insight.is_alert_told = True

    def _plan_follow_up(self):
        """Let the owner have one activity with the deadline while it is in progress."""
        # sudo: the activity belongs to the owner
        for insight in self.sudo():
            insight.activity_unlink([FOLLOW_UP])
            if insight.state == "in_progress" and insight.user_id:
                insight.activity_schedule(
                    FOLLOW_UP,
                    date_deadline=insight.deadline,
                    user_id=insight.user_id.id,
                    summary=insight.name,
                    note=insight.proposal,
                )
            elif insight.state != "dismissed" and insight.dismissal_reason:
                insight.dismissal_reason = False

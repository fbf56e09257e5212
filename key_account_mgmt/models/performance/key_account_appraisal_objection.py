from odoo import api, fields, models
from odoo.exceptions import UserError

from ..access.key_account_approval_mixin import Transition

OBJECTION_STATE = [
    ("open", "Open"),
    ("upheld", "Upheld"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
]


class KeyAccountAppraisalObjection(models.Model):
    """Somebody objects to his score; the level above the one who scored answers (O8, P13)."""

    _name = "key.account.appraisal.objection"
    _description = "Key Account Appraisal Objection"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_name = "appraisal_id"

    _initial_states = ("open",)
    _transitions = {
        ("open", "upheld"): Transition(),
        ("open", "rejected"): Transition(),
        ("open", "withdrawn"): Transition(),
    }

    appraisal_id = fields.Many2one(
        comodel_name="key.account.appraisal", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        related="appraisal_id.user_id", string="Person", store=True, precompute=True, index=True
    )
    team_id = fields.Many2one(related="appraisal_id.team_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="appraisal_id.company_id", store=True, precompute=True, index=True)
    state = fields.Selection(
        selection=OBJECTION_STATE, required=True, default="open", index=True, tracking=True, copy=False
    )
    reason = fields.Text(string="Objection", required=True, readonly=True)
    raised_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    answer = fields.Text(tracking=True, help="What was found, and why it is upheld or rejected.")
    answered_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, index="btree_not_null"
    )
    answered_on = fields.Datetime(readonly=True)
    score_before = fields.Float(digits=(6, 2), readonly=True, aggregator=None)
    score_after = fields.Float(digits=(6, 2), readonly=True, aggregator=None)
    can_answer = fields.Boolean(compute="_compute_can_answer")

    # === COMPUTE METHODS === #

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        for objection in self:
            objection.can_answer = not objection._get_cannot_answer_reason()

    # === CRUD METHODS === #

    def write(self, vals):
        if "answer" in vals and not self.env.su:
            self._check_each(lambda objection: objection._get_cannot_answer_reason())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        if not self.env.su:
            raise UserError(self.env._("Objections are kept, with their answers."))

    # === ACTION METHODS === #

    def action_uphold(self):
        """The objection is right: the points have been corrected."""
        return self._answer("upheld")

    def action_reject(self):
        """The score stays."""
        return self._answer("rejected")

    def action_withdraw(self):
        """The person takes his objection back."""
        for objection in self:
            if objection.user_id != self.env.user:
                raise UserError(self.env._("Only the person himself takes his objection back."))
            objection._close("withdrawn")
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "appraisal_id", "user_id", "team_id", "company_id", "reason", "raised_on", "answered_by_id",
            "answered_on", "score_before", "score_after",
        }

    def _answer(self, state):
        self.check_access("write")
        for objection in self:
            objection._check_transition(state)
            objection._close(state)
            objection.appraisal_id.sudo()._tell(  # sudo: the note is the system's
                lambda env: env._("Your objection is answered")
            )
        return True

    def _close(self, state):
        """Close the objection in the user's name, and let the appraisal go on."""
        self.state = state
        # sudo: who answered is noted by the system, and the approvals of the appraisal begin anew
        objection = self.sudo()
        objection.write({
            "answered_by_id": False if state == "withdrawn" else self.env.uid,
            "answered_on": fields.Datetime.now(),
            "score_after": objection.appraisal_id.score,
        })
        objection.appraisal_id._close_objection()

    def _get_cannot_answer_reason(self):
        """Say why the user may not answer this objection, or False where he may.

        :rtype: str or bool
        """
        self.ensure_one()
        if self.state != "open":
            return self.env._("This objection is closed.")
        if self.user_id == self.env.user:
            return self.env._("Nobody answers his own objection.")
        if self.env.user not in self.appraisal_id._get_answerers():
            return self.env._("The level above the one who scored answers an objection.")
        return False

    def _get_cannot_work_reason(self, transition, target):
        if reason := super()._get_cannot_work_reason(transition, target):
            return reason
        if target == "withdrawn":
            return self.user_id != self.env.user and self.env._(
                "Only the person himself takes his objection back."
            )
        if reason := self._get_cannot_answer_reason():
            return reason
        if not (self.answer or "").strip():
            return self.env._("Write the answer first: it says what was found, and why.")
        is_changed = round(self.appraisal_id.score, 2) != round(self.score_before, 2)
        if target == "upheld" and not is_changed:
            return self.env._(
                "To uphold the objection correct the points of the appraisal first; else reject it."
            )
        if target == "rejected" and is_changed:
            return self.env._("You have changed the points: uphold the objection, or set them back.")
        return False

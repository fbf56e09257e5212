from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from .key_account_meeting_resolution import ACTIVITY
from .key_account_visit_steps import NEXT_STEP

RESOLUTION = "key.account.meeting.resolution"
# Who is to do what until when, and whether: the meeting decided it.
RESOLVED_FIELDS = frozenset({
    "user_id", "date_deadline", "activity_type_id", "res_model_id", "res_model", "res_id", "active",
})
# In the context while an activity is marked as done; an object, so that no call from outside can pretend it.
SETTLING = object()
SETTLES = "key_account_resolution_settles"


class MailActivity(models.Model):
    """The activity of a resolution follows the resolution; its owner says when it is done, and no more."""

    _inherit = "mail.activity"

    @api.constrains("user_id", "activity_type_id", "res_model_id")
    def _check_next_step_owner(self):
        """What follows from a visit is somebody's to do (V3)."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(NEXT_STEP)
        for activity in self:
            if activity.activity_type_id.id == type_id and not activity.user_id:
                raise ValidationError(self.env._("A next step has an owner: say who takes it on."))

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._check_is_resolved()
        return activities

    def write(self, vals):
        if vals.keys() & RESOLVED_FIELDS and self.env.context.get(SETTLES) is not SETTLING:
            self._check_is_resolved()
        result = super().write(vals)
        if vals.keys() & {"activity_type_id", "res_model_id", "res_id"}:
            self._check_is_resolved()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_resolved(self):
        self._check_is_resolved()

    # === BUSINESS METHODS === #

    def _action_done(self, feedback=False, attachment_ids=None):
        """Marking the activity of a resolution as done means that the resolution is done."""
        ids = self._filter_resolved().mapped("res_id")
        if ids:
            self = self.with_context(**{SETTLES: SETTLING})  # noqa: PLW0642
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        # sudo: core lets the one who has an activity mark it as done, whatever he may write
        self.env[RESOLUTION].sudo().browse(ids).exists()._finish(feedback)
        return result

    def _filter_resolved(self):
        """Return those of these activities by which what a meeting resolved is done."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        return self.filtered(
            lambda activity: activity.activity_type_id.id == type_id and activity.res_model == RESOLUTION
        )

    def _check_is_resolved(self):
        """Let nobody give away, put off, take away or invent what a meeting resolved.

        :raise UserError: with what to do instead
        """
        if self.env.su or not self._filter_resolved():
            return
        raise UserError(self.env._(
            "This is what a meeting resolved: mark it as done when it is. Owner and deadline are changed on "
            "the resolution, by the chair and those who write the minutes."
        ))

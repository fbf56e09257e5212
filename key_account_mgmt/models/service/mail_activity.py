from odoo import api, models
from odoo.exceptions import ValidationError

from .key_account_meeting_resolution import ACTIVITY
from .key_account_visit_steps import NEXT_STEP


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.constrains("user_id", "activity_type_id", "res_model_id")
    def _check_next_step_owner(self):
        """What follows from a visit is somebody's to do (V3)."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(NEXT_STEP)
        for activity in self:
            if activity.activity_type_id.id == type_id and not activity.user_id:
                raise ValidationError(self.env._("A next step has an owner: say who takes it on."))

    def _action_done(self, feedback=False, attachment_ids=None):
        """Marking the activity of a resolution as done means that the resolution is done."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        ids = [
            activity.res_id for activity in self
            if activity.activity_type_id.id == type_id
            and activity.res_model == "key.account.meeting.resolution"
        ]
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        # sudo: core lets the one who has an activity mark it as done, whatever he may write
        self.env["key.account.meeting.resolution"].sudo().browse(ids).exists()._finish(feedback)
        return result

from odoo import models

from .key_account_plan_line import ACTIVITY


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Marking the activity of a plan's action as done means that the action is done."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        ids = [
            activity.res_id for activity in self
            if activity.activity_type_id.id == type_id and activity.res_model == "key.account.plan.line"
        ]
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        # sudo: core lets the one who has an activity mark it as done, whatever he may write
        self.env["key.account.plan.line"].sudo().browse(ids).exists()._finish(feedback)
        return result

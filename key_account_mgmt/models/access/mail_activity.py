from odoo import api, models


class MailActivity(models.Model):
    """Core shows an activity to its assignee, also where the document is hidden from him."""

    _name = "mail.activity"
    _inherit = ["key.account.veil.mixin", "mail.activity"]

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._check_assignee_inside()
        return activities

    def write(self, vals):
        result = super().write(vals)
        if vals.get("user_id"):
            self._check_assignee_inside()
        return result

    def _check_assignee_inside(self):
        accounts = self.env["key.account"]
        if self.env.su or not accounts._get_guarded_levels():
            return
        for activity in self.filtered(lambda activity: activity.res_model and activity.user_id):
            record = self.env[activity.res_model].browse(activity.res_id)
            accounts._check_may_work(record, activity.user_id)

from odoo import api, models


class MailActivity(models.Model):
    """Core shows an activity to its assignee, also where the document is hidden from him."""

    _inherit = "mail.activity"

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

    def _check_access(self, operation):
        result = super()._check_access(operation)
        allowed = self - result[0] if result else self
        hidden = self.env["key.account"]._filter_behind_veil(allowed, "res_model")
        if not hidden:
            return result
        forbidden = hidden | result[0] if result else hidden
        return forbidden, lambda: forbidden._make_access_error(operation)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        query = super()._search(domain, offset, limit, order, bypass_access=bypass_access, **kwargs)
        if self.env.su or bypass_access or not self.env["key.account"]._get_guarded_levels():
            return query
        found = self.browse(query)
        hidden = self.env["key.account"]._filter_behind_veil(found, "res_model")
        return (found - hidden)._as_query(order) if hidden else query

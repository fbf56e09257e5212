from odoo import api, models

from .batches import work_through


class KeyAccount(models.Model):
    """What runs by itself: decisions follow the deputies' dates."""

    _inherit = "key.account"

    @api.model
    def _cron_refresh_access(self):
        super()._cron_refresh_access()
        decisions = self.env["key.account.approval.mixin"]
        work_through(decisions._find_waiting_decisions(), decisions._pass_on_decision)

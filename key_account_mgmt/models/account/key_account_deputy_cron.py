from odoo import api, models

from .batches import work_through


class KeyAccount(models.Model):
    """What runs by itself: decisions follow the dates of deputies, and the roles that people have."""

    _inherit = "key.account"

    @api.model
    def _cron_pass_on_decisions(self):
        """Ask others where those asked may not decide any more, or a deputy begins or ends."""
        decisions = self.env["key.account.approval.mixin"]
        work_through(decisions._find_waiting_decisions(), decisions._pass_on_decision)

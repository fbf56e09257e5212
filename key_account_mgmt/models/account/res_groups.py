from odoo import models


class ResGroups(models.Model):
    """Whoever holds key accounts does not lose his login through his group either (O4)."""

    _inherit = "res.groups"

    def write(self, vals):
        if "user_ids" not in vals:
            return super().write(vals)
        before = self.all_user_ids.filtered(lambda user: user.active and not user.share)
        result = super().write(vals)
        before._check_still_works_for_accounts()
        return result

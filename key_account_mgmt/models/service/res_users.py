from odoo import models
from odoo.fields import Domain


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_key_account_complaint_veil(self, path):
        """Return the domain of what is no complaint's, or is one's that this user sees.

        :param str path: the way from the model to the complaint
        :rtype: list
        """
        self.ensure_one()
        # as the user: which complaints he sees
        env = self.env(user=self.id, su=False)
        if not env["ir.model.access"].check("key.account.complaint", "read", raise_exception=False):
            return [(path, "=", False)]
        seen = env["ir.rule"]._compute_domain("key.account.complaint", "read")
        return list(Domain(path, "=", False) | Domain(path, "any", seen))

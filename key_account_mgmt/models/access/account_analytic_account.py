from odoo import api, models


class AccountAnalyticAccount(models.Model):
    """Core puts the customer's name behind the account's own, for everybody."""

    _name = "account.analytic.account"
    _inherit = ["account.analytic.account", "key.account.pointing.mixin"]

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Leave out the names of secret customers where the user may not see them."""
        # sudo: whose project it is decides, not who sees the customer
        customers = self.sudo().partner_id.with_env(self.env)._filter_key_account_veiled()
        hidden = self.filtered(lambda analytic: analytic.sudo().partner_id in customers)  # sudo: as above
        result = super(AccountAnalyticAccount, self - hidden)._compute_display_name()
        for analytic in hidden:
            analytic.display_name = f"[{analytic.code}] {analytic.name}" if analytic.code else analytic.name
        return result

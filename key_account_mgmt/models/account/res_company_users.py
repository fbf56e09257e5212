from odoo import models


class ResCompany(models.Model):
    """Whoever holds key accounts of a company does not lose the company by its own list either (O4)."""

    _inherit = "res.company"

    def write(self, vals):
        if "user_ids" not in vals:
            return super().write(vals)
        before = {company: company.user_ids for company in self}
        result = super().write(vals)
        for company, users in before.items():
            for user in (users - company.user_ids).filtered(lambda user: user.active and not user.share):
                user._check_still_works_for_accounts(
                    user.company_ids | company, user._get_key_account_roles()
                )
        return result

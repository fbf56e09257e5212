from odoo import fields, models

from ..access.roles import ANY_ROLE

# Who leads a department, and who does when; what waits for them follows.
LEADING_FIELDS = {
    "user_id", "key_account_deputy_id", "key_account_deputy_from", "key_account_deputy_to",
}


class CrmTeam(models.Model):
    _inherit = "crm.team"

    key_account_ids = fields.One2many(
        comodel_name="key.account", inverse_name="team_id", string="Key Accounts", groups=ANY_ROLE
    )

    def write(self, vals):
        if not LEADING_FIELDS & vals.keys():
            return super().write(vals)
        asked = self.user_id | self.key_account_deputy_id
        result = super().write(vals)
        self.env["key.account.approval.mixin"]._pass_on_decisions(asked)
        return result

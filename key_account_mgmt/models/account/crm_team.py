from odoo import fields, models

from ..access.roles import ANY_ROLE


class CrmTeam(models.Model):
    _inherit = "crm.team"

    key_account_ids = fields.One2many(
        comodel_name="key.account", inverse_name="team_id", string="Key Accounts", groups=ANY_ROLE
    )

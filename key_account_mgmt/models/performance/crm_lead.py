from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    key_account_team_id = fields.Many2one(compute="_compute_key_account_snapshot", store=True)

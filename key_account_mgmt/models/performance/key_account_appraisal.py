from odoo import fields, models


class KeyAccountAppraisal(models.Model):
    _name = "key.account.appraisal"
    _description = "Key Account Appraisal"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(comodel_name="res.users", required=True, index=True, ondelete="restrict")
    team_id = fields.Many2one(comodel_name="crm.team", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    template_id = fields.Many2one(
        comodel_name="key.account.appraisal.template", required=True, index=True, ondelete="restrict"
    )
    date_from = fields.Date(required=True, index=True)
    date_to = fields.Date(required=True, index=True)
    score = fields.Float(digits=(6, 2))
    presence_rate = fields.Float(digits=(6, 4), default=1)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"), ("self_assessed", "Self-assessed"), ("scored", "Scored"),
            ("approved", "Approved"), ("published", "Published"), ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        index=True,
    )

from odoo import fields, models


class KeyAccountSatisfactionDimension(models.Model):
    """One side of our work that customers judge, whichever questionnaire asks for it (C1)."""

    _name = "key.account.satisfaction.dimension"
    _description = "Satisfaction Dimension"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index="btree_not_null", help="Empty: all companies have it."
    )
    description = fields.Text(translate=True, help="What belongs to it, for those who write questionnaires.")

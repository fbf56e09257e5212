from odoo import fields, models


class KeyAccountExpenseCategory(models.Model):
    """What a department spends its budget on (R5)."""

    _name = "key.account.expense.category"
    _description = "Expense Category"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)

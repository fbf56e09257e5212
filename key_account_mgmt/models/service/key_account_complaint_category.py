from odoo import fields, models


class KeyAccountComplaintCategory(models.Model):
    """What complaints are about, and who usually handles such ones."""

    _name = "key.account.complaint.category"
    _description = "Complaint Category"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Usual Owner",
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Gets new complaints of this category; empty: the account's manager does.",
    )

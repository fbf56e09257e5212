from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_sync_salesperson = fields.Boolean(
        string="Account Manager Is the Customer's Salesperson",
        default=True,
        help="Keeps the salesperson on the customer equal to the key account manager, since new orders "
        "and leads take theirs from the customer.",
    )

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_correction_months = fields.Integer(
        string="Settled Months Are Looked Through For",
        default=12,
        help="When a settlement is drawn up, so many settled months before it are compared with the "
        "appraisals and the ledger of today; what changed is corrected. 0: never.",
    )

    _key_account_correction_months_sign = models.Constraint(
        "CHECK (key_account_correction_months >= 0)", "A number of months is 0 or more."
    )

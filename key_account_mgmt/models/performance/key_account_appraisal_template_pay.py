from odoo import fields, models


class KeyAccountAppraisalTemplate(models.Model):
    _inherit = "key.account.appraisal.template"

    pay_scheme_id = fields.Many2one(
        comodel_name="key.account.pay.scheme",
        index="btree_not_null",
        ondelete="restrict",
        help="How the score becomes pay. Empty: nothing is paid by this template.",
    )

from odoo import fields, models


class KeyAccountAppraisalTemplate(models.Model):
    _name = "key.account.appraisal.template"
    _description = "Key Account Appraisal Template"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)

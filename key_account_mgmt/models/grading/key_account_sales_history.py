from odoo import api, fields, models


class KeyAccountSalesHistory(models.Model):
    """Sales of the time before this system, imported once: one line a sale.

    A sale of 0 is legal and equal lines are kept: the past is taken as it was written down.
    """

    _name = "key.account.sales.history"
    _description = "Key Account Sales History"
    _order = "date desc, id desc"
    _rec_name = "reference"
    _check_company_auto = True

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True)
    amount = fields.Monetary(
        string="Untaxed Amount", required=True, help="In the company's currency."
    )
    reference = fields.Char()

    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "The amount of a past sale is 0 or more."
    )
    _company_date_idx = models.Index("(company_id, date)")

    @api.model
    def get_import_templates(self):
        return [{
            "label": self.env._("Template for the sales history"),
            "template": "/key_account_mgmt/static/xls/sales_history.xlsx",
        }]

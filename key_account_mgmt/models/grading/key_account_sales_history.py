from odoo import api, fields, models


class KeyAccountSalesHistory(models.Model):
    """Sales of the time before this system, imported once: one line a sale.

    A sale of 0 is legal and equal lines are kept: the past is taken as it was written down.
    """

    _name = "key.account.sales.history"
    _description = "Key Account Sales History"
    _inherit = ["key.account.guard.mixin"]
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

    @api.model
    def load(self, fields, data):
        """Refuse what core would import in silence: a line without an amount (it would become 0.00), and
        a name that several customers bear (the first of them would get the sale).

        Nothing of the batch is kept then; the messages name the lines.
        """
        with self.env.cr.savepoint() as savepoint:
            result = super().load(fields, data)
            refused = self._get_amount_messages(fields, data[:self.env.context.get("_import_limit")])
            for message in result["messages"]:
                if message["type"] == "warning" and message.get("field") == "partner_id":
                    refused.append(message)
                    message["type"] = "error"
            if refused:
                savepoint.rollback()
                # what is said here replaces core's own words on the same line and field
                own = {(message["record"], message["field"]) for message in refused}
                result["ids"] = False
                result["messages"] = refused + [
                    message for message in result["messages"]
                    if (message.get("record"), message.get("field") or "amount") not in own
                ]
        return result

    @api.model
    def _get_amount_messages(self, names, rows):
        """Return a message, of the form of ``load``, for each line whose amount is none."""
        if "amount" not in names:
            return []
        place = names.index("amount")
        messages = []
        for index, row in enumerate(rows):
            text = "" if row[place] is None or row[place] is False else str(row[place]).strip()
            if text and text.lower().strip("+-") not in ("nan", "inf", "infinity"):
                continue
            messages.append({
                "type": "error",
                "record": index,
                "rows": {"from": index, "to": index},
                "field": "amount",
                "message": self.env._("Enter the amount of the sale; 0 if it was free."),
            })
        return messages

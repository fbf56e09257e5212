from odoo import api, fields, models


class KeyAccount(models.Model):
    """The moving side of the file (F10): what was ordered, invoiced and paid, and what is still open."""

    _inherit = "key.account"

    receivable_amount = fields.Monetary(
        compute="_compute_receivables",
        string="Receivables",
        help="What is still open of posted invoices and credit notes, in the company's currency.",
    )
    overdue_amount = fields.Monetary(
        compute="_compute_receivables", string="Overdue", help="The part of it whose day of payment is past."
    )

    @api.depends("partner_id", "company_id")
    def _compute_receivables(self):
        # sudo: a total over the customer's invoices, whoever wrote them
        entries = self.env["key.account.ledger.entry"].sudo()
        domain = [("account_id", "in", self.ids), ("kind", "=", "invoiced"), ("residual", "!=", 0)]
        open_sums = dict(entries._read_group(domain, ["account_id"], ["residual:sum"]))
        overdue_sums = dict(
            entries._read_group(
                [*domain, ("date_due", "<", self.env.company._get_key_account_today())],
                ["account_id"],
                ["residual:sum"],
            )
        )
        for account in self:
            account.receivable_amount = open_sums.get(account._origin, 0)
            account.overdue_amount = overdue_sums.get(account._origin, 0)

    # === ACTION METHODS === #

    def action_open_dealings(self):
        """Open all dealings with the customer, the latest first."""
        return self._get_dealings_action(self.env._("Dealings"), {})

    def action_open_receivables(self):
        """Open the invoices of which something is still open."""
        return self._get_dealings_action(self.env._("Receivables"), {"search_default_is_open": 1})

    def action_open_people(self):
        """Open the buying centre: who reports to whom at the customer."""
        return self._get_file_action("key_account_stakeholder_action", "hierarchy,kanban,list,form")

    def action_open_insights(self):
        """Open what is known of the customer's market and its risks."""
        return self._get_file_action("key_account_insight_action", "kanban,list,form")

    # === BUSINESS METHODS === #

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"receivable_amount", "overdue_amount"}

    def _get_dealings_action(self, name, context):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_ledger_entry_action"
        )
        return action | {
            "name": name,
            "domain": [("account_id", "=", self.id)],
            "context": context,
            "display_name": f"{name}: {self.display_name}",
        }

    def _get_file_action(self, xml_id, view_mode):
        """Return the action that opens a part of this account's file.

        :param str xml_id: of the part's own action
        :param str view_mode: which views, the first of them opens
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(f"key_account_mgmt.{xml_id}")
        views = {mode: view_id for view_id, mode in action["views"]}
        return action | {
            "domain": [("account_id", "=", self.id)],
            "context": {"default_account_id": self.id},
            "views": [(views.get(mode, False), mode) for mode in view_mode.split(",")],
            "display_name": f"{action['name']}: {self.display_name}",
        }

from odoo import fields, models


class KeyAccount(models.Model):
    """The account's plans, its receivables diary and what is spent on it, behind buttons of its file."""

    _inherit = "key.account"

    plan_ids = fields.One2many(
        comodel_name="key.account.plan", inverse_name="account_id", string="Plans"
    )

    # === ACTION METHODS === #

    def action_open_operations(self):
        """Open the operating file (annex 4): a record for each quarter, and the plans of the years."""
        return self._get_file_action("key_account_plan_action", "list,kanban,form")

    def action_open_diary(self):
        """Open what the customer promised to pay, and what was spoken about it."""
        return self._get_file_action("key_account_collection_entry_action", "list,form")

    def action_open_expenses(self):
        """Open what was spent on the account, as far as the user may see it."""
        return self._get_file_action("key_account_expense_action", "list,form")

from odoo import api, fields, models
from odoo.tools import SQL

PREFIX = "key_account_"


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "key.account.document.mixin"]

    # a lead's company is known only when it is saved
    key_account_id = fields.Many2one(precompute=False)
    # An open lead follows its account, by one UPDATE when that changes; won or lost, it keeps them.
    key_account_manager_id = fields.Many2one(compute="_compute_key_account_snapshot", store=True)

    @api.depends("key_account_id")
    def _compute_key_account_snapshot(self):
        for lead in self:
            lead.update(lead.key_account_id._get_snapshot_values())

    @api.model
    def _refresh_key_account_snapshots(self, accounts):
        """Let the open leads of these accounts follow them, in one UPDATE.

        :param key.account accounts: accounts whose owner or grade has changed
        """
        names = sorted(self._get_snapshot_fields())
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE crm_lead lead SET %(assignments)s
              FROM key_account account
             WHERE lead.key_account_id = account.id AND account.id IN %(accounts)s
               AND lead.active AND lead.won_status = 'pending'
            """,
            assignments=SQL(", ").join(
                # the account's own field bears the same name without the prefix
                SQL("%s = account.%s", SQL.identifier(name), SQL.identifier(name.removeprefix(PREFIX)))
                for name in names
            ),
            accounts=tuple(accounts.ids) or (0,),
        ))
        self.invalidate_model(names)

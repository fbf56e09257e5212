from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "key.account.document.mixin"]

    _work_field = "user_id"

    # An open lead follows its account, by one UPDATE when that changes; won or lost, it keeps them.
    key_account_manager_id = fields.Many2one(compute="_compute_key_account_snapshot", store=True)

    @api.depends("key_account_id")
    def _compute_key_account_snapshot(self):
        for lead in self:
            lead.update(lead.key_account_id._get_snapshot_values())

    def write(self, vals):
        if "partner_id" not in vals:
            return super().write(vals)
        before = self._is_of_key_accounts()
        result = super().write(vals)
        if before or self._is_of_key_accounts():
            self.env["calendar.event"]._recompute_key_accounts(Domain("opportunity_id", "in", self.ids))
            # sudo: the leads' meetings may be other people's
            self.sudo().key_account_id._close_meetings()
        return result

    def _is_of_key_accounts(self):
        # sudo: an account is asked for on behalf of those who may not see it
        return any(lead.key_account_id or lead.key_account_is_secret for lead in self.sudo())

    @api.depends_context("uid")
    def _compute_potential_lead_duplicates(self):
        """Neither count nor name leads of secret customers to those who may not see them."""
        result = super()._compute_potential_lead_duplicates()
        for lead in self:
            if hidden := (lead.duplicate_lead_ids - lead)._filter_key_account_veiled():
                lead.duplicate_lead_ids -= hidden
                lead.duplicate_lead_count -= len(hidden)
        return result

    @api.model
    def _refresh_key_account_snapshots(self, accounts):
        """Let the open leads of these accounts follow them, in one UPDATE.

        :param key.account accounts: accounts whose owner or grade has changed
        """
        self.env.flush_all()
        self._update_snapshots(SQL(
            "account.id IN %s AND document.active AND document.won_status = 'pending'",
            tuple(accounts.ids) or (0,),
        ))

    def _follow_key_account(self):
        """Let these leads keep what their account says now, or nothing where they have none any more."""
        for name in self._get_snapshot_fields():
            self.env.add_to_compute(self._fields[name], self)

from odoo import api, fields, models
from odoo.tools import SQL

from .key_account_complaint import OPEN_STATES


class KeyAccount(models.Model):
    """What the customer complains of, on its account."""

    _inherit = "key.account"

    complaint_ids = fields.One2many(
        comodel_name="key.account.complaint", inverse_name="account_id", string="Complaints"
    )
    complaint_count = fields.Integer(compute="_compute_complaint_counts", string="Complaints in All")
    open_complaint_count = fields.Integer(compute="_compute_complaint_counts", string="Open Complaints")

    # === COMPUTE METHODS === #

    @api.depends("complaint_ids.state")
    def _compute_complaint_counts(self):
        groups = self.env["key.account.complaint"]._read_group(
            [("account_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["account_id", "state"],
            ["__count"],
        )
        total, unsettled = {}, {}
        for account, state, count in groups:
            total[account.id] = total.get(account.id, 0) + count
            if state in OPEN_STATES:
                unsettled[account.id] = unsettled.get(account.id, 0) + count
        for account in self:
            account.complaint_count = total.get(account._origin.id, 0)
            account.open_complaint_count = unsettled.get(account._origin.id, 0)

    # === ACTION METHODS === #

    def action_open_complaints(self):
        """Open the complaints of this account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_complaint_action"
        )
        return action | {
            "domain": [("account_id", "=", self.id)],
            "context": {"default_partner_id": self.partner_id.id},
            "display_name": self.display_name,
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"complaint_count", "open_complaint_count"}

    def _assign_documents(self):
        """What the customer complained of before it had an account belongs to the account as well."""
        result = super()._assign_documents()
        complaints = self.env["key.account.complaint"]
        self.env.flush_all()
        # what was promised then stays: nothing but whose it is follows
        self.env.cr.execute(SQL(
            """
            UPDATE key_account_complaint complaint
               SET account_id = account.id, team_id = COALESCE(account.team_id, complaint.team_id)
              FROM key_account account
              JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
             WHERE account.id IN %s
               AND complaint.partner_id = partner.id
               AND complaint.company_id = account.company_id
               AND complaint.account_id IS NULL
         RETURNING complaint.id
            """,
            tuple(self.ids) or (0,),
        ))
        complaints = complaints.sudo().browse(id_ for id_, in self.env.cr.fetchall())  # sudo: others' as well
        complaints.invalidate_model(["account_id", "team_id"], flush=False)
        self.env.add_to_compute(complaints._fields["urgency"], complaints)
        return result

from odoo import api, fields, models


class KeyAccount(models.Model):
    """The account's department is kept on its documents, and its targets hang on it."""

    _inherit = "key.account"

    target_ids = fields.One2many(
        comodel_name="key.account.target", inverse_name="account_id", string="Targets"
    )

    target_count = fields.Integer(compute="_compute_target_count", string="Number of Targets")

    # === COMPUTE METHODS === #

    @api.depends("target_ids")
    def _compute_target_count(self):
        counts = dict(self.env["key.account.target"]._read_group(
            [("account_id", "in", self.ids)], ["account_id"], ["__count"]
        ))
        for account in self:
            account.target_count = counts.get(account._origin, 0)

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "team_id" in vals:
            self.env["crm.lead"]._refresh_key_account_snapshots(self)
        return result

    # === ACTION METHODS === #

    def action_open_targets(self):
        """Open the account's targets."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("key_account_mgmt.key_account_target_action")
        return {
            **action, "domain": [("account_id", "=", self.id)],
            "context": {"default_account_id": self.id, "default_level": "account"},
        }

    # === BUSINESS METHODS === #

    def _get_snapshot_values(self):
        return super()._get_snapshot_values() | {"key_account_team_id": self.team_id.id}

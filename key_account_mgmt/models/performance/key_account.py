from odoo import fields, models


class KeyAccount(models.Model):
    """The account's department is kept on its documents, and its targets hang on it."""

    _inherit = "key.account"

    target_ids = fields.One2many(
        comodel_name="key.account.target", inverse_name="account_id", string="Targets"
    )

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "team_id" in vals:
            self.env["crm.lead"]._refresh_key_account_snapshots(self)
        return result

    # === BUSINESS METHODS === #

    def _get_snapshot_values(self):
        return super()._get_snapshot_values() | {"key_account_team_id": self.team_id.id}

from odoo import api, fields, models

from ..access.roles import ANY_ROLE


class KeyAccountDocumentMixin(models.AbstractModel):
    _inherit = "key.account.document.mixin"

    key_account_team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Key Account Department",
        copy=False,
        groups=ANY_ROLE,
        help="The account's department when this document was confirmed or posted; its figures count there.",
    )

    @api.model
    def _get_snapshot_fields(self):
        return super()._get_snapshot_fields() | {"key_account_team_id"}

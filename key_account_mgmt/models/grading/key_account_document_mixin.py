from odoo import api, fields, models

from ..access.roles import ANY_ROLE


class KeyAccountDocumentMixin(models.AbstractModel):
    _inherit = "key.account.document.mixin"

    key_account_grade_id = fields.Many2one(
        comodel_name="key.account.grade",
        copy=False,
        groups=ANY_ROLE,
        help="The account's grade when this document was confirmed or posted.",
    )

    @api.model
    def _get_snapshot_fields(self):
        return super()._get_snapshot_fields() | {"key_account_grade_id"}

from odoo import api, models


class KeyAccountSettlementPartMixin(models.AbstractModel):
    """What a settlement consists of: with it, it is frozen, for everybody and for superuser code as well."""

    _name = "key.account.settlement.part.mixin"
    _description = "Part of a Key Account Settlement"
    _inherit = ["key.account.guard.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._check_open()
        return parts

    def write(self, vals):
        self._check_open()
        result = super().write(vals)
        if "settlement_id" in vals:
            self._check_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_open()

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        # core writes translations past `write`
        self._check_open()
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    @api.model
    def _get_system_fields(self):
        """Nothing of it is written by hand; a model takes out what is."""
        return super()._get_system_fields() | {
            name for name, field in self._fields.items()
            if field.store and name not in models.MAGIC_COLUMNS
            and field.type not in ("one2many", "many2many")
        }

    def _check_open(self):
        # sudo: whether it is frozen is asked for any writer
        self.sudo().settlement_id._check_not_frozen()

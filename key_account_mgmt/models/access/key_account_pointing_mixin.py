from odoo import api, models


class KeyAccountPointingMixin(models.AbstractModel):
    """Records that point to contacts, documents or accounts: not to those hidden from the user.

    A rule on the record itself asks for one of its fields; any other one would do to read a name or an
    address in what core computes, prints or shows in the portal as superuser.
    """

    _name = "key.account.pointing.mixin"
    _description = "Points to Nothing Hidden"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self.env["key.account"]._check_may_point(self, vals)
        return super().create(vals_list)

    def write(self, vals):
        self.env["key.account"]._check_may_point(self, vals)
        return super().write(vals)

    def _determine_fields_to_fetch(self, field_names=None, ignore_when_in_cache=False):
        """Fetch along what the rules ask of each record, so that it costs no query of its own."""
        found = super()._determine_fields_to_fetch(field_names, ignore_when_in_cache)
        flag = self._fields.get("key_account_is_secret")
        if not found or not flag or flag in found or not self._has_field_access(flag, "read"):
            return found
        if ignore_when_in_cache and not any(flag._cache_missing_ids(self)):
            return found
        return [*found, flag]

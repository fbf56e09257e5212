from odoo import api, models
from odoo.exceptions import AccessError


class KeyAccountGuardMixin(models.AbstractModel):
    """Fields that only the addon's own code sets.

    ``readonly`` closes a field on the screen; this closes it for every other way in (RPC, import).
    The addon's code writes them as superuser.
    """

    _name = "key.account.guard.mixin"
    _description = "Fields Set by the System Alone"

    @api.model_create_multi
    def create(self, vals_list):
        self = self._without_system_defaults()  # noqa: PLW0642
        for vals in vals_list:
            self._check_system_fields(vals, allowed=self._get_importable_fields(vals))
        return super().create(vals_list)

    def write(self, vals):
        self._check_system_fields(vals)
        result = super().write(vals)
        if "company_id" in vals:
            # core asks before a write whether the record is the user's, and not whether it stays so
            self.check_access("write")
        return result

    def _without_system_defaults(self):
        """Drop the defaults in the context that would set what only the system sets."""
        forged = {f"default_{name}" for name in self._get_system_fields()} & self.env.context.keys()
        if not forged or self.env.su:
            return self
        kept = {key: value for key, value in self.env.context.items() if key not in forged}
        return self.with_context(kept)  # pylint: disable=context-overridden

    @api.model
    def _get_system_fields(self):
        """Return the names of the fields that only the addon's own code may set.

        :rtype: set
        """
        return set()

    @api.model
    def _get_importable_fields(self, vals):
        """Return the system fields that may be given when a record with these values is created.

        :param dict vals: the values of the new record
        :rtype: set
        """
        return set()

    @api.model
    def _check_system_fields(self, vals, allowed=frozenset()):
        fixed = (self._get_system_fields() - allowed) & vals.keys()
        if fixed and not self.env.su:
            labels = sorted(self._fields[name]._description_string(self.env) for name in fixed)
            raise AccessError(self.env._(
                "Nobody sets these fields by hand: %(fields)s.", fields=labels
            ))

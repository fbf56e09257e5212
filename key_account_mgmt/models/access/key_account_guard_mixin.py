from odoo import api, models
from odoo.exceptions import AccessError


class KeyAccountGuardMixin(models.AbstractModel):
    """Fields that only the addon's own code sets.

    ``readonly`` closes a field on the screen; this closes it for every other way in (RPC, import).
    The addon's code writes them as superuser.
    """

    _name = "key.account.guard.mixin"
    _description = "Fields Set by the System Alone"
    _inherit = ["key.account.pointing.mixin"]

    @api.model
    def default_get(self, fields):
        """Give fields that only the system sets the model's own defaults alone.

        Not those of the context, nor those that a user stored for himself: they reach superuser code too.
        """
        system = self._get_system_fields() & set(fields)
        defaults = super().default_get([name for name in fields if name not in system])
        for name in system:
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                defaults[name] = field.convert_to_write(field.convert_to_record(value, self), self)
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
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

from odoo import api, models

# what adds up or counts tells a figure, not what a file says
FIGURES = ("sum", "avg", "count", "count_distinct", "__count")


class Base(models.AbstractModel):
    """Ways past the screens that every model has: forms that fill in themselves, exports, group-bys.

    What a form fills in, core reads as superuser: a guessed id must not tell anything. What an export or
    a group-by takes of a file through another model, leaves a line in the access log as well.
    """

    _inherit = "base"

    @api.model
    def default_get(self, fields):
        """Leave out defaults, of the context or of the user's own, that point to what is hidden."""
        defaults = super().default_get(fields)
        hidden = self.env["key.account"]._get_hidden_pointers(self, defaults)
        return {name: value for name, value in defaults.items() if name not in hidden}

    def onchange(self, values, field_names, fields_spec):
        self.env["key.account"]._check_may_point(self, values)
        return super().onchange(values, field_names, fields_spec)

    def export_data(self, fields_to_export):
        result = super().export_data(fields_to_export)
        if not hasattr(self, "_log_use"):
            accounts = self._get_audited_accounts_by([path.split("/") for path in fields_to_export])
            accounts._log_use("export", detail=f"{self._name}: {', '.join(fields_to_export)}")
        return result

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        result = super()._read_group(domain, groupby, aggregates, having, offset, limit, order)
        self._log_groups(domain, groupby, aggregates)
        return result

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        result = super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        self._log_groups(domain, [spec for groupby in grouping_sets for spec in groupby], aggregates)
        return result

    @api.model
    def _log_groups(self, domain, groupby, aggregates):
        told = [*groupby, *(spec for spec in aggregates if spec.rpartition(":")[2] not in FIGURES)]
        paths = [spec.split(":")[0].split(".") for spec in told]
        if self._get_audited_ways(paths):
            self.search(domain)._get_audited_accounts_by(paths)._log_use("open")

    def _get_audited_accounts_by(self, paths):
        """Return the accounts of whose files these paths tell more than lists show.

        :param paths: lists of names of fields
        :rtype: key.account
        """
        return self.env["key.account"].union(*(
            (self.mapped(way) if way else self)._get_accounts() for way in self._get_audited_ways(paths)
        ))

    @api.model
    def _get_audited_ways(self, paths):
        """Return the ways from this model to files of which these paths tell more than lists show.

        :param paths: lists of names of fields
        :return: dotted paths, empty for the model itself
        :rtype: set
        """
        ways = set()
        for names in () if self.env.su else paths:
            model = self
            for index, name in enumerate(names):
                field = model._fields.get(name)
                if not field:
                    break
                is_audited = hasattr(model, "_log_use") and model._is_audited
                if is_audited and name not in model._get_listed_fields():
                    ways.add(".".join(names[:index]))
                if not field.relational:
                    break
                model = self.env[field.comodel_name]
        return ways

from odoo import api, models


class KeyAccountVeilMixin(models.AbstractModel):
    """Notes that point to a document by model and id are hidden where a guarded account hides it.

    To be named before the model that it extends, so that it has the last word.
    """

    _name = "key.account.veil.mixin"
    _description = "Hidden With a Guarded Document"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        allowed = self - result[0] if result else self
        accounts = self.env["key.account"]
        hidden = accounts._filter_behind_veil(allowed, "res_model")
        if not hidden:
            return result
        forbidden = hidden | result[0] if result else hidden
        # in the words that tell nothing of what is hidden
        return forbidden, lambda: self.env["ir.rule"]._make_access_error(operation, accounts)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        query = super()._search(domain, offset, limit, order, bypass_access=bypass_access, **kwargs)
        if self.env.su or bypass_access or not self.env["key.account"]._get_guarded_levels():
            return query
        found = self.browse(query)
        hidden = self.env["key.account"]._filter_behind_veil(found, "res_model")
        return (found - hidden)._as_query(order) if hidden else query

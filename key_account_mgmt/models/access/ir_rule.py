from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        """Put every model that hangs on a key account inside the account's perimeter.

        A record of a model with the access mixin can be seen and touched only by those who may read
        its account, in every mode; who may do what with it is then the model's own rules. The
        account's domain is written in (not left to ``any``), since a rule is evaluated as superuser.
        """
        domain = super()._compute_domain(model_name, mode)
        model = self.env[model_name]
        if self.env.su or not getattr(model, "_is_inside_perimeter", False):
            return domain
        if self.env["ir.model.access"].check("key.account", "read", raise_exception=False):
            account_domain = super()._compute_domain("key.account", "read")
            perimeter = Domain("account_id", "any", account_domain)
        else:
            perimeter = Domain.FALSE
        if model._is_account_optional:
            perimeter |= Domain("account_id", "=", False)
        perimeter |= model._get_perimeter_exception()
        return (domain & perimeter).optimize(model)

    def _make_access_error(self, operation, records):
        """Answer neutrally inside the perimeter: core names the hidden record in debug mode."""
        if (
            records._name == "key.account"
            or getattr(records, "_is_inside_perimeter", False)
            or self.env["key.account"]._filter_guarded(records)
        ):
            return AccessError(self.env._(
                "This is outside of what you may see or change among the key accounts. "
                "If you need it for your work, ask your key account director."
            ))
        return super()._make_access_error(operation, records)

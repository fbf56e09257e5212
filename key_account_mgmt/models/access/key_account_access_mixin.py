from odoo import api, fields, models
from odoo.fields import Domain


class KeyAccountAccessMixin(models.AbstractModel):
    """Whatever hangs on a key account is seen by those who may see the account, and by nobody else.

    Inheriting this mixin is all that a model does for it: ``ir.rule`` adds the account's own read
    domain to the model's rules (see ``ir_rule.py``). Set ``_is_account_optional`` where a record may
    have no account; the model's own rules then say who sees such a record.
    """

    _name = "key.account.access.mixin"
    _description = "Inside the Perimeter of a Key Account"
    _inherit = ["key.account.audit.mixin"]

    _is_inside_perimeter = True
    _is_account_optional = False

    account_id = fields.Many2one(
        comodel_name="key.account",
        string="Key Account",
        required=True,
        index=True,
        ondelete="cascade",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_accounts(self._get_account_ids(vals_list))
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("account_id"):
            self._check_accounts(self._get_account_ids([vals]))
        result = super().write(vals)
        if "account_id" in vals:
            # core asks before a write whether the record is the user's, and not whether it stays so
            self.check_access("write")
        return result

    @api.model
    def _get_perimeter_exception(self):
        """Return the domain of what the user sees of this model without seeing its account.

        Override where work on a record is given to people who have nothing to do with the account.

        :rtype: Domain
        """
        return Domain.FALSE

    @api.model
    def _get_account_ids(self, vals_list):
        """Return the ids of the accounts on which records are to hang, by default or by their values.

        :param list vals_list: values for ``create`` or ``write``
        :rtype: set
        """
        default = False
        if any("account_id" not in vals for vals in vals_list):
            default = self.default_get(["account_id"]).get("account_id")
        accounts, field = self.env["key.account"], self._fields["account_id"]
        return {
            id_ for vals in vals_list
            for id_ in accounts._get_pointed(field, vals.get("account_id", default))[0]
        }

    @api.model
    def _check_accounts(self, account_ids):
        """Refuse to hang anything on an account that the user does not see.

        Asked before it is done: a new member of an account's team would see it afterwards.

        :param account_ids: ids of accounts
        :raise AccessError: when one of them is outside
        """
        if account_ids:
            self.env["key.account"].browse(set(account_ids)).check_access("read")

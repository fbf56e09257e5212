from odoo import fields, models


class KeyAccountAccessMixin(models.AbstractModel):
    """Whatever hangs on a key account is seen by those who may see the account, and by nobody else.

    Inheriting this mixin is all that a model does for it: ``ir.rule`` adds the account's own read
    domain to the model's rules (see ``ir_rule.py``). Set ``_is_account_optional`` where a record may
    have no account; the model's own rules then say who sees such a record.
    """

    _name = "key.account.access.mixin"
    _description = "Inside the Perimeter of a Key Account"

    _is_inside_perimeter = True
    _is_account_optional = False

    account_id = fields.Many2one(
        comodel_name="key.account",
        string="Key Account",
        required=True,
        index=True,
        ondelete="cascade",
    )

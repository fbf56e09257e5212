from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from ..access.roles import ANY_ROLE


class SurveyUserInput(models.Model):
    """An answer sheet of a key account is part of its file: who sees the account sees it, nobody else.

    By the access mixin, so ``account_id`` is named as on the addon's own models.
    """

    _name = "survey.user_input"
    _inherit = ["survey.user_input", "key.account.guard.mixin", "key.account.access.mixin"]

    _is_account_optional = True

    account_id = fields.Many2one(
        required=False,
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The key account whose satisfaction is asked for.",
    )
    key_account_satisfaction_ids = fields.One2many(
        comodel_name="key.account.satisfaction", inverse_name="user_input_id", readonly=True, groups=ANY_ROLE
    )

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"account_id"}

    def _mark_done(self):
        """Compute a key account's satisfaction when its answers are complete."""
        result = super()._mark_done()
        # sudo: whoever answers has no rights on the file
        self.sudo().key_account_satisfaction_ids._take_answers()
        return result


class SurveyUserInputLine(models.Model):
    """The answers on a sheet are seen by those who see the sheet."""

    _name = "survey.user_input.line"
    _inherit = ["survey.user_input.line", "key.account.guard.mixin", "key.account.access.mixin"]

    _is_account_optional = True

    account_id = fields.Many2one(
        related="user_input_id.account_id", store=True, precompute=True, required=False,
        index="btree_not_null",
    )

    def _auto_init(self):
        # made here, so that the ORM does not compute it for every answer of the database at install
        if not column_exists(self.env.cr, self._table, "account_id"):
            create_column(self.env.cr, self._table, "account_id", "int4")
        return super()._auto_init()

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"account_id"}

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

from .roles import ANY_ROLE, group


class ResPartner(models.Model):
    _inherit = "res.partner"

    key_account_ids = fields.One2many(
        comodel_name="key.account",
        inverse_name="partner_id",
        string="Key Accounts",
        groups=ANY_ROLE,
        context={"active_test": False},
    )
    key_account_id = fields.Many2one(
        comodel_name="key.account",
        compute="_compute_key_account_id",
        search="_search_key_account_id",
        groups=ANY_ROLE,
        help="The key account of this customer, or of its company, in the current company.",
    )
    key_account_manager_id = fields.Many2one(
        comodel_name="res.users",
        compute="_compute_key_account_id",
        search="_search_key_account_manager_id",
        groups=ANY_ROLE,
    )
    key_account_is_secret = fields.Boolean(
        string="Is Secret Key Account",
        compute="_compute_key_account_is_secret",
        store=True,
        groups=group("director"),
        help="Technical: record rules read this on the customer and its contacts.",
    )

    _key_account_is_secret_idx = models.Index("(id) WHERE key_account_is_secret IS TRUE")

    def _auto_init(self):
        # The column is made here, so that the ORM does not compute it for every partner at install:
        # without key accounts it is empty for all of them.
        if not column_exists(self.env.cr, self._table, "key_account_is_secret"):
            create_column(self.env.cr, self._table, "key_account_is_secret", "boolean")
        return super()._auto_init()

    # === COMPUTE METHODS === #

    @api.depends("commercial_partner_id.key_account_ids.manager_id")
    @api.depends_context("company", "uid")
    def _compute_key_account_id(self):
        accounts = self.env["key.account"].with_context(active_test=False)
        if accounts.has_access("read"):
            accounts = accounts.search([
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ])
        by_partner = accounts.grouped("partner_id")
        for partner in self:
            account = by_partner.get(partner.commercial_partner_id, accounts.browse())
            partner.key_account_id = account
            partner.key_account_manager_id = account.manager_id

    def _search_key_account_id(self, operator, value):
        return self._search_by_key_account(Domain("id", operator, value), operator, value)

    def _search_key_account_manager_id(self, operator, value):
        return self._search_by_key_account(Domain("manager_id", operator, value), operator, value)

    def _search_by_key_account(self, account_domain, operator, value):
        """Turn a condition on the account into one on the partner, in the current company."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        wants_none = operator == "in" and False in value
        accounts = self.env["key.account"].with_context(active_test=False)
        in_company = Domain("company_id", "=", self.env.company.id)
        matching = accounts._search(account_domain & in_company)
        domain = Domain("commercial_partner_id.key_account_ids", "in", matching)
        if wants_none:
            anyone = accounts._search(in_company)
            domain |= ~Domain("commercial_partner_id.key_account_ids", "in", anyone)
        return domain

    @api.depends("commercial_partner_id.key_account_ids.confidentiality")
    def _compute_key_account_is_secret(self):
        # one query for the batch; the field is computed as superuser, like every stored one
        secret = self.env["key.account"].with_context(active_test=False).search([
            ("partner_id", "in", self.commercial_partner_id.ids),
            ("confidentiality", "=", "secret"),
        ]).partner_id
        for partner in self:
            partner.key_account_is_secret = partner.commercial_partner_id in secret

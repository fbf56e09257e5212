from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

from .roles import ANY_ROLE, group


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "key.account.pointing.mixin"]

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
        prefetch=False,
        # not for whoever sees secret customers only because of their documents
        groups=group("director"),
        help="Technical: record rules read this on the customer and its contacts.",
    )

    # read as superuser, so it would tell the name of a secret parent company
    parent_name = fields.Char(related=None, compute="_compute_parent_name")

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

    @api.depends("commercial_partner_id.key_account_ids.confidentiality", "partner_share")
    def _compute_key_account_is_secret(self):
        secret = self.env["key.account"]._get_secret_customer_ids()
        if secret:
            # a company of this database is known to everybody who works in it
            secret -= set(self.commercial_partner_id.filtered("ref_company_ids").ids)
        for partner in self:
            # nor is a colleague ever hidden
            partner.key_account_is_secret = (
                partner.commercial_partner_id.id in secret and partner.partner_share
            )

    @api.depends("key_account_is_secret")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name no secret customer to those who may not see him, in whatever field he stands.

        Names of many2one fields are read as superuser, so no rule of the contact reaches them; but it
        is still known who asks.
        """
        result = super()._compute_display_name()
        for partner in self._filter_key_account_veiled():
            partner.display_name = self.env._("Secret Customer")
        return result

    @api.depends("parent_id.name")
    @api.depends_context("uid")
    def _compute_parent_name(self):
        # sudo: as core's own related field
        parents = self.sudo().parent_id.with_env(self.env)
        veiled = parents._filter_key_account_veiled()
        for partner in self:
            parent = partner.sudo().parent_id  # sudo: as above
            partner.parent_name = parent.name if parent not in veiled else False

    @api.depends_context("uid")
    def _compute_same_vat_partner_id(self):
        """Take no secret customer for the double of another one before those who may not see him."""
        result = super()._compute_same_vat_partner_id()
        for partner in self:
            for name in ("same_vat_partner_id", "same_company_registry_partner_id"):
                if partner[name]._filter_key_account_veiled():
                    partner[name] = False
        return result

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._forget_guarded_contacts()
        return partners

    def write(self, vals):
        moves = bool(vals.keys() & {"parent_id", "is_company"})
        if moves:
            self._forget_guarded_contacts()
        result = super().write(vals)
        if moves:
            self._forget_guarded_contacts()
        return result

    # === BUSINESS METHODS === #

    def _forget_guarded_contacts(self):
        """A contact joined a secret customer, or left one: what is kept in memory is asked anew."""
        accounts = self.env["key.account"]
        secret = accounts._get_secret_partner_ids()
        if secret and any(
            # sudo: whose contact it is decides, not who sees it
            secret & {partner.id, partner.sudo().commercial_partner_id.id} for partner in self
        ):
            accounts._forget_accounts()

    def _get_key_account_customers(self):
        """Return the contacts that these records are about: here the records themselves.

        :rtype: res.partner
        """
        return self

    def _filter_key_account_veiled(self):
        """Return the contacts of secret accounts that the user may not see, superuser code or not.

        Whoever reads as the customer's own people do (portal, a mailed link) is not asked.
        """
        accounts = self.env["key.account"]
        user = self.env.user
        guarded = accounts._filter_guarded(self)
        if not guarded or user.share or user._handles_trade_documents():
            return self.browse()
        # sudo: whose account it is must not depend on who asks
        customers = guarded.sudo().commercial_partner_id
        own = accounts.sudo().with_context(active_test=False).search_fetch([  # sudo: as above
            ("partner_id", "in", customers.ids),
            "|", ("allowed_user_ids", "=", user.id), ("company_id", "in", user._get_overseen_companies().ids),
        ], ["partner_id"]).partner_id
        # sudo: as above
        return guarded.filtered(lambda partner: partner.sudo().commercial_partner_id not in own)

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from .roles import ANY_ROLE

PREFIX = "key_account_"


class KeyAccountDocumentMixin(models.AbstractModel):
    """What the addon writes on a lead, an order or an invoice.

    Plain columns that depend on nothing of the account: the account is set when the customer is,
    the other fields are a snapshot of the moment when the document became binding. So no later
    change of owner or grade rewrites history, or a million rows.
    """

    _name = "key.account.document.mixin"
    _description = "Document of a Key Account"
    _inherit = ["key.account.pointing.mixin"]

    # not precomputed: core reads such a field as the user, who may have no role and not see it
    key_account_id = fields.Many2one(
        comodel_name="key.account",
        compute="_compute_key_account_id",
        store=True,
        index="btree_not_null",
        ondelete="set null",
        groups=ANY_ROLE,
    )
    key_account_manager_id = fields.Many2one(
        comodel_name="res.users",
        copy=False,
        groups=ANY_ROLE,
        help="Who managed the account when this document was confirmed or posted.",
    )

    key_account_is_secret = fields.Boolean(
        string="Restricted",
        compute="_compute_key_account_is_secret",
        store=True,
        copy=False,
        groups="base.group_user",
        help="Technical: record rules read this. It goes with the customer.",
    )

    _key_account_is_secret_idx = models.Index("(id) WHERE key_account_is_secret IS TRUE")

    # the field with the user who works on such a document, if any
    _work_field = None

    def _auto_init(self):
        # Made here, so that the ORM does not compute the columns of a million documents at install.
        for name in self._get_snapshot_fields() | {"key_account_id"}:
            if self._auto and not self._abstract and not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, "int4")
        name = "key_account_is_secret"
        if self._auto and not self._abstract and not column_exists(self.env.cr, self._table, name):
            create_column(self.env.cr, self._table, name, "boolean")
        return super()._auto_init()

    @api.depends("partner_id", "company_id")
    def _compute_key_account_id(self):
        for document in self:
            document.key_account_id = document._is_key_account_document() and document._find_key_account_id()

    @api.depends("partner_id.key_account_is_secret")
    def _compute_key_account_is_secret(self):
        secret = self.env["key.account"]._get_secret_partner_ids()
        for document in self:
            document.key_account_is_secret = document.partner_id.id in secret

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        documents._check_work_is_inside()
        return documents

    def write(self, vals):
        result = super().write(vals)
        if self._work_field in vals or "partner_id" in vals:
            self._check_work_is_inside()
        return result

    def _check_work_is_inside(self):
        """Refuse to give a secret customer's document to somebody who may not see it.

        :raise RedirectWarning: with the offer to add him to the account's team
        """
        accounts = self.env["key.account"]
        for document in accounts._filter_guarded(self) if self._work_field else ():
            accounts._check_may_work(document, document[self._work_field])

    @api.depends("partner_id")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name no document of a secret customer to those who may not see it (as contacts do)."""
        result = super()._compute_display_name()
        self._veil_display_name()
        return result

    def _veil_display_name(self):
        for document in self._filter_key_account_veiled():
            document.display_name = self.env._("Document of a Secret Customer")

    def _filter_key_account_veiled(self):
        """Return the documents of secret customers that the user may not see, superuser code or not."""
        guarded = self.env["key.account"]._filter_guarded(self)
        if not guarded or self.env.user.share:
            return self.browse()
        # sudo(False): asked for the one who reads, not for the code that reads for him
        return guarded - guarded.sudo(False)._filtered_access("read").with_env(self.env)

    def _get_key_account_customers(self):
        """Return the contacts whose documents these are.

        :rtype: res.partner
        """
        return self.partner_id

    def _find_key_account_id(self):
        """Return the id of the customer's account in the document's company, from memory, or False.

        :rtype: int or bool
        """
        self.ensure_one()
        known = self.env["key.account"]._get_customer_accounts()
        company_id = self.company_id.id
        for account_id, own_company_id in known.get(self.partner_id.commercial_partner_id.id, ()):
            if company_id in (own_company_id, False):
                return account_id
        return False

    def _is_key_account_document(self):
        """Return whether this is a document of our sales at all."""
        return True

    @api.model
    def _get_key_account_document_condition(self):
        """Return the SQL condition on ``document`` that says the same as the method above."""
        return SQL("TRUE")

    @api.model
    def _get_snapshot_fields(self):
        """Return the names of the fields that keep the account as it was; all are many2one."""
        return {"key_account_manager_id"}

    @api.model
    def _get_account_field(self, name):
        """Return the account's own name of a field that documents keep: the same without the prefix."""
        return name.removeprefix(PREFIX)

    def _snapshot_key_account(self):
        """Keep the account's owner and the like as they are now."""
        self.flush_recordset(["key_account_id"])
        self._update_snapshots(SQL("document.id IN %s", tuple(self.ids) or (0,)))

    @api.model
    def _update_snapshots(self, condition):
        """Let documents keep their accounts' owners and the like, in one UPDATE.

        :param odoo.tools.SQL condition: which ones, on ``document`` and ``account``
        """
        names = sorted(self._get_snapshot_fields())
        self.env["key.account"].flush_model([self._get_account_field(name) for name in names])
        self.env.cr.execute(SQL(
            """
            UPDATE %(table)s document SET %(assignments)s
              FROM key_account account
             WHERE document.key_account_id = account.id AND %(condition)s
            """,
            table=SQL.identifier(self._table),
            assignments=SQL(", ").join(
                SQL("%s = account.%s", SQL.identifier(name), SQL.identifier(self._get_account_field(name)))
                for name in names
            ),
            condition=condition,
        ))
        self.invalidate_model(names, flush=False)

    @api.model
    def _assign_key_accounts(self, accounts):
        """Point the existing documents of the accounts' customers to them, in one UPDATE.

        :param key.account accounts: accounts that are new, merged, or got another contact
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE %(table)s document
               SET key_account_id = account.id
              FROM key_account account
              JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
             WHERE account.id IN %(accounts)s
               AND document.partner_id = partner.id
               AND (document.company_id = account.company_id OR document.company_id IS NULL)
               AND document.key_account_id IS DISTINCT FROM account.id
               AND %(condition)s
            """,
            table=SQL.identifier(self._table),
            accounts=tuple(accounts.ids) or (0,),
            condition=self._get_key_account_document_condition(),
        ))
        self.invalidate_model(["key_account_id"])

    @api.model
    def _release_key_accounts(self, accounts):
        """Take the accounts from their customers' documents, in one UPDATE.

        :param key.account accounts: accounts that are about to get another contact or company
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE %(table)s document
               SET key_account_id = NULL
              FROM key_account account
              JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
             WHERE account.id IN %(accounts)s
               AND document.partner_id = partner.id
               AND document.key_account_id = account.id
            """,
            table=SQL.identifier(self._table),
            accounts=tuple(accounts.ids) or (0,),
        ))
        self.invalidate_model(["key_account_id"])

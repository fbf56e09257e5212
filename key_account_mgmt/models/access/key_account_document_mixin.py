from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from .roles import ANY_ROLE


class KeyAccountDocumentMixin(models.AbstractModel):
    """What the addon writes on a lead, an order or an invoice.

    Plain columns that depend on nothing of the account: the account is set when the customer is,
    the other fields are a snapshot of the moment when the document became binding. So no later
    change of owner or grade rewrites history, or a million rows.
    """

    _name = "key.account.document.mixin"
    _description = "Document of a Key Account"

    key_account_id = fields.Many2one(
        comodel_name="key.account",
        compute="_compute_key_account_id",
        store=True,
        precompute=True,
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

    def _auto_init(self):
        # Made here, so that the ORM does not compute the columns of a million documents at install.
        for name in self._get_snapshot_fields() | {"key_account_id"}:
            if self._auto and not self._abstract and not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, "int4")
        return super()._auto_init()

    @api.depends("partner_id", "company_id")
    def _compute_key_account_id(self):
        documents = self.filtered(lambda document: document._is_key_account_document())
        (self - documents).key_account_id = False
        accounts = self.env["key.account"].with_context(active_test=False).search(
            [("partner_id", "in", documents.partner_id.commercial_partner_id.ids)], order="id"
        )
        by_partner = accounts.grouped("partner_id")
        for document in documents:
            own = by_partner.get(document.partner_id.commercial_partner_id, accounts.browse())
            if document.company_id:
                own = own.filtered_domain([("company_id", "=", document.company_id.id)])
            document.key_account_id = own[:1]

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

    def _snapshot_key_account(self):
        """Keep the account's owner and the like as they are now."""
        # sudo: whoever confirms or posts need not see the account
        for account, documents in self.sudo().grouped("key_account_id").items():
            if account:
                documents.write(account._get_snapshot_values())

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

from odoo import api, fields, models
from odoo.tools import SQL

KIND = [
    ("ordered", "Ordered"),
    ("invoiced", "Invoiced"),
    ("collected", "Collected"),
]


class KeyAccountLedgerEntry(models.Model):
    """What customers ordered, were invoiced and paid, one line a document, in company currency.

    The one place that says what an amount is. Grading sums these very sources by customer, and
    its evidence opens these lines, so that both agree by construction. Nothing is stored.
    """

    _name = "key.account.ledger.entry"
    _description = "Key Account Ledger Entry"
    _inherit = ["key.account.access.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "reference"

    _is_account_optional = True
    _is_audited = False

    account_id = fields.Many2one(required=False, readonly=True)
    kind = fields.Selection(selection=KIND, readonly=True)
    date = fields.Date(readonly=True)
    reference = fields.Char(readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    amount = fields.Monetary(
        string="Untaxed Amount",
        readonly=True,
        help="At the document's own rate; credit notes are negative, payments counted untaxed in "
        "proportion.",
    )
    amount_total = fields.Monetary(string="Amount With Tax", readonly=True)
    residual = fields.Monetary(
        string="Still Open",
        readonly=True,
        help="What is not paid yet of an invoice, with tax; what a credit note still owes is negative.",
    )
    date_due = fields.Date(string="Due On", readonly=True)
    document_model = fields.Char(readonly=True)
    document_id = fields.Many2oneReference(model_field="document_model", readonly=True)

    # === ACTION METHODS === #

    def action_open_document(self):
        """Open the order or the invoice behind the line; its own rules apply.

        Whoever may read the figures and not the documents (a clerk) is told so.
        """
        self.ensure_one()
        document = self.env[self.document_model].browse(self.document_id)
        if not document.has_access("read"):
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._(
                        "%(document)s itself is read by sales and accounting; the line tells what of it "
                        "counts.",
                        document=self.reference or self.env._("The document"),
                    ),
                },
            }
        return {
            "type": "ir.actions.act_window",
            "res_model": self.document_model,
            "res_id": self.document_id,
            "view_mode": "form",
        }

    # === THE SOURCES === #

    @api.model
    def _flush_ledger(self):
        """Write what waits in memory, before the sources are read by SQL."""
        for name in (
            "sale.order", "account.move", "account.move.line", "account.partial.reconcile",
            "res.partner", "key.account",
        ):
            self.env[name].flush_model()

    @api.model
    def _get_kinds(self):
        """Return the kinds of entries, in a fixed order (it is part of the entries' ids)."""
        return [kind for kind, _label in KIND]

    @property
    def _table_query(self):
        self._flush_ledger()
        kinds = self._get_kinds()
        # sudo: only their time zones are read; rules say whose entries the user sees
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        parts = [
            SQL(
                """
                SELECT source.id * %(step)s + %(index)s AS id, %(kind)s AS kind, source.date,
                       source.reference, partner.commercial_partner_id AS partner_id,
                       source.company_id, source.amount, source.amount_total,
                       source.document_model, source.document_id, %(open_columns)s
                  FROM (%(source)s) source
                  JOIN res_partner partner ON partner.id = source.contact_id
                  %(open_join)s
                """,
                step=2 * len(kinds),
                index=index,
                kind=kind,
                source=self._get_source(kind, companies),
                **self._get_open_parts(kind),
            )
            for index, kind in enumerate(kinds)
        ]
        return SQL(
            """
            SELECT entry.*, company.currency_id, account.id AS account_id
              FROM (%(entries)s) entry
              JOIN res_company company ON company.id = entry.company_id
              LEFT JOIN key_account account ON account.partner_id = entry.partner_id
                                           AND account.company_id = entry.company_id
            """,
            entries=SQL(" UNION ALL ").join(parts),
        )

    @api.model
    def _get_open_parts(self, kind):
        """Return what the lists, not the sums, add to a source: how much is open, and due when.

        Only invoices have it; the database leaves out the join where nobody asks.

        :param str kind: one of :meth:`_get_kinds`
        :rtype: dict
        """
        if kind != "invoiced":
            return {
                "open_columns": SQL("0::numeric AS residual, NULL::date AS date_due"),
                "open_join": SQL(),
            }
        return {
            "open_columns": SQL(
                "COALESCE(move.amount_residual_signed, 0) AS residual,"
                " move.invoice_date_due AS date_due"
            ),
            "open_join": SQL("LEFT JOIN account_move move ON move.id = source.document_id"),
        }

    @api.model
    def _get_source(self, kind, companies, date_from=None, date_to=None):
        """Return the SELECT of one kind of entries.

        Its columns: id, document_model, document_id, contact_id (the document's partner; whose customer
        he is, is looked up later, since that is quicker for sums than for documents), company_id, date,
        reference, amount (untaxed), amount_total, is_countable; amounts are unrounded, in the currency
        of the company. Where the document's rate is missing, it is not countable and amounts are NULL.

        :param str kind: one of :meth:`_get_kinds`
        :param res.company companies: whose documents
        :param datetime.date date_from: first day, or None for all before
        :param datetime.date date_to: last day, inclusive, or None for all after
        :rtype: SQL
        """
        return getattr(self, f"_get_{kind}_source")(companies, date_from, date_to)

    @api.model
    def _get_date_condition(self, column, date_from, date_to):
        """Return the condition on a date column for a period of whole days."""
        conditions = [SQL("TRUE")]
        if date_from:
            conditions.append(SQL("%s >= %s", column, date_from))
        if date_to:
            conditions.append(SQL("%s <= %s", column, date_to))
        return SQL(" AND ").join(conditions)

    @api.model
    def _get_ordered_source(self, companies, date_from, date_to):
        conditions, days = [], []
        for company in companies:
            timezone = company._get_key_account_timezone().zone
            days.append(SQL("WHEN %s THEN %s", company.id, timezone))
            condition = SQL("document.company_id = %s", company.id)
            if date_to:
                # moments, not days, are compared, so that the index on the column serves
                start, end = company._get_key_account_utc_bounds(date_from, date_to)
                condition = SQL("%s AND document.date_order < %s", condition, end)
                if start:
                    condition = SQL("%s AND document.date_order >= %s", condition, start)
            conditions.append(SQL("(%s)", condition))
        rate = SQL(
            "CASE WHEN document.currency_rate > 0 THEN document.currency_rate"
            " WHEN (document.company_id, document.currency_id) IN %s THEN 1 END",
            tuple((company.id, company.currency_id.id) for company in companies) or ((0, 0),),
        )

        def at_home(amount):
            # most orders are in the company's own currency: dividing those by 1 takes longest of all
            return SQL("CASE WHEN document.currency_rate = 1 THEN %s ELSE %s / %s END", amount, amount, rate)

        return SQL(
            """
            SELECT document.id * 2 AS id, 'sale.order' AS document_model, document.id AS document_id,
                   document.partner_id AS contact_id, document.company_id,
                   timezone(CASE document.company_id %(days)s END,
                            timezone('UTC', document.date_order))::date AS date,
                   document.name AS reference,
                   %(amount)s AS amount, %(amount_total)s AS amount_total,
                   %(rate)s IS NOT NULL AS is_countable
              FROM sale_order document
             WHERE document.state = 'sale' AND (%(conditions)s)
            """,
            days=SQL(" ").join(days) or SQL("WHEN 0 THEN 'UTC'"),
            rate=rate,
            amount=at_home(SQL("document.amount_untaxed")),
            amount_total=at_home(SQL("document.amount_total")),
            conditions=SQL(" OR ").join(conditions) or SQL("FALSE"),
        )

    @api.model
    def _get_invoiced_source(self, companies, date_from, date_to):
        return SQL(
            """
            SELECT document.id * 2 AS id, 'account.move' AS document_model,
                   document.id AS document_id, document.partner_id AS contact_id,
                   document.company_id, document.invoice_date AS date, document.name AS reference,
                   document.amount_untaxed_signed AS amount,
                   document.amount_total_signed AS amount_total, TRUE AS is_countable
              FROM account_move document
             WHERE document.state = 'posted' AND document.company_id IN %(companies)s
               AND document.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND %(dates)s
            """,
            companies=tuple(companies.ids) or (0,),
            dates=self._get_date_condition(SQL("document.invoice_date"), date_from, date_to),
        )

    @api.model
    def _get_collected_source(self, companies, date_from, date_to):
        # An invoice is settled on the debit side of its receivable line, a credit note on the credit
        # side; where one settles the other, the two lines cancel out. Exchange differences move no
        # money. Payments carry tax: they count untaxed in the proportion of their document.
        sides = [
            SQL(
                """
                SELECT partial.id * 2 + %(offset)s AS id, 'account.move' AS document_model,
                       document.id AS document_id, document.partner_id AS contact_id,
                       document.company_id, partial.max_date AS date, document.name AS reference,
                       %(sign)s * partial.amount * document.amount_untaxed_signed
                           / NULLIF(document.amount_total_signed, 0) AS amount,
                       %(sign)s * partial.amount AS amount_total, TRUE AS is_countable
                  FROM account_partial_reconcile partial
                  JOIN account_move_line line ON line.id = partial.%(own)s
                  JOIN account_move document ON document.id = line.move_id
                  JOIN account_move_line counterpart ON counterpart.id = partial.%(other)s
                  JOIN res_company company ON company.id = document.company_id
                 WHERE document.state = 'posted' AND document.move_type IN %(types)s
                   AND document.company_id IN %(companies)s
                   AND counterpart.journal_id IS DISTINCT FROM company.currency_exchange_journal_id
                   AND %(dates)s
                """,
                offset=offset,
                sign=SQL(sign),
                own=SQL.identifier(own),
                other=SQL.identifier(other),
                types=types,
                companies=tuple(companies.ids) or (0,),
                dates=self._get_date_condition(SQL("partial.max_date"), date_from, date_to),
            )
            for offset, sign, own, other, types in (
                (0, "1", "debit_move_id", "credit_move_id", ("out_invoice", "out_receipt")),
                (1, "-1", "credit_move_id", "debit_move_id", ("out_refund",)),
            )
        ]
        return SQL(" UNION ALL ").join(sides)

from odoo import api, fields, models
from odoo.tools import SQL

# What the figures of each level are grouped by; see _get_credits.
LEVEL = [
    ("company", "Company"),
    ("team", "Department"),
    ("person", "Person"),
    ("account", "Key Account"),
]


class KeyAccountLedgerEntry(models.Model):
    """For whom an entry counts: what targets sum and what their evidence opens, said once.

    A document of a key account counts for the manager and the department that the account had when it was
    confirmed or posted; any other for its own salesperson and sales team. Imported history has no document:
    it counts for those who have the customer's account now.
    """

    _inherit = "key.account.ledger.entry"

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Counts For",
        readonly=True,
        help="The account's manager when it was confirmed or posted, else the salesperson.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        readonly=True,
        help="The account's department when it was confirmed or posted, else the sales team.",
    )

    @api.model
    def _get_credit_parts(self, kind):
        """Return the join and the two columns that say for whom a source's rows count.

        They stand beside ``source`` (see :meth:`_get_source`) and ``partner``, its contact.

        :param str kind: one of :meth:`_get_kinds`
        :return: (join, user, team)
        :rtype: tuple
        """
        if kind == "history":
            join = SQL(
                "LEFT JOIN key_account credited ON credited.partner_id = partner.commercial_partner_id"
                " AND credited.company_id = source.company_id"
            )
            return join, SQL("credited.manager_id"), SQL("credited.team_id")
        table, salesperson = ("sale_order", "user_id") if kind == "ordered" else (
            "account_move", "invoice_user_id"
        )
        return (
            SQL("LEFT JOIN %s credited ON credited.id = source.document_id", SQL.identifier(table)),
            SQL("COALESCE(credited.key_account_manager_id, credited.%s)", SQL.identifier(salesperson)),
            SQL("COALESCE(credited.key_account_team_id, credited.team_id)"),
        )

    @api.model
    def _get_open_parts(self, kind):
        parts = super()._get_open_parts(kind)
        join, user, team = self._get_credit_parts(kind)
        return {
            "open_columns": SQL("%s, %s AS user_id, %s AS team_id", parts["open_columns"], user, team),
            "open_join": SQL("%s %s", parts["open_join"], join),
        }

    @api.model
    def _get_subject_parts(self, level, user, team):
        """Return the join and the column that a level of figures is grouped by."""
        if level == "account":
            join = SQL(
                "JOIN key_account account ON account.partner_id = partner.commercial_partner_id"
                " AND account.company_id = source.company_id"
            )
            return join, SQL("account.id")
        return SQL(), {"company": SQL("source.company_id"), "team": team, "person": user}[level]

    @api.model
    def _get_credits(self, kind, company, level, date_from, date_to):
        """Return the SELECT of what counts for whom, one row a document.

        Its columns: date, subject_id (of the level), team_id, amount, is_countable, document_id, customer_id.

        :param str kind: one of :meth:`_get_kinds`
        :param res.company company: whose documents
        :param str level: one of :data:`LEVEL`
        :param datetime.date date_from: first day, or None
        :param datetime.date date_to: last day, inclusive
        :rtype: SQL
        """
        join, user, team = self._get_credit_parts(kind)
        subject_join, subject = self._get_subject_parts(level, user, team)
        return SQL(
            """
            SELECT source.date, %(subject)s AS subject_id, %(team)s AS team_id, source.amount,
                   source.is_countable, source.document_id, partner.commercial_partner_id AS customer_id
              FROM (%(source)s) source
              JOIN res_partner partner ON partner.id = source.contact_id
              %(join)s %(subject_join)s
            """,
            subject=subject,
            team=team,
            source=self._get_source(kind, company, date_from, date_to),
            join=join,
            subject_join=subject_join,
        )

    @api.model
    def _get_first_orders(self, company, level, date_from, date_to):
        """Return the SELECT of the new customers: those whose first ever confirmed order is in a period.

        A customer of whom imported history shows earlier sales is not new. Columns as of
        :meth:`_get_credits`; each counts 1, for those for whom that first order counts.

        :rtype: SQL
        """
        before = fields.Date.subtract(date_from, days=1)

        def earlier(source, condition):
            return SQL(
                """
                NOT EXISTS (
                    SELECT 1 FROM (%s) older JOIN res_partner contact ON contact.id = older.contact_id
                     WHERE contact.commercial_partner_id = first.customer_id AND %s
                )
                """,
                source, condition,
            )

        return SQL(
            """
            SELECT first.date, first.subject_id, first.team_id, 1 AS amount, TRUE AS is_countable,
                   first.document_id, first.customer_id
              FROM (
                SELECT DISTINCT ON (credit.customer_id) credit.*
                  FROM (%(credits)s) credit
                 ORDER BY credit.customer_id, credit.date, credit.document_id
                   ) first
             WHERE %(no_order)s AND %(no_history)s
            """,
            credits=self._get_credits("ordered", company, level, date_from, date_to),
            no_order=earlier(self._get_source("ordered", company, None, before), SQL("TRUE")),
            no_history=earlier(
                self._get_source("history", company, None, date_to), SQL("older.date < first.date")
            ),
        )

from odoo import api, fields, models
from odoo.tools import SQL

# So many months back are compared.
MONTHS = 24


class KeyAccountCollectionMonth(models.Model):
    """The receivables diary summed by month and account, beside the books (F14). Nothing is stored.

    What is open at a month's end by the books is what is open now, without what was invoiced and with what
    was collected since. By the diary it is the last balance agreed on for each invoice. Their difference
    is shown: also where an invoice is not in the diary at all.
    """

    _name = "key.account.collection.month"
    _description = "Receivables by Month"
    _inherit = ["key.account.access.mixin"]
    _auto = False
    _order = "month desc, account_id"

    _is_audited = False

    account_id = fields.Many2one(readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Department", readonly=True)
    manager_id = fields.Many2one(comodel_name="res.users", string="Account Manager", readonly=True)
    month = fields.Date(string="First Day", readonly=True)
    period = fields.Char(string="Month", readonly=True)
    date_to = fields.Date(string="As Of", readonly=True)
    entry_count = fields.Integer(string="Entries", readonly=True)
    promise_count = fields.Integer(
        string="Promises", readonly=True, help="Promises that were for this month."
    )
    kept_count = fields.Integer(string="Kept", readonly=True)
    broken_count = fields.Integer(string="Broken", readonly=True)
    diary_amount = fields.Monetary(string="Open by the Diary", readonly=True)
    ledger_amount = fields.Monetary(string="Open by the Books", readonly=True, help="With tax.")
    difference = fields.Monetary(readonly=True, help="By the books less by the diary.")
    is_reconciled = fields.Boolean(string="Agrees", readonly=True)

    @api.depends("period", "account_id.display_name")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.period} {row.account_id.display_name or ''}"

    # === ACTION METHODS === #

    def action_open_diary(self):
        """Open the diary of the account up to the month's end."""
        return self._get_action("key_account_collection_entry_action", [
            ("account_id", "=", self.account_id.id), ("date", "<=", self.date_to),
        ])

    def action_open_ledger(self):
        """Open the account's invoices of which something is still open."""
        return self._get_action("key_account_ledger_entry_action", [
            ("account_id", "=", self.account_id.id), ("kind", "=", "invoiced"), ("residual", "!=", 0),
        ])

    # === BUSINESS METHODS === #

    def _get_action(self, xml_id, domain):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(f"key_account_mgmt.{xml_id}")
        return action | {
            "domain": domain, "context": {}, "display_name": f"{action['name']}: {self.display_name}",
        }

    # === THE QUERY === #

    @property
    def _table_query(self):
        ledger = self.env["key.account.ledger.entry"]
        ledger._flush_ledger()
        self.env["key.account.collection.entry"].flush_model()
        # sudo: only their time zones are read; rules say whose rows the user sees
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        last = self.env.company._get_key_account_today().replace(day=1)
        first = fields.Date.subtract(last, months=MONTHS - 1)
        return SQL(
            """
            WITH movement AS (%(movements)s), diary AS (%(diary)s), promised AS (%(promised)s),
                 spoken AS (%(spoken)s), span AS (%(span)s)
            SELECT account.id * 4096 + (date_part('year', span.month) - 2000)::int * 12
                   + date_part('month', span.month)::int AS id,
                   account.id AS account_id, account.company_id, account.team_id, account.manager_id,
                   company.currency_id, span.month, to_char(span.month, 'YYYY-MM') AS period,
                   (span.month + INTERVAL '1 month' - INTERVAL '1 day')::date AS date_to,
                   %(figures)s
              FROM (%(balances)s) span
              JOIN key_account account ON account.id = span.account_id
              JOIN res_company company ON company.id = account.company_id
              LEFT JOIN spoken USING (account_id, month)
              LEFT JOIN promised USING (account_id, month)
            """,
            movements=self._get_movements(ledger, companies),
            diary=self._get_diary_changes(first),
            promised=self._get_promises(),
            spoken=SQL(
                "SELECT account_id, date_trunc('month', date)::date AS month, COUNT(*) AS count"
                " FROM key_account_collection_entry GROUP BY 1, 2"
            ),
            span=self._get_span(first, last),
            figures=self._get_figures(),
            balances=self._get_balances(last),
        )

    @api.model
    def _get_movements(self, ledger, companies):
        """Return, by account and month, what changed the open amounts and what is open of it now."""
        return SQL(
            """
            SELECT account.id AS account_id, date_trunc('month', source.date)::date AS month,
                   SUM(source.change) AS change, SUM(source.open_now) AS open_now
              FROM (
                SELECT invoiced.contact_id, invoiced.company_id, invoiced.date,
                       invoiced.amount_total AS change, move.amount_residual_signed AS open_now
                  FROM (%(invoiced)s) invoiced
                  JOIN account_move move ON move.id = invoiced.document_id
                 UNION ALL
                SELECT collected.contact_id, collected.company_id, collected.date,
                       -collected.amount_total, 0
                  FROM (%(collected)s) collected
                   ) source
              JOIN res_partner partner ON partner.id = source.contact_id
              JOIN key_account account ON account.partner_id = partner.commercial_partner_id
                                      AND account.company_id = source.company_id
             GROUP BY 1, 2
            """,
            invoiced=ledger._get_source("invoiced", companies),
            collected=ledger._get_source("collected", companies),
        )

    @api.model
    def _get_diary_changes(self, first):
        """Return by how much the balances agreed on changed in each month; older ones count for the first."""
        return SQL(
            """
            SELECT account_id, GREATEST(date_trunc('month', date)::date, %(first)s) AS month,
                   SUM(change) AS change
              FROM (
                SELECT account_id, date, company_balance - COALESCE(LAG(company_balance) OVER (
                           PARTITION BY move_id ORDER BY date, id), 0) AS change
                  FROM key_account_collection_entry
                   ) entry
             GROUP BY 1, 2
            """,
            first=first,
        )

    @api.model
    def _get_promises(self):
        return SQL(
            """
            SELECT account_id, date_trunc('month', promised_date)::date AS month, COUNT(*) AS count,
                   COUNT(*) FILTER (WHERE outcome = 'kept') AS kept,
                   COUNT(*) FILTER (WHERE outcome = 'broken') AS broken
              FROM key_account_collection_entry
             WHERE promised_date IS NOT NULL AND outcome != 'withdrawn'
             GROUP BY 1, 2
            """
        )

    @api.model
    def _get_span(self, first, last):
        """Return each account's months, from its first invoice or talk to this one."""
        return SQL(
            """
            SELECT known.account_id, month::date AS month
              FROM (SELECT account_id, MIN(month) AS begun
                      FROM (SELECT account_id, month FROM movement
                             UNION ALL SELECT account_id, month FROM diary) event
                     GROUP BY account_id) known
             CROSS JOIN LATERAL generate_series(
                    GREATEST(known.begun, %(first)s)::timestamp, %(last)s::timestamp,
                    INTERVAL '1 month') month
            """,
            first=first, last=last,
        )

    @api.model
    def _get_balances(self, last):
        """Return both balances at the end of each month: the books' counted back from now."""
        return SQL(
            """
            SELECT span.account_id, span.month,
                   total.open_now - COALESCE(SUM(movement.change) OVER (
                       PARTITION BY span.account_id ORDER BY span.month DESC
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS ledger_amount,
                   COALESCE(SUM(diary.change) OVER (
                       PARTITION BY span.account_id ORDER BY span.month), 0) AS diary_amount
              FROM span
              LEFT JOIN movement USING (account_id, month)
              LEFT JOIN diary USING (account_id, month)
              LEFT JOIN (SELECT account_id, SUM(open_now)
                                - COALESCE(SUM(change) FILTER (WHERE month > %(last)s), 0) AS open_now
                           FROM movement GROUP BY account_id) total USING (account_id)
            """,
            last=last,
        )

    @api.model
    def _get_figures(self):
        difference = "COALESCE(span.ledger_amount, 0) - span.diary_amount"
        return SQL(
            "COALESCE(span.ledger_amount, 0) AS ledger_amount, span.diary_amount, %s AS difference,"
            " ROUND((%s)::numeric, 2) = 0 AS is_reconciled, COALESCE(spoken.count, 0) AS entry_count,"
            " COALESCE(promised.count, 0) AS promise_count, COALESCE(promised.kept, 0) AS kept_count,"
            " COALESCE(promised.broken, 0) AS broken_count",
            SQL(difference), SQL(difference),
        )

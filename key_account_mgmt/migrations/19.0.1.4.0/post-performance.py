from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, convert_file

# the files that hold seeds which users may delete (an update leaves those out), by one seed of each
SEEDS = {
    "data/performance_pay_data.xml": "key_account_mgmt.pay_scheme_banded",
    "data/performance_appraisal_data.xml": "key_account_mgmt.kpi_sales_attainment",
    "data/performance_reports_data.xml": "key_account_mgmt.expense_category_travel",
}
# what counts for somebody, and its day
DOCUMENTS = (
    ("sale_order", SQL("document.date_order::date"), SQL("document.state = 'sale'")),
    ("account_move", SQL("COALESCE(document.invoice_date, document.date)"), SQL("document.state = 'posted'")),
)


def migrate(cr, version):
    """Bring in the performance layer's seeds, and let documents of the past count for a department."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    for file, seed in SEEDS.items():
        if not env.ref(seed, raise_if_not_found=False):
            convert_file(env, "key_account_mgmt", file, None, mode="init", noupdate=True)
    for table, day, condition in DOCUMENTS:
        _fill_departments(cr, table, day, condition)


def _fill_departments(cr, table, day, condition):
    # the department that the account had on that day; before its history began, its first one
    cr.execute(SQL(
        """
        UPDATE %(table)s kept SET key_account_team_id = found.team_id
          FROM (
            SELECT document.id, COALESCE(then_row.team_id, first_row.team_id, account.team_id) AS team_id
              FROM %(table)s document
              JOIN key_account account ON account.id = document.key_account_id
              LEFT JOIN LATERAL (
                SELECT history.team_id FROM key_account_ownership_history history
                 WHERE history.account_id = account.id AND history.date_from <= %(day)s
                 ORDER BY history.date_from DESC, history.id DESC LIMIT 1
                   ) then_row ON TRUE
              LEFT JOIN LATERAL (
                SELECT history.team_id FROM key_account_ownership_history history
                 WHERE history.account_id = account.id
                 ORDER BY history.date_from, history.id LIMIT 1
                   ) first_row ON TRUE
             WHERE document.key_account_team_id IS NULL AND %(condition)s
               ) found
         WHERE kept.id = found.id AND found.team_id IS NOT NULL
        """,
        table=SQL.identifier(table), day=day, condition=condition,
    ))

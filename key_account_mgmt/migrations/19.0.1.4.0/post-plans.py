from odoo.tools.sql import column_exists

from odoo.addons.key_account_mgmt.calculations import reporting


def migrate(cr, version):
    """Take the operating files over from the accounts: one draft plan each, of the quarter it was about."""
    if not version or not column_exists(cr, "key_account", "operating_summary"):
        return
    cr.execute("""
        SELECT account.id, account.company_id, account.operating_summary, account.operating_plan,
               COALESCE(account.operating_date, account.write_date::date), account.write_uid
          FROM key_account account
         WHERE (COALESCE(account.operating_summary, '') != '' OR COALESCE(account.operating_plan, '') != '')
           AND NOT EXISTS (SELECT 1 FROM key_account_plan plan WHERE plan.account_id = account.id)
    """)
    for account_id, company_id, summary, plan, day, user_id in cr.fetchall():
        first, last = reporting.get_period("quarter", day)
        cr.execute(
            """
            INSERT INTO key_account_plan (
                account_id, company_id, kind, date_from, date_to, period, state, summary, plan,
                create_uid, create_date, write_uid, write_date
            ) VALUES (
                %s, %s, 'quarter', %s, %s, %s, 'draft', %s, %s,
                %s, now() AT TIME ZONE 'UTC', %s, now() AT TIME ZONE 'UTC'
            )
            """,
            (account_id, company_id, first, last, reporting.get_label("quarter", first), summary, plan,
             user_id, user_id),
        )

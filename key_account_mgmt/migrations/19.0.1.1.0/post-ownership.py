from odoo import SUPERUSER_ID, api

from odoo.addons.key_account_mgmt.models.account.key_account_ownership import OwnerChange


def migrate(cr, version):
    """Give existing accounts what is new: their developer, their claims, the first row of their history.

    Who developed a customer was not asked before: it is taken to be the one who has him.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
    cr.execute("""
        UPDATE key_account
           SET developer_id = manager_id, developer_team_id = team_id,
               developed_on = COALESCE(admission_date, create_date::date)
         WHERE developer_id IS NULL
    """)
    for table in ("crm_lead", "sale_order", "account_move"):
        cr.execute(f"""
            UPDATE {table} document SET key_account_is_secret = TRUE
              FROM res_partner partner
             WHERE partner.id = document.partner_id AND partner.key_account_is_secret
        """)  # noqa: S608  # pylint: disable=sql-injection
    accounts = env["key.account"].with_context(active_test=False).search([])
    accounts.filtered(
        lambda account: not account.ownership_history_ids and (account.manager_id or account.team_id)
    )._write_ownership_history(OwnerChange(source=env._("First owner")))
    env["key.account.claim"]._refresh(accounts)
    env["calendar.event"]._assign_key_accounts(accounts)
    accounts._close_meetings()

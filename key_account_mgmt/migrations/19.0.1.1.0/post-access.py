def migrate(cr, version):
    """Refresh access once an hour, as in a new database; scheduled actions are not updated by themselves."""
    if not version:
        return
    cr.execute("""
        UPDATE ir_cron
           SET interval_number = 1, interval_type = 'hours',
               nextcall = date_trunc('hour', now() AT TIME ZONE 'UTC') + INTERVAL '61 minutes'
         WHERE interval_type = 'days'
           AND id = (
                SELECT res_id FROM ir_model_data
                 WHERE module = 'key_account_mgmt' AND name = 'ir_cron_key_account_refresh_access'
           )
    """)

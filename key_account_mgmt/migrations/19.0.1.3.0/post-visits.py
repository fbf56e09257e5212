from odoo.tools import SQL


def migrate(cr, version):
    """Fill what was not kept before: when accounts were active, and what their grades promised."""
    if not version:
        return
    _fill_promises(cr)
    _fill_active_periods(cr)


def _fill_promises(cr):
    # of earlier changes of a grade's intervals nothing is known: today's are the best that there is
    cr.execute("""
        UPDATE key_account_grade_history history
           SET visit_interval_days = grade.visit_interval_days,
               survey_interval_months = grade.survey_interval_months
          FROM key_account_grade grade
         WHERE grade.id = history.grade_id AND history.visit_interval_days IS NULL
    """)
    cr.execute("""
        UPDATE key_account_grade_history history
           SET is_aside = TRUE
          FROM key_account account
         WHERE account.id = history.account_id AND history.scheme_id IS DISTINCT FROM account.scheme_id
           AND history.is_aside IS NULL
    """)


def _fill_active_periods(cr):
    # one that is not active today was so until its status changed last
    cr.execute(SQL(
        """
        INSERT INTO key_account_active_period (account_id, date_from, date_to, create_date, write_date)
        SELECT account.id, account.admission_date,
               CASE WHEN account.state = 'active' THEN NULL
                    ELSE GREATEST(account.admission_date, COALESCE(changed.day, account.write_date::date))
                END,
               now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM key_account account
          LEFT JOIN LATERAL (
            SELECT max(message.date)::date AS day
              FROM mail_message message
              JOIN mail_tracking_value value ON value.mail_message_id = message.id
              JOIN ir_model_fields field ON field.id = value.field_id
             WHERE message.model = 'key.account' AND message.res_id = account.id
               AND field.model = 'key.account' AND field.name = 'state'
               ) changed ON TRUE
         WHERE account.admission_date IS NOT NULL AND account.state IN %s
           AND NOT EXISTS (SELECT FROM key_account_active_period WHERE account_id = account.id)
        """,
        ("active", "suspended", "ended"),
    ))

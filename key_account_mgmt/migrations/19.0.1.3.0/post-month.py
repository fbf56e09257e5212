from odoo import SUPERUSER_ID, api, fields


def migrate(cr, version):
    """Give what was sent back a day until when it is mended, and planned meetings their calendar entry.

    The action that tells of deadlines runs every hour from now on, unless its interval was changed by hand.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
    env["key.account.monthly.submission"].search(
        [("state", "=", "returned"), ("redo_deadline", "=", False), ("is_late", "=", False)]
    )._set_redo_deadline()
    meetings = env["key.account.meeting"].search(
        [("state", "=", "planned"), ("stop", ">", fields.Datetime.now())]
    )
    for meeting in meetings:
        meeting._put_into_calendar()
    cron = env.ref(
        "key_account_mgmt.ir_cron_key_account_monthly_submission_tell", raise_if_not_found=False
    )
    if cron and (cron.interval_number, cron.interval_type) == (1, "days"):
        cron.interval_type = "hours"

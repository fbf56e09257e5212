import uuid

from odoo import SUPERUSER_ID, api

from odoo.addons.key_account_mgmt.calculations.worktime import between


def migrate(cr, version):
    """Take back what was known too widely, and count what was not counted, of complaints."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    renew_links(env)
    count_answers(env)
    count_waiting(env)
    note_whom_was_told(env)


def renew_links(env):
    """Give the links by which customers say whether they are content another number.

    Until now they stood in the department's own thread. Whoever has one in his mailbox and has not used it is
    mailed the result again.
    """
    ratings = env["rating.rating"].search([("res_model", "=", "key.account.complaint")])
    for rating in ratings:
        rating.access_token = uuid.uuid4().hex


def count_answers(env):
    """Of whom nobody wrote that he was answered, the result was the answer."""
    complaints = env["key.account.complaint"].search([
        ("responded_on", "=", False), ("feedback_on", "!=", False),
    ])
    for complaint in complaints:
        complaint.responded_on = complaint.feedback_on


def count_waiting(env):
    """What was solved while it waited for the customer had the time until then from us."""
    complaints = env["key.account.complaint"].search([
        ("state", "in", ("resolved", "closed")), ("paused_on", "!=", False), ("resolved_on", "!=", False),
    ])
    for complaint in complaints:
        if complaint.paused_on >= complaint.resolved_on:
            continue
        start, stop = complaint.paused_on, complaint.resolved_on
        time = complaint.company_id._get_key_account_working_time(start, stop)
        complaint.write({
            "paused_seconds": complaint.paused_seconds + between(time, start, stop), "paused_on": stop,
        })


def note_whom_was_told(env):
    """Who has an activity of a missed deadline has been told of it."""
    kind = env.ref("key_account_mgmt.mail_activity_type_complaint")
    activities = env["mail.activity"].search([
        ("res_model", "=", "key.account.complaint"), ("activity_type_id", "=", kind.id),
    ])
    for activity in activities:
        complaint = env["key.account.complaint"].browse(activity.res_id).exists()
        complaint.told_user_ids |= activity.user_id

"""What the parts of the demonstration share: the people, the days, and a clock that can be set back."""

import csv
import random
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path

from odoo.tools import SQL

FOLDER = Path(__file__).parent

# Columns that note when something happened. What is done now is then dated back; the models
# rightly let nobody write these.
MOMENTS = {
    "key_account": ("create_date", "write_date", "file_updated_on"),
    "key_account_stakeholder": ("create_date", "write_date"),
    "key_account_project": ("create_date", "write_date"),
    "key_account_project_milestone": ("create_date", "write_date"),
    "key_account_competitor": ("create_date", "write_date"),
    "key_account_agreement": ("create_date", "write_date"),
    "key_account_insight": ("create_date", "write_date"),
    "key_account_complaint": (
        "create_date", "write_date", "responded_on", "resolved_on", "closed_on", "paused_on", "feedback_on",
        "confirmed_on",
    ),
    "rating_rating": ("create_date", "write_date", "rated_on"),
    "key_account_access_log": ("date", "create_date", "write_date"),
    "key_account_member": ("create_date", "write_date"),
    "key_account_approval": ("date", "create_date", "write_date"),
    "key_account_grade_history": ("create_date", "write_date"),
    "key_account_active_period": ("create_date", "write_date"),
    "key_account_grading_run": ("create_date", "write_date", "computed_on", "applied_on"),
    "key_account_assessment": ("create_date", "write_date"),
    "key_account_assessment_line": ("create_date", "write_date"),
    "key_account_sales_history": ("create_date", "write_date"),
    "key_account_ownership_history": ("create_date", "write_date"),
    "key_account_ownership_exception": ("create_date", "write_date"),
    "key_account_handover": ("create_date", "write_date", "executed_on"),
    "key_account_handover_line": ("create_date", "write_date"),
    "key_account_handover_acceptance": ("date", "create_date", "write_date"),
    "key_account_visit": ("create_date", "write_date", "reported_on", "ratified_on"),
    "key_account_visit_plan": ("create_date", "write_date"),
    "key_account_monthly_submission": ("create_date", "write_date", "submitted_on"),
    "key_account_meeting": ("create_date", "write_date"),
    "key_account_meeting_resolution": ("create_date", "write_date", "settled_on"),
    "key_account_spot_check": ("create_date", "write_date", "drawn_on"),
    "key_account_spot_check_line": ("create_date", "write_date"),
    "key_account_target": ("create_date", "write_date"),
    "key_account_target_change": ("create_date", "write_date", "applied_on"),
    "key_account_appraisal": ("create_date", "write_date", "scored_on"),
    "key_account_appraisal_line": ("create_date", "write_date"),
    "key_account_appraisal_objection": ("create_date", "write_date", "raised_on", "answered_on"),
    "key_account_reward_record": ("create_date", "write_date"),
    "key_account_settlement": ("create_date", "write_date", "drawn_on", "frozen_on"),
    "key_account_settlement_line": ("create_date", "write_date"),
    "key_account_settlement_award": ("create_date", "write_date"),
    "key_account_work_report": ("create_date", "write_date", "submitted_on"),
    "key_account_plan": ("create_date", "write_date"),
    "key_account_plan_line": ("create_date", "write_date"),
    "key_account_expense": ("create_date", "write_date"),
    "key_account_collection_entry": ("create_date", "write_date"),
    "mail_message": ("date", "create_date", "write_date"),
    "mail_activity": ("create_date", "write_date"),
}
# What is filled besides the addon's own models.
ANALYZED = {
    "account.move", "account.move.line", "account.partial.reconcile", "account.payment", "calendar.event",
    "crm.lead", "mail.activity", "mail.followers", "mail.message", "res.partner", "sale.order",
    "sale.order.line", "survey.user_input", "survey.user_input.line",
}
DAYS = {
    "key_account": ("admission_date", "developed_on"),
    "key_account_ownership_history": ("date_from",),
    "key_account_grade_history": ("date_from",),
    "key_account_active_period": ("date_from",),
    "key_account_appraisal": ("published_on",),
    "crm_team_member": ("key_account_date_to",),
}


def read_csv(name):
    """Return the rows of one of the folder's files as dictionaries.

    :param str name: the file without its ending
    :rtype: list
    """
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class World:
    """The demonstration while it is being made."""

    def __init__(self, env, order_share):
        is_chinese = env["res.lang"]._get_data(code="zh_CN")
        self.lang = "zh_CN" if is_chinese else "en_US"
        context = {"lang": self.lang, "tz": "Asia/Shanghai", "no_reset_password": True}
        self.env = env(su=True, context=dict(env.context, **context))
        self.company = self.env.company
        self.order_share = order_share
        # the same day gives the same data; nothing secret comes from it
        self.random = random.Random(2019)  # noqa: S311
        self.began = self.env.cr.now()
        self.users = {}
        self.teams = {}
        self.customers = []
        # set once the company's time zone is
        self.today = self.company._get_key_account_today()

    @property
    def quiet_env(self):
        """The environment for what is made in bulk: without notes and mails about each record."""
        return self.env(context=dict(
            self.env.context, tracking_disable=True, mail_create_nolog=True,
            mail_create_nosubscribe=True, mail_notrack=True,
        ))

    def act(self, login, records):
        """Return records as one of the people sees them; he, not the system, does what follows."""
        return records.with_user(self.users[login]).with_company(self.company)

    def day(self, days_ago):
        """Return the date so many days ago."""
        return self.today - timedelta(days=days_ago)

    @contextmanager
    def at(self, days_ago):
        """Date back all that is done inside: by the people it is done now, it is to look like then.

        Whatever still bears a moment after the beginning of the transaction is new: what is done outside
        looks like done in the next block.
        """
        yield
        self.env.flush_all()
        self.env.cr.flush()  # changes are noted in the chatter before a commit
        self.env.flush_all()
        moment = datetime.combine(self.day(days_ago), time(1, 30)) + timedelta(
            minutes=self.random.randrange(480)
        )
        for table, columns in MOMENTS.items():
            for column in columns:
                self._date_back(table, column, self.began, moment)
        for table, columns in DAYS.items():
            for column in columns:
                self._date_back(table, column, self.today, moment.date())
        self._shift_deadlines(moment, days_ago)
        self.env.invalidate_all()

    def analyze(self):
        """Let the database know how much there is by now: until the end of the transaction nobody else does.

        Without it, what is read in the same transaction is planned for empty tables.
        """
        self.env.flush_all()
        tables = {
            model._table for name, model in self.env.registry.items()
            if model._auto and not model._abstract and not model._transient
            and (name.startswith("key.account") or name in ANALYZED)
        }
        for table in sorted(tables):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    def _date_back(self, table, column, since, then):
        is_note = table == "mail_message"
        mine = SQL("(model IS NULL OR model LIKE 'key.account%%')") if is_note else SQL("TRUE")
        self.env.cr.execute(SQL(
            "UPDATE %(table)s SET %(column)s = %(then)s WHERE %(column)s >= %(since)s AND %(mine)s",
            table=SQL.identifier(table),
            column=SQL.identifier(column),
            then=then,
            since=since,
            mine=mine,
        ))

    def _shift_deadlines(self, moment, days_ago):
        """Date back what was planned from today on; a deadline that has passed is of its own day."""
        self.env.cr.execute(SQL(
            "UPDATE mail_activity SET date_deadline = date_deadline - %s"
            " WHERE create_date = %s AND date_deadline >= %s AND res_model LIKE 'key.account%%'",
            days_ago, moment, self.today,
        ))

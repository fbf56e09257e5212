from odoo import api, fields, models
from odoo.fields import Domain

from ...calculations import closing
from ..account.batches import work_through
from .key_account_monthly_submission import ACTIVITY, OWED


class KeyAccountMonthlySubmission(models.Model):
    """What runs by itself: each month is opened, told of before its deadline, and escalated after it."""

    _inherit = "key.account.monthly.submission"

    # === CRON METHODS === #

    @api.model
    def _cron_open_month(self):
        """Open the period of today for each active account that has none yet; once a day."""
        periods = {
            company: closing.get_closing_period(
                company._get_key_account_today(), company.key_account_closing_day
            )
            for company in self._get_closing_companies()
        }
        work_through(
            self._find_accounts_to_open(periods),
            lambda account: self._open(account, *periods[account.company_id]),
        )

    @api.model
    def _cron_tell_deadlines(self):
        """Remind those who owe, mark what is late, tell those above; each once. Every few hours."""
        # sudo: the month closes for everybody
        owed = self.sudo().search([
            ("state", "in", OWED),
            ("due_date", "<=", fields.Date.add(fields.Date.today(), days=1 - min(closing.STEPS))),
        ], order="id")
        work_through(
            owed.filtered(lambda submission: submission._is_due()),
            lambda submission: submission._follow_deadline(),
        )

    # === OPENING === #

    @api.model
    def _get_closing_companies(self):
        # sudo: the scheduled action serves every company
        return self.env["res.company"].sudo().search([("key_account_closing_day", ">", 0)])

    @api.model
    def _find_accounts_to_open(self, periods):
        """Return the active accounts that owe a month and have no submission for it.

        Who was admitted when the reminders had begun starts with the next month.

        :param dict periods: {company: (month, first day, deadline)}
        :rtype: key.account
        """
        due = Domain.OR(
            Domain("company_id", "=", company.id)
            & (Domain("admission_date", "=", False)
               | Domain("admission_date", "<=", fields.Date.add(deadline, days=min(closing.STEPS))))
            & Domain("monthly_submission_ids", "not any", [("month", "=", month)])
            for company, (month, _first, deadline) in periods.items()
        )
        # sudo: as above
        return self.env["key.account"].sudo().search(Domain("state", "=", "active") & due, order="id")

    @api.model
    def _open(self, account, month, date_from, deadline):
        """Open a month for an account; it begins where the one before ended, also if the day was changed.

        :param key.account account: one account
        :param str month: its name
        :param datetime.date date_from: first day, unless an earlier submission says otherwise
        :param datetime.date deadline: last day
        """
        # sudo: nobody has the right to create submissions
        lang = account.manager_id.lang or account.company_id.partner_id.lang
        submissions = self.sudo().with_context(lang=lang)
        last = submissions.search(
            [("account_id", "=", account.id), ("deadline", "<", deadline)], order="deadline desc", limit=1
        )
        since = last and fields.Date.add(last.deadline, days=1)
        if since and since >= fields.Date.subtract(date_from, months=1):
            date_from = since
        return submissions.create({
            "account_id": account.id, "month": month, "date_from": date_from, "deadline": deadline,
        })

    # === BEFORE AND AFTER THE DEADLINE === #

    def _get_due_steps(self):
        self.ensure_one()
        is_escalated = self.is_late or self._has_missed_deadline()
        return closing.get_due_steps(
            self.due_date, self.company_id._get_key_account_today(), self.told_steps, is_escalated
        )

    def _is_due(self):
        return (
            self.account_id.state != "active"
            or (not self.is_late and self._has_missed_deadline())
            or bool(self._get_due_steps())
        )

    def _follow_deadline(self):
        """Do what is due on one submission, and note it in the same transaction."""
        if self.account_id.state != "active":
            self._waive()
            return
        self.is_late = self.is_late or self._has_missed_deadline()
        for step in self._get_due_steps():
            self._tell_step(closing.STEPS[step])
            self.told_steps = step + 1

    def _tell_step(self, days):
        """Tell the one whose turn it is.

        :param int days: one of the steps, as days from the deadline
        """
        if days in closing.ESCALATIONS:
            self._escalate(closing.ESCALATIONS.index(days))
        elif not self.told_steps:
            self._plan_submission()
        else:
            self._remind()

    def _get_reminded(self):
        """Return who is reminded: the account's responsible, and whoever stands in for him today.

        :rtype: res.users
        """
        account = self.account_id
        today = self.company_id._get_key_account_today()
        deputies = account.member_ids.filtered(
            # without an end it is no absence
            lambda seat: seat.role == "deputy" and seat.date_to and seat.date_from <= today <= seat.date_to
        ).user_id
        return account._get_responsible() | deputies.filtered("active")

    def _plan_submission(self):
        for user in self._get_reminded():
            speaking = self.with_context(lang=user.lang)
            speaking.activity_schedule(
                ACTIVITY,
                date_deadline=self.due_date,
                user_id=user.id,
                summary=speaking.env._("Hand in return-visit form and minutes of %s", self.month),
            )

    def _remind(self):
        left = (self.due_date - self.company_id._get_key_account_today()).days
        for user in self._get_reminded():
            speaking = self.with_context(lang=user.lang)
            speaking.message_notify(
                partner_ids=user.partner_id.ids,
                subject=speaking.env._("The month closes on %s", self.due_date),
                body=(
                    speaking.env._("Return-visit form and minutes of %s are due today.", self.month)
                    if not left else speaking.env._(
                        "Return-visit form and minutes of %(month)s are due in %(count)s days.",
                        month=self.month, count=left,
                    )
                ),
            )

    def _escalate(self, level):
        """Tell one of those above the one who owes.

        :param int level: 0 for the first of them, 1 for the second
        """
        chain = self._get_superiors()
        for superior in chain[level:level + 1]:
            speaking = self.with_context(lang=superior.lang)
            speaking.activity_schedule(
                ACTIVITY,
                user_id=superior.id,
                summary=speaking.env._(
                    "Overdue since %(date)s: %(name)s",
                    date=self.due_date,
                    name=self.user_id.name or speaking.env._("nobody is responsible"),
                ),
            )

    def _get_superiors(self):
        """Return who is told of what is overdue, in order: leader, director, executive, as they are today.

        Who stands in for one of them comes in his place, another of the role where he is gone. Without
        the one who owes, and without those who may not see the account.

        :rtype: res.users
        """
        chain = self.env["res.users"]
        owing = self.account_id._get_responsible()
        for role in ("leader", "director", "executive"):
            users = self._get_eligible(role, chain | owing)
            chain |= self._get_named_approver(role, users)
        return chain

import logging

from odoo import api, fields, models
from odoo.fields import Domain

from ..account.batches import work_through
from .key_account_visit import AHEAD_STATES
from .key_account_visit_meeting import BATCH

_logger = logging.getLogger(__name__)

TODO = "mail.mail_activity_data_todo"
REMINDER = "key_account_mgmt.mail_activity_type_visit_reminder"


class KeyAccountVisit(models.Model):
    """What runs by itself: the calendar is filled, people are reminded, what was forgotten is missed."""

    _inherit = "key.account.visit"

    @api.model
    def _cron_make_meetings(self):
        """Put the visits of big plans into the calendar, batch by batch.

        The meeting and its place on the visit are one transaction: killed at any point, nothing is lost or
        doubled.
        """
        # sudo: the scheduled action fills everybody's calendar
        domain = Domain("state", "in", AHEAD_STATES) & Domain("event_id", "=", False)
        waiting = self.sudo().search(domain, order="start, id", limit=10 * BATCH)  # sudo: as above
        remaining = self.sudo().search_count(domain)  # sudo: as above
        for index in range(0, len(waiting), BATCH):
            batch = waiting[index:index + BATCH].try_lock_for_update()
            remaining -= len(batch)
            batch._make_meetings_or_each()
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=remaining):
                break

    def _make_meetings_or_each(self):
        """Make the meetings of a batch; where one fails, one by one, so that it keeps no other waiting."""
        try:
            with self.env.cr.savepoint():
                self._make_meetings()
        except Exception:
            _logger.warning("%s: made one by one", self, exc_info=True)
            for visit in self:
                try:
                    with self.env.cr.savepoint():
                        visit._make_meetings()
                except Exception:
                    _logger.warning("%s was left out; tried again at the next time", visit, exc_info=True)

    @api.model
    def _cron_remind(self):
        """Remind whoever leads a visit: once when nothing is heard of it, once when its report is late."""
        # sudo: the scheduled action speaks to every company's people
        visits = self.sudo().search(
            self._get_unheard_domain() | self._get_report_late_domain(), order="start, id"
        )
        work_through(visits, lambda visit: visit._remind())

    @api.model
    def _get_unheard_domain(self):
        """Return the domain of visits whose day is over and of which nobody was reminded."""
        return (
            Domain("state", "in", AHEAD_STATES) & Domain("is_reminded", "=", False)
            & self._get_days_over_domain(lambda company: 0 if company.key_account_missed_days else None)
        )

    @api.model
    def _get_report_late_domain(self):
        return (
            Domain("state", "=", "done") & Domain("is_report_reminded", "=", False)
            & self._get_days_over_domain(lambda company: company.key_account_report_days or None)
        )

    @api.model
    def _get_days_over_domain(self, get_days):
        """Return the domain of visits since whose day more than so many days have gone by.

        :param callable get_days: company → days, None for never
        :rtype: Domain
        """
        # sudo: only settings and time zones are read
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        return Domain.OR(
            Domain("company_id", "=", company.id) & Domain(
                "date", "<", fields.Date.subtract(company._get_key_account_today(), days=days)
            )
            for company in companies if (days := get_days(company)) is not None
        )

    def _remind(self):
        self.ensure_one()
        is_unheard = self.state in AHEAD_STATES
        speaking = self.with_context(lang=self.user_id.lang)
        speaking.activity_schedule(
            REMINDER,
            user_id=self.user_id.id,
            summary=(
                speaking.env._("Was the visit held? Enter it, or cancel it with the reason") if is_unheard
                else speaking.env._("The report of the visit is due")
            ),
        )
        self["is_reminded" if is_unheard else "is_report_reminded"] = True

    def _end_reminders(self):
        """What was asked has been answered."""
        self.activity_unlink([REMINDER])

    @api.model
    def _cron_miss(self):
        """Let visits of which nothing was heard for long count as missed."""
        # sudo: the scheduled action closes every company's visits
        visits = self.sudo().search(
            Domain("state", "in", AHEAD_STATES)
            & self._get_days_over_domain(lambda company: company.key_account_missed_days or None),
            order="start, id",
        )
        work_through(visits, lambda visit: visit._miss_unheard())

    def _miss_unheard(self):
        # whoever leads it reads the reason, in his language
        speaking = self.with_context(lang=self.user_id.lang)
        speaking._miss(speaking.env._("Nothing was entered in time."))

    @api.model
    def _cron_escalate_ratifications(self):
        """Tell the director once of each urgent visit that was not ratified in time (X19)."""
        # sudo: the scheduled action looks at every company's visits
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        late = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("ratification_deadline", "<", company._get_key_account_today())
            for company in companies
        )
        visits = self.sudo().search(  # sudo: as above
            Domain("ratification", "=", "pending") & Domain("is_escalated", "=", False) & late,
            order="ratification_deadline, id",
        )
        work_through(visits, lambda visit: visit._escalate())

    def _escalate(self):
        self.ensure_one()
        director = self._get_late_ratification_reader()
        if director:
            speaking = self.with_context(lang=director.lang)
            speaking.activity_schedule(
                TODO,
                user_id=director.id,
                summary=speaking.env._("An urgent visit was not ratified in time"),
            )
            self.is_escalated = True

    def _get_late_ratification_reader(self):
        """Return who is told: the director, or who holds that role or stands above it where none is named."""
        named = self.company_id.key_account_director_id
        return named or self._get_role_users("director")[:1] or self._get_role_users("executive")[:1]

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .key_account_grading_run_apply import BATCH

_logger = logging.getLogger(__name__)


class KeyAccountGradingRun(models.Model):
    """What runs by itself: proposing runs and reviews when they are due, and finishing an apply."""

    _inherit = "key.account.grading.run"

    @api.model
    def _cron_propose_runs(self):
        """Compute the half-yearly run and the yearly review of every company where it is due (G12).

        The run is proposed to the director and never applied by itself. The next day is set with the
        run, in one transaction, so that a killed job neither loses nor doubles one.
        """
        self._propose_due("grading", "key_account_next_run_date", "key_account_run_interval_months")
        self._propose_due(
            "review", "key_account_next_review_date", "key_account_review_interval_months"
        )

    @api.model
    def _propose_due(self, kind, date_field, interval_field):
        today = fields.Date.context_today(self)
        due = self.env["res.company"].search(
            Domain(date_field, "<=", today) & Domain("key_account_scheme_id", "!=", False)
            & Domain(interval_field, ">", 0)
        )
        for index, company in enumerate(due.try_lock_for_update()):
            planned = company[date_field]
            following = planned
            while following <= today:
                following = fields.Date.add(following, months=company[interval_field])
            try:
                with self.env.cr.savepoint():
                    company[date_field] = following
                    self._propose_run(company, kind, fields.Date.subtract(planned, days=1))
            except Exception:
                _logger.warning(
                    "No key account grading run for company %s; tried again tomorrow",
                    company.id, exc_info=True,
                )
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(due) - index - 1):
                break

    @api.model
    def _propose_run(self, company, kind, date_to):
        """Make and compute one run, and tell the director.

        :param res.company company: for which company
        :param str kind: ``grading`` or ``review``
        :param datetime.date date_to: the last day that counts
        :rtype: key.account.grading.run
        """
        director = company._get_key_account_overseer()
        # in the director's language, in which he reads the run's texts
        speaking = self.with_company(company).with_context(lang=director.lang or company.partner_id.lang)
        run = speaking.create({
            "company_id": company.id,
            "scheme_id": company.key_account_scheme_id.id,
            "kind": kind,
            "date_to": date_to,
        })
        summary = speaking.env._("Look through the proposed grades and submit them")
        try:
            with self.env.cr.savepoint():
                run.action_compute()
        except UserError as error:
            # the run stays as a draft with the reason; the other companies get theirs
            _logger.info("Key account grading run %s could not be computed: %s", run.name, error)
            run.message_post(body=str(error))
            summary = speaking.env._("The grading run could not be computed: read why")
        if director:
            run.activity_schedule("mail.mail_activity_data_todo", user_id=director.id, summary=summary)
        return run

    @api.model
    def _cron_apply_runs(self):
        """Go on with applying approved runs, batch by batch."""
        runs = self.search([("state", "=", "approved"), ("is_apply_requested", "=", True)], order="id")
        for run in runs.try_lock_for_update():
            while remaining := run._get_pending_count():
                try:
                    with self.env.cr.savepoint():
                        done = run._apply_batch(BATCH)
                except Exception:
                    _logger.warning(
                        "Key account grading run %s stays half applied; tried again later",
                        run.name, exc_info=True,
                    )
                    break
                if not self.env["ir.cron"]._commit_progress(done, remaining=remaining - done):
                    return

    @api.model
    def _create_termination_review(self, accounts):
        """Start a review of these accounts alone, with the verdict to end the co-operation.

        :param key.account accounts: accounts of one company and one scheme
        :rtype: key.account.grading.run
        :raise UserError: when they are not
        """
        if len(accounts.company_id) != 1 or len(accounts.scheme_id) != 1:
            raise UserError(self.env._(
                "Choose accounts of one company that are graded by the same scheme."
            ))
        run = self.create({
            "company_id": accounts.company_id.id,
            "scheme_id": accounts.scheme_id.id,
            "kind": "review",
            "account_ids": [fields.Command.set(accounts.ids)],
        })
        run.action_compute()
        # sudo: the rows were just made for this very verdict, which two others still decide on
        run.sudo().assessment_ids.review_decision = "terminate"
        return run

from odoo import models

from ..account.key_account import ADMITTED_STATES
from .key_account import PROPOSABLE_STATES


class KeyAccountAssessment(models.Model):
    _inherit = "key.account.assessment"

    def _apply(self):
        """Do with one customer what was decided (DESIGN: applying).

        ``new`` makes a candidate, which still passes admission; on an admitted account any result sets
        grade and history; ``out`` clears the grade and leaves the state; only an approved verdict
        ``terminate`` ends an account.
        """
        self.ensure_one()
        account = self.account_id or self.env["key.account"].with_context(active_test=False).search([
            ("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id),
        ])
        if not account:
            if self.change == "new" and self._can_become_candidate():
                self.account_id = self._create_candidate()
            return
        if account.state in ADMITTED_STATES:
            self._apply_to_admitted(account)
        elif account.state in PROPOSABLE_STATES and self.final_grade_id:
            account.write({
                "scheme_id": self.scheme_id.id, "requested_grade_id": self.final_grade_id.id,
            })

    def _apply_to_admitted(self, account):
        labels = dict(self._fields["change"]._description_selection(self.env))
        if self.review_decision == "terminate":
            account._clear_grade(self.scheme_id, self.env._("Terminated"), self.run_id)
            account.write({"state": "ended"})
        elif self.change:
            reason = f"{self.run_id.name} {labels[self.change]}"
            if self.override_reason:
                reason = f"{reason}: {self.override_reason}"
            account._set_grade(
                self.scheme_id, self.final_grade_id, reason,
                run=self.run_id, valid_until=self.override_until,
            )
        if self.review_decision == "intensify":
            speaking = account.with_context(lang=account.manager_id.lang)
            speaking.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=account.manager_id.id,
                summary=speaking.env._(
                    "Intensify: the yearly review wants more effort for this customer"
                ),
            )

    def _can_become_candidate(self):
        """Return whether the customer still is a company of its own that this company may use.

        It may have got a parent while the run was decided on, or belong to another company alone; such a
        row blocks nobody, and the next run finds the customer where it belongs.
        """
        partner = self.partner_id
        return partner.commercial_partner_id == partner and partner.company_id in (
            self.company_id, self.company_id.browse()
        )

    def _create_candidate(self):
        company = self.company_id
        salesperson = self.partner_id.user_id.filtered(
            lambda user: not user.share and company in user.company_ids
        )
        return self.env["key.account"].with_company(company).create({
            "partner_id": self.partner_id.id,
            "company_id": company.id,
            "team_id": self.team_id.id,
            "manager_id": salesperson.id,
            "scheme_id": self.scheme_id.id,
            "requested_grade_id": self.final_grade_id.id,
            "desk_survey": self.explanation,
        })

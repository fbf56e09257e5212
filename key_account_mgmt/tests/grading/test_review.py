
from odoo.exceptions import UserError
from odoo.tests import tagged

from .graded import GradedCase


@tagged("post_install", "-at_install")
class TestReview(GradedCase):
    """A verdict on every account; only an approved and applied one ends anything."""

    def test_a_review_without_verdicts_is_not_submitted(self):
        run = self._compute(kind="review")
        row = self._row(run, self.customers["Small"])
        self.assertFalse(row.review_decision, "one that loses its grade is left to people")
        with self.assertRaisesRegex(UserError, "needs a verdict"):
            run.action_submit()
        row.with_user(self.leader).review_decision = "keep"
        run.action_submit()
        self.assertEqual(run.state, "submitted")

    def test_terminate_ends_the_account_by_approval_and_application_alone(self):
        run = self._compute(kind="review")
        account = self.accounts["Small"]
        self._row(run, self.customers["Small"]).with_user(self.leader).review_decision = "terminate"
        self.assertEqual(account.state, "active")
        self._approve_run(run)
        self.assertEqual(account.state, "active")
        run.with_user(self.director).action_apply()
        self.env.invalidate_all()
        self.assertEqual(account.state, "ended")
        self.assertFalse(account.grade_id)
        self.assertEqual(account.code, account.number)
        self.assertFalse(account.grade_history_ids[0].grade_id)

    def test_a_grading_run_ends_no_account(self):
        """Without the review's verdict column nobody would see what he approves."""
        run = self._compute(kind="grading")
        row = self._row(run, self.customers["Small"])
        try:
            row.with_user(self.leader).review_decision = "terminate"
        except UserError:
            return
        self._apply_run(run)
        self.assertEqual(self.accounts["Small"].state, "active")

    def test_a_verdict_of_another_scheme_clears_the_grade_as_well(self):
        scheme = self.env.ref("key_account_mgmt.scheme_scoring")
        run = self._compute(kind="review", scheme_id=scheme.id)
        run.sudo().assessment_ids.review_decision = "keep"
        self._row(run, self.customers["Small"]).review_decision = "terminate"
        self._apply_run(run)
        account = self.accounts["Small"]
        self.assertEqual(account.state, "ended")
        self.assertEqual((account.grade_id.code, account.code), (False, account.number))

    def test_out_clears_the_grade_and_leaves_the_state(self):
        run = self._apply_run(self._compute())
        account = self.accounts["Small"]
        self.assertEqual(self._row(run, self.customers["Small"]).change, "out")
        self.assertEqual((account.state, account.grade_id.code), ("active", False))
        self.assertEqual(account.code, account.number)
        self.assertFalse(account.get_grade_on(self.today))

    def test_new_makes_a_candidate_that_gets_its_grade_at_admission(self):
        self.customers["Fresh"].user_id = self.manager
        self._apply_run(self._compute())
        account = self.customers["Fresh"].sudo().key_account_ids
        self.assertEqual((account.state, account.grade_id.code, account.number), ("candidate", False, False))
        self.assertEqual((account.team_id, account.manager_id), (self.team, self.manager))
        account = account.with_user(self.manager)
        with self.assertRaises(UserError):
            account.write({"state": "active"})
        account.write({
            "nominating_department": "market", "nominating_ground": "strong",
            "survey_date": self.today, "survey_user_id": self.manager.id, "survey_findings": "Big.",
            "application_reason": "Buys.",
        })
        account.action_start_survey()
        account.action_apply()
        account.with_user(self.leader).action_approve()
        self.assertFalse(account.grade_id)
        account.with_user(self.executive).action_approve()
        self.assertEqual((account.state, account.grade_id), ("active", self.grade_a))
        self.assertEqual(account.code, f"A-{account.number}")

    def test_termination_is_proposed_for_accounts_of_one_scheme(self):
        other = self._new_account(
            self._new_customer("Else"), scheme_id=self.env.ref("key_account_mgmt.scheme_consumption").id
        )
        both = (self.accounts["Small"] | other).with_user(self.leader)
        with self.assertRaisesRegex(UserError, "same scheme"):
            both.action_propose_termination()
        action = self.accounts["Small"].with_user(self.leader).action_propose_termination()
        run = self.env["key.account.grading.run"].browse(action["res_id"])
        self.assertEqual(run.sudo().assessment_ids.mapped("review_decision"), ["terminate"])
        self._apply_run(run.with_user(self.leader))
        self.assertEqual(self._get_grades()["Big"], "A")
        self.assertEqual(self.accounts["Small"].state, "ended")
        self.assertEqual(self.accounts["Big"].state, "active")

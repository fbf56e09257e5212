from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .complaint_case import MEASURES, ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaint(ComplaintCase):
    """From registration to the customer's confirmation (C4)."""

    def test_a_complaint_finds_account_owner_grade_and_department_by_the_customer(self):
        complaint = self._new_complaint()
        self.assertEqual(complaint.account_id, self.account)
        self.assertEqual((complaint.user_id, complaint.team_id), (self.manager, self.team))
        self.assertEqual(complaint.grade_id, self.grade_b)
        self.assertEqual((complaint.email_from, complaint.state), ("li@works.example", "new"))
        self.assertRegex(complaint.number, r"^CP\d{4}-\d{5}$")

    def test_an_account_names_its_customer(self):
        complaint = self._new_complaint(partner_id=False, account_id=self.account.id)
        self.assertEqual(complaint.partner_id, self.customer)
        with self.assertRaisesRegex(ValidationError, "not this customer's"):
            self._new_complaint(partner_id=self._new_customer("Mill").id, account_id=self.account.id)

    def test_a_customer_who_is_no_key_account_is_kept_with_his_partner(self):
        complaint = self._new_complaint(self.clerk, partner_id=self._new_customer("Shop").id)
        self.assertFalse(complaint.account_id)
        self.assertFalse(complaint.user_id)
        self.company.key_account_complaint_user_id = self.service
        self.assertEqual(self._new_complaint(self.clerk, partner_id=False).user_id, self.service)

    def test_the_category_may_name_the_owner_but_not_of_a_secret_account(self):
        self.category.user_id = self.service
        complaint = self._new_complaint(category_id=self.category.id)
        self.assertEqual(complaint.sudo().user_id, self.service)
        self.account.with_user(self.director).confidentiality = "secret"
        self.assertEqual(self._new_complaint(category_id=self.category.id).user_id, self.manager)

    def test_key_accounts_come_first_then_the_severe_ones_then_the_better_grades(self):
        best = self._new_account(self._new_customer("Best"), grade_id=self.grade_a.id)
        shop = self._new_customer("Shop")
        expected = [
            self._new_complaint(self.director, partner_id=partner.id, severity=severity)
            for partner, severity in (
                (self.customer, "critical"), (best.partner_id, "high"), (self.customer, "high"),
                (self.customer, "low"), (shop, "critical"), (shop, "medium"),
            )
        ]
        found = self.env["key.account.complaint"].search([("company_id", "=", self.company.id)])
        self.assertEqual(found.ids, [complaint.id for complaint in expected])

    def test_it_goes_its_way_from_registration_to_confirmation(self):
        complaint = self._resolve(self._new_complaint())
        self.assertTrue(complaint.resolved_on and complaint.is_resolution_in_time)
        with self.assertRaisesRegex(UserError, "Told By"):
            complaint.action_close()
        complaint.write({"feedback_method": "phone", "feedback_note": "Told Ms Li."})
        self.assertTrue(complaint.feedback_on)
        self.assertEqual(complaint.feedback_user_id, self.manager)
        complaint.action_confirm_content()
        self.assertEqual((complaint.state, complaint.confirmation), ("closed", "content"))
        self.assertTrue(complaint.closed_on and complaint.confirmed_on)

    def test_no_step_is_left_out(self):
        complaint = self._new_complaint()
        for state in ("in_progress", "waiting_customer", "resolved", "closed", "disputed", "cancelled"):
            with self.subTest(state=state), self.assertRaises(UserError):
                complaint.write({"state": state})
        with self.assertRaises(UserError):
            self._new_complaint(state="closed")

    def test_cause_and_measures_are_there_before_it_is_solved(self):
        complaint = self._new_complaint(category_id=self.category.id)
        complaint.action_accept()
        complaint.action_start()
        for missing in MEASURES:
            complaint.write({**MEASURES, missing: False})
            with self.assertRaisesRegex(UserError, "fill in"):
                complaint.action_resolve()
        complaint.write(MEASURES)
        complaint.action_resolve()

    def test_the_result_is_told_when_there_is_one(self):
        complaint = self._new_complaint()
        with self.assertRaisesRegex(UserError, "solve it first"):
            complaint.feedback_method = "phone"
        with self.assertRaisesRegex(UserError, "solve it first"):
            complaint.action_send_confirmation()

    def test_not_content_opens_it_again_with_the_reason_and_is_counted(self):
        complaint = self._resolve(self._new_complaint())
        complaint.feedback_method = "phone"
        complaint.action_close()
        with self.assertRaisesRegex(UserError, "by the button"):
            complaint.action_start()
        for turn in (1, 2):
            self._give_reason(complaint, complaint.action_ask_reopen(), "It leaks again")
            self.assertEqual((complaint.state, complaint.reopen_count), ("in_progress", turn))
            self.assertFalse(complaint.resolved_on or complaint.closed_on or complaint.feedback_on)
            self.assertEqual(complaint.reopen_reason, "It leaks again")
            self.assertEqual(len(complaint.sudo().activity_ids), turn, "the owner is told")
            complaint.action_resolve()
            self.assertFalse(complaint.reopen_reason)
            complaint.feedback_method = "visit"

    def test_spam_is_cancelled_with_the_reason_and_nothing_is_deleted(self):
        complaint = self._new_complaint(self.clerk, partner_id=False)
        with self.assertRaisesRegex(UserError, "by the button"):
            complaint.write({"state": "cancelled"})
        self._give_reason(complaint, complaint.action_ask_cancel(), "Spam")
        self.assertEqual((complaint.state, complaint.cancel_reason), ("cancelled", "Spam"))
        for user in (self.clerk, self.director, self.service):
            with self.assertRaises(AccessError):
                complaint.with_user(user).unlink()

    def test_whom_it_is_about_does_not_cancel_it(self):
        complaint = self._new_complaint()
        with self.assertRaisesRegex(UserError, "another role"):
            self._give_reason(complaint, complaint.action_ask_cancel(), "A trifle")
        complaint = complaint.with_user(self.leader)
        self._give_reason(complaint, complaint.action_ask_cancel(), "A duplicate")
        self.assertEqual(complaint.state, "cancelled")

    def test_a_dispute_is_decided_by_the_director(self):
        complaint = self._new_complaint()
        complaint.action_accept()
        self._give_reason(complaint, complaint.action_ask_dispute(), "Who pays?")
        self.assertEqual((complaint.state, complaint.dispute_reason), ("disputed", "Who pays?"))
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.director)
        for user in (self.manager, self.leader, self.clerk):
            with self.assertRaises(UserError):
                complaint.with_user(user).action_ask_arbitrate()
            with self.assertRaises(UserError):
                complaint.with_user(user)._arbitrate("We do")
        with self.assertRaisesRegex(UserError, "by the button"):
            complaint.with_user(self.director).action_approve()
        decided = complaint.with_user(self.director)
        self._give_reason(decided, decided.action_ask_arbitrate(), "We pay.")
        self.assertEqual((decided.state, decided.arbitration), ("resolved", "We pay."))
        self.assertTrue(decided.resolved_on)
        complaint.write({"feedback_method": "letter", "category_id": self.category.id, **MEASURES})
        complaint.action_close()

    def test_the_director_does_not_rule_on_what_he_handled_himself(self):
        complaint = self._new_complaint(self.director, user_id=self.director.id)
        self._give_reason(
            complaint.with_user(self.manager), complaint.with_user(self.manager).action_ask_dispute(), "Who?"
        )
        with self.assertRaisesRegex(UserError, "your own matter"):
            complaint._arbitrate("We pay.")
        self.assertTrue(complaint.with_user(self.executive).can_approve, "an executive stands in")
        complaint.with_user(self.executive)._arbitrate("We pay.")
        self.assertEqual(complaint.state, "resolved")

    def test_sent_back_it_goes_on(self):
        complaint = self._new_complaint()
        complaint._dispute("Who?")
        complaint.with_user(self.director)._decline("returned", "Ask the plant first.")
        self.assertEqual(complaint.state, "in_progress")

    def test_earlier_complaints_come_to_a_new_account_with_what_was_promised(self):
        shop = self._new_customer("Shop")
        complaint = self._new_complaint(self.clerk, partner_id=shop.id)
        before = complaint.resolution_deadline
        account = self._new_account(shop, grade_id=self.grade_a.id)
        self.env.invalidate_all()
        self.assertEqual((complaint.account_id, complaint.team_id), (account, self.team))
        self.assertEqual(complaint.resolution_deadline, before)
        self.assertLess(complaint.sudo().urgency, 1000)

    def test_a_complaint_was_not_received_in_the_future(self):
        with self.assertRaisesRegex(ValidationError, "not in the future"):
            self._new_complaint(received_on="2200-01-01 08:00:00")

    def test_the_account_counts_its_complaints(self):
        self._resolve(self._new_complaint())
        self._new_complaint()
        cancelled = self._new_complaint(self.director)
        cancelled._cancel("A duplicate")
        self.env.invalidate_all()
        self.assertEqual((self.account.open_complaint_count, self.account.complaint_count), (1, 2))
        action = self.account.with_user(self.manager).action_open_complaints()
        self.assertEqual(len(self.env["key.account.complaint"].search(action["domain"])), 3)

    def test_another_department_is_asked_for_urgent_help_with_a_deadline(self):
        """R7: an activity with owner and deadline; whoever helps needs no role."""
        complaint = self._new_complaint()
        activity = complaint.activity_schedule(
            "key_account_mgmt.mail_activity_type_support", user_id=self.nobody.id,
            date_deadline="2026-05-05", summary="Send a fitter",
        )
        self.env.invalidate_all()
        self.assertEqual(activity.with_user(self.nobody).read(["summary"])[0]["summary"], "Send a fitter")

    def test_the_record_is_printed(self):
        complaint = self._resolve(self._new_complaint(description="It <b>leaks</b>"))
        complaint.write({"feedback_method": "phone", "feedback_note": "Told Ms Li."})
        html, _format = self.env["ir.actions.report"].with_user(self.manager)._render_qweb_html(
            "key_account_mgmt.report_key_account_complaint", complaint.ids
        )
        for text in (complaint.number, "leaks", "Ms Li", "A worn seal.", "Tested twice.", "Told Ms Li."):
            self.assertIn(text, html.decode())

import re

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tests.common import MailCase

from .complaint_case import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintRating(MailCase, ComplaintCase, HttpCase):
    """The customer's word by the link that he is mailed."""

    def _send(self, complaint):
        """Mail the result; return the path of the link, less the rate."""
        with self.mock_mail_gateway():
            complaint.action_send_confirmation()
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        self.env.flush_all()
        bodies = " ".join(mail["body"] for mail in self._mails if "li@works.example" in str(mail["email_to"]))
        return re.search(r"/rate/\w+", bodies)[0]

    def _say(self, path, rate, feedback=""):
        """Click on the link and send the form as the customer's browser does."""
        page = self.url_open(f"{path}/{rate}")
        self.assertEqual(page.status_code, 200)
        token = re.search(r'name="csrf_token" value="(\w+)"', page.text)[1]
        answer = self.url_open(
            f"{path}/submit_feedback", data={"rate": rate, "feedback": feedback, "csrf_token": token}
        )
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()

    def test_content_closes_it(self):
        complaint = self._resolve(self._new_complaint())
        path = self._send(complaint)
        self.assertEqual((complaint.feedback_method, complaint.feedback_user_id), ("email", self.manager))
        self._say(path, 5, "Quick work")
        self.assertEqual((complaint.state, complaint.confirmation), ("closed", "content"))
        self.assertEqual((complaint.rating_last_value, complaint.rating_last_feedback), (5, "Quick work"))

    def test_not_content_opens_it_again(self):
        complaint = self._resolve(self._new_complaint())
        path = self._send(complaint)
        self._say(path, 1, "It leaks again")
        self.assertEqual((complaint.state, complaint.confirmation), ("in_progress", "not_content"))
        self.assertEqual((complaint.reopen_count, complaint.reopen_reason), (1, "It leaks again"))
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.manager)
        self._say(path, 5)
        self.assertEqual(complaint.state, "in_progress", "an old link closes nothing that is worked on")

    def test_who_changes_his_mind_after_all_is_heard(self):
        complaint = self._resolve(self._new_complaint())
        path = self._send(complaint)
        self._say(path, 3)
        self.assertEqual(complaint.state, "closed")
        self._say(path, 1, "No")
        self.assertEqual((complaint.state, complaint.reopen_count), ("in_progress", 1))

    def test_a_guessed_token_says_nothing(self):
        self.assertEqual(self.url_open("/rate/0123456789abcdef/5").status_code, 404)

    def test_of_a_secret_account_the_customer_gets_the_result_and_colleagues_do_not(self):
        self.account.with_user(self.director).confidentiality = "secret"
        complaint = self._resolve(self._new_complaint(name="Zephyrine leaks"))
        path = self._send(complaint)
        self._say(path, 5, "Zephyrine is content")
        self.assertEqual(complaint.state, "closed")
        self.authenticate(self.salesman.login, self.salesman.login)
        page = self.url_open(f"{path}/5")
        self.assertNotIn("Zephyrine", page.text)

    def test_ratings_are_seen_by_those_who_see_the_complaint(self):
        for level in ("internal", "confidential", "secret"):
            self.account.with_user(self.director).confidentiality = level
            complaint = self._resolve(self._new_complaint())
            token = complaint._rating_get_access_token()
            self.env.flush_all()
            complaint.sudo().rating_apply(5, token=token, feedback="Zephyrine")
            rating = self.env["rating.rating"].search([("access_token", "=", token)])
            for user in (self.manager, self.director, self.executive):
                self.assertTrue(rating.with_user(user).has_access("read"), f"{level} {user.name}")
            outsiders = [self.nobody, self.salesman, self.manager2, self.other_leader, self.service]
            outsiders += [self.leader, self.clerk, self.inspector] if level == "secret" else []
            for user in outsiders:
                with self.subTest(level=level, user=user.name):
                    self.env.invalidate_all()
                    self.assertFalse(rating.with_user(user).has_access("read"))
                    self.assertFalse(rating.with_user(user).search([("id", "=", rating.id)]))
                    self.assertFalse(rating.with_user(user).has_access("write"))

    def test_ratings_of_anything_else_stay_as_they_were(self):
        partner = self._new_customer("Elsewhere")
        rating = self.env["rating.rating"].create({
            "res_model_id": self.env["ir.model"]._get_id("res.partner"), "res_id": partner.id, "rating": 3,
        })
        self.assertTrue(rating.with_user(self.nobody).has_access("read"))

    def test_without_an_address_the_result_cannot_be_mailed(self):
        self.contact.email = False
        complaint = self._resolve(self._new_complaint())
        with self.assertRaisesRegex(UserError, "e-mail address"):
            complaint.action_send_confirmation()

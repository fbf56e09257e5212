import re
from email.message import EmailMessage

from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCase

from .complaint_case import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintRating(MailCase, ComplaintCase, HttpCase):
    """The customer's word by the link that he is mailed."""

    def _send(self, complaint):
        """Mail the result; return the path of the link, less the rate."""
        with self.mock_mail_gateway(mail_unlink_sent=True):
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

    def test_nobody_of_us_reads_the_link(self):
        complaint = self._resolve(self._new_complaint())
        path = self._send(complaint)
        token = path.rsplit("/", 1)[1]
        ratings = complaint.sudo().rating_ids
        everything = self.env["mail.message"].search([])
        for user in (self.manager, self.leader, self.director, self.executive, self.clerk, self.nobody):
            with self.subTest(user=user.name):
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    ratings.with_user(user).read(["access_token"])
                with self.assertRaises(AccessError):
                    ratings.with_user(user).search([("access_token", "=", token)])
                mine = everything.with_user(user)._filtered_access("read")
                for message in mine.sudo():
                    self.assertNotIn(token, str(message.body))
                with self.assertRaises(AccessError):
                    self.env["mail.mail"].with_user(user).search([])
        self.assertIn("was mailed to li@works.example", str(complaint.message_ids[0].body))
        left = self.env["mail.mail"].search([("body_html", "ilike", token)])
        self.assertFalse(left, "gone once it is sent")

    def test_who_is_logged_in_as_one_of_us_does_not_speak_for_the_customer_even_by_the_link(self):
        complaint = self._resolve(self._new_complaint())
        token = self._send(complaint).rsplit("/", 1)[1]
        for user in (self.manager, self.director):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                complaint.with_user(user).sudo().rating_apply(5, token=token)
        self.authenticate(self.manager.login, self.manager.login)
        with mute_logger("odoo.http"):
            answer = self.url_open(f"/rate/{token}/submit_feedback", data={
                "rate": 5, "feedback": "Fine", "csrf_token": Request.csrf_token(self),
            })
        self.assertNotEqual(answer.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((complaint.state, complaint.confirmation), ("resolved", False))

    def test_the_customers_reply_to_the_mailed_result_comes_to_the_complaint_as_his_word(self):
        complaint = self._resolve(self._new_complaint())
        with self.mock_mail_gateway():
            complaint.action_send_confirmation()
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        sent = [mail for mail in self._mails if "li@works.example" in str(mail["email_to"])][-1]
        reply = EmailMessage()
        reply["From"], reply["To"], reply["Subject"] = "li@works.example", "us@ours.example", "Re: it"
        reply["Message-Id"], reply["In-Reply-To"] = "<reply@works.example>", sent["message_id"]
        reply.set_content("It leaks again.")
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(None, reply.as_bytes())
        self.env.invalidate_all()
        message = complaint.message_ids[0]
        self.assertIn("It leaks again.", str(message.body))
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.manager)

    def test_content_with_a_ruling_without_cause_and_measures_asks_the_owner_for_them(self):
        complaint = self._new_complaint()
        complaint._dispute("Who pays?")
        complaint.with_user(self.director)._arbitrate("We pay.")
        path = self._send(complaint)
        self._say(path, 5, "Fine")
        self.assertEqual((complaint.state, complaint.confirmation), ("resolved", "content"))
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.manager)

    def test_the_result_says_what_was_promised_and_when_it_was_there(self):
        complaint = self._resolve(self._new_complaint())
        with self.mock_mail_gateway():
            complaint.action_send_confirmation()
        mails = self.env["mail.mail"].sudo().search([("recipient_ids", "=", self.contact.id)])
        body = str(mails[0].body_html)
        self.assertIn("Promised: a solution until", body)
        self.assertIn(complaint._get_moment("resolution_deadline"), body)

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
            public = self.env.ref("base.public_user")
            complaint.with_user(public).sudo().rating_apply(5, token=token, feedback="Zephyrine")
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

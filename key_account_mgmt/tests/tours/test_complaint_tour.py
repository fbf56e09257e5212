import re

from odoo.tests import HttpCase, tagged

from ..service.complaint_case import COMPLAINT
from ..service.test_complaint_mail import MailInCase


@tagged("post_install", "-at_install")
class TestComplaintTour(MailInCase, HttpCase):
    """A complaint from the customer's e-mail to his confirmation, in the browser."""

    def test_from_the_mail_to_the_customers_confirmation(self):
        complaint = self._mail(subject="The pump is loud", body="Since Monday.")
        self.start_tour("/odoo", "key_account_complaint_handle", login=self.manager.login)
        self.env.invalidate_all()
        self.assertEqual((complaint.state, complaint.feedback_method), ("resolved", "email"))
        to_customer = [("recipient_ids", "=", self.contact.id)]
        body = self.env["mail.mail"].sudo().search(to_customer, order="id desc")[0].body_html
        self.assertIn("The bearing was replaced.", body)
        self.start_tour(f"{re.search(r'/rate/[0-9a-f]+', body)[0]}/5", "key_account_complaint_rate")
        self.env.invalidate_all()
        self.assertEqual((complaint.state, complaint.confirmation), ("closed", "content"))
        self.start_tour("/odoo", "key_account_complaint_closed", login=self.manager.login)

    def test_customer_service_at_its_desk(self):
        spam = self._mail("who@nowhere.example", subject="Cheap lists")
        self.start_tour("/odoo", "key_account_complaint_service", login=self.service.login)
        self.env.invalidate_all()
        self.assertEqual(spam.state, "cancelled")
        complaint = self.env[COMPLAINT].search([("name", "=", "The valve sticks")])
        self.assertEqual((complaint.account_id, complaint.user_id), (self.account, self.service))

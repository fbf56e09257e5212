from email.message import EmailMessage

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCase

from .complaint_case import COMPLAINT, ComplaintCase

TO = "complaints@ours.example"


class MailInCase(MailCase, ComplaintCase):
    """A company with an address for complaints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        domain = cls.env["mail.alias.domain"].create({"name": "ours.example"})
        cls.company.alias_domain_id = domain
        cls.env["mail.alias"].search([("alias_name", "=", "complaints")]).unlink()
        cls.company.key_account_complaint_alias_name = "complaints"
        cls.count = 0

    def _mail(self, sender="li@works.example", subject="It leaks", to=TO, body="Since Monday.", attach=(),
              **headers):
        """Let a mail come in; return the complaints that are new."""
        known = self.env[COMPLAINT].search([])
        type(self).count += 1
        message = EmailMessage()
        if sender:
            message["From"] = sender
        message["To"] = to
        if subject:
            message["Subject"] = subject
        message["Message-Id"] = headers.pop("message_id", f"<complaint-{self.count}@works.example>")
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(body)
        for name, content in attach:
            message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(None, message.as_bytes())
            self.env.flush_all()
        self.env.invalidate_all()
        return self.env[COMPLAINT].search([]) - known

    def _wait(self, complaint):
        """Take a new complaint to where it waits for the customer."""
        complaint.action_accept()
        complaint.action_start()
        complaint._wait("Which one?")

    def _reply_to(self, complaint, **values):
        """Let somebody answer the last message of a complaint."""
        return self._mail(In_Reply_To=complaint.message_ids[0].message_id, **values)


@tagged("post_install", "-at_install")
class TestComplaintMail(MailInCase):
    """Complaints by e-mail: nothing is dropped, nothing comes twice."""

    # === WHOSE IT IS === #

    def test_the_senders_customer_finds_the_account(self):
        complaint = self._mail()
        self.assertEqual((complaint.partner_id, complaint.account_id), (self.contact, self.account))
        self.assertEqual((complaint.name, complaint.origin), ("It leaks", "mail"))
        self.assertEqual(complaint.user_id, self.manager)
        self.assertEqual(complaint.company_id, self.company)
        self.assertIn("Since Monday.", complaint.description)
        letter = complaint.message_ids.filtered(lambda message: message.message_type == "email")
        self.assertEqual(letter.author_id, self.contact)

    def test_of_two_contacts_with_the_address_the_key_accounts_one_is_taken(self):
        self.env["res.partner"].create({"name": "Twin", "email": "mei@works.example"})
        mei = self.env["res.partner"].create({
            "name": "Mei", "email": "mei@works.example", "parent_id": self.customer.id,
        })
        self.assertEqual(self._mail("Mei <MEI@works.example>").partner_id, mei)

    def test_a_customer_who_is_no_key_account_is_kept_with_his_partner(self):
        shop = self._new_customer("Shop", email="shop@shop.example")
        complaint = self._mail("shop@shop.example")
        self.assertEqual((complaint.partner_id, complaint.account_id.id), (shop, False))

    def test_unknown_senders_land_in_a_queue(self):
        complaint = self._mail("Somebody <who@nowhere.example>")
        self.assertFalse(complaint.partner_id or complaint.user_id)
        self.assertTrue(complaint.is_sender_unknown)
        for user in (self.clerk, self.service, self.leader, self.director):
            with self.subTest(user=user.name):
                queue = self.env[COMPLAINT].with_user(user).search([("is_sender_unknown", "=", True)])
                self.assertEqual(queue, complaint)
        complaint.with_user(self.clerk).partner_id = self.contact
        self.assertEqual((complaint.account_id, complaint.user_id), (self.account, self.manager))
        self.assertEqual(complaint.response_hours, 4)
        self.assertFalse(complaint.is_sender_unknown)

    def test_a_colleague_who_hands_a_mail_on_is_no_customer(self):
        complaint = self._mail(self.manager.email_formatted)
        self.assertTrue(complaint.is_sender_unknown)

    def test_without_a_sender_it_is_in_the_queue_as_well(self):
        complaint = self._mail(sender=None, subject=None)
        self.assertEqual((complaint.name, complaint.is_sender_unknown), ("Without a subject", True))

    def test_twenty_megabytes_come_with_it(self):
        content = bytes(20 * 1024 * 1024)
        complaint = self._mail(attach=[("film.bin", content)])
        attachment = self.env["ir.attachment"].search([
            ("res_model", "=", COMPLAINT), ("res_id", "=", complaint.id), ("name", "=", "film.bin"),
        ])
        self.assertEqual(attachment.file_size, len(content))

    def test_of_a_secret_account_nothing_is_said_in_mails_but_to_the_customer(self):
        self.account.with_user(self.director).confidentiality = "secret"
        complaint = self._mail(subject="Zephyrine leaks")
        complaint.message_subscribe(self.manager.partner_id.ids)
        with self.mock_mail_gateway():
            self._post(
                complaint.with_user(self.manager), "We send a fitter", partner_ids=self.contact.ids
            )
            self._post(complaint, "He was there", author_id=self.contact.id)
        to_customer = [mail for mail in self._mails if "li@works.example" in str(mail["email_to"])]
        self.assertTrue(any("We send a fitter" in mail["body"] for mail in to_customer))
        inside = [mail for mail in self._mails if mail not in to_customer]
        self.assertTrue(inside)
        for mail in inside:
            self.assertNotIn("Zephyrine", f"{mail['subject']} {mail['body']}")
            self.assertNotIn("He was there", mail["body"])

    # === WHAT COMES AFTER === #

    def test_an_answer_goes_to_the_same_complaint_and_starts_the_clock_again(self):
        complaint = self._mail()
        mine = complaint.with_user(self.manager)
        mine.action_accept()
        mine.action_start()
        mine._wait("Which one?")
        self.assertFalse(self._reply_to(complaint, body="The left one."))
        self.assertEqual(complaint.state, "in_progress")
        self.assertIn("The left one.", str(complaint.message_ids.mapped("body")))

    def test_the_same_mail_comes_once(self):
        self.assertTrue(self._mail(message_id="<same@works.example>"))
        self.assertFalse(self._mail(message_id="<same@works.example>"))

    def test_a_letter_after_the_end_is_told_to_the_owner(self):
        complaint = self._resolve(self._mail().with_user(self.manager))
        self._reply_to(complaint, body="It leaks again.")
        self.assertEqual(complaint.state, "resolved")
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.manager)

    def test_a_stranger_starts_nobodys_clock(self):
        complaint = self._mail()
        self._wait(complaint.with_user(self.manager))
        stranger = self._new_customer("Stranger", email="x@stranger.example")
        for sender in (stranger.email, "nobody@nowhere.example"):
            self.assertFalse(self._reply_to(complaint, sender=sender, body="Do this"))
            self.assertEqual(complaint.state, "waiting_customer")
            self.assertIn("Do this", str(complaint.message_ids[0].body))
            told = complaint.sudo().activity_ids
            self.assertEqual(told.user_id, self.manager)
            self.assertIn("Somebody else", told.summary)

    def test_a_colleague_of_the_customers_and_who_has_complained_go_on_with_it(self):
        colleague = self.env["res.partner"].create({
            "name": "Mr Wu", "parent_id": self.customer.id, "email": "wu@works.example",
        })
        # core takes the first contact of an address
        self.env["res.partner"].create({"name": "Twin", "email": "twin@works.example"})
        self.env["res.partner"].create({
            "name": "Ms Tan", "parent_id": self.customer.id, "email": "twin@works.example",
        })
        for sender in (colleague.email, "twin@works.example"):
            complaint = self._mail()
            self._wait(complaint.with_user(self.manager))
            self._reply_to(complaint, sender=sender)
            self.assertEqual(complaint.state, "in_progress", sender)
        unknown = self._mail("who@nowhere.example")
        self._wait(unknown.with_user(self.service))
        self._reply_to(unknown, sender="WHO@nowhere.example")
        self.assertEqual(unknown.state, "in_progress")

    def test_the_answer_to_a_note_is_the_customers_word(self):
        complaint = self._mail()
        self._wait(complaint.with_user(self.manager))
        note = complaint.message_ids[0]
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self._reply_to(complaint, body="The left one.")
        self.assertEqual(complaint.state, "in_progress")
        self.assertEqual(complaint.message_ids[0].subtype_id, self.env.ref("mail.mt_comment"))

    def test_our_own_reply_takes_nothing_out_of_waiting(self):
        complaint = self._mail()
        mine = complaint.with_user(self.manager)
        self._wait(mine)
        self._reply_to(complaint, sender=self.manager.email_formatted, body="Any news?")
        self.assertEqual(complaint.state, "waiting_customer")

    # === MAIL LOOPS === #

    def test_an_automatic_reply_makes_no_complaint_and_starts_nothing(self):
        complaint = self._mail()
        mine = complaint.with_user(self.manager)
        self._wait(mine)
        for headers in (
            {"Auto_Submitted": "auto-replied; owner-email=li"}, {"Precedence": "auto_reply"},
            {"X_Autoreply": "yes"},
        ):
            with self.subTest(headers=headers):
                self.assertFalse(self._mail(subject="I am away", body="Until Friday", **headers))
                self.assertFalse(self._reply_to(complaint, subject="I am away", **headers))
                self.assertEqual(complaint.state, "waiting_customer")
        notes = complaint.message_ids.filtered(lambda message: "Until Friday" in (message.body or ""))
        self.assertEqual(len(notes), 3, "kept as notes where the sender's complaint is")
        self.assertEqual(notes.subtype_id, self.env.ref("mail.mt_note"))

    def test_an_automatic_reply_of_somebody_unknown_makes_nothing(self):
        self.assertFalse(self._mail("who@nowhere.example", Auto_Submitted="auto-replied"))

    def test_what_a_customers_system_generates_is_a_complaint(self):
        complaint = self._mail(Auto_Submitted="auto-generated", X_Auto_Response_Suppress="All")
        self.assertTrue(complaint)
        self.assertFalse(self._get_receipts(), "no machine is answered")

    def test_a_note_of_absence_of_exchange_starts_nothing_and_is_told_of(self):
        for headers in (
            {"Auto_Submitted": "auto-generated", "X_Auto_Response_Suppress": "All"},
            {"Auto_Submitted": "auto-notified"}, {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
        ):
            with self.subTest(headers=headers):
                complaint = self._mail()
                self._wait(complaint.with_user(self.manager))
                self.assertFalse(self._reply_to(complaint, subject="I am away", **headers))
                self.assertEqual(complaint.state, "waiting_customer")
                self.assertEqual(complaint.message_ids[0].subtype_id, self.env.ref("mail.mt_note"))
                told = complaint.sudo().activity_ids
                self.assertEqual(told.user_id, self.manager, "a person's system may set the same marks")
                self.assertIn("automatic reply", told.summary)

    def test_marks_that_say_that_a_person_has_written_are_none(self):
        for headers in ({"Auto_Submitted": "no"}, {"X_Auto_Response_Suppress": "None"}):
            with self.subTest(headers=headers):
                complaint = self._mail()
                self._wait(complaint.with_user(self.manager))
                self._reply_to(complaint, **headers)
                self.assertEqual(complaint.state, "in_progress")

    def test_an_automatic_reply_goes_to_the_complaint_of_exactly_this_address_and_company(self):
        mine = self._mail("li@works.example")
        self._mail("ming.li@works.example")
        self._mail("l_@works.example")
        second = self.env["res.company"].create({
            "name": "Second", "alias_domain_id": self.company.alias_domain_id.id,
        })
        second.key_account_complaint_alias_name = "second"
        theirs = self._mail("li@works.example", to="second@ours.example")
        self.assertEqual(theirs.company_id, second)
        away = {"subject": "I am away", "body": "Until Friday", "Auto_Submitted": "auto-replied"}
        self._mail("Ms Li <LI@works.example>", **away)
        self._mail("l%@works.example", **away)
        notes = [("model", "=", COMPLAINT), ("body", "ilike", "Until Friday")]
        found = self.env["mail.message"].search(notes)
        self.assertEqual(found.mapped("res_id"), mine.ids)
        self._mail("li@works.example", to="second@ours.example", **away)
        found = self.env["mail.message"].search(notes)
        self.assertEqual(set(found.mapped("res_id")), {mine.id, theirs.id})

    def test_each_companys_address_makes_complaints_of_its_own(self):
        second = self.env["res.company"].create({
            "name": "Second", "alias_domain_id": self.company.alias_domain_id.id,
        })
        second.key_account_complaint_alias_name = "second"
        complaint = self._mail(to="second@ours.example")
        self.assertEqual((complaint.company_id, complaint.partner_id), (second, self.contact))
        self.assertFalse(complaint.account_id, "a key account of the other company alone")

    def test_a_loop_that_says_nothing_of_itself_ends(self):
        """Core's own detection, by the address of the sender."""
        self.env["ir.config_parameter"].sudo().set_param("mail.gateway.loop.threshold", 5)
        made = [bool(self._mail(subject=f"Away {number}")) for number in range(8)]
        self.assertEqual(made.count(True), 5)

    def test_a_bounce_is_no_complaint(self):
        self.assertFalse(self._mail("MAILER-DAEMON@works.example"))

    # === THE ANSWER === #

    def test_the_first_comment_that_reaches_the_customer_is_the_answer(self):
        complaint = self._mail()
        mine = complaint.with_user(self.manager)
        with self.mock_mail_gateway():
            self._post(mine, "A note", subtype_xmlid="mail.mt_note", partner_ids=self.contact.ids)
            self.assertFalse(complaint.responded_on)
            self._post(complaint, "Hurry", author_id=self.contact.id)
            self.assertFalse(complaint.responded_on, "the customer's own words are none")
            self._post(mine, "Look")
            self.assertFalse(complaint.responded_on, "nor is what he does not get")
            self._post(mine, "We are on it", partner_ids=self.contact.ids)
        self.assertTrue(complaint.responded_on and complaint.is_response_in_time)

    def test_what_goes_to_any_outsider_is_no_answer(self):
        supplier = self._new_customer("Supplier", email="x@supplier.example")
        mute = self.env["res.partner"].create({"name": "Mute", "parent_id": self.customer.id})
        complaint = self._mail()
        mine = complaint.with_user(self.manager)
        with self.mock_mail_gateway():
            self._post(mine, "Can you deliver?", partner_ids=supplier.ids)
            self._post(mine, "Hello", partner_ids=mute.ids)
            self._post(mine, "Look", outgoing_email_to="x@elsewhere.example")
            self.assertFalse(complaint.responded_on)
            self._post(mine, "We are on it", outgoing_email_to="Li <LI@works.example>, x@y.example")
        self.assertTrue(complaint.responded_on)

    def test_another_contact_of_the_customer_gets_the_answer_as_well(self):
        colleague = self.env["res.partner"].create({
            "name": "Mr Wu", "parent_id": self.customer.id, "email": "wu@works.example",
        })
        complaint = self._mail()
        with self.mock_mail_gateway():
            self._post(complaint.with_user(self.manager), "We are on it", partner_ids=colleague.ids)
        self.assertTrue(complaint.responded_on)

    # === THE RECEIPT === #

    def _get_receipts(self):
        return self.env["mail.mail"].sudo().search([("subject", "ilike", "we have received what you wrote")])

    def test_a_customer_who_writes_is_told_until_when_he_is_helped(self):
        complaint = self._mail()
        receipt = self._get_receipts()
        self.assertEqual(receipt.recipient_ids, self.contact)
        for text in (
            complaint.number, complaint._get_moment("response_deadline"),
            complaint._get_moment("resolution_deadline"),
        ):
            self.assertIn(text, f"{receipt.subject} {receipt.body_html}")
        self.assertIn("Auto-Submitted", receipt.headers)
        self.assertFalse(complaint.responded_on, "a receipt is no answer")
        self.assertEqual(complaint.state, "new")

    def test_no_receipt_for_strangers_nor_where_the_company_wants_none(self):
        self._mail("who@nowhere.example")
        self.company.key_account_complaint_acknowledge = False
        self._mail()
        self.assertFalse(self._get_receipts())

    def test_what_comes_as_a_reply_to_the_receipt_belongs_to_the_complaint(self):
        complaint = self._mail()
        known = self._get_receipts().message_id
        self.assertTrue(known)
        self.assertFalse(self._mail(In_Reply_To=known, body="One thing more."))
        self.assertIn("One thing more.", str(complaint.message_ids.mapped("body")))

    def test_a_comment_among_colleagues_is_no_answer(self):
        complaint = self._new_complaint()
        self._post(complaint, "Look at it", partner_ids=self.leader.partner_id.ids)
        self.assertFalse(complaint.responded_on)

    def test_an_answer_by_phone_is_noted(self):
        complaint = self._new_complaint()
        self._give_reason(complaint, complaint.action_ask_answer(), "Called Ms Li: a fitter comes")
        self.assertTrue(complaint.responded_on)
        self.assertIn("a fitter comes", complaint.message_ids[0].body)

    # === THE ADDRESS === #

    def test_the_address_is_the_companys_own_and_can_be_changed(self):
        alias = self.company.key_account_complaint_alias_id
        self.company.key_account_complaint_alias_name = "help"
        self.assertEqual(alias.alias_name, "help")
        self.assertTrue(self._mail(to="help@ours.example"))
        settings = self.env["res.config.settings"].with_company(self.company).create({})
        self.assertEqual(settings.key_account_complaint_alias_name, "help")

    def test_the_first_company_has_an_address_at_once(self):
        main = self.env.ref("base.main_company")
        main.key_account_complaint_alias_id = False
        self.company.key_account_complaint_alias_id.alias_name = "complaints"
        self.env["res.company"]._ship_key_account_complaint_alias()
        self.assertFalse(main.key_account_complaint_alias_id, "the name is taken already")
        self.company.key_account_complaint_alias_id.unlink()
        self.env["res.company"]._ship_key_account_complaint_alias()
        self.assertEqual(main.key_account_complaint_alias_name, "complaints")

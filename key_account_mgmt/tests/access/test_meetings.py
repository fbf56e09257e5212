from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from ..common import KeyAccountCase


class MeetingCase(KeyAccountCase):
    """Customers of three levels, and meetings with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = {
            level: cls._new_account(cls._new_customer(f"Quillon {level}"), confidentiality=level)
            for level in ("internal", "confidential", "secret")
        }
        cls.secret = cls.accounts["secret"]
        cls.customer = cls._new_customer("Plain")
        cls.start = fields.Datetime.add(fields.Datetime.now(), minutes=20)
        cls.env.flush_all()

    def _meet(self, *partners, user=None, **values):
        meeting = self.env["calendar.event"].with_user(user or self.manager).create({
            "name": "Price talk", "start": self.start, "stop": fields.Datetime.add(self.start, hours=1),
            "partner_ids": [Command.set([partner.id for partner in partners])],
            **values,
        })
        self.env.flush_all()
        return meeting.sudo()

    def _assert_hidden(self, meeting, hidden=True):
        self.env.flush_all()
        for login, inside in (("salesman", False), ("leader", False), ("director", True)):
            self.env.invalidate_all()
            found = self.env["calendar.event"].with_user(self.users[login]).search([("id", "=", meeting.id)])
            self.assertEqual(bool(found), inside or not hidden, login)


@tagged("post_install", "-at_install")
class TestMeetings(MeetingCase):
    """A meeting follows what it belongs to: it is closed at once when that becomes confidential or secret."""

    def test_a_meeting_closes_when_its_lead_gets_a_guarded_customer(self):
        lead = self.env["crm.lead"].create({"name": "x", "type": "opportunity", "user_id": self.manager.id})
        meeting = self._meet(self.manager.partner_id, opportunity_id=lead.id)
        self._assert_hidden(meeting, False)
        lead.with_user(self.manager).partner_id = self.accounts["confidential"].partner_id
        self.assertEqual(meeting.key_account_id, self.accounts["confidential"])
        self.assertEqual(meeting.privacy, "private")
        self._assert_hidden(meeting, False)
        lead.with_user(self.manager).partner_id = self.secret.partner_id
        self.assertEqual(meeting.key_account_id, self.secret)
        self._assert_hidden(meeting)

    def test_the_most_closely_guarded_customer_decides_whenever_he_becomes_it(self):
        other = self._new_account(self._new_customer("Other"))
        meeting = self._meet(other.partner_id, self.accounts["internal"].partner_id)
        self.assertEqual(meeting.key_account_id, self.accounts["internal"])
        for level, account, hidden in (
            ("confidential", other, False), ("secret", other, True),
            ("internal", self.accounts["internal"], False)
        ):
            other.with_user(self.director).confidentiality = level
            self.assertEqual(meeting.key_account_id, account, level)
            self._assert_hidden(meeting, hidden)
        self.assertEqual(meeting.privacy, "private", "what was closed is opened by hand alone")

    def test_a_meeting_made_from_a_document_follows_the_documents_customer(self):
        order = self._new_order(self.customer, 1, confirm=False)
        meetings = [
            self._meet(
                self.manager.partner_id, user=self.env.user,
                res_model_id=self.env["ir.model"]._get_id(record._name), res_id=record.id,
            )
            for record in (order, self.customer)
        ]
        for meeting in meetings:
            self.assertFalse(meeting.key_account_id)
        account = self._new_account(self.customer, confidentiality="secret")
        for meeting in meetings:
            self.assertEqual(meeting.key_account_id, account)
            self.assertEqual(meeting.privacy, "private")
            self._assert_hidden(meeting)

    def test_a_meeting_closes_when_who_takes_part_joins_a_secret_customer(self):
        contact = self.env["res.partner"].create({"name": "Ms Wu"})
        meeting = self._meet(contact, self.manager.partner_id)
        contact.parent_id = self.secret.partner_id
        self.assertEqual(meeting.key_account_id, self.secret)
        self._assert_hidden(meeting)
        contact.parent_id = False
        self.assertFalse(meeting.key_account_id)
        self._assert_hidden(meeting, False)

    def test_meetings_are_left_behind_when_the_account_gets_another_customer(self):
        meeting = self._meet(self.secret.partner_id, self.manager.partner_id)
        theirs, left = self._meet(self.customer, self.manager.partner_id), self.secret.partner_id
        self.secret.with_user(self.director).partner_id = self.customer
        self.assertEqual((left | self.customer).mapped("key_account_is_secret"), [False, True])
        self.assertFalse(meeting.key_account_id)
        self._assert_hidden(meeting, False)
        self.assertEqual(theirs.key_account_id, self.secret)
        self._assert_hidden(theirs)

    def test_many_meetings_are_asked_for_together(self):
        order = self._new_order(self.customer, 1, confirm=False)
        account = self._new_account(self.customer)
        events = self.env["calendar.event"].create([
            {"name": "x", "start": self.start, "stop": self.start, "partner_ids": [],
             "res_model_id": self.env["ir.model"]._get_id("sale.order"), "res_id": order.id}
            for _index in range(12)
        ])
        counts = []
        for few in (events[:2], events):
            account._assign_documents()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            few._compute_key_account_id()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_who_stays_on_a_meeting_that_is_closed_to_him_is_not_hindered(self):
        """Reminders and the meetings of others go on working; of this one he hears nothing any more."""
        alarm = self.env["calendar.alarm"].create({
            "name": "Soon", "alarm_type": "notification", "interval": "minutes", "duration": 30,
        })
        account = self.accounts["internal"]
        outsider = self.other_manager
        values = {"alarm_ids": [Command.set(alarm.ids)]}
        closed = self._meet(
            account.partner_id, self.manager.partner_id, outsider.partner_id, **values
        )
        manager = self.env["calendar.alarm_manager"]
        self.assertEqual(len(manager.with_user(outsider).get_next_notif()), 1)
        account.with_user(self.director).confidentiality = "secret"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertIn(outsider.partner_id, closed.partner_ids)
        self.assertEqual(manager.with_user(outsider).get_next_notif(), [])
        self.assertEqual(len(manager.with_user(self.manager).get_next_notif()), 1)
        other = self._meet(self.salesman.partner_id, outsider.partner_id, user=self.salesman, **values)
        self.env.invalidate_all()
        told = manager.with_user(outsider).get_next_notif()
        self.assertEqual([note["event_id"] for note in told], other.ids)
        groups = self.env["res.users"].with_user(outsider)._get_activity_groups()
        self.assertNotIn(closed.id, [
            event["id"] for group in groups for event in group.get("meetings", ())
        ])


@tagged("post_install", "-at_install")
class TestMeetingMails(MeetingCase, MailCase):
    """Colleagues are asked to a secret meeting under the account's code, the customer as ever."""

    def _get_mails(self, partner):
        return [mail for mail in self._mails if partner.email in str(mail["email_to"])]

    def _assert_mailed(self, account, partner, told, what):
        mails = self._get_mails(partner)
        self.assertEqual(len(mails), 1, what)
        text = f"{mails[0]['subject']} {mails[0]['body']} {mails[0]['attachments']}"
        self.assertEqual("Price talk" in text, told, f"{what}: {text}")
        self.assertEqual("invitation.ics" in text, told, what)
        if not told:
            self.assertIn(account.code, mails[0]["subject"])
            self.assertIn("/mail/view", mails[0]["body"])

    def test_invitations_and_reminders_inside_carry_the_code_and_a_link(self):
        for user in (self.manager, self.manager2, self.director):
            user.write({"notification_type": "email", "email": f"{user.login}@inside.example"})
        alarm = self.env["calendar.alarm"].create({
            "name": "Mail", "alarm_type": "email", "interval": "minutes", "duration": 30,
        })
        for level, account in self.accounts.items():
            account.partner_id.email = f"{level}@quillon.example"
            account.member_ids = [Command.create({"user_id": self.manager2.id})]
            partners = account.partner_id, self.manager.partner_id, self.manager2.partner_id
            told = level != "secret"
            with self.mock_mail_gateway():
                meeting = self._meet(*partners, alarm_ids=[Command.set(alarm.ids)])
                self.env.flush_all()
            self._assert_mailed(account, self.manager2.partner_id, told, f"{level} invitation")
            self._assert_mailed(account, account.partner_id, True, f"{level} invitation")
            with self.mock_mail_gateway():
                self.env["calendar.alarm_manager"].with_context(
                    lastcall=fields.Datetime.subtract(fields.Datetime.now(), hours=1)
                )._send_reminder()
            self._assert_mailed(account, self.manager2.partner_id, told, f"{level} reminder")
            self._assert_mailed(account, account.partner_id, True, f"{level} reminder")
            meeting.active = False

    def test_whoever_deletes_a_meeting_writes_to_nobody_outside(self):
        account = self.accounts["internal"]
        for user in (self.other_manager, self.manager2):
            user.email = f"{user.login}@inside.example"
        account.member_ids = [Command.create({"user_id": self.manager2.id})]
        meeting = self._meet(
            account.partner_id, *(self.manager | self.other_manager | self.manager2).partner_id
        )
        account.with_user(self.director).confidentiality = "secret"
        self.env.flush_all()
        self.env.invalidate_all()
        with self.mock_mail_gateway():
            self.env["calendar.popover.delete.wizard"].with_user(self.manager).create({
                "calendar_event_id": meeting.id,
            }).action_send_mail_and_delete()
        self.assertEqual(len(self._get_mails(self.manager2.partner_id)), 1)
        self.assertFalse(self._get_mails(self.other_manager.partner_id))

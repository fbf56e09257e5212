from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from ..common import KeyAccountCase

PRICE, SUBJECT, NOTE = "The price for Quillon is 12.", "Quillon", "News"


@tagged("post_install", "-at_install")
class TestSecrecy(KeyAccountCase, MailCase):
    """What goes out about guarded accounts, what is given to whom, and what the log keeps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = {
            level: cls._new_account(
                cls._new_customer(f"Quillon {level}", email=f"{level}@quillon.example"),
                confidentiality=level,
                member_ids=[Command.create({"user_id": cls.manager2.id, "role": "technical"})],
            )
            for level in ("internal", "confidential", "secret")
        }
        cls.secret = cls.accounts["secret"]
        cls.env.flush_all()

    def _get_log(self, kind, account=None, user=None):
        domain = [("kind", "=", kind)]
        if account:
            domain += [("model", "=", "key.account"), ("res_id", "=", account.id)]
        if user:
            domain += [("user_id", "=", user.id)]
        return self.env["key.account.access.log"].search(domain)

    # === MAILS === #

    def test_mails_about_a_secret_account_carry_its_code_and_a_link_alone(self):
        self.manager2.notification_type = self.manager.notification_type = "email"
        for level, told in (("secret", False), ("internal", True)):
            account = self.accounts[level]
            account.message_subscribe(self.manager2.partner_id.ids)
            with self.mock_mail_gateway():
                account.with_user(self.manager).message_post(
                    body=PRICE, subject=SUBJECT,
                    message_type="comment", subtype_xmlid="mail.mt_comment",
                    attachments=[("quillon.txt", b"12")],
                )
                account.with_user(self.manager).activity_schedule(
                    "mail.mail_activity_data_todo", summary="Call Quillon", user_id=self.manager2.id
                )
            mails = [mail for mail in self._mails if self.manager2.email in str(mail["email_to"])]
            self.assertEqual(len(mails), 2, level)
            for mail in mails:
                text = f"{mail['subject']} {mail['body']} {mail['attachments']}"
                self.assertEqual("uillon" in text.lower(), told, f"{level}: {mail['subject']}")
                self.assertIn(f"key.account&amp;res_id={account.id}" if told else account.code, text)
                self.assertIn("/mail/view", mail["body"])

    def test_nobody_outside_follows_or_is_notified(self):
        strangers = self.leader | self.clerk | self.other_manager | self.salesman
        for level, account in self.accounts.items():
            account.message_subscribe(strangers.partner_id.ids + self.manager2.partner_id.ids)
            followers = account.message_partner_ids & (strangers | self.manager2).partner_id
            expected = {
                "internal": strangers | self.manager2,
                "confidential": self.leader | self.clerk | self.manager2,
                "secret": self.manager2,
            }[level]
            self.assertEqual(followers, expected.partner_id, level)
            message = account.with_user(self.manager).message_post(
                body=NOTE, partner_ids=strangers.partner_id.ids,
                message_type="comment", subtype_xmlid="mail.mt_comment",
            )
            told = message.sudo().notified_partner_ids & strangers.partner_id
            self.assertEqual(told, (expected - self.manager2).partner_id, level)

    def test_the_customer_follows_his_order_and_gets_his_mail(self):
        order = self._new_order(self.secret.partner_id, 10, confirm=False)
        order.message_subscribe(self.secret.partner_id.ids + self.salesman.partner_id.ids)
        self.assertIn(self.secret.partner_id, order.message_partner_ids)
        self.assertNotIn(self.salesman.partner_id, order.message_partner_ids)
        with self.mock_mail_gateway():
            order.with_user(self.manager).message_post(
                body=NOTE, message_type="comment", subtype_xmlid="mail.mt_comment",
            )
        self.assertTrue([mail for mail in self._mails if "secret@quillon.example" in str(mail["email_to"])])

    # === GIVING WORK === #

    def test_work_on_a_guarded_account_is_not_given_to_outsiders(self):
        for level, login, refused in (
            ("secret", "other_manager", True), ("secret", "leader", True), ("secret", "manager2", False),
            ("confidential", "other_manager", True), ("confidential", "leader", False),
            ("internal", "other_manager", False),
        ):
            account = self.accounts[level].with_user(self.manager)

            def give(account=account, user=self.users[login]):
                account.activity_schedule("mail.mail_activity_data_todo", summary="x", user_id=user.id)

            with self.subTest(level=level, login=login):
                if not refused:
                    give()
                    continue
                with self.assertRaises(RedirectWarning) as caught, self.env.cr.savepoint():
                    give()
                self.assertEqual(caught.exception.args[1]["res_id"], account.id)
                self.assertNotIn("Quillon", caught.exception.args[0])

    def test_an_activity_is_not_handed_to_an_outsider_later(self):
        activity = self.secret.with_user(self.manager).activity_schedule(
            "mail.mail_activity_data_todo", summary="x", user_id=self.manager.id
        )
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            activity.with_user(self.manager).user_id = self.other_manager
        activity.with_user(self.manager).user_id = self.manager2

    def test_documents_of_a_secret_customer_are_not_given_to_outsiders(self):
        order = self._new_order(self.secret.partner_id, 10, confirm=False, user_id=self.manager.id)
        lead = self.env["crm.lead"].with_user(self.manager).create({
            "name": "Lead", "partner_id": self.secret.partner_id.id, "user_id": self.manager.id,
        })
        self.env.flush_all()
        for record in (order.with_user(self.manager), lead):
            with self.subTest(record._name), self.assertRaises(RedirectWarning), self.env.cr.savepoint():
                record.user_id = self.other_manager
            record.user_id = self.manager2

    # === MEETINGS === #

    def _meet(self, account, *users, **values):
        now = fields.Datetime.now()
        return self.env["calendar.event"].with_user(self.manager).create({
            "name": "Price talk", "start": now, "stop": fields.Datetime.add(now, hours=1),
            "partner_ids": [Command.set(
                [account.partner_id.id, *(user.partner_id.id for user in (self.manager, *users))]
            )],
            **values,
        })

    def test_meetings_of_confidential_accounts_are_private(self):
        for level, privacy in (("internal", False), ("confidential", "private"), ("secret", "private")):
            meeting = self._meet(self.accounts[level])
            self.assertEqual(meeting.sudo().key_account_id, self.accounts[level])
            self.assertEqual(meeting.privacy, privacy, level)
            if privacy:
                meeting.privacy = "public"
                self.assertEqual(meeting.privacy, "private", "and stay so")

    def test_a_meeting_becomes_private_when_its_account_becomes_confidential(self):
        meeting = self._meet(self.accounts["internal"])
        self.accounts["internal"].with_user(self.director).confidentiality = "confidential"
        self.assertEqual(meeting.privacy, "private")

    def test_a_meeting_made_from_a_lead_or_the_account_belongs_to_it(self):
        lead = self.env["crm.lead"].create({"name": "x", "partner_id": self.secret.partner_id.id})
        for values in (
            {"opportunity_id": lead.id},
            {"res_model_id": self.env["ir.model"]._get_id("key.account"), "res_id": self.secret.id},
        ):
            meeting = self._meet(self.accounts["internal"], **values)
            self.assertEqual(meeting.sudo().key_account_id, self.secret)

    def test_outsiders_neither_see_nor_are_invited_to_a_secret_meeting(self):
        meeting = self._meet(self.secret, self.manager2)
        self.env.flush_all()
        for login, sees in (
            ("manager", True), ("manager2", True), ("director", True), ("executive", True),
            ("leader", False), ("clerk", False), ("salesman", False), ("nobody", False),
            ("other_manager", False),
        ):
            self.env.invalidate_all()
            found = self.env["calendar.event"].with_user(self.users[login]).search([("id", "=", meeting.id)])
            self.assertEqual(bool(found), sees, login)
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            self._meet(self.secret, self.other_manager)
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            meeting.write({"partner_ids": [Command.link(self.leader.partner_id.id)]})

    # === THE PEOPLE WHO HANDLE DOCUMENTS, AND THE CUSTOMER HIMSELF === #

    def test_the_portal_user_of_a_secret_customer_sees_his_own(self):
        order = self._new_order(self.secret.partner_id, 10)
        self.portal.partner_id.parent_id = self.secret.partner_id
        order.message_subscribe(self.portal.partner_id.ids)
        self.env.invalidate_all()
        mine = order.with_user(self.portal)
        self.assertEqual(mine.partner_id.name, "Quillon secret")
        self.assertEqual(mine.read(["name", "amount_total"])[0]["name"], order.name)

    def test_a_contact_that_joins_a_secret_customer_is_secret_at_once(self):
        contact = self.env["res.partner"].create({"name": "Kim Quillon"})
        self.assertEqual(contact.with_user(self.salesman).display_name, "Kim Quillon")
        contact.parent_id = self.secret.partner_id
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.env["res.partner"].with_user(self.salesman).search([("id", "=", contact.id)]))
        self.assertEqual(contact.with_user(self.salesman).sudo().display_name, "Secret Customer")
        self.assertEqual(contact.with_user(self.manager).sudo().display_name, "Quillon secret, Kim Quillon")
        contact.parent_id = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(contact.with_user(self.salesman).display_name, "Kim Quillon")

    def test_no_longer_secret_means_visible_again(self):
        self.secret.with_user(self.director).confidentiality = "internal"
        self.env.invalidate_all()
        partner = self.secret.partner_id.with_user(self.salesman)
        self.assertEqual(partner.display_name, "Quillon secret")
        self.assertTrue(partner.search([("id", "=", partner.id)]))

    def test_the_company_itself_is_never_hidden(self):
        account = self._new_account(self.company.partner_id, confidentiality="secret")
        self.assertTrue(account.partner_id.ref_company_ids)
        self.env.invalidate_all()
        self.assertEqual(self.company.partner_id.with_user(self.salesman).name, "Rainbow Bearings")

    # === THE LOG === #

    def test_opening_a_confidential_file_leaves_one_line_a_visit(self):
        spec = {"code": {}, "desk_survey": {}}
        for level, lines in (("internal", 0), ("confidential", 1), ("secret", 1)):
            account = self.accounts[level].with_user(self.manager)
            before = self._get_log("open", account)
            account.web_read(spec)
            account.read(["desk_survey"])
            account.search([("id", "=", account.id)]).web_read(spec)
            self.assertEqual(len(self._get_log("open", account) - before), lines, level)
        later = fields.Datetime.subtract(fields.Datetime.now(), minutes=16)
        self.env.cr.execute("UPDATE key_account_access_log SET date = %s", [later])
        self.env.invalidate_all()
        self.secret.with_user(self.manager).web_read(spec)
        self.assertEqual(len(self._get_log("open", self.secret, self.manager)), 2)

    def test_lists_leave_no_line_but_asking_for_more_through_them_does(self):
        accounts = self.env["key.account"].with_user(self.director)
        before = self._get_log("open")
        listed = {"code": {}, "partner_id": {"fields": {"display_name": {}}}, "state": {}}
        accounts.web_search_read([], listed)
        self.assertEqual(self._get_log("open"), before)
        accounts.web_search_read([("id", "=", self.secret.id)], {"survey_findings": {}})
        self.assertEqual(len(self._get_log("open") - before), 1)

    def test_what_lists_and_kanbans_show_is_named_as_listed(self):
        accounts = self.env["key.account"].with_user(self.director)
        for kind in ("list", "kanban", "activity"):
            arch = etree.fromstring(accounts.get_views([(False, kind)])["views"][kind]["arch"])
            names = {node.get("name") for node in arch.iter("field")}
            self.assertEqual(names - accounts._get_listed_fields(), set(), kind)

    def test_exports_and_prints_are_logged_with_what_was_taken(self):
        self.director.group_ids += self.env.ref("base.group_allow_export")
        account = self.secret.with_user(self.director)
        account.export_data(["code", "desk_survey"])
        line = self._get_log("export", self.secret)
        self.assertEqual((line.user_id, line.detail), (self.director, "key.account: code, desk_survey"))
        report = self.env["ir.actions.report"].with_user(self.director)
        report._render_qweb_html("key_account_mgmt.action_report_key_account_application", account.ids)
        self.assertEqual(self._get_log("print", self.secret).user_id, self.director)

    def test_reading_messages_and_attachments_is_opening_the_file(self):
        for level, lines in (("internal", 0), ("confidential", 1), ("secret", 1)):
            account = self.accounts[level]
            self._fill_file(account)
            for record in (account, account.stakeholder_ids):
                message = record.with_user(self.manager).message_post(
                    body=NOTE, attachments=[("offer.txt", b"12")], message_type="comment",
                )
                for mine, told, listed in (
                    (message, ["body"], ["date"]), (message.attachment_ids, ["raw"], ["name"]),
                ):
                    self.env.cr.execute("UPDATE key_account_access_log SET date = '2026-01-01'")
                    self.env.invalidate_all()
                    before = self._get_log("open", account)
                    mine.with_user(self.director).read(listed)
                    self.assertFalse(self._get_log("open", account) - before, listed)
                    for _again in range(2):
                        self.env.invalidate_all()
                        mine.with_user(self.director).read(told)
                    new = self._get_log("open", account) - before
                    self.assertEqual(len(new), lines, f"{level} {record._name} {told}")
                    self.assertEqual(new.user_id, self.director if lines else self.env["res.users"])

    def test_who_is_told_of_a_message_has_not_opened_the_file_by_that(self):
        self.manager2.notification_type = "inbox"
        message = self.secret.with_user(self.manager).message_post(
            body=NOTE, partner_ids=self.manager2.partner_id.ids, message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertIn(self.manager2.partner_id, message.sudo().notified_partner_ids)
        self.assertFalse(self._get_log("open", self.secret, self.manager2))
        for login, spoofed in (("manager2", {"key_account_notifying": True}), ("director", {})):
            message.with_user(self.users[login]).with_context(**spoofed).read(["body"])
            self.assertTrue(self._get_log("open", self.secret, self.users[login]), login)

    def test_lines_are_for_the_director_and_the_executives_and_for_good(self):
        self.secret.with_user(self.manager).read(["desk_survey"])
        line = self._get_log("open", self.secret)
        self.assertNotIn("Quillon", str(line.sudo().read([
            name for name, field in line._fields.items() if field.store
        ])))
        for login in ("director", "executive"):
            self.assertEqual(line.with_user(self.users[login]).record_name, self.secret.display_name)
        self.env.invalidate_all()
        for login in ("manager", "leader", "clerk", "inspector", "assistant", "service", "nobody", "portal"):
            with self.subTest(login), self.assertRaises(AccessError):
                line.with_user(self.users[login]).read(["kind"])
        for user in (self.director, self.env.user):
            with self.subTest(user.login), self.assertRaises(UserError), self.env.cr.savepoint():
                line.with_user(user).write({"reason": "forged"})
            with self.subTest(user.login), self.assertRaises(UserError), self.env.cr.savepoint():
                line.with_user(user).unlink()
            with self.subTest(user.login), self.assertRaises(UserError), self.env.cr.savepoint():
                line.with_user(self.director).create({"kind": "open", "model": "x", "res_id": 1})

    def test_an_account_that_one_may_not_see_is_not_named_on_documents(self):
        """The order of a confidential customer is visible by the sales rules; that he is one is not."""
        for level, named in (("internal", True), ("confidential", False)):
            order = self._new_order(self.accounts[level].partner_id, 10)
            self.env.invalidate_all()
            row = order.with_user(self.other_leader).read(["key_account_id"])[0]
            self.assertEqual("Quillon" in row["key_account_id"][1], named, level)
            self.env.invalidate_all()
            row = order.with_user(self.manager).read(["key_account_id"])[0]
            self.assertIn("Quillon", row["key_account_id"][1])

    # === WHO CAN SEE THIS ACCOUNT === #

    def test_who_can_see_names_those_whom_the_rules_let_in_and_says_why(self):
        self.env["key.account.member"].create({
            "account_id": self.secret.id, "user_id": self.salesman.id, "role": "finance",
        })
        everybody = self.env["res.users"].union(*self.users.values())
        for level in self.accounts:
            account = self.accounts[level].with_user(self.manager)
            viewers = {user: reason for user, scope, reason in account._get_viewers() if scope == "file"}
            self.assertTrue(all(viewers.values()), viewers)
            self.env.invalidate_all()
            inside = everybody.filtered(
                lambda user, account=account: account.with_user(user).has_access("read")
            )
            self.assertEqual({user for user in viewers if user in everybody}, set(inside), level)
            self.assertEqual(viewers[self.manager], "Key account manager")
            self.assertEqual(viewers[self.manager2], "Account team: Technical Support")
        action = self.secret.with_user(self.manager).action_open_viewers()
        lines = self.env["key.account.viewer"].with_user(self.manager).search(action["domain"])
        self.assertIn(self.executive, lines.user_id)
        with self.assertRaises(AccessError):
            self.secret.with_user(self.leader).action_open_viewers()

    # === THE BULLETIN === #

    def test_the_bulletin_tells_everybody_of_internal_accounts_alone(self):
        ids = [account.id for account in self.accounts.values()]
        for login in ("manager", "other_manager", "assistant", "leader", "director", "clerk", "inspector",
                      "service", "executive"):
            rows = self.env["key.account.bulletin"].with_user(self.users[login]).search([("id", "in", ids)])
            self.assertEqual(rows.mapped("name"), ["Quillon internal"], login)
            self.assertEqual((rows.manager_id, rows.team_id, rows.code), (
                self.manager, self.team, self.accounts["internal"].code,
            ))
        for login in ("nobody", "salesman", "portal"):
            with self.subTest(login), self.assertRaises(AccessError):
                self.env["key.account.bulletin"].with_user(self.users[login]).search([])

    # === WHAT WAITS TO BE COMPUTED === #

    def test_documents_made_a_moment_before_the_customer_becomes_secret_are_closed_as_well(self):
        first, second = self._new_customer("Before Its Account"), self._new_customer("Before the Level")
        account = self._new_account(second)
        orders = self._new_order(first, 10) | self._new_order(second, 10)
        self._new_account(first, confidentiality="secret")
        account.confidentiality = "secret"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(orders.mapped("key_account_is_secret"), [True, True])

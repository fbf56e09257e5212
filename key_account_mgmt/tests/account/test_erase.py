from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestErase(KeyAccountCase):
    """A person is erased for good: name, private life, notes and contact; that it was done is kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the old values are what is to be erased
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.customer = cls._new_customer("Works")
        cls.account = cls._new_account(cls.customer)
        people = cls.env["key.account.stakeholder"].with_user(cls.manager)
        cls.boss = people.create({"account_id": cls.account.id, "name": "Mr Wu", "decision_power": 20})
        cls.person = people.create({
            "account_id": cls.account.id, "name": "Ms Li", "phone": "13900001111", "email": "li@example.com",
            "function": "Buyer", "decision_power": 40, "hobbies": "Chess", "home_address": "Lane 5",
            "parent_id": cls.boss.id, "role": "purchaser", "note": "Ms Li likes tea.",
            "consent": "given", "retention_date": "2030-01-01",
        })
        cls.low = people.create({"account_id": cls.account.id, "name": "Low", "parent_id": cls.person.id})
        cls.contact = cls.person.partner_id
        cls.env.flush_all()
        cls.env.cr.flush()

    def _erase(self, login="manager", person=None, reason="She asked for it"):
        person = person or self.person
        self.env.invalidate_all()
        action = self.env["key.account.reason"].with_user(self.users[login]).create({
            "model": person._name, "res_ids": str(person.id), "act": "erase", "reason": reason,
        }).action_confirm()
        self.env.invalidate_all()
        return action

    def _find_traces(self):
        """Return every column of the tables concerned that still holds something of hers."""
        self.env.flush_all()
        self.env.cr.flush()
        self.env.flush_all()
        found = []
        for table in (
            "key_account_stakeholder", "res_partner", "mail_message", "mail_tracking_value",
            "mail_activity", "ir_attachment", "key_account_access_log",
        ):
            for text in ("Ms Li", "13900001111", "li@example.com", "Chess", "Lane 5", "likes tea"):
                self.env.cr.execute(
                    f"SELECT COUNT(*) FROM {table} t WHERE t::text LIKE %s",  # noqa: S608
                    [f"%{text}%"],
                )
                if self.env.cr.fetchone()[0]:
                    found.append((table, text))
        return found

    def test_nothing_of_the_person_is_left_but_the_line_in_the_log(self):
        person = self.person
        person.write({"decision_power": 30, "attitude": "supporter"})
        self.env.cr.flush()
        note = "Ms Li called."
        person.message_post(body=note)
        person.activity_schedule("mail.mail_activity_data_call", summary="Call Ms Li")
        self.env["ir.attachment"].create({
            "name": "Card of Ms Li", "res_model": person._name, "res_id": person.id, "raw": b"x",
        })
        self.contact.write({"phone": "13900001111 "})
        self.env.cr.flush()
        self.assertTrue(self._find_traces())
        self._erase()
        self.assertEqual(self._find_traces(), [])
        self.assertEqual(person.name, f"Erased Person {person.id}")
        self.assertTrue(person.is_erased)
        self.assertFalse(person.active)
        self.assertFalse(person.partner_id)
        self.assertFalse(self.contact.active)
        self.assertEqual(self.low.parent_id, self.boss)
        line = self.env["key.account.access.log"].sudo().search([("kind", "=", "erase")])
        self.assertEqual((line.user_id, line.res_id, line.reason),
                         (self.manager, person.id, "She asked for it"))

    def test_who_may_erase(self):
        self.env["key.account.member"].create({"account_id": self.account.id, "user_id": self.manager2.id})
        for login in ("clerk", "inspector", "executive", "manager2", "other_leader", "other_manager"):
            with self.subTest(role=login), self.assertRaises(UserError), self.env.cr.savepoint():
                self._erase(login)
        for login in ("manager", "leader", "director"):
            with self.subTest(role=login), self.env.cr.savepoint() as savepoint:
                self._erase(login)
                self.assertTrue(self.person.is_erased)
                savepoint.rollback()
        self.assertTrue(self.person.with_user(self.manager).can_erase)
        self.assertFalse(self.person.with_user(self.manager2).can_erase)

    def test_it_takes_a_reason(self):
        for reason in (" ", "\n"):
            with self.assertRaisesRegex(UserError, "Say why"), self.env.cr.savepoint():
                self._erase(reason=reason)

    def test_it_is_done_once_and_cannot_be_undone(self):
        self._erase()
        with self.assertRaisesRegex(UserError, "erased already"), self.env.cr.savepoint():
            self._erase()
        person = self.person.with_user(self.director)
        for vals in ({"active": True}, {"name": "Ms Li"}, {"hobbies": "Chess"}, {"phone": "139"}):
            with self.subTest(vals=vals), self.assertRaises(UserError), self.env.cr.savepoint():
                person.write(vals)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            person.write({"is_erased": False})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            person.action_unarchive()
        self.assertEqual(self.env["key.account.access.log"].sudo().search_count([("kind", "=", "erase")]), 1)

    def test_a_contact_whom_documents_name_keeps_name_and_address_alone_and_the_user_is_told(self):
        self.contact.write({"street": "Works Road 1", "website": "https://li.example"})
        note = "Ms Li likes tea."
        self.contact.message_post(body=note)
        order = self._new_order(self.contact, 100)
        action = self._erase()
        self.assertTrue(self.person.is_erased)
        self.assertFalse(self.person.partner_id)
        self.assertTrue(self.contact.active)
        self.assertEqual((order.partner_id.name, self.contact.street), ("Ms Li", "Works Road 1"))
        for name in ("phone", "email", "function", "website", "message_ids"):
            self.assertFalse(self.contact[name], name)
        self.assertEqual(self._find_traces(), [("res_partner", "Ms Li")])
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("Sales Order", action["params"]["message"])
        self.assertNotIn("13900001111", str(action))

    def test_a_meeting_keeps_nobody(self):
        meeting = self.env["calendar.event"].create({
            "name": "Prices", "start": "2026-01-05 08:00:00", "stop": "2026-01-05 09:00:00",
            "partner_ids": [(6, 0, self.contact.ids)],
        })
        action = self._erase()
        self.assertEqual(action["tag"], "soft_reload", "there is nothing to tell")
        self.assertFalse(self.contact.active)
        self.assertEqual(meeting.attendee_ids.mapped("common_name"), [f"Erased Person {self.person.id}"])
        self.assertEqual(self._find_traces(), [])

    def test_a_contact_who_logs_in_or_has_another_file_stays_and_the_user_is_told(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        account = self.env["key.account"].sudo().create({
            "partner_id": self.customer.id, "company_id": elsewhere.id, "team_id": False,
        })
        for make in (
            lambda: self.env["res.users"].create({
                "name": "Ms Li", "login": "li_portal", "partner_id": self.contact.id,
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }),
            lambda: self.env["key.account.stakeholder"].sudo().create({
                "account_id": account.id, "name": "Ms Li", "partner_id": self.contact.id,
            }),
        ):
            with self.env.cr.savepoint() as savepoint:
                make()
                action = self._erase()
                self.assertTrue(self.contact.active)
                self.assertEqual(self.contact.phone, "13900001111")
                self.assertIn("stays as it is", action["params"]["message"])
                savepoint.rollback()

    def test_a_person_without_a_contact_is_erased_as_well(self):
        self._erase(person=self.boss)
        self.assertTrue(self.boss.is_erased)
        self.assertFalse(self.person.parent_id)

    def test_nothing_else_is_done_through_the_window(self):
        for model, act in (("res.users", "unlink"), ("key.account.stakeholder", "unlink"), ("no.model", "x")):
            with self.subTest(model=model), self.assertRaisesRegex(UserError, "nothing here"):
                self.env["key.account.reason"].with_user(self.manager).create({
                    "model": model, "res_ids": "1", "act": act, "reason": "x",
                }).action_confirm()

    def test_the_person_cannot_be_marked_as_erased_by_hand(self):
        with self.assertRaises(AccessError):
            self.person.write({"is_erased": True})
        with self.assertRaises(AccessError):
            self.env["key.account.stakeholder"].with_user(self.manager).create({
                "account_id": self.account.id, "name": "x", "is_erased": True,
            })

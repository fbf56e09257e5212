from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCase, role_group


@tagged("post_install", "-at_install")
class TestSharedCustomer(KeyAccountCase):
    """One customer of two companies: secret here, internal there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        for login, role in {
            "foreign_manager": "manager", "foreign_member": "assistant", "foreign_stranger": "manager",
            "foreign_director": "director",
        }.items():
            cls.users[login] = cls._new_user(login, role_group(role), company=cls.elsewhere)
        cls.customer = cls._new_customer("Shared")
        cls.theirs = cls.env["key.account"].create({
            "partner_id": cls.customer.id, "company_id": cls.elsewhere.id, "team_id": False,
            "manager_id": cls.users["foreign_manager"].id,
        })
        cls.ours = cls._new_account(cls.customer, confidentiality="secret")
        cls.env.flush_all()

    def _as(self, login, model):
        user = self.users[login]
        self.env.invalidate_all()
        return self.env[model].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def _sees(self, login, record):
        return bool(self._as(login, record._name).search([("id", "=", record.id)]))

    def _assert_seen(self, record, inside, outside):
        for login in (*inside, *outside):
            with self.subTest(role=login, model=record._name):
                self.assertEqual(self._sees(login, record), login in inside)

    def test_the_other_companys_people_work_with_their_customer_as_before(self):
        lead = self.env["crm.lead"].create({
            "name": "Lead", "partner_id": self.customer.id, "type": "opportunity", "team_id": False,
            "user_id": self.users["foreign_manager"].id, "company_id": self.elsewhere.id,
        })
        order = self._new_order(
            self.customer, 10, company=self.elsewhere, user_id=self.users["foreign_manager"].id
        )
        self.assertEqual((lead.key_account_id, order.key_account_id), (self.theirs, self.theirs))
        for record in (self.customer, lead, order):
            self._assert_seen(
                record, ("foreign_manager", "foreign_director"), ("foreign_stranger", "leader", "salesman")
            )
        made = self._as("foreign_manager", "crm.lead").create({
            "name": "Another", "partner_id": self.customer.id,
        })
        self.assertEqual(made.partner_id.name, "Shared")
        self.assertEqual(made.partner_id.display_name, "Shared")

    def test_who_joins_or_leaves_the_other_companys_team_is_in_or_out_at_once(self):
        self._assert_seen(self.customer, (), ("foreign_member",))
        member = self.env["key.account.member"].create({
            "account_id": self.theirs.id, "user_id": self.users["foreign_member"].id,
        })
        self.env.flush_all()
        self._assert_seen(self.customer, ("foreign_member",), ())
        member.unlink()
        self.env.flush_all()
        self._assert_seen(self.customer, (), ("foreign_member",))
        self.theirs.manager_id = self.users["foreign_stranger"]
        self.env.flush_all()
        self._assert_seen(self.customer, ("foreign_stranger",), ("foreign_manager",))

    def test_nothing_of_the_secret_account_is_seen_from_the_other_one(self):
        order = self._new_order(self.customer, 10)
        for record in (self.ours, order):
            self._assert_seen(record, ("manager",), ("foreign_manager", "foreign_director"))
            with self.assertRaises(AccessError):
                self._as("foreign_manager", record._name).browse(record.id).read(["display_name"])

    def test_meetings_are_those_who_take_part_and_work_for_the_customer(self):
        start = fields.Datetime.now()

        def meet(login):
            return self._as(login, "calendar.event").create({
                "name": "Prices", "start": start, "stop": fields.Datetime.add(start, hours=1),
                "partner_ids": [Command.set([self.customer.id, self.users[login].partner_id.id])],
            })

        theirs, ours = meet("foreign_manager"), meet("manager")
        self.env.flush_all()
        self.assertEqual(theirs.sudo().key_account_id, self.ours, "the most closely guarded one")
        outside = ("foreign_stranger", "leader", "salesman")
        self._assert_seen(theirs, ("foreign_manager", "manager"), outside)
        self._assert_seen(ours, ("manager", "director"), ("foreign_manager", "foreign_director", *outside))
        theirs.write({"name": "Prices again"})
        self.assertEqual(theirs.name, "Prices again")

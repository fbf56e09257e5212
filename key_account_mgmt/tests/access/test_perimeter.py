from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestPerimeter(KeyAccountCase):
    """Who sees which account, and who may say whose it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.internal = cls._new_account(cls._new_customer("Internal"))
        cls.confidential = cls._new_account(
            cls._new_customer("Confidential"), confidentiality="confidential"
        )
        cls.secret = cls._new_account(cls._new_customer("Secret"), confidentiality="secret")
        cls.accounts = cls.internal | cls.confidential | cls.secret

    def _get_seen(self, user):
        self.env.invalidate_all()
        return self.env["key.account"].with_user(user).search([("id", "in", self.accounts.ids)]).sudo()

    def test_each_role_sees_what_it_should(self):
        everything, nothing = self.accounts, self.accounts.browse()
        open_ones = self.internal | self.confidential
        for login, expected in {
            "manager": everything,
            "manager2": nothing,
            "assistant": nothing,
            "leader": open_ones,
            "other_leader": nothing,
            "other_manager": nothing,
            "director": everything,
            "executive": everything,
            "clerk": open_ones,
            "inspector": open_ones,
        }.items():
            with self.subTest(role=login):
                seen = self._get_seen(self.users[login])
                self.assertEqual(seen.sorted("id").mapped("partner_id.name"),
                                 expected.sorted("id").mapped("partner_id.name"))
                for account in expected:
                    account.with_user(self.users[login]).read(["manager_id"])
                self.env.invalidate_all()
                for account in everything - expected:
                    with self.assertRaises(AccessError):
                        account.with_user(self.users[login]).read(["manager_id"])

    def test_users_without_a_role_see_nothing(self):
        for login in ("nobody", "salesman", "service", "portal", "public"):
            with self.subTest(role=login), self.assertRaises(AccessError):
                self._get_seen(self.users[login])

    def test_the_error_names_nothing(self):
        self.manager2.group_ids += self.env.ref("base.group_no_one")
        self.env.invalidate_all()
        with self.assertRaises(AccessError) as caught:
            self.secret.with_user(self.manager2).read(["manager_id"])
        self.assertNotIn("Secret", str(caught.exception))

    def test_members_see_the_account_within_their_dates(self):
        today = self.company._get_key_account_today()
        member = self.env["key.account.member"].with_user(self.director).create({
            "account_id": self.secret.id, "user_id": self.assistant.id,
            "date_from": fields.Date.add(today, days=1), "date_to": fields.Date.add(today, days=2),
        })
        self.assertNotIn(self.secret, self._get_seen(self.assistant))
        cron = self.env.ref("key_account_mgmt.ir_cron_key_account_refresh_access")
        for days, visible in ((1, True), (2, True), (3, False)):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)):
                with self.enter_registry_test_mode():
                    cron.method_direct_trigger()
                self.assertEqual(self.secret in self._get_seen(self.assistant), visible, f"day {days}")
        member.with_user(self.director).write({"date_from": today, "date_to": False})
        self.assertIn(self.secret, self._get_seen(self.assistant))
        member.with_user(self.director).unlink()
        self.assertNotIn(self.secret, self._get_seen(self.assistant), "removal counts at once")

    def test_the_perimeter_covers_what_hangs_on_the_account(self):
        members = self.env["key.account.member"]
        member = members.create({"account_id": self.secret.id, "user_id": self.assistant.id})
        self.assertTrue(members.with_user(self.manager).search([("id", "=", member.id)]))
        for login in ("leader", "clerk", "inspector", "manager2", "other_leader"):
            with self.subTest(role=login):
                self.assertFalse(members.with_user(self.users[login]).search([("id", "=", member.id)]))
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    member.with_user(self.users[login]).read(["user_id"])

    def test_only_those_who_decide_on_an_account_add_to_its_team(self):
        self.env["key.account.member"].create({
            "account_id": self.internal.id, "user_id": self.manager2.id,
        })
        vals = {"account_id": self.internal.id, "user_id": self.other_manager.id}
        for login in ("manager2", "assistant", "clerk", "executive", "other_leader"):
            with self.subTest(role=login), self.assertRaises(AccessError):
                self.env["key.account.member"].with_user(self.users[login]).create(vals)
        for login in ("manager", "leader", "director"):
            with self.subTest(role=login):
                self.env["key.account.member"].with_user(self.users[login]).create(vals).unlink()

    def test_a_leader_changed_in_a_warm_registry_sees_at_once(self):
        self.assertFalse(self._get_seen(self.other_leader))
        self.team.user_id = self.other_leader
        self.assertEqual(self._get_seen(self.other_leader), self.internal | self.confidential)
        self.assertFalse(self._get_seen(self.leader))

    def test_nobody_takes_an_account_or_gives_it_away(self):
        self.env["key.account.member"].create({
            "account_id": self.internal.id, "user_id": self.manager2.id,
        })
        for login, vals in (
            ("manager", {"manager_id": self.manager2.id}),
            ("manager", {"team_id": self.other_team.id}),
            ("manager2", {"manager_id": self.manager2.id}),
            ("manager2", {"confidentiality": "confidential"}),
            ("leader", {"confidentiality": "secret"}),
            # an admitted account changes its owner by a proposal, a hand-over or the director
            ("leader", {"manager_id": self.manager2.id}),
            ("leader", {"team_id": self.other_team.id}),
            ("clerk", {"manager_id": self.clerk.id}),
            ("executive", {"manager_id": self.executive.id}),
        ):
            with self.subTest(role=login, vals=vals), self.assertRaises(AccessError):
                self.internal.with_user(self.users[login]).write(vals)
        self.internal.with_user(self.director).manager_id = self.manager2
        self.internal.with_user(self.director).confidentiality = "secret"

    def test_system_fields_are_closed_to_everyone(self):
        for vals in (
            {"allowed_user_ids": [Command.link(self.manager2.id)]},
            {"number": "77777"},
            {"code": "A-77777"},
            {"grade_id": self.grade_a.id},
            {"admission_date": "2020-01-01"},
        ):
            for login in ("manager", "leader", "director"):
                with self.subTest(role=login, vals=vals), self.assertRaises(AccessError):
                    self.internal.with_user(self.users[login]).write(vals)

    def test_other_company(self):
        other_company = self.env["res.company"].create({"name": "Elsewhere"})
        other_director = self._new_user("elsewhere", "key_account_mgmt.group_key_account_director",
                                        company=other_company)
        self.env.invalidate_all()
        accounts = self.accounts.with_user(other_director).with_context(allowed_company_ids=[])
        self.assertFalse(accounts.search([("id", "in", accounts.ids)]))
        with self.assertRaises(AccessError):
            accounts[0].read(["manager_id"])
        with self.assertRaises(UserError):
            self.internal.with_user(self.director).sudo().write({"company_id": other_company.id})

    def test_a_member_sees_the_orders_of_the_account(self):
        order = self._new_order(self.internal.partner_id, 100, user_id=self.leader.id)
        self.env.invalidate_all()
        self.assertFalse(order.with_user(self.assistant).has_access("read"))
        self.env["key.account.member"].create({
            "account_id": self.internal.id, "user_id": self.assistant.id,
        })
        self.env.invalidate_all()
        self.assertTrue(order.with_user(self.assistant).has_access("read"))
        self.assertFalse(order.with_user(self.salesman).has_access("read"))
        self.assertTrue(order.order_line.with_user(self.assistant).has_access("read"))

    def test_the_executive_opens_the_evidence_and_changes_nothing(self):
        order = self._new_order(self.secret.partner_id, 100)
        self.env.invalidate_all()
        for record in (order, order.order_line):
            record.with_user(self.executive).read(["name"])
            with self.assertRaises(AccessError):
                record.with_user(self.executive).write({"name": "x"})
        for login in ("clerk", "inspector", "service"):
            with self.subTest(role=login), self.assertRaises(AccessError):
                order.with_user(self.users[login]).read(["name"])

    def test_a_plain_salesman_reads_no_account_through_the_host(self):
        order = self._new_order(self.internal.partner_id, 100, user_id=self.salesman.id)
        self.env.invalidate_all()
        for record in (order, self.internal.partner_id):
            self.assertNotIn("key_account_id", record.with_user(self.salesman).fields_get())
            with self.assertRaises(AccessError):
                record.with_user(self.salesman).read(["key_account_id"])
        self.assertTrue(order.with_user(self.salesman).read(["partner_id"]))

    def test_members_dates_and_company(self):
        members = self.env["key.account.member"]
        base = {"account_id": self.internal.id, "user_id": self.assistant.id, "date_from": "2026-03-01"}
        members.create({**base, "date_to": "2026-03-31"})
        with self.assertRaisesRegex(ValidationError, "already on this"), self.env.cr.savepoint():
            members.create({**base, "date_from": "2026-03-31"})
        members.create({**base, "date_from": "2026-04-01"})
        other_company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "base.group_user", company=other_company)
        for user in (stranger, self.portal):
            with self.assertRaisesRegex(ValidationError, "cannot work"), self.env.cr.savepoint():
                members.create({**base, "user_id": user.id})

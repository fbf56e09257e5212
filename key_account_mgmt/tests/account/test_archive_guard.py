from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import role_group
from .test_handover import HandoverCase


@tagged("post_install", "-at_install")
class TestArchiveGuard(HandoverCase):
    """Nobody is archived or deleted with key accounts in his hands (O4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._new_user("admin2", f"base.group_system,{role_group('director')}")
        cls.plain_admin = cls._new_user(
            "admin3", "base.group_system,sales_team.group_sale_manager"
        )

    def _new_part(self, account, model, **values):
        """Enter a part of an account's file that the assistant is to work on."""
        return self.env[f"key.account.{model}"].create({
            "account_id": account.id, "user_id": self.assistant.id, **values,
        })

    def _load(self, user, rows):
        result = self.env["res.users"].with_user(self.admin).load(["id", "active"], rows)
        errors = [message for message in result["messages"] if message["type"] == "error"]
        if errors:
            raise UserError(errors[0]["message"])

    def test_each_way_of_archiving_is_refused_with_the_way_to_the_hand_over(self):
        held = self._new_held("Alpha")
        user = self.manager.with_user(self.admin)
        self.env["ir.model.data"].create({
            "module": "__test__", "name": "leaver", "model": "res.users", "res_id": user.id,
        })
        for name, archive in {
            "button": user.action_archive,
            "write": lambda: user.write({"active": False}),
            "write of the superuser": lambda: self.manager.write({"active": False}),
            "together with the name": lambda: user.write({"active": 0, "name": "Gone"}),
            "deletion": user.unlink,
            "context from outside": lambda: user.with_context(key_account_archive=True).action_archive(),
        }.items():
            with self.subTest(way=name), self.assertRaises(RedirectWarning) as refusal:
                with self.env.cr.savepoint():
                    archive()
            message, action, _button, context = refusal.exception.args
            self.assertIn("Manager: Key Accounts 1, Leads and Opportunities 1", message)
            self.assertEqual(action, self.env.ref("key_account_mgmt.key_account_handover_action").id)
            self.assertEqual(context["default_user_id"], self.manager.id)
        with self.subTest(way="import"), self.assertRaises(UserError):
            self._load(self.admin, [["__test__.leaver", "False"]])
        self.assertTrue(self.manager.active)
        self.assertTrue(held["activity"].exists(), "core deletes the activities of those it archives")

    def test_each_kind_of_holding_is_enough(self):
        account = self._new_account(manager_id=self.manager2.id)
        for name, hold in {
            "seat": lambda: self.env["key.account.member"].create({
                "account_id": account.id, "user_id": self.assistant.id,
            }),
            "project": lambda: self._new_part(account, "project", name="Line 2"),
            "milestone": lambda: self._new_part(
                account, "project.milestone", name="Kick-off", deadline="2027-01-10",
                project_id=self._new_part(account, "project", name="Line 2", user_id=False).id,
            ),
            "insight": lambda: self._new_part(account, "insight", name="A new plant is planned"),
            "lead": lambda: self.env["crm.lead"].create({
                "name": "Lead", "partner_id": account.partner_id.id, "user_id": self.assistant.id,
            }),
            "order": lambda: self._new_order(account.partner_id, 1, user_id=self.assistant.id),
            "activity": lambda: account.activity_schedule(
                "mail.mail_activity_data_call", user_id=self.assistant.id
            ),
            "approval": lambda: account.activity_schedule(
                "key_account_mgmt.mail_activity_type_approval", user_id=self.assistant.id
            ),
            "meeting": lambda: self._new_held("Beta", manager_id=self.manager2.id)["meeting"].write({
                "user_id": self.assistant.id,
            }),
            "team_leader": lambda: self.team.write({"user_id": self.assistant.id}),
            "team_clerk": lambda: self.team.write({"key_account_clerk_id": self.assistant.id}),
            "company_director": lambda: self.company.write({"key_account_director_id": self.assistant.id}),
            "company_executive": lambda: self.company.write({"key_account_executive_id": self.assistant.id}),
        }.items():
            with self.subTest(kind=name):
                savepoint = self.env.cr.savepoint()
                hold()
                self.assertIn(name, self._get_held(self.assistant))
                with self.assertRaises(RedirectWarning):
                    self.assistant.action_archive()
                savepoint.close(rollback=True)
                self.env.invalidate_all()
        self.assertFalse(self._get_held(self.assistant))
        self.assistant.action_archive()
        self.assertFalse(self.assistant.active)

    def test_of_two_archived_at_once_the_one_who_holds_something_is_named(self):
        self._new_account()
        with self.assertRaises(RedirectWarning) as refusal, self.env.cr.savepoint():
            (self.other_manager | self.manager).with_user(self.admin).action_archive()
        self.assertIn("Manager: ", refusal.exception.args[0])
        self.assertNotIn("Other Manager", refusal.exception.args[0])
        self.assertTrue(self.other_manager.active)

    def test_who_may_not_prepare_a_hand_over_is_told_whom_to_ask(self):
        self._new_account(self._new_customer("Veiled"), confidentiality="secret")
        with self.assertRaisesRegex(UserError, "Ask the key account director") as refusal:
            self.manager.with_user(self.plain_admin).action_archive()
        self.assertNotIn("Veiled", str(refusal.exception))

    def test_after_the_hand_over_he_is_archived_without_loss(self):
        held = self._new_held("Alpha")
        self._execute(self._new_handover())
        self.manager.with_user(self.admin).action_archive()
        self.assertFalse(self.manager.active)
        self.assertEqual(held["activity"].exists().user_id, self.manager2)

    def test_users_without_key_accounts_leave_freely_and_cheaply(self):
        self._new_held("Alpha")
        lead = self.env["crm.lead"].create({"name": "Plain", "user_id": self.salesman.id})
        order = self._new_order(self._new_customer("Plain"), 5, user_id=self.salesman.id)
        plain_team = self._new_team("Shop", self.salesman, self.salesman)
        self.salesman._check_holds_no_key_account()  # what the registry looks up once
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            self.salesman._check_holds_no_key_account()
        (self.salesman | self.nobody | self.portal).with_user(self.admin).action_archive()
        self.assertFalse(self.salesman.active)
        self.assertEqual(lead.user_id | order.user_id | plain_team.user_id, self.salesman)

    def test_an_administrator_goes_round_it_with_a_reason_that_is_logged(self):
        account = self._new_account()
        account.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        wizard = self.env["key.account.user.archive"]
        for user in (self.director, self.manager, self.leader, self.executive):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                wizard.with_user(user).create({"user_ids": [Command.set(self.manager.ids)], "reason": "x"})
        blank = wizard.with_user(self.plain_admin).create({
            "user_ids": [Command.set(self.manager.ids)], "reason": " ",
        })
        with self.assertRaises(UserError):
            blank.action_archive_users()
        blank.reason = "Dismissed at once"
        blank.action_archive_users()
        self.assertFalse(self.manager.active)
        self.assertEqual(account.manager_id, self.manager)
        line = self.env["key.account.access.log"].search([("kind", "=", "bypass")], limit=1)
        self.assertEqual((line.model, line.res_id, line.user_id, line.reason),
                         ("res.users", self.manager.id, self.plain_admin, "Dismissed at once"))
        self.assertEqual(line.detail, "Key Accounts 1, Activities 1", "core deletes the activities")


@tagged("post_install", "-at_install")
class TestStandingGuard(HandoverCase):
    """Nobody loses a role or a company that he needs for what he holds (O4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._new_user("admin2", f"base.group_system,{role_group('director')}")
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.groups = {
            role: cls.env.ref(role_group(role)) for role in ("assistant", "manager", "leader", "clerk")
        }
        internal = cls.env.ref("base.group_user")
        for user in (cls.manager, cls.leader, cls.assistant):
            user.group_ids |= internal

    def _assert_refused(self, held, change, *args):
        with self.assertRaises(RedirectWarning) as refusal, self.env.cr.savepoint():
            change(*args)
        self.env.invalidate_all()
        self.assertIn(held, refusal.exception.args[0])

    def test_the_roles_that_a_holding_needs_are_not_taken(self):
        self._new_account()
        self.team.key_account_clerk_id = self.assistant
        self.assistant.group_ids |= self.groups["clerk"]
        for user, role, replacement, held in (
            (self.manager, "manager", None, "Manager: Key Accounts 1."),
            (self.manager, "manager", "assistant", "Manager: Key Accounts 1."),
            (self.leader, "leader", "manager", "Leader: Leads the Department 1."),
            (self.assistant, "clerk", None, "Assistant: Clerk of the Department 1."),
        ):
            commands = [Command.unlink(self.groups[role].id)]
            if replacement:
                commands.append(Command.link(self.groups[replacement].id))
            with self.subTest(user=user.name, replacement=replacement):
                self._assert_refused(held, user.with_user(self.admin).write, {"group_ids": commands})
                if not replacement:
                    group = self.groups[role].with_user(self.admin)
                    self._assert_refused(held, group.write, {"user_ids": [Command.unlink(user.id)]})
                self.assertIn(self.groups[role], user.group_ids)

    def test_whoever_holds_anything_keeps_one_role_of_the_department(self):
        account = self._new_account(manager_id=self.manager2.id)
        holdings = {
            "Seats": lambda: self.env["key.account.member"].create({
                "account_id": account.id, "user_id": self.assistant.id,
            }),
            "Projects": lambda: self.env["key.account.project"].create({
                "account_id": account.id, "name": "Line 2", "user_id": self.assistant.id,
            }),
            "Activities": lambda: account.activity_schedule(
                "mail.mail_activity_data_call", user_id=self.assistant.id
            ),
        }
        leave = {"group_ids": [Command.unlink(self.groups["assistant"].id)]}
        for held, hold in holdings.items():
            with self.subTest(held=held):
                record = hold()
                self._assert_refused(held, self.assistant.with_user(self.admin).write, leave)
                record.unlink()
        self.assistant.with_user(self.admin).write(leave)
        self.assertFalse(self.assistant.has_group(role_group("assistant")))

    def test_a_company_is_not_taken_from_somebody_who_holds_something_there(self):
        users = self.manager | self.assistant
        users.company_ids |= self.elsewhere
        account = self._new_account()
        self.env["key.account.member"].create({"account_id": account.id, "user_id": self.assistant.id})
        for user, held in ((self.manager, "Key Accounts 1"), (self.assistant, "Seats on Account Teams 1")):
            with self.subTest(user=user.name):
                self._assert_refused(held, user.with_user(self.admin).write, {
                    "company_ids": [Command.unlink(self.company.id)], "company_id": self.elsewhere.id,
                })
                user.company_id = self.elsewhere
                self._assert_refused(held, self.company.write, {"user_ids": [Command.unlink(user.id)]})
                user.with_user(self.admin).write({
                    "company_ids": [Command.unlink(self.elsewhere.id)], "company_id": self.company.id,
                })
                self.assertEqual(user.company_ids, self.company, "there he holds nothing")

    def test_ordinary_changes_of_groups_and_companies_pass(self):
        self._new_held("Alpha")
        user = self.manager.with_user(self.admin)
        extra = self.env.ref("base.group_partner_manager")
        for vals in (
            {"group_ids": [Command.link(extra.id)]},
            {"group_ids": [Command.unlink(extra.id)]},
            {"group_ids": [
                Command.link(self.groups["leader"].id), Command.unlink(self.groups["manager"].id),
            ]},
            {"company_ids": [Command.link(self.elsewhere.id)]},
            {"company_ids": [Command.unlink(self.elsewhere.id)]},
        ):
            user.write(vals)
        extra.with_user(self.admin).write({"user_ids": [Command.link(user.id)]})
        extra.with_user(self.admin).write({"user_ids": [Command.unlink(user.id)]})
        self.elsewhere.write({"user_ids": [Command.link(user.id)]})
        self.elsewhere.write({"user_ids": [Command.unlink(user.id)]})
        self.salesman.with_user(self.admin).write({
            "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
        })
        self.assertTrue(self.salesman.share)

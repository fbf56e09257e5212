from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestApproval(KeyAccountCase):
    """Who decides on an application: two people, in order, never on their own matter."""

    def test_leader_then_executive_admit_an_account(self):
        account = self._new_applied()
        self.assertEqual(account.activity_ids.user_id, self.leader)
        account.with_user(self.leader).action_approve()
        self.assertEqual(account.state, "applied", "one approval is not enough")
        self.assertEqual(account.activity_ids.user_id, self.executive)
        account.with_user(self.executive).action_approve()
        self.assertEqual(account.state, "active")
        self.assertFalse(account.activity_ids)
        decisions = account.sudo().approval_ids.sorted("id")
        self.assertEqual(decisions.mapped("decision"), ["submitted", "approved", "approved"])
        self.assertEqual(decisions.mapped("role"), [False, "leader", "executive"])

    def test_nobody_decides_on_his_own_matter(self):
        account = self._new_applied(manager_id=self.leader.id, user=self.leader)
        self.assertEqual(account.with_user(self.leader).can_approve, False)
        with self.assertRaisesRegex(UserError, "your own matter"):
            account.with_user(self.leader).action_approve()
        self.assertIn("Director", account.waiting_for, "the director stands in for the leader")
        account.with_user(self.director).action_approve()
        self.assertEqual(account.sudo().approval_ids[0].role, "director")

    def test_the_owner_does_not_decide_on_what_someone_else_submitted(self):
        account = self._new_applied(user=self.director, manager_id=self.leader.id)
        self.assertNotEqual(account.sudo().approval_ids.user_id, self.leader)
        with self.assertRaisesRegex(UserError, "your own matter"):
            account.with_user(self.leader).action_approve()

    def test_administrators_are_not_exempt(self):
        admin = self._new_user("admin2", "base.group_system,key_account_mgmt.group_key_account_director,"
                               "key_account_mgmt.group_key_account_executive")
        account = self._new_applied(user=admin, manager_id=admin.id)
        with self.assertRaisesRegex(UserError, "your own matter"):
            account.with_user(admin).action_approve()
        with self.assertRaisesRegex(UserError, "needs an approval"):
            account.with_user(admin).write({"state": "active"})
        with self.assertRaisesRegex(UserError, "needs an approval"):
            account.sudo().write({"state": "active"})

    def test_the_same_person_never_decides_twice(self):
        both = self._new_user("both", "key_account_mgmt.group_key_account_leader,"
                              "key_account_mgmt.group_key_account_executive")
        self.team.user_id = both
        account = self._new_applied()
        account.with_user(both).action_approve()
        with self.assertRaisesRegex(UserError, "decided on .* already"):
            account.with_user(both).action_approve()
        account.with_user(self.executive2).action_approve()
        self.assertEqual(account.state, "active")

    def test_only_the_one_whose_turn_it_is_decides(self):
        account = self._new_applied()
        for user in (self.executive, self.director, self.other_leader, self.manager2):
            with self.subTest(user=user.name), self.assertRaises(UserError):
                account.with_user(user).action_approve()

    def test_a_deputy_stands_in_between_his_dates(self):
        today = self.company._get_key_account_today()
        deputy = self._new_user("deputy", "key_account_mgmt.group_key_account_leader")
        self.team.write({
            "key_account_deputy_id": deputy.id,
            "key_account_deputy_from": today,
            "key_account_deputy_to": today,
        })
        account = self._new_applied()
        self.assertTrue(account.with_user(deputy).can_approve)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        with freeze_time(tomorrow), self.enter_registry_test_mode():
            self.env.ref("key_account_mgmt.ir_cron_key_account_refresh_access").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.team.key_account_acting_deputy_id)
        with self.assertRaises(AccessError):
            account.with_user(deputy).action_approve()

    def test_submitting_is_refused_when_nobody_could_decide(self):
        self.company.key_account_executive_id = False  # whom the company names is not archived
        (self.executive | self.executive2).write({"active": False})
        self.env.ref("base.user_admin").group_ids -= self.env.ref(
            "key_account_mgmt.group_key_account_executive"
        )
        with self.assertRaisesRegex(UserError, "holds the role “Executive”"):
            self._new_applied()

    def test_one_executive_alone_cannot_take_both_steps(self):
        self.executive2.active = False
        self.team.user_id = False
        self.company.key_account_director_id = False  # whom the company names keeps the role
        director = self.env.ref("key_account_mgmt.group_key_account_director")
        executive = self.env.ref("key_account_mgmt.group_key_account_executive")
        (self.director | self.env.ref("base.user_admin")).group_ids -= director | executive
        with self.assertRaisesRegex(UserError, "Executive"):
            self._new_applied()

    def test_sent_back_with_a_comment_and_submitted_again(self):
        account = self._new_applied()
        with self.assertRaisesRegex(UserError, "Say why"):
            account.with_user(self.leader)._decline("returned", " ")
        with self.assertRaisesRegex(UserError, "by the button"):
            account.with_user(self.leader).write({"state": "survey"})
        account.with_user(self.leader)._decline("returned", "Whom did you meet?")
        self.assertEqual(account.state, "survey")
        self.assertEqual(account.activity_ids.user_id, self.manager, "the requester is told")
        account.action_apply()
        account.with_user(self.leader).action_approve()
        account.with_user(self.executive)._decline("rejected", "Not yet.")
        self.assertEqual(account.state, "rejected")
        account.write({"state": "candidate"})

    def test_the_comment_is_asked_for_in_a_window(self):
        account = self._new_applied()
        action = account.with_user(self.leader).with_context(decision="rejected").action_ask_comment()
        window = self.env[action["res_model"]].with_user(self.leader).with_context(**action["context"])
        window.create({"comment": "No."}).action_confirm()
        self.assertEqual(account.state, "rejected")
        self.assertEqual(account.sudo().approval_ids[0].comment, "No.")

    def test_the_window_decides_on_nothing_else(self):
        account = self._new_applied()
        window = self.env["key.account.decision"].with_user(self.other_leader).create({
            "model": "key.account", "res_ids": str(account.id), "decision": "rejected", "comment": "x",
        })
        with self.assertRaises(AccessError):
            window.action_confirm()
        window.write({"model": "res.users"})
        window.action_confirm()
        self.assertEqual(account.state, "applied")

    def test_decisions_are_append_only(self):
        account = self._new_applied()
        decision = account.sudo().approval_ids
        for user in (self.manager, self.leader, self.director, self.executive):
            with self.subTest(user=user.name):
                with self.assertRaises(AccessError):
                    self.env["key.account.approval"].with_user(user).create({
                        "model": "key.account", "res_id": account.id, "decision": "approved",
                        "user_id": user.id,
                    })
                with self.assertRaises(UserError):
                    decision.with_user(user).write({"comment": "x"})
                with self.assertRaises(UserError):
                    decision.with_user(user).unlink()
        with self.assertRaises(UserError):
            decision.write({"comment": "x"})
        with self.assertRaises(UserError):
            decision.unlink()

    def test_who_may_not_read_the_account_reads_none_of_its_decisions(self):
        account = self._new_applied()
        decision = account.sudo().approval_ids
        approvals = self.env["key.account.approval"]
        self.assertTrue(approvals.with_user(self.leader).search([("id", "in", decision.ids)]))
        self.assertTrue(decision.with_user(self.leader).read(["comment"]))
        for user in (self.other_leader, self.other_manager):
            self.assertFalse(approvals.with_user(user).search([("id", "in", decision.ids)]))
            with self.assertRaises(AccessError):
                decision.with_user(user).read(["comment"])

    def test_a_state_that_the_table_does_not_name_is_refused(self):
        account = self._new_candidate()
        for state in ("applied", "active", "ended", "suspended", "rejected"):
            with self.subTest(state=state), self.assertRaises(UserError):
                account.write({"state": state})

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...models.account.res_users import BYPASS
from ..common import KeyAccountCase, role_group


@tagged("post_install", "-at_install")
class TestOwnership(KeyAccountCase):
    """Who developed a customer, whose it is, and how that changes (O1–O3)."""

    def _get_notes(self, user):
        return self.env["mail.message"].search([
            ("message_type", "=", "user_notification"), ("notified_partner_ids", "in", user.partner_id.ids),
        ])

    def test_who_proposes_a_customer_is_its_developer_and_only_the_director_corrects_that(self):
        today = self.company._get_key_account_today()
        account = self._new_candidate()
        self.assertEqual(
            (account.developer_id, account.developer_team_id, account.developed_on),
            (self.manager, self.team, today),
        )
        for values in ({"developer_id": self.manager2.id}, {"developed_on": "2020-01-01"},
                       {"developer_team_id": self.other_team.id}):
            for user in (self.manager, self.leader):
                with self.subTest(values=values, user=user.name), self.assertRaises(AccessError):
                    account.with_user(user).write(values)
            with self.assertRaises(AccessError):
                self._new_candidate(**values)
        account.with_user(self.director).developer_id = self.manager2
        self.assertEqual(account.developer_id, self.manager2)

    def test_the_first_day_brings_the_developers_along(self):
        result = self.env["key.account"].with_user(self.director).load(
            ["partner_id", "manager_id", "team_id", "state", "developer_id", "developer_team_id",
             "developed_on", "company_id"],
            [[self._new_customer("Imported").name, "Manager", "East", "Active", "Other Manager", "South",
              "2019-05-06", self.company.name]],
        )
        self.assertFalse(result["messages"])
        account = self.env["key.account"].browse(result["ids"])
        self.assertEqual(
            (account.developer_id, account.developer_team_id, str(account.developed_on)),
            (self.other_manager, self.other_team, "2019-05-06"),
        )

    def test_each_change_writes_history_and_tells_both(self):
        account = self._new_account()
        self.assertEqual(account.ownership_history_ids.mapped("source"), ["First owner"])
        account.with_user(self.director).write({"manager_id": self.manager2.id})
        account.with_user(self.director).write({"manager_id": self.manager2.id, "team_id": self.team.id})
        account.with_user(self.director).write({"team_id": self.other_team.id})
        rows = account.ownership_history_ids.sorted("id")
        self.assertEqual(rows.manager_id.ids, [self.manager.id, self.manager2.id])
        self.assertEqual(rows.mapped("team_id"), self.team | self.other_team)
        self.assertEqual(len(rows), 3, "what does not change is no history")
        self.assertEqual(rows[1].user_id, self.director)
        self.assertIn("Assigned by Director", rows[1].source)
        for user in (self.manager, self.manager2):
            self.assertIn("goes from Manager to Manager2", self._get_notes(user).body)
            self.env.invalidate_all()
            self.assertTrue(self._get_notes(user).with_user(user).read(["body"]))

    def test_the_note_of_a_secret_account_names_it_not(self):
        account = self._new_account(self._new_customer("Veiled"), confidentiality="secret", number="00042")
        account.with_user(self.director).manager_id = self.manager2
        note = self._get_notes(self.manager)
        self.assertIn("00042", note.body)
        self.assertNotIn("Veiled", f"{note.body}{note.subject}{note.record_name}")

    def test_history_is_never_rewritten(self):
        row = self._new_account().ownership_history_ids
        for user in (self.manager, self.leader, self.director):
            with self.subTest(user=user.name):
                with self.assertRaises(UserError):
                    row.with_user(user).write({"reason": "x"})
                with self.assertRaises(UserError):
                    row.with_user(user).unlink()
        with self.assertRaises(UserError):
            row.write({"reason": "x"})
        with self.assertRaises(UserError):
            row.unlink()
        with self.assertRaises(AccessError):
            row.with_user(self.director).create({
                "account_id": row.account_id.id, "date_from": "2026-01-01", "user_id": self.director.id,
            })

    def test_a_context_from_outside_writes_no_history_of_its_own(self):
        account = self._new_account()
        account.with_user(self.director).with_context(
            key_account_owner_change=["forged", "forged", False]
        ).manager_id = self.manager2
        self.assertIn("Assigned by", account.ownership_history_ids.sorted("id")[-1].source)

    def test_accounts_without_an_active_manager_are_found_and_told_once(self):
        good, gone, moved = (self._new_account() for _index in range(3))
        leaver = self._new_user("leaver", role_group("manager"))
        mover = self._new_user("mover", role_group("manager"))
        gone.with_user(self.director).manager_id = leaver
        moved.with_user(self.director).manager_id = mover
        self.env.cr.execute("UPDATE res_users SET active = false WHERE id = %s", [leaver.id])
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        # as an administrator does who goes round the guard
        mover.with_context(key_account_archive=BYPASS).write({
            "company_ids": [fields.Command.set(elsewhere.ids)], "company_id": elsewhere.id,
        })
        self.env.invalidate_all()
        accounts = good | gone | moved
        found = accounts.search([("has_active_manager", "=", False), ("id", "in", accounts.ids)])
        self.assertEqual(found, (gone | moved).sorted("id", reverse=True))
        self.assertEqual(
            accounts.search([("has_active_manager", "=", True), ("id", "in", accounts.ids)]), good
        )
        self.assertEqual(accounts.filtered("has_active_manager"), good)
        kind = self.env.ref("key_account_mgmt.mail_activity_type_missing_manager")

        def told(account):
            return account.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

        cron = self.env.ref("key_account_mgmt.ir_cron_key_account_tell_missing_managers")
        for day in ("2030-05-01", "2030-05-02"):
            with freeze_time(day), self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual([len(told(account)) for account in (good, gone, moved)], [0, 1, 1], day)
        self.assertEqual(told(gone).user_id, self.director)
        told(gone).action_feedback(feedback="I know.")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(told(gone), "once while it lasts")
        moved.with_user(self.director).manager_id = self.manager2
        self.assertFalse(told(moved))
        self.assertFalse(moved.is_missing_manager_told)

    def test_candidates_count_when_their_manager_is_gone_not_while_one_is_looked_for(self):
        leaver = self._new_user("leaver", role_group("manager"))
        lost = self._new_applied(user=leaver, manager_id=leaver.id)
        turned_down = self._new_candidate(user=leaver, manager_id=leaver.id)
        self.env.flush_all()
        self.env.cr.execute("UPDATE key_account SET state = 'rejected' WHERE id = %s", [turned_down.id])
        proposed = self._new_candidate(user=self.leader, manager_id=False)
        leaver.with_context(key_account_archive=BYPASS).active = False
        self.env.invalidate_all()
        self._tell_missing_managers()
        told = (lost | turned_down | proposed).with_env(self.env).filtered("is_missing_manager_told")
        self.assertEqual(told, lost.with_env(self.env))

    def test_without_a_named_director_another_one_is_told(self):
        leaver = self._new_user("leaver", role_group("manager"))
        account = self._new_account(manager_id=leaver.id)
        leaver.with_context(key_account_archive=BYPASS).active = False
        director2 = self._new_user("director2", role_group("director"))
        for named in (self.env["res.users"], self.manager2):
            self.company.key_account_director_id = named
            self.director.with_context(key_account_archive=BYPASS).active = False
            account.is_missing_manager_told = False
            account.activity_ids.unlink()
            self._tell_missing_managers()
            self.assertEqual(account.activity_ids.user_id, director2)
        self.company.key_account_director_deputy_id = self._new_user("deputy", role_group("director"))
        account.is_missing_manager_told = False
        account.activity_ids.unlink()
        self._tell_missing_managers()
        self.assertEqual(account.activity_ids.user_id, self.company.key_account_director_deputy_id)

    def _tell_missing_managers(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "key_account_mgmt.ir_cron_key_account_tell_missing_managers"
            ).method_direct_trigger()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestOwnershipException(KeyAccountCase):
    """Others get an account only for named reasons, proposed by one and approved by two (O2, O3, O5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account()

    def _propose(self, user=None, **values):
        return self.env["key.account.ownership.exception"].with_user(user or self.manager).create({
            "account_id": self.account.id, "kind": "redistribution", "reason": "Nearer to Ningbo",
            "proposed_manager_id": self.manager2.id, **values,
        })

    def _decide(self, proposal, *users):
        for user in users:
            self.env.invalidate_all()
            proposal.with_user(user).action_approve()
        return proposal

    def test_each_ground_moves_the_account_after_two_approvals(self):
        for kind in ("unfit", "customer_wish", "conflict", "redistribution"):
            with self.subTest(kind=kind):
                account = self._new_account()
                proposal = self._propose(
                    account_id=account.id, kind=kind, proposed_team_id=self.other_team.id,
                    proposed_manager_id=self.other_manager.id,
                )
                proposal.action_submit()
                self._decide(proposal, self.leader)
                self.assertEqual((proposal.state, account.manager_id), ("submitted", self.manager))
                self._decide(proposal, self.director)
                self.assertEqual(proposal.sudo().state, "approved")
                self.assertEqual((account.manager_id, account.team_id), (self.other_manager, self.other_team))
                row = account.ownership_history_ids.sorted("id")[-1]
                self.assertEqual(row.reason, "Nearer to Ningbo")
                self.assertIn("Ownership change", row.source)

    def test_nobody_involved_decides(self):
        proposal = self._propose(user=self.leader, proposed_manager_id=self.manager2.id)
        proposal.action_submit()
        for user in (self.leader, self.manager, self.manager2, self.executive, self.other_leader):
            self.env.invalidate_all()
            with self.subTest(user=user.name), self.assertRaises(UserError):
                proposal.with_user(user).action_approve()
        self._decide(proposal, self.director, self.executive)
        self.assertEqual(self.account.manager_id, self.manager2)

    def test_what_is_proposed_has_to_be_a_change_to_somebody_who_can_have_it(self):
        gone = self._new_user("gone", role_group("manager"))
        gone.active = False
        with self.assertRaisesRegex(ValidationError, "is the manager already"):
            self._propose(proposed_manager_id=self.manager.id)
        with self.assertRaisesRegex(ValidationError, "belongs to East already"):
            self._propose(proposed_manager_id=False, proposed_team_id=self.team.id)
        for values in (
            {"proposed_manager_id": False}, {"proposed_manager_id": self.assistant.id},
            {"proposed_manager_id": self.portal.id}, {"proposed_manager_id": gone.id},
        ):
            with self.subTest(values=values), self.assertRaises(UserError), self.env.cr.savepoint():
                self._propose(**values).action_submit()

    def test_the_first_choice_is_asked_of_the_developing_department(self):
        proposal = self._propose(kind="cross_area")
        with self.assertRaisesRegex(UserError, "chooses first"):
            proposal.action_submit()
        proposal.first_choice = "takes"
        proposal.action_submit()
        self._decide(proposal, self.leader, self.director)
        self.assertEqual(self.account.manager_id, self.manager)
        ceded = self._propose(kind="cross_area", first_choice="cedes")
        ceded.action_submit()
        self._decide(ceded, self.leader, self.director)
        self.assertEqual(self.account.manager_id, self.manager2)

    def test_joint_work_makes_the_other_a_member_for_its_period(self):
        proposal = self._propose(
            kind="cross_area", first_choice="joint", proposed_manager_id=False,
            joint_user_id=self.other_manager.id,
        )
        with self.assertRaisesRegex(UserError, "from when to when"):
            proposal.action_submit()
        proposal.write({"joint_from": "2026-01-01", "joint_to": "2099-12-31"})
        proposal.action_submit()
        self._decide(proposal, self.leader, self.director)
        self.assertIn(self.other_manager, self.account.allowed_user_ids)
        self.assertEqual(self.account.manager_id, self.manager)

    def test_an_account_that_ended_meanwhile_is_not_decided_on(self):
        proposal = self._propose()
        proposal.action_submit()
        self._decide(proposal, self.leader)
        self.account.sudo().write({"state": "ended"})
        with self.assertRaisesRegex(UserError, "has ended"):
            proposal.with_user(self.director).action_approve()
        self.assertEqual(self.account.manager_id, self.manager)
        with self.assertRaisesRegex(UserError, "has ended"):
            self._propose().action_submit()

    def test_a_state_is_not_written_past_the_decisions(self):
        proposal = self._propose()
        for state in ("submitted", "approved", "rejected"):
            with self.subTest(state=state), self.assertRaises(UserError), self.env.cr.savepoint():
                proposal.with_user(self.director).write({"state": state})
        proposal.action_submit()
        for user in (self.manager, self.director):
            with self.subTest(user=user.name), self.assertRaises(UserError), self.env.cr.savepoint():
                proposal.with_user(user).write({"proposed_manager_id": self.leader.id})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            proposal.sudo().write({"state": "approved"})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            proposal.with_user(self.director).write({"requester_id": self.manager2.id})

    def test_sent_back_and_rejected(self):
        proposal = self._propose()
        proposal.action_submit()
        proposal.with_user(self.leader)._decline("returned", "Which proof?")
        self.assertEqual(proposal.state, "draft")
        self.assertIn(self.manager, proposal.sudo().activity_ids.user_id)
        proposal.reason = "Their letter of May 3"
        proposal.action_submit()
        self._decide(proposal, self.leader)
        proposal.with_user(self.director)._decline("rejected", "No.")
        self.assertEqual(proposal.sudo().state, "rejected")
        self.assertEqual(self.account.manager_id, self.manager)

    def test_the_superuser_still_assigns_where_code_does(self):
        self.account.sudo().manager_id = self.manager2
        self.assertEqual(self.account.manager_id, self.manager2)

from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import role_group
from .test_handover import HandoverCase


@tagged("post_install", "-at_install")
class TestDeputies(HandoverCase):
    """What waits for somebody who is absent is asked of his deputy, on the days of the absence (O4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.director2 = cls._new_user("director2", role_group("director"))
        cls.now = fields.Datetime.now()

    def _new_absence(self, user, receiver, begins=0, ends=9):
        return self._new_handover(
            user=self.director2, user_id=user.id, receiver_id=receiver.id, kind="absence",
            date_from=self.today + timedelta(days=begins), date_to=self.today + timedelta(days=ends),
        )

    def _stand_in(self, user, receiver, approver, **dates):
        return self._execute(self._new_absence(user, receiver, **dates), approver=approver)

    def _new_proposal(self):
        """Propose another owner, as the manager does: the leader decides, then the director."""
        proposal = self.env["key.account.ownership.exception"].with_user(self.manager).create({
            "account_id": self._new_account().id, "kind": "redistribution", "reason": "Nearer",
            "proposed_manager_id": self.manager2.id,
        })
        proposal.action_submit()
        return proposal

    def _pass_days(self, days):
        with freeze_time(self.now + timedelta(days=days)), self.enter_registry_test_mode():
            for name in ("refresh_access", "pass_on_decisions"):
                self.env.ref(f"key_account_mgmt.ir_cron_key_account_{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _name_deputy(self, user):
        self.team.write({"key_account_deputy_id": user.id, "key_account_deputy_from": self.today})

    def _get_asked(self, record):
        self.env.invalidate_all()
        return record.sudo().activity_ids.user_id

    # === THE LEADER === #

    def test_what_waits_for_an_absent_leader_and_what_comes_goes_to_the_deputy_and_back(self):
        self._new_account(manager_id=self.leader.id)
        waiting, later = self._new_applied(), self._new_applied()
        self.assertEqual(self._get_asked(waiting), self.leader)
        self._stand_in(self.leader, self.other_leader, self.director)
        self.assertEqual(self._get_asked(waiting), self.other_leader)
        self.assertEqual(self._get_asked(self._new_applied()), self.other_leader)
        waiting.with_user(self.other_leader).action_approve()
        self.assertEqual(self._get_asked(waiting), self.executive)
        self._pass_days(9)
        self.assertEqual(self._get_asked(later), self.other_leader, "the last day counts")
        self._pass_days(10)
        self.assertEqual(self._get_asked(later), self.leader)

    def test_an_absence_to_come_passes_decisions_on_when_it_begins(self):
        self._new_account(manager_id=self.leader.id)
        waiting = self._new_applied()
        self._stand_in(self.leader, self.other_leader, self.director, begins=3)
        self.assertEqual(self._get_asked(waiting), self.leader)
        self._pass_days(2)
        self.assertEqual(self._get_asked(waiting), self.leader)
        self._pass_days(3)
        self.assertEqual(self._get_asked(waiting), self.other_leader)

    def test_a_deputy_who_may_not_decide_on_it_is_not_asked(self):
        own = self._new_applied(manager_id=self.other_leader.id, user=self.director2)
        self._name_deputy(self.other_leader)
        self.assertEqual(self._get_asked(own), self.leader)

    def test_naming_a_deputy_or_another_leader_passes_on_what_waits(self):
        waiting = self._new_applied()
        self._name_deputy(self.other_leader)
        self.assertEqual(self._get_asked(waiting), self.other_leader)
        self.team.key_account_deputy_id = False
        self.assertEqual(self._get_asked(waiting), self.leader)
        self.team.user_id = self.other_leader
        self.assertEqual(self._get_asked(waiting), self.other_leader)

    # === DIRECTOR AND EXECUTIVE === #

    def test_what_waits_for_an_absent_director_goes_to_his_deputy_and_back(self):
        waiting = self._new_proposal()
        waiting.with_user(self.leader).action_approve()
        self.assertEqual(self._get_asked(waiting), self.director)
        self._stand_in(self.director, self.director2, self.executive)
        self.assertEqual(self.company.key_account_director_id, self.director, "he keeps his name on it")
        self.assertEqual(self._get_asked(waiting), self.director2)
        later = self._new_proposal()
        later.with_user(self.leader).action_approve()
        self.assertEqual(self._get_asked(later), self.director2)
        self._pass_days(9)
        self.assertEqual(self._get_asked(waiting), self.director2)
        self._pass_days(10)
        self.assertEqual(self._get_asked(waiting), self.director)
        self.assertTrue(waiting.with_user(self.director2).can_approve, "anyone with the role may decide")

    def test_what_waits_for_an_absent_executive_goes_to_his_deputy_when_the_absence_begins(self):
        waiting = self._new_applied()
        waiting.with_user(self.leader).action_approve()
        self._stand_in(self.executive, self.executive2, self.director, begins=1, ends=1)
        self.assertEqual(self._get_asked(waiting), self.executive)
        self._pass_days(1)
        self.assertEqual(self._get_asked(waiting), self.executive2)

    def test_whom_somebody_chose_by_hand_stays_asked(self):
        executive3 = self._new_user("executive3", role_group("executive"))
        waiting = self._new_applied()
        waiting.with_user(self.leader).action_approve()
        waiting.activity_ids.user_id = executive3
        self.company.write({"key_account_executive_deputy_id": self.executive2.id})
        self._pass_days(0)
        self.assertEqual(self._get_asked(waiting), executive3)

    def test_a_deputy_holds_the_role_and_is_found_when_he_leaves(self):
        with self.assertRaisesRegex(UserError, "Key Account Director"):
            self._new_absence(self.director, self.leader).action_offer()
        for role, user in (("director", self.leader), ("executive", self.director)):
            with self.subTest(role=role), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.company[f"key_account_{role}_deputy_id"] = user
        self.company.write({
            "key_account_director_deputy_id": self.director2.id,
            "key_account_executive_deputy_id": self.executive2.id,
            "key_account_executive_deputy_to": self.today - timedelta(days=1),
        })
        self.assertEqual(self._get_held(self.director2), {"director_deputy"})
        self.assertFalse(self._get_held(self.executive2), "his days are over")

    def test_a_deputy_of_the_company_who_is_named_already_stays(self):
        director3 = self._new_user("director3", role_group("director"))
        self.company.key_account_director_deputy_id = director3
        done = self._stand_in(self.director, self.director2, director3)
        self.assertEqual(self.company.key_account_director_deputy_id, director3)
        self.assertIn("Director3", done.line_ids.note)

    @mute_logger("odoo.sql_db")
    def test_a_deputys_days_are_in_order(self):
        for role in ("director", "executive"):
            with self.subTest(role=role), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.company.write({
                    f"key_account_{role}_deputy_from": "2026-05-09",
                    f"key_account_{role}_deputy_to": "2026-05-01",
                })
                self.env.flush_all()

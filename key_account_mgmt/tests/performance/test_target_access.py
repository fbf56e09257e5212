from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCase

TODAY = "2026-11-25 02:00:00"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestTargetAccess(KeyAccountCase):
    """Who sees and who proposes which targets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account()
        cls.secret = cls._new_account(
            cls._new_customer("Veiled"), confidentiality="secret", manager_id=cls.manager2.id
        )
        cls.targets = {
            "company": cls._new_target(level="company", approve=True),
            "team": cls._new_target(approve=True),
            "other_team": cls._new_target(cls.other_leader, team_id=cls.other_team.id, approve=True),
            "manager": cls._new_target(level="person", user_id=cls.manager.id, approve=True),
            "manager2": cls._new_target(level="person", user_id=cls.manager2.id, approve=True),
            "account": cls._new_target(level="account", account_id=cls.account.id, approve=True),
            "secret": cls._new_target(
                cls.director, level="account", account_id=cls.secret.id, approve=True
            ),
            "draft": cls._new_target(kind="collection"),
        }

    def _see(self, user):
        """Return the names of the targets that somebody sees."""
        self.env.invalidate_all()
        try:
            found = self.env["key.account.target"].with_user(user).search([])
        except AccessError:
            return set()
        return {name for name, target in self.targets.items() if target in found}

    def test_everybody_sees_what_is_his(self):
        everything = set(self.targets)
        for user, expected in {
            self.manager: {"company", "team", "manager", "account"},
            self.manager2: {"company", "team", "manager2", "secret"},
            self.assistant: {"company", "team"},
            self.other_manager: {"company", "other_team"},
            self.leader: {"company", "team", "manager", "manager2", "account", "draft"},
            self.other_leader: {"company", "other_team"},
            self.director: everything,
            self.executive: everything,
            self.clerk: everything - {"secret"},
            self.inspector: set(),
            self.service: set(),
            self.salesman: set(),
            self.nobody: set(),
            self.portal: set(),
        }.items():
            with self.subTest(user=user.name):
                self.assertEqual(self._see(user), expected)

    def test_who_works_for_an_account_sees_its_target_and_its_departments_total(self):
        self.account.with_user(self.director).member_ids = [
            Command.create({"user_id": self.other_manager.id, "role": "other"})
        ]
        self.assertEqual(self._see(self.other_manager), {"company", "other_team", "team", "account"})

    def test_other_companies_are_closed(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger", "key_account_mgmt.group_key_account_director", company)
        found = self.env["key.account.target"].with_user(stranger).with_context(
            allowed_company_ids=company.ids
        ).search([])
        self.assertFalse(found)

    def test_leaders_propose_for_their_own_departments_alone(self):
        for values in (
            {"team_id": self.other_team.id}, {"level": "company"},
            {"level": "person", "team_id": self.other_team.id, "user_id": self.other_manager.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self._new_target(self.leader, **{"kind": "visits", **values})
        mine = self._new_target(self.leader, kind="visits")
        with self.assertRaises(AccessError):
            mine.team_id = self.other_team
        with self.assertRaises(AccessError):
            self._new_target(self.leader, kind="visits", level="account", account_id=self.secret.id)

    def test_nobody_else_proposes_changes_or_submits(self):
        for user in (self.manager, self.assistant, self.clerk, self.executive, self.inspector, self.service):
            with self.subTest(user=user.name):
                with self.assertRaises(AccessError):
                    self._new_target(user, kind="visits")
                with self.assertRaises(UserError):
                    self.targets["draft"].with_user(user).action_submit()
                with self.assertRaises(AccessError):
                    self._new_change(self.targets["team"], 5, user)
                with self.assertRaises(AccessError):
                    self.env["key.account.target.split"].with_user(user).create({
                        "target_id": self.targets["team"].id,
                    })

    def test_the_result_of_a_department_is_the_same_whoever_asks(self):
        asked = {
            user: self.env["key.account.target"].with_user(user)._get_results(
                self.team, "sales", self.targets["team"].date_from, self.targets["team"].date_to
            )[self.team]
            for user in (self.clerk, self.manager, self.director, self.other_manager)
        }
        self.assertEqual(len(set(asked.values())), 1)
        self.assertEqual(next(iter(asked.values())).target, 1000)

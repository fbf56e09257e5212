from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import KeyAccountCase

TODAY = "2026-11-25 02:00:00"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestTargetChange(KeyAccountCase):
    """An approved target changes by a decision, with its history, and all still adds up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quarter = cls._new_target(period_type="quarter", amount=3000, challenge_amount=3600)
        cls.months = cls.env["key.account.target"].with_user(cls.leader).create([
            {"company_id": cls.company.id, "level": "team", "team_id": cls.team.id, "period_type": "month",
             "period_date": month, "parent_id": cls.quarter.id, "amount": 1000, "challenge_amount": 1200}
            for month in ("2026-10-01", "2026-11-01", "2026-12-01")
        ])
        cls.october, cls.november, cls.december = cls.months
        cls.people = cls.env["key.account.target"].with_user(cls.leader).create([
            {"company_id": cls.company.id, "level": "person", "team_id": cls.team.id, "user_id": user.id,
             "period_type": "month", "period_date": "2026-11-01", "parent_id": cls.november.id,
             "amount": amount, "challenge_amount": challenge}
            for user, amount, challenge in ((cls.manager, 600, 700), (cls.manager2, 400, 500))
        ])
        cls._approve_target(cls.quarter)

    def _amounts(self, targets):
        self.env.invalidate_all()
        return targets.mapped("amount")

    def test_all_is_approved_to_begin_with(self):
        self.assertEqual(set((self.quarter | self.months | self.people).mapped("state")), {"approved"})

    def test_nothing_moves_before_the_decision_and_who_when_why_is_kept(self):
        change = self._new_change(self.november, 1500, challenge_amount=1800)
        self.assertEqual(change.affected_count, 4, "the month, its two people, and the quarter")
        change.action_submit()
        change.with_user(self.director).action_approve()
        self.assertEqual(self._amounts(self.november), [1000])
        change.with_user(self.executive).action_approve()
        self.assertEqual(self._amounts(self.november), [1500])
        self.assertEqual((change.amount_before, change.amount), (1000, 1500))
        self.assertEqual((change.challenge_before, change.challenge_amount), (1200, 1800))
        self.assertEqual(change.user_id, self.leader)
        self.assertTrue(change.is_after_start and change.applied_on)
        self.assertEqual(
            change.sudo().approval_ids.sorted("id").user_id, self.leader | self.director | self.executive
        )

    def test_the_whole_changes_by_as_much_and_the_parts_go_along(self):
        change = self._approve_target(self._new_change(self.november, 1500, challenge_amount=1800))
        self.assertEqual(self._amounts(self.people), [900, 600])
        self.assertEqual(self._amounts(self.quarter), [3500])
        self.assertEqual(self.quarter.challenge_amount, 4200)
        self.assertEqual(self._amounts(self.october | self.december), [1000, 1000])
        for target in self.people | self.quarter:
            row = target.change_ids
            self.assertEqual((row.state, row.origin_id, row.reason), ("approved", change, change.reason))
        self.quarter._check_adds_up()
        self.november._check_adds_up()

    def test_the_other_parts_take_it_up_but_not_those_that_are_over(self):
        self._approve_target(self._new_change(self.november, 1500, challenge_amount=1800, balance="others"))
        self.assertEqual(self._amounts(self.quarter), [3000])
        self.assertEqual(self._amounts(self.months), [1000, 1500, 500])
        self.quarter._check_adds_up()

    def test_a_whole_that_changes_leaves_periods_that_are_over_as_they_were(self):
        self._approve_target(self._new_change(self.quarter, 4000, challenge_amount=4800))
        self.assertEqual(self._amounts(self.months), [1000, 1500, 1500])
        self.assertEqual(self._amounts(self.people), [900, 600])
        self.quarter._check_adds_up()

    def test_no_room_is_said_when_it_is_proposed(self):
        for amount, balance in ((900, "whole"), (5000, "others")):
            target = self.quarter if balance == "whole" else self.november
            change = self._new_change(target, amount, challenge_amount=0, balance=balance)
            self.assertEqual(change.affected_count, 0)
            with self.assertRaisesRegex(UserError, "leave no room"):
                change.action_submit()

    def test_what_changes_nothing_or_is_no_approved_target_is_refused(self):
        with self.assertRaisesRegex(UserError, "Enter another target"):
            self._new_change(self.november, 1000).action_submit()
        draft = self._new_target(kind="collection")
        with self.assertRaisesRegex(UserError, "not approved yet"):
            self._new_change(draft, 5)
        visits = self._new_target(kind="visits", amount=5, approve=True)
        with self.assertRaisesRegex(UserError, "whole numbers"):
            self._new_change(visits, 5.5).action_submit()

    def test_a_change_before_the_period_is_decided_on_as_well_and_says_so(self):
        change = self._new_change(self.december, 1100)
        change.action_submit()
        self.assertFalse(change.is_after_start)
        self.assertEqual(change.state, "submitted")

    def test_what_waits_for_a_decision_is_not_moved_below_it(self):
        part = self._new_target(
            level="person", user_id=self.manager.id, parent_id=self.december.id, amount=1000,
            challenge_amount=1200, period_date="2026-12-01",
        )
        part.action_submit()
        with self.assertRaisesRegex(UserError, "waits for a decision"):
            self._new_change(self.quarter, 4000, challenge_amount=4800).action_submit()

    def test_a_rejected_change_changes_nothing_and_is_kept(self):
        change = self._new_change(self.november, 1500, challenge_amount=1800)
        change.action_submit()
        change.with_user(self.director)._decline("rejected", "No")
        self.assertEqual((change.state, self._amounts(self.november)), ("rejected", [1000]))
        with self.assertRaisesRegex(UserError, "is kept"):
            change.unlink()
        with self.assertRaisesRegex(UserError, "kept as it is"):
            change.amount = 5

    def test_history_is_written_by_the_system_alone(self):
        for values in (
            {"amount_before": 5}, {"origin_id": 1}, {"user_id": self.manager.id}, {"applied_on": TODAY},
            {"is_after_start": False},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self._new_change(self.november, 1100, self.director, **values)
        with self.assertRaisesRegex(UserError, "starts as"):
            self._new_change(self.november, 1100, self.director, state="approved")

    def test_nobody_decides_on_a_change_of_his_own_target(self):
        self.team.member_ids |= self.director
        target = self._new_target(level="person", user_id=self.director.id)
        target.action_submit()
        target.with_user(self.executive).action_approve()
        target.with_user(self.executive2).action_approve()
        change = self._new_change(target, 500)
        change.action_submit()
        with self.assertRaisesRegex(UserError, "your own matter"):
            change.with_user(self.director).action_approve()

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase

TODAY = "2026-11-25 02:00:00"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestTarget(KeyAccountCase):
    """Proposing targets, their parts and their decisions (R4, P6)."""

    def _divide(self, target, amounts, user=None, **values):
        """Divide a target into the months of its quarter, by hand."""
        months = {"2026 Q4": ("2026-10-01", "2026-11-01", "2026-12-01")}[target.name]
        return self.env["key.account.target"].with_user(user or self.leader).create([
            {"company_id": self.company.id, "level": target.level, "team_id": target.team_id.id,
             "period_type": "month", "period_date": month, "parent_id": target.id, "amount": amount, **values}
            for month, amount in zip(months, amounts)
        ])

    # === WHAT A TARGET IS === #

    def test_the_period_is_that_of_the_day(self):
        for period_type, name, bounds in (
            ("year", "2026", ("2026-01-01", "2026-12-31")),
            ("quarter", "2026 Q4", ("2026-10-01", "2026-12-31")),
            ("month", "2026-11", ("2026-11-01", "2026-11-30")),
        ):
            target = self._new_target(period_type=period_type)
            self.assertEqual(target.name, name)
            self.assertEqual((str(target.date_from), str(target.date_to)), bounds)

    def test_money_has_the_companys_currency_and_counts_have_none(self):
        self.assertEqual(self._new_target().currency_id, self.company.currency_id)
        self.assertFalse(self._new_target(kind="visits", amount=5).currency_id)

    def test_its_name_says_when_for_whom_and_what(self):
        self.assertEqual(self._new_target().display_name, "2026-11 · East · Sales")
        self.assertIn("Rainbow Bearings", self._new_target(level="company").display_name)

    # === BAD INPUT === #

    @mute_logger("odoo.sql_db")
    def test_a_negative_target_and_a_challenge_below_it_are_refused(self):
        for values in ({"amount": -1}, {"challenge_amount": -1}, {"challenge_amount": 999.99}):
            with self.subTest(values), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._new_target(**values)
        self.assertEqual(self._new_target(challenge_amount=1000).challenge_amount, 1000)

    @mute_logger("odoo.sql_db")
    def test_there_is_one_target_of_a_kind_for_a_subject_and_a_period(self):
        self._new_target()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._new_target(amount=2, period_date="2026-11-01")
        self._new_target(kind="collection")
        self._new_target(period_type="quarter")
        self._new_target(level="person", user_id=self.manager.id)

    def test_a_person_in_two_departments_has_a_target_in_each(self):
        self.other_team.member_ids |= self.manager
        self._new_target(level="person", user_id=self.manager.id)
        self._new_target(
            self.other_leader, level="person", user_id=self.manager.id, team_id=self.other_team.id
        )

    def test_whom_it_is_for_goes_with_its_level(self):
        account = self._new_account()
        for values in (
            {"level": "team", "team_id": False}, {"level": "person"}, {"level": "account"},
            {"level": "team", "user_id": self.manager.id}, {"level": "company", "team_id": self.team.id},
            {"level": "team", "account_id": account.id},
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, "For whom is it"):
                self._new_target(self.director, **values)
        self.assertEqual(self._new_target(level="account", account_id=account.id).team_id, self.team)

    def test_customers_and_visits_are_whole(self):
        for kind in ("visits", "new_customers"):
            with self.assertRaisesRegex(ValidationError, "whole numbers"):
                self._new_target(kind=kind, amount=2.5)

    def test_a_part_lies_in_its_whole(self):
        quarter = self._new_target(period_type="quarter")
        for values in (
            {"period_date": "2027-01-01"}, {"kind": "collection"}, {"period_type": "year"},
            {"level": "person", "user_id": self.manager.id},
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, "is no part of"):
                self._new_target(parent_id=quarter.id, **values)
        with self.assertRaisesRegex(ValidationError, "is no part of"):
            self._new_target(
                self.director, team_id=self.other_team.id, parent_id=quarter.id
            )

    def test_a_whole_is_divided_in_one_way(self):
        year = self._new_target(period_type="year")
        self._new_target(period_type="quarter", parent_id=year.id)
        with self.assertRaisesRegex(ValidationError, "in another way"):
            self._new_target(period_type="month", parent_id=year.id)

    def test_a_target_is_no_part_of_itself(self):
        target = self._new_target()
        with self.assertRaises(UserError):
            target.parent_id = target

    # === PARTS ADD UP === #

    def test_parts_that_do_not_add_up_are_refused_with_the_difference(self):
        quarter = self._new_target(period_type="quarter", amount=3000)
        parts = self._divide(quarter, (1000, 1000, 999.99))
        self.assertEqual(quarter.gap_amount, 0.01)
        with self.assertRaisesRegex(UserError, r"add up.*(\n.*)*-0\.01"):
            quarter.action_submit()
        parts[2].amount = 1000
        quarter.action_submit()
        self.assertEqual(set((quarter | parts).mapped("state")), {"submitted"})

    def test_challenge_targets_add_up_as_well(self):
        quarter = self._new_target(period_type="quarter", amount=3000, challenge_amount=3600)
        parts = self._divide(quarter, (1000, 1000, 1000), challenge_amount=1100)
        with self.assertRaisesRegex(UserError, "Challenge Target"):
            quarter.action_submit()
        parts.write({"challenge_amount": 1200})
        quarter.action_submit()

    def test_a_part_of_what_is_not_approved_goes_with_it_or_not_at_all(self):
        quarter = self._new_target(period_type="quarter", amount=3000)
        parts = self._divide(quarter, (1000, 1000, 1000))
        with self.assertRaisesRegex(UserError, "not approved yet"):
            parts.action_submit()

    # === DECISIONS === #

    def test_a_leaders_target_is_decided_by_the_director_and_then_the_executive(self):
        target = self._new_target()
        target.action_submit()
        self.assertEqual(target.activity_ids.user_id, self.director)
        target.with_user(self.director).action_approve()
        self.assertEqual((target.state, target.activity_ids.user_id), ("submitted", self.executive))
        target.with_user(self.executive).action_approve()
        self.assertEqual(target.state, "approved")
        self.assertFalse(target.activity_ids)

    def test_what_the_director_proposes_the_executive_decides_on_alone(self):
        for level in ("company", "team"):
            target = self._new_target(self.director, level=level)
            target.action_submit()
            with self.assertRaisesRegex(UserError, "your own matter"):
                target.with_user(self.director).action_approve()
            self.assertEqual(target.state, "submitted")
            target.with_user(self.executive).action_approve()
            self.assertEqual(target.state, "approved")

    def test_one_approval_is_not_enough_for_a_leaders_target(self):
        target = self._new_target()
        target.action_submit()
        target.with_user(self.director).action_approve()
        for user in (self.leader, self.director):
            with self.assertRaisesRegex(UserError, "has not been given"):
                target.with_user(user).write({"state": "approved"})
        with self.assertRaisesRegex(UserError, "has not been given"):
            target.sudo().write({"state": "approved"})

    def test_an_administrator_does_not_decide_on_his_own(self):
        admin = self._new_user(
            "admin2", "base.group_system,key_account_mgmt.group_key_account_director,"
            "key_account_mgmt.group_key_account_executive",
        )
        target = self._new_target(admin)
        target.action_submit()
        with self.assertRaisesRegex(UserError, "your own matter"):
            target.with_user(admin).action_approve()

    def test_nobody_decides_on_his_own_target_nor_when_it_came_along(self):
        self.team.member_ids |= self.director
        team = self._new_target(amount=100)
        self._new_target(level="person", user_id=self.director.id, parent_id=team.id, amount=100)
        team.action_submit()
        with self.assertRaisesRegex(UserError, "your own matter"):
            team.with_user(self.director).action_approve()
        team.with_user(self.executive).action_approve()
        team.with_user(self.executive2).action_approve()
        self.assertEqual(team.child_ids.state, "approved")

    def test_one_decision_holds_for_all_parts_and_each_keeps_its_rows(self):
        quarter = self._new_target(period_type="quarter", amount=3000)
        parts = self._divide(quarter, (1000, 1000, 1000))
        quarter.action_submit()
        self.assertEqual(parts.head_id, quarter)
        self.assertFalse(parts.activity_ids, "one activity for all")
        with self.assertRaisesRegex(UserError, "was submitted with"):
            parts[0].with_user(self.director).action_approve()
        quarter.with_user(self.director).action_approve()
        quarter.with_user(self.executive).action_approve()
        self.assertEqual(set(parts.mapped("state")), {"approved"})
        for part in parts:
            self.assertEqual(
                part.sudo().approval_ids.sorted("id").mapped("decision"),
                ["submitted", "approved", "approved"],
            )

    def test_what_is_sent_back_comes_back_with_its_parts(self):
        quarter = self._new_target(period_type="quarter", amount=3000)
        parts = self._divide(quarter, (1000, 1000, 1000))
        quarter.action_submit()
        quarter.with_user(self.director)._decline("returned", "Too little")
        self.assertEqual(set((quarter | parts).mapped("state")), {"draft"})
        self.assertEqual(set(parts.sudo().approval_ids.mapped("comment")) - {False}, {"Too little"})
        quarter.action_submit()
        self.assertEqual(set(parts.mapped("state")), {"submitted"})

    def test_parts_of_an_approved_target_are_decided_on_together(self):
        quarter = self._new_target(period_type="quarter", amount=3000, approve=True)
        parts = self._divide(quarter, (1000, 1000, 1000))
        quarter.action_submit_parts()
        self.assertEqual(len(parts.activity_ids), 1)
        head = parts.filtered(lambda part: not part.head_id)
        self.assertEqual(len(head), 1)
        head.with_user(self.director).action_approve()
        head.with_user(self.executive).action_approve()
        self.assertEqual(set(parts.mapped("state")), {"approved"})
        with self.assertRaisesRegex(UserError, "No part of it is a draft"):
            quarter.action_submit_parts()

    def test_what_is_submitted_or_approved_stands_still(self):
        target = self._new_target()
        target.action_submit()
        for values in ({"amount": 1}, {"challenge_amount": 5000}, {"period_date": "2027-01-01"}):
            with self.assertRaisesRegex(UserError, "stands still"):
                target.write(values)
        target.note = "Still a note"
        with self.assertRaisesRegex(UserError, "has a history"):
            target.unlink()

    def test_a_draft_without_parts_is_deleted(self):
        quarter = self._new_target(period_type="quarter", amount=3000)
        parts = self._divide(quarter, (1000, 1000, 1000))
        with self.assertRaisesRegex(UserError, "divided into parts"):
            quarter.unlink()
        parts.unlink()
        quarter.unlink()
        self.assertFalse(quarter.exists())

    def test_nothing_starts_approved(self):
        for user, kind in ((self.leader, "visits"), (self.director, "sales")):
            with self.assertRaisesRegex(UserError, "starts as"):
                self._new_target(user, kind=kind, state="approved")
        with self.assertRaises(AccessError):
            self._new_target(kind="collection", closed_amount=5)

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import KeyAccountCase

TODAY = "2026-11-25 02:00:00"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestTargetSplit(KeyAccountCase):
    """Dividing a target: year to month, company to account, three methods, shown before it is done (R4)."""

    def _split(self, target, user=None, confirm=True, **values):
        window = self.env["key.account.target.split"].with_user(user or self.leader).create({
            "target_id": target.id, **values,
        })
        if confirm:
            window.action_confirm()
            self.env.invalidate_all()
        return window

    def _amounts(self, target):
        return target.sudo().child_ids.sorted("date_from").mapped("amount")

    def test_a_year_goes_down_to_the_month_and_the_person_and_adds_up_everywhere(self):
        self._new_account()
        self._new_account(manager_id=self.manager2.id)
        year = self._new_target(
            level="company", period_type="year", amount=1000000, challenge_amount=1100000.01,
        )
        self._split(year, self.director, into="quarter")
        for quarter in year.child_ids:
            self._split(quarter, self.director, into="month")
        months = year.child_ids.child_ids
        self.assertEqual(len(months), 12)
        for month in months:
            self._split(month, self.director, into="team")
            for team in month.child_ids:
                self._split(team, self.director, into="person")
        people = months.child_ids.child_ids
        self.assertEqual(set(people.mapped("level")), {"person"})
        mine = people.filtered(lambda target: target.user_id == self.manager)
        self.assertEqual(len(mine), 12)
        self._split(mine[0], self.director, into="account")
        self.assertEqual(mine[0].child_ids.account_id.manager_id, self.manager)
        whole = self.env["key.account.target"].search([("id", "child_of", year.id)])
        whole._check_adds_up()
        year.action_submit()
        self.assertEqual(set(whole.mapped("state")), {"submitted"})
        year.with_user(self.executive).action_approve()
        self.assertEqual(set(whole.mapped("state")), {"approved"})

    def test_evenly_puts_the_rounding_on_the_last_part_and_says_so(self):
        quarter = self._new_target(period_type="quarter", amount=100)
        window = self._split(quarter, into="month")
        self.assertEqual(self._amounts(quarter), [33.33, 33.33, 33.34])
        self.assertIn("2026-12", window.rounding_note)
        self.assertIn("+0.01", window.rounding_note)

    def test_the_parts_are_shown_before_they_are_made(self):
        quarter = self._new_target(period_type="quarter", amount=100)
        window = self._split(quarter, confirm=False, into="month")
        self.assertEqual(window.line_ids.mapped("name"), ["2026-10", "2026-11", "2026-12"])
        self.assertEqual(window.distributed_amount, 100)
        self.assertFalse(quarter.child_ids)

    def test_last_years_shares_come_from_the_ledger_imported_history_included(self):
        one, other = self._new_customer("One"), self._new_customer("Other")
        for partner, manager in ((one, self.manager), (other, self.manager2)):
            self._new_account(partner, manager_id=manager.id)
        self._new_order(one, 600, "2025-11-10")
        self._new_order(other, 100, "2025-11-10")
        self._new_order(other, 9999, "2025-10-31")
        self.env["key.account.sales.history"].create({
            "partner_id": other.id, "company_id": self.company.id, "date": "2025-11-30", "amount": 300,
        })
        month = self._new_target(amount=500)
        window = self._split(month, into="person", method="last_year")
        found = {line.user_id: (line.weight, line.amount) for line in window.line_ids}
        self.assertEqual(found[self.manager], (600, 300))
        self.assertEqual(found[self.manager2], (400, 200))
        self.assertEqual(found[self.assistant], (0, 0))

    def test_last_years_months_give_this_years_season(self):
        customer = self._new_account().partner_id
        for month, amount in (("10", 100), ("11", 300), ("12", 600)):
            self._new_order(customer, amount, f"2025-{month}-15")
        quarter = self._new_target(period_type="quarter", amount=2000)
        self._split(quarter, into="month", method="last_year")
        self.assertEqual(self._amounts(quarter), [200, 600, 1200])

    def test_visits_are_divided_by_last_years_visits(self):
        one, other = self._new_account(), self._new_account()
        for day in ("2025-11-03", "2025-11-10", "2025-11-17"):
            self._new_held_visit(one, day, visit_type="outbound")
        self._new_held_visit(other, "2025-11-10", visit_type="reception")
        self._new_held_visit(other, "2025-11-11", visit_type="call")
        person = self._new_target(kind="visits", level="person", user_id=self.manager.id, amount=8)
        window = self._split(person, into="account", method="last_year")
        found = {line.account_id: line.amount for line in window.line_ids}
        self.assertEqual((found[one], found[other]), (6, 2))

    def test_last_year_without_anything_is_refused_with_the_ways_out(self):
        quarter = self._new_target(period_type="quarter", amount=100)
        with self.assertRaisesRegex(UserError, "evenly or by hand"):
            self._split(quarter, into="month", method="last_year")

    def test_by_hand_has_to_add_up(self):
        quarter = self._new_target(period_type="quarter", amount=100, challenge_amount=120)
        window = self._split(quarter, confirm=False, into="month", method="manual")
        window.line_ids[0].amount -= 5
        with self.assertRaisesRegex(UserError, "5 are not distributed"):
            window.action_confirm()
        window.line_ids[2].amount += 5
        window.line_ids[1].challenge_amount += 1
        with self.assertRaisesRegex(UserError, "-1 are not distributed"):
            window.action_confirm()
        window.line_ids[2].challenge_amount -= 1
        window.action_confirm()
        self.assertEqual(self._amounts(quarter), [28.33, 33.33, 38.34])

    def test_on_the_screen_a_part_that_is_taken_out_is_divided_among_the_others(self):
        month = self._new_target(amount=90)
        form = Form(
            self.env["key.account.target.split"].with_user(self.leader).with_context(
                default_target_id=month.id
            )
        )
        form.into = "person"
        self.assertEqual(len(form.line_ids), 3)
        form.line_ids.remove(index=0)
        window = form.save()
        self.assertEqual(window.line_ids.mapped("amount"), [45, 45])
        window.action_confirm()
        self.assertEqual(month.child_ids.mapped("amount"), [45, 45])

    def test_dividing_again_replaces_drafts_but_nothing_that_is_decided_on(self):
        quarter = self._new_target(period_type="quarter", amount=90)
        self._split(quarter, into="month")
        first = quarter.child_ids
        self._split(first[0], into="person")
        self._split(quarter, into="month")
        self.assertFalse(first.exists())
        self.assertEqual(len(quarter.child_ids), 3)
        self._approve_target(quarter)
        with self.assertRaisesRegex(UserError, "propose changes"):
            self._split(quarter, into="month")

    def test_what_is_not_divided_further_is_refused(self):
        month = self._new_target(amount=90)
        with self.assertRaisesRegex(UserError, "another one"):
            self._split(month, into="quarter")
        with self.assertRaisesRegex(UserError, "nobody among whom"):
            empty = self._new_target(level="person", user_id=self.manager.id)
            self._split(empty, into="account")

    def test_a_person_in_two_departments_is_counted_for_each_by_itself(self):
        self.other_team.member_ids |= self.manager
        self._new_order(self._new_account().partner_id, 100, "2025-11-10")
        elsewhere = self._new_account(self._new_customer("Else"), team_id=self.other_team.id)
        self._new_order(elsewhere.partner_id, 900, "2025-11-10")
        window = self._split(self._new_target(amount=10), into="person", method="last_year")
        found = {line.user_id: line.weight for line in window.line_ids}
        self.assertEqual(found[self.manager], 100)

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .pay_case import PayCase


@tagged("post_install", "-at_install")
class TestPayScheme(PayCase):
    """Schemes and bases are data, and wrong data is refused in words (X2)."""

    def test_the_presets_are_the_regulations(self):
        banded = self.env.ref("key_account_mgmt.pay_scheme_banded")
        self.assertEqual(
            [(band.lower, band.pay == "score" or band.rate) for band in banded.band_ids],
            [(95, 105), (90, 100), (60, True), (0, 0)],
        )
        self.assertEqual((banded.department_rate, banded.department_base), (5, "payout"))
        post = self.env.ref("key_account_mgmt.pay_scheme_proportional")
        self.assertEqual(
            (post.mode, post.base_amount, post.field_allowance, post.rate_ids.rate, post.department_rate),
            ("proportional", 800, 150, 5, 0),
        )
        self.assertFalse(post.rate_ids.category_ids)
        for template, scheme in (("sales", banded), ("clerk", banded), ("account_manager", post)):
            self.assertEqual(self.env.ref(f"key_account_mgmt.template_{template}").pay_scheme_id, scheme)

    def test_bands_with_a_gap_are_refused(self):
        for bands in ([], [(60, 0)], [(95, 105), (60, 100)]):
            with self.subTest(bands=bands), self._refused(ValidationError, "leave a gap"):
                self.banded.band_ids = [Command.clear()] + [
                    Command.create({"lower": lower, "rate": rate}) for lower, rate in bands
                ]

    def test_bands_that_overlap_or_lie_outside_are_refused(self):
        for vals in ({"lower": 95, "rate": 1}, {"lower": 101, "rate": 1}, {"lower": -1, "rate": 1},
                     {"lower": 50, "rate": -5}):
            with self.subTest(vals=vals), self._refused(IntegrityError):
                self.banded.band_ids = [Command.create(vals)]

    def test_a_gap_made_past_the_scheme_stops_the_settlement(self):
        self.banded.band_ids.filtered(lambda band: not band.lower).unlink()
        with self._refused(UserError, "leave a gap"):
            self._new_settlement()

    def test_bands_are_exchanged_at_once(self):
        lowest = self.banded.band_ids.filtered(lambda band: not band.lower)
        self.banded.band_ids = [
            Command.delete(lowest.id), Command.create({"lower": 0, "pay": "rate", "rate": 50}),
        ]
        self.appraisal.score = 59.99
        self.assertEqual(self._line(self._new_settlement()).total, 1500)

    def test_a_category_earns_one_reward_and_one_reward_is_for_the_rest(self):
        category = self.env["product.category"].create({"name": "Parcels"})
        with self._refused(ValidationError, "for all the rest"):
            self.proportional.rate_ids = [Command.create({"name": "Rest", "rate": 3})]
        named = {"name": "Parcels", "category_ids": [Command.link(category.id)]}
        self.proportional.rate_ids = [Command.create(named)]
        with self._refused(ValidationError, "earns two rewards"):
            self.proportional.rate_ids = [Command.create(named)]

    def test_a_base_is_not_negative_and_its_dates_do_not_overlap(self):
        with self._refused(IntegrityError):
            self._new_base(self.manager2, -1)
        with self._refused(ValidationError, "another base on some of these days"):
            self._new_base(self.manager, 4000, date_from="2026-03-15")
        self.base.date_to = "2026-03-14"
        self._new_base(self.manager, 4000, date_from="2026-03-15")
        self.assertEqual(self._line(self._new_settlement()).base, 4000, "of the last day of the month")

    def test_a_base_for_the_scheme_goes_before_one_for_all(self):
        self._new_base(self.manager, 5000, scheme_id=self.banded.id)
        self._new_base(self.manager, 100, scheme_id=self.proportional.id)
        self.assertEqual(self._line(self._new_settlement()).base, 5000)

    def test_nobody_sets_his_own_base_whatever_his_role(self):
        for user in (self.director, self.executive):
            with self._refused(AccessError, "his own pay"):
                self._new_base(user).with_user(user).amount = 99999
            with self._refused(AccessError, "his own pay"):
                self.env["key.account.pay.base"].with_user(user).create({
                    "user_id": user.id, "team_id": self.other_team.id, "company_id": self.company.id,
                    "amount": 1,
                })
            with self._refused(AccessError, "his own pay"):
                self.base.with_user(user).user_id = user
        self.base.with_user(self.director).amount = 3100

    def test_bases_are_seen_by_those_who_may_see_the_pay_and_set_by_fewer(self):
        readers = {"manager", "leader", "clerk", "director", "executive", "executive2"}
        for login, user in self.users.items():
            self.env.invalidate_all()
            base = self.base.with_user(user)
            self.assertEqual(base.has_access("read"), login in readers, login)
            self.assertEqual(
                base.has_access("write"), login in {"director", "executive", "executive2"}, login
            )

    def test_the_appraisal_shows_its_pay_to_those_who_may_see_it(self):
        self._set_result({self.appraisal.date_from: "challenge"})
        for login, expected in (
            ("director", (3000, "challenge", 2772)), ("executive", (3000, "challenge", 2772)),
            ("leader", (3000, "challenge", 2772)), ("clerk", (3000, "challenge", 2772)),
            ("manager", (0, False, 0)),
        ):
            with self.subTest(login=login):
                self.env.invalidate_all()
                seen = self.appraisal.with_user(self.users[login])
                self.assertEqual((seen.base_pay, seen.department_result, seen.payout), expected)
        self._freeze(self._new_settlement())
        mine = self.appraisal.with_user(self.manager)
        self.assertEqual((mine.base_pay, mine.department_result, mine.payout), (3000, "challenge", 2772))

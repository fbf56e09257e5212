from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...calculations import split as calculation
from ...calculations.split import cover, get_attainment, get_result, split, split_with_challenge

CENT, ONE = Decimal("0.01"), Decimal(1)
MONEY = st.decimals(min_value=0, max_value=10**12, places=2)
COUNTS = st.integers(min_value=0, max_value=10**6).map(Decimal)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40).filter(any)
THOROUGH = settings(max_examples=300, deadline=None, database=None)


@tagged("post_install", "-at_install")
class TestSplit(BaseCase):
    """Parts add up to the whole, whatever it is and however it is divided (R4)."""

    def test_the_rounding_goes_to_the_last_part(self):
        for total, weights, step, expected in (
            (100, [1, 1, 1], CENT, ["33.33", "33.33", "33.34"]),
            (100, [1] * 6, CENT, ["16.67"] * 5 + ["16.65"]),
            (1200, [1] * 12, CENT, ["100"] * 12),
            (1000, [3, 5, 2], CENT, ["300", "500", "200"]),
            ("0.01", [1, 1], CENT, ["0.01", "0"]),
            (100, [1] * 12, ONE, [8] * 11 + [12]),
            (5, [0, 1], ONE, [0, 5]),
        ):
            with self.subTest(total=total, weights=weights):
                parts = split(Decimal(total), weights, step)
                self.assertEqual(parts, [Decimal(part) for part in expected])

    def test_small_counts_are_spread_instead_of_heaped_on_the_last_part(self):
        for total in range(1, 12):
            parts = split(Decimal(total), [1] * 12, ONE)
            self.assertEqual(sum(parts), total)
            self.assertLessEqual(max(parts), 1, total)

    def test_a_part_without_weight_gets_nothing_and_carries_no_rounding(self):
        self.assertEqual(
            split(Decimal(100), [1, 1, 1, 0], CENT),
            [Decimal("33.33"), Decimal("33.33"), Decimal("33.34"), Decimal(0)],
        )

    def test_what_cannot_be_divided_is_refused(self):
        for total, weights in ((-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1]), (0, [])):
            with self.subTest(total=total, weights=weights), self.assertRaises(ValueError):
                split(Decimal(total), weights, CENT)

    @THOROUGH
    @given(total=MONEY, weights=WEIGHTS)
    def test_money_always_adds_up_to_the_cent(self, total, weights):
        self._check_parts(split(total, weights, CENT), total, weights, CENT)

    @THOROUGH
    @given(total=COUNTS, weights=WEIGHTS)
    def test_counts_always_add_up(self, total, weights):
        self._check_parts(split(total, weights, ONE), total, weights, ONE)

    def _check_parts(self, parts, total, weights, step):
        self.assertEqual(sum(parts), total)
        self.assertEqual(len(parts), len(weights))
        whole = sum(weights)
        for part, weight in zip(parts, weights):
            self.assertGreaterEqual(part, 0)
            self.assertEqual(part % step, 0)
            if not weight:
                self.assertEqual(part, 0)
        for part, weight in list(zip(parts, weights))[:-1]:
            self.assertLessEqual(abs(part - total * weight / whole), step)

    @THOROUGH
    @given(total=MONEY, weights=WEIGHTS)
    def test_more_weight_never_gets_less_before_the_last_part_by_more_than_a_step(self, total, weights):
        parts = split(total, weights, CENT)[:-1]
        for one, mine in zip(parts, weights):
            for other, theirs in zip(parts, weights):
                if mine >= theirs:
                    self.assertGreaterEqual(one, other - CENT)

    @THOROUGH
    @given(amount=COUNTS, beyond=COUNTS, weights=WEIGHTS)
    def test_no_parts_challenge_lies_below_its_target(self, amount, beyond, weights):
        pairs = split_with_challenge(amount, amount + beyond, weights, ONE)
        self.assertEqual(sum(part for part, _challenge in pairs), amount)
        if amount + beyond:
            self.assertEqual(sum(challenge for _part, challenge in pairs), amount + beyond)
        for part, challenge in pairs:
            self.assertGreaterEqual(challenge, part if amount + beyond else 0)

    def test_no_challenge_stays_none(self):
        self.assertEqual(split_with_challenge(ONE, Decimal(0), [1], CENT), [(ONE, Decimal(0))])


@tagged("post_install", "-at_install")
class TestTargetResult(BaseCase):
    """Three results, and nothing between target and challenge target (P6, X4)."""

    def test_the_bounds_belong_to_the_better_result(self):
        for actual, expected in (
            ("99.99", "missed"), ("100", "met"), ("110", "met"), ("119.99", "met"), ("120", "challenge"),
            ("500", "challenge"), ("0", "missed"), ("-5", "missed"),
        ):
            self.assertEqual(get_result(Decimal(actual), Decimal(100), Decimal(120)), expected, actual)

    def test_without_a_challenge_target_nothing_beats_met(self):
        for challenge in (None, Decimal(0)):
            self.assertEqual(get_result(Decimal(10**6), Decimal(100), challenge), "met")

    def test_attainment_of_nothing_is_no_data(self):
        self.assertIsNone(get_attainment(Decimal(5), Decimal(0)))
        self.assertEqual(get_attainment(Decimal("94.995"), Decimal(100)), Decimal("95.00"))
        self.assertEqual(get_attainment(Decimal(-5), Decimal(100)), Decimal("-5.00"))

    @THOROUGH
    @given(target=MONEY, beyond=MONEY, one=MONEY, other=MONEY)
    def test_more_never_gives_a_worse_result(self, target, beyond, one, other):
        order = (calculation.MISSED, calculation.MET, calculation.CHALLENGE)
        low, high = sorted((one, other))
        ranks = [order.index(get_result(actual, target, target + beyond)) for actual in (low, high)]
        self.assertEqual(ranks, sorted(ranks))


@tagged("post_install", "-at_install")
class TestCover(BaseCase):
    """Approved periods fill the one that is asked for, or there is no target."""

    def _cover(self, *periods, asked=("2026-01-01", "2026-03-31")):
        found = cover(
            [tuple(map(date.fromisoformat, period)) for period in periods],
            *map(date.fromisoformat, asked), lambda day: day + timedelta(days=1),
        )
        return found and [(str(first), str(last)) for first, last in found]

    def test_months_come_before_the_quarter_they_fill(self):
        months = [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-31")]
        quarter = ("2026-01-01", "2026-03-31")
        self.assertEqual(self._cover(quarter, *months), months)
        self.assertEqual(self._cover(quarter, *months[:2]), [quarter])
        self.assertIsNone(self._cover(*months[1:]))
        self.assertIsNone(self._cover(*months, asked=("2026-01-01", "2026-03-30")))
        self.assertIsNone(self._cover())

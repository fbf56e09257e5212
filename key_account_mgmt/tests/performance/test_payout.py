from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...calculations import payout as pay

# P5 as it is shipped: (95–100) 105 %, (90–94) 100 %, (60–89) the score's per cent, below 60 nothing
BANDED = [(95, Decimal("1.05")), (90, 1), (60, None), (0, 0)]
PROPORTIONAL = [(0, None)]

scores = st.decimals(min_value=0, max_value=100, places=2)
bases = st.decimals(min_value=0, max_value=10**7, places=2)
rates = st.decimals(min_value=0, max_value=1, places=4)
money = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
steps = st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal(1)])
results = st.sampled_from(["missed", "met", "challenge"])
band_tables = st.dictionaries(
    st.decimals(min_value=0, max_value=100, places=2),
    st.none() | st.decimals(min_value=0, max_value=3, places=4),
    max_size=8,
).map(lambda bands: sorted(({Decimal(0): None} | bands).items(), reverse=True))


@tagged("post_install", "-at_install")
class TestPayoutExamples(BaseCase):
    """What the regulations compute, to the cent."""

    def test_the_worked_examples(self):
        for rule, score, base, result, bands, expected in (
            ("P7", "88", "3000", "challenge", BANDED, "2772.00"),
            ("P6", "88", "3000", "missed", BANDED, "2508.00"),
            ("P6", "88", "3000", "met", BANDED, "2640.00"),
            ("P7", "80", "500", "met", BANDED, "400.00"),
            ("X1", "80", "1500", "met", BANDED, "1200.00"),
            ("X1", "80", "2000", "met", BANDED, "1600.00"),
            ("P5", "95", "3000", "met", BANDED, "3150.00"),
            ("P5", "95", "3000", "challenge", BANDED, "3307.50"),
            ("P5", "100", "3000", "met", BANDED, "3150.00"),
            ("X2", "94.5", "3000", "met", BANDED, "3000.00"),
            ("X2", "94.99", "3000", "met", BANDED, "3000.00"),
            ("X2", "90", "3000", "met", BANDED, "3000.00"),
            ("X2", "89.5", "3000", "met", BANDED, "2685.00"),
            ("X2", "89.99", "3000", "met", BANDED, "2699.70"),
            ("X2", "60", "3000", "met", BANDED, "1800.00"),
            ("X2", "59.99", "3000", "met", BANDED, "0.00"),
            ("X3", "59.99", "3000", "challenge", BANDED, "0.00"),
            ("X3", "59.99", "3000", "missed", BANDED, "0.00"),
            ("P5", "0", "3000", "met", BANDED, "0.00"),
            ("X8", "85", "800", "met", PROPORTIONAL, "680.00"),
            ("X8", "50", "800", "met", PROPORTIONAL, "400.00"),
        ):
            with self.subTest(rule=rule, score=score, base=base, result=result):
                paid = pay.payout(Decimal(score), Decimal(base), bands, result)
                self.assertEqual(str(paid), expected)
                # a form gives floats, and a table may be in any order
                self.assertEqual(pay.payout(float(score), float(base), bands[::-1], result), paid)

    def test_the_example_of_the_regulation_in_its_parts(self):
        """P7: 3000*88%=2640元; 2640*5%=132元; 2772元."""
        parts = pay.get_payout(88, 3000, BANDED, "challenge")
        self.assertEqual([str(part) for part in parts], ["0.88", "2640.00", "132.00", "2772.00"])

    def test_the_rates_of_the_bands(self):
        """X2: half-open, never rounded to whole points before."""
        for score, expected in (
            ("100", "1.05"), ("95", "1.05"), ("94.99", "1"), ("94.5", "1"), ("90", "1"), ("89.99", "0.8999"),
            ("89.5", "0.895"), ("60", "0.60"), ("59.99", "0"), ("0", "0"),
        ):
            self.assertEqual(pay.get_rate(Decimal(score), BANDED), Decimal(expected), score)

    def test_the_example_of_the_post_office(self):
        """P9, X7, X8: 800 at 85 is 680; 10,000 at 5 % is 500; 150 for the field: 1330 in all."""
        parts = [pay.payout(85, 800, PROPORTIONAL), pay.get_reward(10000, "0.05"), Decimal(150)]
        self.assertEqual([str(part) for part in parts], ["680.00", "500.00", "150"])
        self.assertEqual(str(pay.add_up(parts)), "1330.00")

    def test_the_departments_part_may_be_of_the_base(self):
        """X3: switchable; nothing stays nothing, and nobody owes."""
        for score, result, expected in (
            (88, "challenge", "2790.00"), (88, "missed", "2490.00"), (88, "met", "2640.00"),
            (59, "challenge", "0.00"), (59, "missed", "0.00"),
        ):
            self.assertEqual(
                str(pay.payout(score, 3000, BANDED, result, department_base="base")), expected
            )
        self.assertEqual(pay.payout(3, 3000, PROPORTIONAL, "missed", department_base="base"), 0)

    def test_halves_are_rounded_up_to_the_currencys_step(self):
        self.assertEqual(str(pay.payout("66.65", "0.10", BANDED)), "0.07")
        self.assertEqual(str(pay.payout("88.50", "1.00", BANDED, rounding=Decimal("0.1"))), "0.9")
        self.assertEqual(pay.payout("89.5", "100.00", BANDED, rounding=Decimal(1)), 90)
        self.assertEqual(str(pay.payout("62.5", "0.20", BANDED)), "0.13")
        self.assertEqual(str(pay.get_reward("0.10", "0.05")), "0.01")
        self.assertEqual(str(pay.get_reward("-0.10", "0.05")), "-0.01")

    def test_bands_with_gaps_or_overlaps_are_named(self):
        for bands, what in (
            ([], "gap"), ([(60, None)], "gap"), ([(60, None), (90, 1)], "gap"),
            ([(0, None), (0, 1)], "overlap"), ([(0, 0), (90, 1), (Decimal("90.00"), 2)], "overlap"),
            ([(0, None), (101, 1)], "bound"), ([(0, None), (-1, 1)], "bound"),
            ([(0, -1)], "rate"), ([(0, 0), (95, 105)], "rate"),
        ):
            with self.subTest(bands=bands), self.assertRaises(ValueError) as refusal:
                pay.check_bands(bands)
            self.assertEqual(refusal.exception.args[0], what)
        pay.check_bands(BANDED)
        pay.check_bands(PROPORTIONAL)

    def test_what_makes_no_sense_is_refused(self):
        for what, arguments in (
            ("base", (88, -1, BANDED)), ("score", (-1, 1, BANDED)), ("score", ("100.01", 1, BANDED)),
            ("department_result", (88, 1, BANDED, "beaten")), ("department_rate", (88, 1, BANDED, "met", 5)),
            ("department_rate", (88, 1, BANDED, "met", "-0.05")), ("overlap", (88, 1, [(0, 1), (0, 2)])),
            ("rate", (88, 1, [(0, 88)])),
        ):
            with self.subTest(what=what), self.assertRaises(ValueError) as refusal:
                pay.payout(*arguments)
            self.assertEqual(refusal.exception.args[0], what)
        with self.assertRaises(ValueError):
            pay.payout(88, 1, BANDED, department_base="turnover")
        for call in ((pay.prorate, 100, "1.01"), (pay.prorate, 100, -1), (pay.get_reward, 100, 5)):
            with self.assertRaises(ValueError):
                call[0](*call[1:])

    def test_part_of_a_month_is_paid_in_part(self):
        self.assertEqual(str(pay.prorate(3000, Decimal(16) / 31)), "1548.39")
        self.assertEqual(str(pay.prorate(3000, 1)), "3000.00")
        self.assertEqual(str(pay.prorate(3000, 0)), "0.00")

    def test_no_band_and_no_line_pay_nothing(self):
        self.assertEqual(pay.payout(88, 3000, []), 0)
        self.assertEqual(str(pay.add_up([])), "0.00")
        self.assertEqual(pay.spread(100, {}), {})

    def test_a_documents_amount_goes_to_the_kinds_of_its_lines(self):
        self.assertEqual(pay.spread("100.00", {"a": 1, "b": 1, "c": 1}), {
            "a": Decimal("33.33"), "b": Decimal("33.33"), "c": Decimal("33.34"),
        })
        self.assertEqual(pay.spread("90.00", {"a": 100, "b": -10}), {"a": 100, "b": -10})
        self.assertEqual(pay.spread("5.00", {"a": 0, "b": 0}), {"a": 5, "b": 0})


@tagged("post_install", "-at_install")
class TestPayoutProperties(BaseCase):
    """What holds for any score, base and table of bands."""

    @settings(deadline=None, max_examples=300)
    @given(scores, scores, bases, band_tables, results, rates, steps)
    def test_within_a_band_a_better_score_is_never_paid_less(
        self, one, other, base, bands, result, rate, step
    ):
        low, high = sorted((one, other))
        if any(low < lower <= high for lower, _rate in bands):
            return
        paid = [pay.payout(score, base, bands, result, rate, rounding=step) for score in (low, high)]
        # rounding twice may take one step away between two scores that come to nearly the same
        self.assertLessEqual(paid[0], paid[1] + (step if result == "missed" else 0))

    @settings(deadline=None, max_examples=200)
    @given(scores, bases, band_tables, rates, st.sampled_from(pay.DEPARTMENT_BASES), steps)
    def test_nobody_owes_and_a_better_result_is_never_paid_less(
        self, score, base, bands, rate, of_what, step
    ):
        paid = [
            pay.payout(score, base, bands, result, rate, department_base=of_what, rounding=step)
            for result in ("missed", "met", "challenge")
        ]
        self.assertEqual(paid, sorted(paid))
        self.assertGreaterEqual(paid[0], 0)
        if not paid[1]:
            self.assertEqual(paid, [0, 0, 0], "0 stays 0")

    @settings(deadline=None, max_examples=200)
    @given(scores, bases, band_tables, st.randoms(use_true_random=False))
    def test_the_order_of_the_bands_does_not_matter(self, score, base, bands, chance):
        shuffled = list(bands)
        chance.shuffle(shuffled)
        self.assertEqual(pay.payout(score, base, shuffled), pay.payout(score, base, bands))

    @settings(deadline=None, max_examples=200)
    @given(st.lists(money, max_size=30), st.randoms(use_true_random=False))
    def test_the_order_of_the_lines_does_not_matter(self, parts, chance):
        shuffled = list(parts)
        chance.shuffle(shuffled)
        self.assertEqual(pay.add_up(shuffled), pay.add_up(parts))

    @settings(deadline=None, max_examples=200)
    @given(money, st.dictionaries(st.integers(0, 5), money, min_size=1, max_size=6), steps)
    def test_the_kinds_of_a_document_always_add_up_to_it(self, amount, weights, step):
        self.assertEqual(sum(pay.spread(amount, weights, step).values()), amount)

    @settings(deadline=None, max_examples=200)
    @given(money, rates)
    def test_taking_a_document_back_takes_its_reward_back(self, amount, rate):
        self.assertEqual(pay.get_reward(amount, rate) + pay.get_reward(-amount, rate), 0)

    @settings(deadline=None, max_examples=200)
    @given(bases, rates, rates)
    def test_more_days_are_never_paid_less(self, base, one, other):
        low, high = sorted((one, other))
        self.assertLessEqual(pay.prorate(base, low), pay.prorate(base, high))
        self.assertLessEqual(pay.prorate(base, high), base)

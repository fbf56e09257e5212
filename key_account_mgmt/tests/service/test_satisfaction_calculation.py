from datetime import date
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase, tagged

from ...calculations.satisfaction import (
    answer_score,
    is_low,
    next_due,
    overall_score,
    period_name,
    recommendation_group,
    rounded,
    scale_score,
)


@tagged("post_install", "-at_install")
class TestSatisfactionCalculation(BaseCase):
    """From answers to scores, without a database (C1, C2, C3)."""

    def test_four_answers_are_worth_thirds(self):
        for points in ([0, 1, 2, 3], [0, 0, 0, 0]):
            scores = [rounded(answer_score(points, position)) for position in range(4)]
            self.assertEqual(scores, [Decimal("0.00"), Decimal("33.33"), Decimal("66.67"), Decimal("100.00")])

    def test_points_of_ones_own_count_as_shares_of_the_best(self):
        self.assertEqual([rounded(answer_score([25, 50, 75, 100], n)) for n in range(4)], [25, 50, 75, 100])
        self.assertEqual(answer_score([2.5, 10], 0), 25)
        self.assertEqual(answer_score([10, 2.5], 0), 100, "whatever their order")
        self.assertEqual(answer_score([-3, 3], 0), 0, "nothing is worth less than nothing")

    def test_a_single_answer_tells_nothing(self):
        self.assertIsNone(answer_score([5], 0))
        self.assertIsNone(answer_score([], 0))

    def test_the_overall_score_is_the_mean_of_what_was_answered(self):
        third = Fraction(100, 3)
        self.assertEqual(rounded(overall_score([third, third * 2, Fraction(100)])), Decimal("66.67"))
        self.assertEqual(rounded(overall_score([third] * 3)), Decimal("33.33"), "rounded once, at the end")
        self.assertEqual(overall_score([Fraction(100), None, None]), 100, "no answer is no zero")
        self.assertIsNone(overall_score([None, None]))
        self.assertIsNone(overall_score([]))
        self.assertIsNone(rounded(None))

    def test_scores_are_rounded_half_up(self):
        self.assertEqual(rounded(Fraction(12345, 1000)), Decimal("12.35"))
        self.assertEqual(rounded(Fraction(12335, 1000)), Decimal("12.34"))

    def test_a_score_is_low_below_the_bound_or_with_one_bad_dimension(self):
        bound = Decimal(60)
        self.assertTrue(is_low(Decimal("59.99"), [Fraction(50)], bound))
        self.assertFalse(is_low(Decimal(60), [Fraction(60)], bound), "the bound itself is not low")
        self.assertTrue(is_low(Decimal("87.5"), [Fraction(0), Fraction(100)], bound))
        self.assertFalse(is_low(None, [], bound))
        self.assertFalse(is_low(Decimal(100), [None, Fraction(100)], bound))

    def test_who_would_not_recommend_us_is_low_whatever_else_he_says(self):
        bound = Decimal(60)
        for value, low in ((None, False), (0, True), (6, True), (7, False), (10, False)):
            self.assertEqual(is_low(None, [], bound, value), low)
            self.assertEqual(is_low(Decimal(100), [Fraction(100)], bound, value), low)
        self.assertTrue(is_low(Decimal(10), [], bound, 10))

    def test_a_scale_is_worth_the_place_between_its_ends(self):
        self.assertEqual([scale_score(value, 0, 10) for value in (0, 5, 10)], [0, 50, 100])
        self.assertEqual([scale_score(value, 1, 4) for value in (1, 2, 4)], [0, Fraction(100, 3), 100])
        for value, lowest, highest in ((-1, 0, 10), (11, 0, 10), (0, 1, 5), (3, 3, 3), (3, 5, 1)):
            self.assertIsNone(scale_score(value, lowest, highest))

    def test_recommendations_fall_into_three_groups(self):
        groups = [recommendation_group(value) for value in (None, 0, 6, 7, 8, 9, 10)]
        self.assertEqual(groups, [
            None, "detractor", "detractor", "passive", "passive", "promoter", "promoter",
        ])

    def test_the_next_survey_is_due_after_the_interval(self):
        self.assertEqual(next_due(date(2026, 1, 31), 1), date(2026, 2, 28))
        self.assertEqual(next_due(date(2025, 12, 15), 3), date(2026, 3, 15))
        self.assertIsNone(next_due(date(2026, 1, 31), 0))

    def test_periods_are_named_by_the_interval(self):
        day = date(2026, 8, 15)
        names = [period_name(day, months) for months in (0, 1, 2, 3, 6, 12, 24)]
        self.assertEqual(names, ["2026-08", "2026-08", "2026-08", "2026-Q3", "2026-H2", "2026", "2026"])
        self.assertEqual(period_name(date(2026, 6, 30), 6), "2026-H1")
        self.assertEqual(period_name(date(2026, 12, 31), 3), "2026-Q4")

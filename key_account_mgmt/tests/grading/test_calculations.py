from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ...calculations import grading


def D(text):
    return Decimal(str(text))


@tagged("post_install", "-at_install")
class TestGradingCalculations(BaseCase):

    def test_a_bound_belongs_to_its_grade(self):
        """X10: 5 % is A and 1 % is B; G2: 1,500,000 is A ("包含150万")."""
        shares = [(D(5), "A"), (D(1), "B")]
        for value, expected in (
            ("5", "A"), ("4.9999", "B"), ("1", "B"), ("0.9999", None), ("0", None), ("100", "A"),
        ):
            self.assertEqual(grading.grade_for(D(value), shares), expected, value)
        amounts = [(D(1500000), "A"), (D(1000000), "B"), (D(800000), "C"), (D(500000), "D"), (D(150000), "E")]
        for value, expected in (
            ("1500000", "A"), ("1499999.99", "B"), ("1000000", "B"), ("999999.99", "C"), ("800000", "C"),
            ("799999.99", "D"), ("500000", "D"), ("499999.99", "E"), ("150000", "E"), ("149999.99", None),
        ):
            self.assertEqual(grading.grade_for(D(value), amounts), expected, value)

    def test_a_share_of_nothing_is_refused(self):
        self.assertEqual(grading.share(D(1520000), D("28679245.28")).quantize(D("0.01")), D("5.30"))
        for total in (0, -1):
            with self.assertRaises(ValueError):
                grading.share(D(1), D(total))

    def test_points_are_those_of_the_highest_band_reached(self):
        """X6: the bound belongs to the better level."""
        bands = [(D(8), D(40)), (D(0), D(10)), (D(15), D(75)), (D(18), D(100))]
        for value, expected in ((7.99, 10), (8, 40), (15, 75), (17.99, 75), (18, 100), (-1, 0)):
            self.assertEqual(grading.points_for(D(value), bands), D(expected), value)
        self.assertIsNone(grading.points_for(None, bands))
        self.assertEqual(grading.points_for(D(1), []), 0)

    def test_a_score_is_the_weighted_mean_to_two_decimals(self):
        """X2: 2 decimals, half up, never a whole number by itself."""
        self.assertEqual(grading.weighted_score([(D(50), D(90), False), (D(50), D(89), False)]), D("89.50"))
        self.assertEqual(grading.weighted_score([(D(100), D("94.495"), False)]), D("94.50"))
        self.assertEqual(grading.weighted_score([(D(60), D(80), False), (D(40), None, False)]), D("48.00"))
        self.assertEqual(grading.weighted_score([(D(60), D(80), False), (D(40), None, True)]), D("80.00"))
        self.assertEqual(grading.weighted_score([(D(100), None, True)]), D("0.00"))
        self.assertEqual(grading.weighted_score([]), D("0.00"))

    def test_what_becomes_of_a_grade(self):
        for before, after, expected in (
            (None, 0, "new"), (1, 0, "up"), (0, 0, "same"), (0, 1, "down"), (1, None, "out"),
            (None, None, None),
        ):
            self.assertEqual(grading.change_of(before, after), expected)

    def test_metrics_without_data_are_none(self):
        self.assertIsNone(grading.growth(D(5), D(0)))
        self.assertEqual(grading.growth(D(150), D(100)), 50)
        self.assertIsNone(grading.order_interval(date(2026, 1, 1), date(2026, 1, 1), 1))
        self.assertEqual(grading.order_interval(date(2026, 1, 1), date(2026, 1, 31), 4), 10)
        self.assertIsNone(grading.years_between(None, date(2026, 1, 1)))
        self.assertEqual(grading.years_between(date(2022, 1, 1), date(2026, 1, 1)), 4)
        self.assertIsNone(grading.ratio(D(5), D(0)))
        self.assertEqual(grading.ratio(D(5), D(20)), 25)

    def test_halves_are_rounded_up(self):
        for value, expected in (("0.005", "0.01"), ("0.004", "0.00"), ("2.675", "2.68"), ("-0.005", "-0.01")):
            self.assertEqual(grading.round_half_up(D(value), D("0.01")), D(expected), value)

    def test_numbers_are_written_as_people_do(self):
        for value, expected in ((30, "30"), (D("30.00"), "30"), (22.5, "22.5"), (1500000, "1,500,000")):
            self.assertEqual(grading.plain(value), expected)

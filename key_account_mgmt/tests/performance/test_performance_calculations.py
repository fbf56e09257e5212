import doctest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...calculations import appraisal, kpi, ranking

points = st.decimals(min_value=0, max_value=100, places=2)
figures = st.decimals(min_value=-200, max_value=1000, places=4)
# a busy machine is no reason to fail
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@tagged("post_install", "-at_install")
class TestPerformanceCalculations(BaseCase):
    """The formulas of key figures, scores and places: examples, and what holds for all numbers."""

    def test_the_examples_in_the_docstrings(self):
        for module in (appraisal, kpi, ranking):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0, module)
            self.assertEqual(result.failed, 0, module)

    # === KEY FIGURES === #

    @steady
    @given(st.integers(0, 10**6), st.integers(0, 10**6))
    def test_nothing_to_divide_by_is_no_data(self, part, whole):
        measure = kpi.measure_rate(part, whole)
        self.assertEqual(measure.value is None, whole == 0)
        self.assertIsNone(kpi.measure_rate(part, 0).value)
        self.assertIsNone(kpi.measure_mean(part, 0).value)
        self.assertIsNone(kpi.measure_rate(part, None).value)

    @steady
    @given(st.integers(0, 10**6), st.integers(1, 10**6))
    def test_a_part_is_between_nothing_and_all(self, part, rest):
        value = kpi.measure_rate(part, part + rest).value
        self.assertTrue(0 <= value < 100)
        self.assertEqual(kpi.measure_rate(rest, rest).value, 100)

    @steady
    @given(days, st.integers(0, 400))
    def test_the_period_before_ends_where_this_one_begins(self, first, length):
        last = first + timedelta(days=length)
        previous_from, previous_to = kpi.get_previous_period(first, last)
        self.assertEqual(previous_to + timedelta(days=1), first)
        self.assertLessEqual(previous_from, previous_to)
        if first.day != 1:
            self.assertEqual(previous_to - previous_from, last - first)

    def test_quarters_and_years_have_the_quarter_and_the_year_before(self):
        for period, before in (
            ((date(2026, 4, 1), date(2026, 6, 30)), (date(2026, 1, 1), date(2026, 3, 31))),
            ((date(2024, 1, 1), date(2024, 12, 31)), (date(2023, 1, 1), date(2023, 12, 31))),
            ((date(2024, 3, 1), date(2024, 3, 31)), (date(2024, 2, 1), date(2024, 2, 29))),
        ):
            self.assertEqual(kpi.get_previous_period(*period), before)

    # === SCORES === #

    @steady
    @given(figures, figures, st.integers(1, 100), st.integers(1, 500))
    def test_more_never_gives_fewer_points_and_never_more_than_there_are(self, one, other, maximum, full):
        low, high = sorted((one, other))
        given_low, given_high = (
            appraisal.get_proportional_points(value, Decimal(maximum), Decimal(full)) for value in (low, high)
        )
        self.assertLessEqual(given_low, given_high)
        self.assertTrue(0 <= given_low <= given_high <= maximum)

    @steady
    @given(st.lists(points, max_size=12), st.randoms())
    def test_the_order_of_items_is_irrelevant_and_nothing_is_lost(self, values, chance):
        shuffled = list(values)
        chance.shuffle(shuffled)
        self.assertEqual(appraisal.get_score(values), appraisal.get_score(shuffled))
        self.assertEqual(appraisal.get_score(values), sum(values, Decimal(0)))

    @steady
    @given(st.sets(st.integers(1, 100), max_size=6), points, points)
    def test_a_level_never_falls_while_points_rise_and_bounds_belong_to_it(self, bounds, one, other):
        bands = [(Decimal(lower), lower) for lower in {0, *bounds}]
        low, high = sorted((one, other))
        self.assertLessEqual(appraisal.get_band(low, bands), appraisal.get_band(high, bands))
        for lower, level in bands:
            self.assertEqual(appraisal.get_band(lower, bands), level)

    @steady
    @given(st.lists(st.integers(0, 120), max_size=6))
    def test_bands_are_right_or_say_what_is_wrong(self, bounds):
        fault = appraisal.find_band_fault([Decimal(bound) for bound in bounds], Decimal(100))
        is_right = not bounds or (
            min(bounds) == 0 and len(set(bounds)) == len(bounds) and max(bounds) <= 100
        )
        self.assertEqual(not fault, is_right)

    @steady
    @given(days, st.integers(0, 60), days, days)
    def test_a_part_of_the_month_is_never_more_than_all_of_it(self, first, length, joined, left):
        last = first + timedelta(days=length)
        self.assertEqual(appraisal.get_pro_rata(first, last), 1)
        self.assertTrue(0 <= appraisal.get_pro_rata(first, last, joined, left) <= 1)
        if joined > last or left < first:
            self.assertEqual(appraisal.get_pro_rata(first, last, joined, left), 0)

    @steady
    @given(st.dates(date(2020, 1, 1), date(2030, 12, 30)), st.integers(1, 60), st.data())
    def test_who_follows_on_the_next_day_makes_the_month_whole(self, first, length, data):
        last = first + timedelta(days=length)
        left = first + timedelta(days=data.draw(st.integers(0, length - 1)))
        whole = appraisal.get_pro_rata(first, last, None, left) + appraisal.get_pro_rata(
            first, last, left + timedelta(days=1)
        )
        self.assertAlmostEqual(whole, 1, delta=Decimal("0.0001"))

    # === PLACES === #

    @steady
    @given(st.dictionaries(st.integers(1, 50), st.integers(0, 20), max_size=12))
    def test_places_follow_the_scores_and_equal_scores_share_them(self, scores):
        places = ranking.rank(scores)
        self.assertEqual(places.keys(), scores.keys())
        for one, score in scores.items():
            better = [other for other in scores if scores[other] > score]
            self.assertEqual(places[one], len(better) + 1)

    @steady
    @given(st.dictionaries(st.integers(1, 50), st.integers(0, 20), max_size=12))
    def test_all_of_the_lowest_score_are_last_where_somebody_is_better(self, scores):
        last = ranking.find_last(scores)
        if len(scores) < 2 or len(set(scores.values())) == 1:
            self.assertEqual(last, set())
        else:
            self.assertEqual(last, {one for one in scores if scores[one] == min(scores.values())})

    @steady
    @given(st.lists(st.sets(st.integers(1, 4)), max_size=12))
    def test_a_streak_grows_by_one_or_begins_anew(self, months):
        streaks = ranking.count_streaks(months)
        before = {}
        for last, streak in zip(months, streaks):
            self.assertEqual(set(streak), last)
            for one, count in streak.items():
                self.assertEqual(count, before.get(one, 0) + 1)
            before = streak

import doctest
from datetime import UTC, datetime, timedelta

from odoo.tests import BaseCase, tagged

from ...calculations import worktime
from ...calculations.worktime import add, between, prepare

HOUR = 3600
# Friday and Monday, eight hours each with a break
FRIDAY = datetime(2026, 5, 8, tzinfo=UTC)
MONDAY = datetime(2026, 5, 11, tzinfo=UTC)
DAYS = [
    (day + timedelta(hours=begin), day + timedelta(hours=end))
    for day in (FRIDAY, MONDAY) for begin, end in ((8, 12), (13, 17))
]


@tagged("post_install", "-at_install")
class TestWorkingTime(BaseCase):
    """Counting and adding working hours, without a database."""

    def setUp(self):
        super().setUp()
        self.time = prepare(DAYS)

    def test_the_examples_of_the_docstrings_hold(self):
        failed, tried = doctest.testmod(worktime)
        self.assertEqual(failed, 0)
        self.assertGreater(tried, 2)

    def test_the_break_and_the_weekend_do_not_count(self):
        self.assertEqual(between(self.time, FRIDAY, MONDAY), 8 * HOUR)
        self.assertEqual(between(self.time, FRIDAY.replace(hour=11), FRIDAY.replace(hour=14)), 2 * HOUR)
        self.assertEqual(between(self.time, FRIDAY.replace(hour=12), FRIDAY.replace(hour=13)), 0)

    def test_backwards_is_nothing(self):
        self.assertEqual(between(self.time, MONDAY, FRIDAY), 0)

    def test_a_promise_ends_in_the_evening_not_on_the_next_morning(self):
        self.assertEqual(add(self.time, FRIDAY, 8 * HOUR), FRIDAY.replace(hour=17))
        self.assertEqual(add(self.time, FRIDAY, 4 * HOUR), FRIDAY.replace(hour=12))
        self.assertEqual(add(self.time, FRIDAY, 8 * HOUR + 1), MONDAY.replace(hour=8, second=1))

    def test_what_comes_in_at_night_begins_in_the_morning(self):
        self.assertEqual(add(self.time, FRIDAY.replace(hour=22), 2 * HOUR), MONDAY.replace(hour=10))

    def test_no_time_ends_where_it_begins(self):
        self.assertEqual(add(self.time, FRIDAY.replace(hour=3), 0), FRIDAY.replace(hour=3))

    def test_where_there_is_not_so_much_time_there_is_no_moment(self):
        self.assertEqual(add(self.time, FRIDAY, 16 * HOUR), MONDAY.replace(hour=17))
        self.assertIsNone(add(self.time, FRIDAY, 16 * HOUR + 1))
        self.assertIsNone(add(prepare([]), FRIDAY, 1))
        self.assertEqual(between(prepare([]), FRIDAY, MONDAY), 0)

    def test_empty_intervals_are_left_out(self):
        time = prepare([(FRIDAY, FRIDAY), *DAYS])
        self.assertEqual(add(time, FRIDAY, HOUR), FRIDAY.replace(hour=9))

    def test_adding_and_counting_are_each_others_inverse(self):
        for minutes in range(1, 16 * 60, 37):
            for start in (FRIDAY, FRIDAY.replace(hour=9, minute=13), FRIDAY.replace(hour=12, minute=30)):
                end = add(self.time, start, minutes * 60)
                if end:
                    self.assertEqual(between(self.time, start, end), minutes * 60)

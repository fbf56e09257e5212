import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from odoo.tests import BaseCase, tagged

from ...calculations import schedule
from ...calculations.schedule import Demand


def get_days(date_from, date_to):
    return [date_from + timedelta(days=index) for index in range((date_to - date_from).days + 1)]


def at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute))


def get_hours(day):
    return [(at(day, start), at(day, stop)) for start, stop in ((8, 12), (13, 17))]


@tagged("post_install", "-at_install")
class TestSchedule(BaseCase):
    """When accounts are due, and how visits are spread over days and hours, without a database."""

    begin, end = date(2026, 1, 1), date(2026, 12, 31)

    def _get_working_time(self, holidays=()):
        return {
            day: get_hours(day) for day in get_days(self.begin, self.end)
            if day.weekday() < 5 and day not in holidays
        }

    def test_due_days_follow_the_last_visit_by_the_interval(self):
        dues = schedule.get_due_dates(self.begin, date(2026, 3, 31), 30, date(2025, 12, 20))
        self.assertEqual(dues, [date(2026, 1, 19), date(2026, 2, 18), date(2026, 3, 20)])

    def test_what_was_due_before_the_period_is_due_on_its_first_day(self):
        for last in (None, date(2024, 1, 1), date(2025, 12, 2)):
            self.assertEqual(
                schedule.get_due_dates(self.begin, date(2026, 1, 31), 30, last)[0], self.begin, last
            )

    def test_the_count_is_the_number_of_due_days(self):
        for interval in (1, 7, 14, 30, 60, 90, 365, 400):
            for last in (None, date(2025, 12, 31), date(2025, 6, 1), date(2025, 2, 1)):
                dues = schedule.get_due_dates(self.begin, self.end, interval, last)
                self.assertEqual(
                    len(dues), schedule.count_promised(self.begin, self.end, interval, last)
                )
                self.assertTrue(all(self.begin <= due <= self.end for due in dues))

    def test_no_interval_promises_nothing(self):
        self.assertEqual(schedule.count_promised(self.begin, self.end, 0), 0)
        self.assertEqual(schedule.get_due_dates(self.begin, self.end, 0), [])

    def test_nothing_is_due_in_a_period_shorter_than_what_is_left_of_the_interval(self):
        self.assertEqual(schedule.get_due_dates(self.begin, date(2026, 1, 31), 60, date(2025, 12, 20)), [])

    def test_a_visit_that_stays_stands_for_the_due_day_nearest_to_it(self):
        dues = schedule.get_due_dates(
            self.begin, date(2026, 3, 31), 30, date(2025, 12, 20), [date(2026, 2, 25)]
        )
        self.assertEqual(dues, [date(2026, 1, 19), date(2026, 3, 20)])
        more = [self.begin + timedelta(days=index) for index in range(9)]
        self.assertEqual(schedule.get_due_dates(self.begin, date(2026, 3, 31), 30, None, more), [])

    def test_the_days_differ_by_at_most_one_visit(self):
        for count in range(60):
            for days in (1, 5, 18, 23):
                per_day = Counter(schedule.spread(count, [0] * days))
                loads = [per_day[index] for index in range(days)]
                self.assertEqual(sum(loads), count)
                self.assertLessEqual(max(loads) - min(loads), 1, (count, days))

    def test_days_that_hold_visits_already_get_fewer(self):
        self.assertEqual(schedule.spread(3, [1, 0, 2, 0]), [0, 1, 3])
        self.assertEqual(schedule.spread(0, [3, 0]), [])
        per_day = Counter(schedule.spread(7, [3, 0, 0, 0]))
        self.assertEqual([per_day[index] for index in range(4)], [0, 3, 2, 2])

    def test_one_visit_of_a_month_lies_on_its_first_working_day_and_the_rest_evenly_apart(self):
        self.assertEqual(schedule.spread(4, [0] * 20), [0, 5, 10, 15])

    def test_times_lie_in_working_time_and_not_on_each_other(self):
        hours = get_hours(self.begin)
        for count in range(1, 33):
            slots = schedule.find_slots(hours, count)
            self.assertEqual(len(slots), count)
            for (_start, stop), (following, _stop) in pairwise(slots):
                self.assertLessEqual(stop, following, count)
            for start, stop in slots:
                self.assertTrue(any(begin <= start and stop <= end for begin, end in hours))

    def test_a_day_that_is_too_full_still_gives_every_visit_a_time(self):
        hours = get_hours(self.begin)
        self.assertEqual(len(schedule.find_slots(hours, 240)), 240)
        short = [(at(self.begin, 8), at(self.begin, 8, 5))]
        self.assertEqual(len(schedule.find_slots(short, 2)), 2)

    def test_times_that_are_taken_are_left_free(self):
        taken = [(at(self.begin, 9, 30), at(self.begin, 10, 30))]
        for count in range(1, 7):
            for start, stop in schedule.find_slots(get_hours(self.begin), count, taken):
                self.assertFalse(start < taken[0][1] and taken[0][0] < stop)

    def test_a_year_is_spread_evenly_and_the_same_each_time(self):
        chance = random.Random(7)  # noqa: S311 - not a secret
        holidays = {date(2026, 10, day) for day in range(1, 9)} | {date(2026, 1, 1)}
        working_time = self._get_working_time(holidays)
        demands = [
            Demand(person, due, f"{number:05}", number)
            for number in range(200)
            for person in [number % 4]
            for due in schedule.get_due_dates(
                self.begin, self.end, chance.choice((14, 30, 60)),
                self.begin - timedelta(days=chance.randrange(60)),
            )
        ]
        slots = schedule.make_schedule(demands, working_time)
        self.assertEqual(sorted(slot.demand for slot in slots), sorted(demands))
        shuffled = demands[:]
        chance.shuffle(shuffled)
        self.assertEqual(schedule.make_schedule(shuffled, working_time), slots)
        loads = Counter((slot.demand.person, slot.start.date()) for slot in slots)
        months = {}
        for day in working_time:
            months.setdefault(day.month, []).append(day)
        for person in range(4):
            for days in months.values():
                on_days = [loads[person, day] for day in days]
                self.assertLessEqual(max(on_days) - min(on_days), 1)
        for slot in slots:
            self.assertIn(slot.start.date(), working_time)
            self.assertEqual(slot.start.month, slot.demand.due.month)

    def test_the_first_due_of_those_due_on_a_day_is_the_lowest_number(self):
        working_time = {day: get_hours(day) for day in (date(2026, 1, 5), date(2026, 1, 6))}
        demands = [Demand(1, date(2026, 1, 5), f"{number:05}", number) for number in (3, 1, 2, 4)]
        slots = schedule.make_schedule(demands, working_time)
        self.assertEqual([slot.demand.key for slot in slots], [1, 2, 3, 4])

    def test_a_month_without_a_working_day_goes_to_the_nearest_one_with(self):
        working_time = {day: get_hours(day) for day in (date(2026, 1, 5), date(2026, 3, 2))}
        slots = schedule.make_schedule([Demand(1, date(2026, 2, 10), "00001", 1)], working_time)
        self.assertEqual(slots[0].start.date(), date(2026, 3, 2), "the later of two that are equally near")

    def test_visits_that_stay_count_for_the_spread(self):
        days = [date(2026, 1, 5), date(2026, 1, 6)]
        working_time = {day: get_hours(day) for day in days}
        taken = {(1, days[0]): [(at(days[0], 8), at(days[0], 9))]}
        slots = schedule.make_schedule([Demand(1, days[0], "00001", 1)], working_time, taken)
        self.assertEqual(slots[0].start.date(), days[1])

    def test_whom_to_meet_is_who_has_much_to_say_and_was_not_met_for_long(self):
        day = date(2026, 6, 1)
        people = {1: (40, date(2026, 5, 22)), 2: (20, date(2026, 1, 1)), 3: (5, None)}
        self.assertEqual(schedule.choose_contact(people, day), 3)
        self.assertEqual(schedule.choose_contact({1: people[1], 2: people[2]}, day), 2)
        self.assertEqual(schedule.choose_contact({1: (40, None), 2: (20, None)}, day), 1)
        self.assertEqual(schedule.choose_contact({5: (0, None), 4: (0, None)}, day), 4)
        self.assertIsNone(schedule.choose_contact({}, day))

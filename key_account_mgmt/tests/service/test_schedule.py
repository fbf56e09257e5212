import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings, strategies

from odoo.tests import BaseCase, tagged

from ...calculations import rhythm, schedule


def get_days(date_from, date_to):
    return [date_from + timedelta(days=index) for index in range((date_to - date_from).days + 1)]


def get_working_days(date_from, date_to):
    return [day for day in get_days(date_from, date_to) if day.weekday() < 5]


def new_need(number, interval, begin, end, last=None, person=1, kept=()):
    """Return what an account needs in a period, as the plan asks for it."""
    first = schedule.get_first_due(begin, interval, last)
    count = schedule.count_promised(begin, end, interval, last)
    return rhythm.Need(person, f"{number:05}", number, interval, first, count, last, kept)


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

    def _choose(self, needs, days=None, taken=None):
        """Return the days of each account, by its key."""
        chosen = rhythm.choose_days(needs, days or sorted(self._get_working_time()), taken)
        found = {need.key: [] for need in needs}
        for need, _due, day in chosen:
            found[need.key].append(day)
        return {key: sorted(days) for key, days in found.items()}

    def test_visits_follow_the_last_one_by_the_interval(self):
        need = new_need(1, 30, self.begin, date(2026, 3, 31), date(2025, 12, 20))
        days = get_working_days(self.begin, date(2026, 3, 31))
        # due on Monday January 19, Wednesday February 18, Friday March 20
        self.assertEqual(
            self._choose([need], days)[1], [date(2026, 1, 19), date(2026, 2, 18), date(2026, 3, 20)]
        )

    def test_what_was_due_before_the_period_is_due_on_its_first_day(self):
        for last in (None, date(2024, 1, 1), date(2025, 12, 2)):
            self.assertEqual(schedule.get_first_due(self.begin, 30, last), self.begin, last)

    def test_every_promised_visit_is_planned(self):
        for interval in (1, 7, 14, 30, 60, 90, 365, 400):
            for last in (None, date(2025, 12, 31), date(2025, 6, 1), date(2025, 2, 1)):
                need = new_need(1, interval, self.begin, self.end, last)
                count = schedule.count_promised(self.begin, self.end, interval, last)
                self.assertEqual(len(self._choose([need])[1]), count)

    def test_no_interval_promises_nothing(self):
        self.assertEqual(schedule.count_promised(self.begin, self.end, 0), 0)

    def test_nothing_is_due_in_a_period_shorter_than_what_is_left_of_the_interval(self):
        self.assertEqual(
            schedule.count_promised(self.begin, date(2026, 1, 31), 60, date(2025, 12, 20)), 0
        )

    def test_a_visit_that_stays_stands_for_the_due_day_nearest_to_it(self):
        end = date(2026, 3, 31)
        days = get_working_days(self.begin, end)
        need = new_need(1, 30, self.begin, end, date(2025, 12, 20), kept=(date(2026, 2, 25),))
        self.assertEqual(self._choose([need], days)[1], [date(2026, 1, 19), date(2026, 3, 27)])
        more = tuple(self.begin + timedelta(days=index) for index in range(9))
        self.assertEqual(self._choose([new_need(1, 30, self.begin, end, kept=more)], days)[1], [])

    def test_who_waits_longest_comes_first_and_all_who_wait_are_spread_over_an_interval(self):
        lasts = [None, date(2025, 3, 1), date(2025, 2, 1), None, date(2025, 4, 1)]
        needs = [
            new_need(number, 60, self.begin, self.end, last) for number, last in enumerate(lasts, start=1)
        ]
        firsts = {key: days[0] for key, days in self._choose(needs).items()}
        self.assertEqual(sorted(firsts, key=firsts.get), [1, 4, 3, 2, 5])
        self.assertLess(max(firsts.values()), date(2026, 3, 2))
        self.assertGreater(max(firsts.values()), date(2026, 2, 1))

    def test_account_numbers_are_compared_as_numbers(self):
        days = [date(2026, 1, 5), date(2026, 1, 6)]
        needs = [
            rhythm.Need(1, number, key, 30, days[0], 1) for key, number in ((1, "100000"), (2, "99999"))
        ]
        self.assertEqual(self._choose(needs, days), {2: [days[0]], 1: [days[1]]})

    # === THE RHYTHM === #

    def test_one_account_is_never_left_for_45_days_when_30_were_promised(self):
        begin, end = date(2027, 1, 1), date(2027, 3, 31)
        days = self._choose([new_need(1, 30, begin, end)], get_working_days(begin, end))[1]
        self.assertEqual(len(days), 3)
        for before, after in pairwise(days):
            self.assertLessEqual((after - before).days, 30 + rhythm.SLACK_DAYS)

    def test_twenty_new_accounts_are_not_all_visited_twice_in_january(self):
        begin, end = date(2027, 1, 1), date(2027, 3, 31)
        chosen = self._choose(
            [new_need(number, 30, begin, end) for number in range(20)], get_working_days(begin, end)
        )
        months = Counter(day.month for days in chosen.values() for day in days)
        self.assertEqual(sum(months.values()), 60)
        for month in (1, 2, 3):
            self.assertAlmostEqual(months[month], 20, delta=1)

    def _check_rhythm(self, needs, days, grace=rhythm.GRACE_DAYS):
        """Check what is promised of a plan: the counts, the even days, the gaps."""
        chosen = self._choose(needs, days)
        persons = {need.key: need.person for need in needs}
        loads = Counter((persons[key], day) for key, own in chosen.items() for day in own)
        months = {}
        for day in days:
            months.setdefault((day.year, day.month), []).append(day)
        for person in {need.person for need in needs}:
            for month in months.values():
                on_days = [loads[person, day] for day in month]
                self.assertLessEqual(max(on_days) - min(on_days), 1)
        longest_rest = max(((after - before).days - 1 for before, after in pairwise(days)), default=0)
        for need in needs:
            own = chosen[need.key]
            self.assertEqual(len(own), need.count)
            for before, after in pairwise(own):
                self.assertLessEqual(
                    (after - before).days, need.interval + grace + longest_rest, need
                )

    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(data=strategies.data())
    def test_any_accounts_keep_their_rhythm_on_even_days(self, data):
        begin = date(2027, 1, 1)
        end = data.draw(strategies.sampled_from((date(2027, 1, 31), date(2027, 3, 31), date(2027, 12, 31))))
        holiday = data.draw(strategies.integers(0, 330))
        closed = {begin + timedelta(days=holiday + index) for index in range(7)}
        days = [day for day in get_working_days(begin, end) if day not in closed]
        intervals = data.draw(strategies.lists(
            strategies.sampled_from((7, 14, 21, 30, 45, 60, 90)), min_size=1, max_size=3, unique=True
        ))
        chance = data.draw(strategies.randoms(use_true_random=False))
        needs = []
        for number in range(data.draw(strategies.integers(1, 90))):
            interval = chance.choice(intervals)
            # visited within the interval as promised, at any time, or never
            last = chance.choice((None, begin - timedelta(days=chance.randrange(1, interval + 1))))
            need = new_need(number, interval, begin, end, last, person=number % 2)
            needs += [need] if need.count else []
        self._check_rhythm(needs, days)

    def test_even_days_cost_accounts_that_are_all_due_on_one_day_half_a_month_at_most(self):
        begin, end = date(2027, 1, 1), date(2027, 12, 31)
        days = get_working_days(begin, end)
        for interval in (14, 21, 30, 60, 90):
            self._check_rhythm([
                new_need(number, interval, begin, end, begin - timedelta(days=interval - 18))
                for number in range(40)
            ], days, grace=15)

    # === SPREADING === #

    def test_the_days_differ_by_at_most_one_visit(self):
        for count in range(60):
            for days in (1, 5, 18, 23):
                per_day = Counter(rhythm.spread(count, [0] * days))
                loads = [per_day[index] for index in range(days)]
                self.assertEqual(sum(loads), count)
                self.assertLessEqual(max(loads) - min(loads), 1, (count, days))

    def test_days_that_hold_visits_already_get_fewer(self):
        self.assertEqual(rhythm.spread(3, [1, 0, 2, 0]), [0, 1, 3])
        self.assertEqual(rhythm.spread(0, [3, 0]), [])
        per_day = Counter(rhythm.spread(7, [3, 0, 0, 0]))
        self.assertEqual([per_day[index] for index in range(4)], [0, 3, 2, 2])

    def test_one_visit_of_a_month_lies_on_its_first_working_day_and_the_rest_evenly_apart(self):
        self.assertEqual(rhythm.spread(4, [0] * 20), [0, 5, 10, 15])

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

    def test_the_days_with_one_more_are_those_nearest_to_what_is_due(self):
        days = list(range(100, 110))
        self.assertEqual(rhythm.place([103, 108], days, [0] * 10), [3, 8])
        self.assertEqual(rhythm.place([108, 108, 108], days, [0] * 10), [7, 8, 9])
        taken = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        self.assertEqual(rhythm.place([103], days, taken), [2], "rather early than late")

    def test_a_year_is_the_same_each_time(self):
        chance = random.Random(7)  # noqa: S311 - not a secret
        holidays = {date(2026, 10, day) for day in range(1, 9)} | {date(2026, 1, 1)}
        working_time = self._get_working_time(holidays)
        needs = [
            new_need(
                number, chance.choice((14, 30, 60)), self.begin, self.end,
                self.begin - timedelta(days=chance.randrange(60)), person=number % 4,
            )
            for number in range(200)
        ]
        slots = schedule.make_schedule(needs, working_time)
        self.assertEqual(len(slots), sum(need.count for need in needs))
        shuffled = needs[:]
        chance.shuffle(shuffled)
        self.assertEqual(schedule.make_schedule(shuffled, working_time), slots)
        for slot in slots:
            self.assertTrue(any(
                begin <= slot.start and slot.stop <= end for begin, end in working_time[slot.start.date()]
            ))

    def test_the_first_due_of_those_due_on_a_day_is_the_lowest_number(self):
        working_time = {day: get_hours(day) for day in (date(2026, 1, 5), date(2026, 1, 6))}
        needs = [
            rhythm.Need(1, f"{number:05}", number, 30, date(2026, 1, 5), 1) for number in (3, 1, 2, 4)
        ]
        slots = schedule.make_schedule(needs, working_time)
        self.assertEqual([slot.demand.key for slot in slots], [1, 2, 3, 4])

    def test_a_month_without_a_working_day_goes_to_the_next_one_with(self):
        working_time = {day: get_hours(day) for day in (date(2026, 1, 5), date(2026, 3, 2))}
        need = rhythm.Need(1, "00001", 1, 30, date(2026, 2, 10), 1)
        self.assertEqual(schedule.make_schedule([need], working_time)[0].start.date(), date(2026, 3, 2))

    def test_visits_that_stay_count_for_the_spread(self):
        days = [date(2026, 1, 5), date(2026, 1, 6)]
        working_time = {day: get_hours(day) for day in days}
        taken = {(1, days[0]): [(at(days[0], 8), at(days[0], 9))]}
        need = rhythm.Need(1, "00001", 1, 30, days[0], 1)
        self.assertEqual(schedule.make_schedule([need], working_time, taken)[0].start.date(), days[1])

    def test_whom_to_meet_is_who_has_much_to_say_and_was_not_met_for_long(self):
        day = date(2026, 6, 1)
        people = {1: (40, date(2026, 5, 22)), 2: (20, date(2026, 1, 1)), 3: (5, None)}
        self.assertEqual(schedule.choose_contact(people, day), 3)
        self.assertEqual(schedule.choose_contact({1: people[1], 2: people[2]}, day), 2)
        self.assertEqual(schedule.choose_contact({1: (40, None), 2: (20, None)}, day), 1)
        self.assertEqual(schedule.choose_contact({5: (0, None), 4: (0, None)}, day), 4)
        self.assertIsNone(schedule.choose_contact({}, day))

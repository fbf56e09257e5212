from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ...calculations import closing, sampling

DEADLINE = date(2026, 5, 25)


@tagged("post_install", "-at_install")
class TestClosing(BaseCase):
    """V7 and X18 without a database."""

    def test_a_period_runs_from_the_day_after_one_deadline_to_the_next(self):
        for today, expected in (
            (date(2026, 5, 25), ("2026-05", date(2026, 4, 26), date(2026, 5, 25))),
            (date(2026, 5, 26), ("2026-06", date(2026, 5, 26), date(2026, 6, 25))),
            (date(2026, 12, 26), ("2027-01", date(2026, 12, 26), date(2027, 1, 25))),
            (date(2026, 1, 1), ("2026-01", date(2025, 12, 26), date(2026, 1, 25))),
        ):
            self.assertEqual(closing.get_closing_period(today, 25), expected)

    def test_every_day_lies_in_one_period_whatever_the_closing_day(self):
        for day in (1, 15, 25, 28, 29, 30, 31):
            today = date(2023, 12, 1)
            before = closing.get_closing_period(today, day)
            while today < date(2025, 3, 1):
                period = closing.get_closing_period(today, day)
                self.assertTrue(period[1] <= today <= period[2], (today, period))
                if period != before:
                    self.assertEqual(period[1], before[2] + timedelta(days=1))
                    before = period
                today += timedelta(days=1)

    def test_a_weekend_moves_no_deadline(self):
        """X18: 25 July 2026 is a Saturday, 25 October a Sunday."""
        self.assertEqual(closing.get_deadline(2026, 7, 25), date(2026, 7, 25))
        self.assertEqual(closing.get_deadline(2026, 10, 25), date(2026, 10, 25))

    def test_day_by_day_each_thing_is_told_once(self):
        told, days = 0, []
        for left in range(10, -10, -1):
            for step in closing.get_due_steps(DEADLINE, DEADLINE - timedelta(days=left), told):
                days.append((-left, closing.STEPS[step]))
                told = step + 1
        self.assertEqual(days, [(step, step) for step in closing.STEPS])

    def test_missed_days_are_made_up_for_by_one_reminder_and_by_all_escalations(self):
        for passed, told, expected in (
            (-6, 0, []), (-5, 0, [-5]), (-3, 0, [-5]), (-1, 0, [-2]), (0, 1, [0]), (0, 3, []),
            (1, 0, [1]), (2, 2, [1]), (3, 0, [1, 3]), (90, 4, [3]), (90, 5, []),
        ):
            steps = closing.get_due_steps(DEADLINE, DEADLINE + timedelta(days=passed), told)
            self.assertEqual([closing.STEPS[step] for step in steps], expected, (passed, told))

    def test_what_is_not_escalated_is_not_reminded_of_afterwards_either(self):
        self.assertEqual(closing.get_due_steps(DEADLINE, DEADLINE + timedelta(days=9), 0, False), [])

    def test_lights(self):
        for left, light in ((6, "grey"), (5, "amber"), (0, "amber"), (-1, "red")):
            self.assertEqual(closing.get_light(True, DEADLINE, DEADLINE - timedelta(days=left)), light)
            self.assertEqual(closing.get_light(False, DEADLINE, DEADLINE - timedelta(days=left)), "green")


@tagged("post_install", "-at_install")
class TestSampling(BaseCase):
    """V8: the sample can be drawn again."""

    def test_the_same_seed_draws_the_same_whatever_the_order(self):
        ids = list(range(100, 200))
        self.assertEqual(sampling.draw(ids, 10, 42), sampling.draw(list(reversed(ids)) + ids, 10, 42))
        self.assertNotEqual(sampling.draw(ids, 10, 42), sampling.draw(ids, 10, 43))

    def test_the_sequence_is_the_one_of_today(self):
        """Kept samples are drawn again by later versions: a change of the outcome is a breach."""
        self.assertEqual(sampling.draw(range(1, 21), 5, 2026), [1, 5, 6, 15, 17])

    def test_a_sample_is_no_larger_than_the_population(self):
        self.assertEqual(sampling.draw([5, 3], 10, 1), [3, 5])
        self.assertEqual(sampling.draw([], 3, 1), [])
        with self.assertRaises(ValueError):
            sampling.draw([1], 0, 1)

    def test_everybody_has_the_same_chance(self):
        counts = dict.fromkeys(range(10), 0)
        for seed in range(2000):
            for drawn in sampling.draw(range(10), 3, seed):
                counts[drawn] += 1
        self.assertTrue(all(520 < count < 680 for count in counts.values()), counts)

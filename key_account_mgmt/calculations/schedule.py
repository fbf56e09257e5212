"""When accounts are to be visited, on which day and at what time (V1, V5, G13)."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from .rhythm import choose_days

# lengths of a visit that are tried, the longest first
SLOT_MINUTES = (60, 30, 15)
# somebody who was never met has been waiting for so many days
NEVER_MET_DAYS = 3650


class Demand(NamedTuple):
    """A visit that is due: who goes, the day on which it is due, the account's number and its key."""

    person: int
    due: date
    number: str
    key: int


class Slot(NamedTuple):
    """A visit with its place in the calendar, in local time."""

    demand: Demand
    start: datetime
    stop: datetime


def get_first_due(date_from, interval, last=None):
    """Return the day on which an account is due first in a period (G13).

    :param datetime.date date_from: the period's first day
    :param int interval: days between two visits, more than 0
    :param datetime.date last: day of the last visit before the period, None where there was none
    :return: what was due before the period is due on its first day
    :rtype: datetime.date

    >>> get_first_due(date(2026, 1, 1), 30, date(2025, 12, 20))
    datetime.date(2026, 1, 19)
    """
    return max(date_from, last + timedelta(days=interval)) if last else date_from


def count_promised(date_from, date_to, interval, last=None):
    """Return how many visits a policy promises in a period (G13).

    :param datetime.date date_from: the period's first day
    :param datetime.date date_to: its last day, inclusive
    :param int interval: days between two visits; 0 promises none
    :param datetime.date last: as for :func:`get_first_due`
    :rtype: int

    >>> count_promised(date(2026, 1, 1), date(2026, 12, 31), 30)
    13
    """
    if interval <= 0:
        return 0
    first = get_first_due(date_from, interval, last)
    return (date_to - first).days // interval + 1 if first <= date_to else 0


def find_slots(intervals, count, taken=()):
    """Return times of a working day for a number of visits, evenly apart and beside each other.

    A visit takes an hour; where the day is too full for that, half an hour, then a quarter. On a day
    that is too full even so, several share a time.

    :param list intervals: working time of the day: (start, stop), in order, not empty
    :param int count: of the visits
    :param taken: (start, stop) of visits that stay on that day
    :rtype: list

    >>> day = [(datetime(2026, 1, 5, 8), datetime(2026, 1, 5, 12))]
    >>> [start.hour for start, _stop in find_slots(day, 2)]
    [9, 11]
    """
    slots = []
    for minutes in SLOT_MINUTES:
        slots = _cut(intervals, timedelta(minutes=minutes))
        free = [
            slot for slot in slots
            if not any(start < slot[1] and slot[0] < stop for start, stop in taken)
        ]
        if free and len(free) >= count:
            return [free[(2 * index + 1) * len(free) // (2 * count)] for index in range(count)]
    slots = slots or [(intervals[0][0], intervals[0][0] + timedelta(minutes=SLOT_MINUTES[-1]))]
    return [slots[index * len(slots) // count] for index in range(count)]


def _cut(intervals, length):
    return [
        (start + length * index, start + length * (index + 1))
        for start, stop in intervals
        for index in range((stop - start) // length)
    ]


def make_schedule(needs, working_time, taken=None):
    """Give each visit that is due its day and time; the same input gives the same plan (V1).

    :param needs: of :class:`Need`
    :param dict working_time: {day: [(start, stop)]} of the period, in order; not empty
    :param dict taken: {(person, day): [(start, stop)]} of the visits that stay
    :return: of :class:`Slot`, by person and time
    :rtype: list
    """
    taken = taken or {}
    chosen = choose_days(
        needs, sorted(working_time), {place: len(times) for place, times in taken.items()}
    )
    by_day = {}
    for need, due, day in chosen:
        by_day.setdefault((need.person, day), []).append(Demand(need.person, due, need.number, need.key))
    slots = []
    for (person, day), demands in sorted(by_day.items()):
        times = find_slots(working_time[day], len(demands), taken.get((person, day), ()))
        slots += [Slot(demand, *time) for demand, time in zip(demands, times)]
    return slots


def choose_contact(people, day):
    """Return whom to meet: who has much to say and was not met for long comes first (V1).

    :param dict people: {key: (decision power in per cent, day of the last meeting or None)}
    :param datetime.date day: of the visit
    :return: the key with the highest power times days since the last meeting; None without people
    """
    if not people:
        return None

    def weigh(key):
        power, last = people[key]
        return power * ((day - last).days if last else NEVER_MET_DAYS)

    return min(people, key=lambda key: (-weigh(key), key))

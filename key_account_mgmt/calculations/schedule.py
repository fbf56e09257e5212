"""When accounts are to be visited, on which day and at what time (V1, V5, G13)."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

# lengths of a visit that are tried, the longest first
SLOT_MINUTES = (60, 30, 15)
# somebody who was never met has been waiting for so many days
NEVER_MET_DAYS = 3650


class Demand(NamedTuple):
    """A visit that is due: who goes, when, the account's number (breaks ties) and its key."""

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


def get_due_dates(date_from, date_to, interval, last=None, kept=()):
    """Return the days on which visits are still to be planned (G13).

    :param datetime.date date_from: as for :func:`count_promised`
    :param datetime.date date_to: as for :func:`count_promised`
    :param int interval: as for :func:`count_promised`
    :param datetime.date last: as for :func:`get_first_due`
    :param kept: days of the visits in the period that stay; each stands for the due day nearest to it
    :rtype: list
    """
    count = count_promised(date_from, date_to, interval, last)
    first = get_first_due(date_from, interval, last) if count else None
    dues = [first + timedelta(days=interval * index) for index in range(count)]
    for day in sorted(kept):
        if dues:
            dues.remove(min(dues, key=lambda due: (abs((due - day).days), due)))
    return dues


def spread(count, loads):
    """Spread a number of visits evenly over days that may hold some already (V1).

    The days with the fewest come first; where they cannot all get one, those that do lie evenly apart.
    So the days differ by at most one visit, unless they did so by more before.

    :param int count: of the visits to be spread
    :param list loads: how many visits each day holds, in the order of the days; at least one day
    :return: the index of the day for each visit, ascending
    :rtype: list

    >>> spread(3, [0, 0, 0, 0, 0, 0])
    [0, 2, 4]
    >>> spread(2, [1, 0, 1, 0])
    [1, 3]
    """
    given = [0] * len(loads)
    while count:
        lowest = min(load + new for load, new in zip(loads, given))
        days = [index for index, load in enumerate(loads) if load + given[index] == lowest]
        if count < len(days):
            days = [days[index * len(days) // count] for index in range(count)]
        for index in days:
            given[index] += 1
        count -= len(days)
    return [index for index, new in enumerate(given) for _visit in range(new)]


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


def make_schedule(demands, working_time, taken=None):
    """Give each visit that is due its day and time; the same input gives the same plan (V1).

    A visit stays in the month in which it is due, as long as that has a working day. Each person's
    visits of a month, in the order of their due days and account numbers, are spread over its working
    days.

    :param demands: of :class:`Demand`
    :param dict working_time: {day: [(start, stop)]} of the period, in order; not empty
    :param dict taken: {(person, day): [(start, stop)]} of the visits that stay
    :return: of :class:`Slot`, by person and time
    :rtype: list
    """
    taken = taken or {}
    months = {}
    for day in sorted(working_time):
        months.setdefault((day.year, day.month), []).append(day)
    groups = {}
    for demand in sorted(demands):
        month = _find_month(months, demand.due)
        groups.setdefault((demand.person, month), []).append(demand)
    slots = []
    for (person, month), group in sorted(groups.items()):
        days = months[month]
        places = spread(len(group), [len(taken.get((person, day), ())) for day in days])
        by_day = {}
        for demand, place in zip(group, places):
            by_day.setdefault(days[place], []).append(demand)
        for day, on_day in by_day.items():
            times = find_slots(working_time[day], len(on_day), taken.get((person, day), ()))
            slots += [Slot(demand, *time) for demand, time in zip(on_day, times)]
    return slots


def _find_month(months, due):
    """Return the month of a due day, or the nearest one that has a working day (the later of two)."""
    asked = due.year * 12 + due.month
    return min(months, key=lambda month: (abs(month[0] * 12 + month[1] - asked), -month[0], -month[1]))


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

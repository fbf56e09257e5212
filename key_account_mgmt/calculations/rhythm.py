"""On which days visits fall: near the days on which they are due, and evenly over each month (V1, G13)."""

from bisect import bisect_left
from collections import Counter
from datetime import date
from types import SimpleNamespace
from typing import NamedTuple

# A due day that was rounded to a working day may be made up for by so many days at the next visit.
SLACK_DAYS = 3
# Within so many days after it is due a visit counts as held in time where it is planned.
GRACE_DAYS = 10
# A visit that is late by a day weighs as much as one that is early by two.
LATE_WEIGHT = 4
# While visits are put off to fit in beside each other, this part of the interval stays between two of them.
CLOSEST = (3, 4)


class Need(NamedTuple):
    """The visits that an account needs in a period, and who goes there.

    ``first`` is the day on which the first one is due, ``count`` how many are promised, ``last`` the day of
    the last visit before the period (None: never visited), ``kept`` the days of those visits in the period
    that stay: each stands for one that is promised.
    """

    person: int
    number: str
    key: int
    interval: int
    first: date
    count: int
    last: date | None = None
    kept: tuple = ()


class Due(NamedTuple):
    """A visit that is due on a day."""

    day: int
    rank: tuple


def get_rank(need):
    """Return what breaks ties: account numbers are compared as numbers, 99999 before 100000.

    :rtype: tuple
    """
    return len(need.number), need.number, need.key


def count_missing(need):
    """Return how many visits are still to be planned.

    :rtype: int
    """
    return max(0, need.count - len(need.kept))


def choose_days(needs, days, taken=None):
    """Choose a working day for each visit that is to be planned; the same input gives the same days.

    Each person's days of a month differ by at most one visit, those that stay included, unless they did so
    by more before. Within that, visits lie as near as they can to the day on which they are due: one
    interval after the account's visit before, made up for what was rounded. What was due before the period
    begins is staggered over an interval, whoever waits longest first. So an account waits no more than some
    days longer than its interval, a week beyond the longest run of days without work; more only where many
    accounts of a person are due on the same days, which the even days forbid.

    :param needs: of :class:`Need`
    :param list days: the working days of the period, ascending, not empty
    :param dict taken: {(person, day): number of visits that stay}
    :return: (need, day due, day chosen), by person, month and day
    :rtype: list
    """
    taken = taken or {}
    by_person = {}
    for need in sorted(needs, key=lambda need: (need.person, get_rank(need))):
        by_person.setdefault(need.person, []).append(need)
    return [
        choice for person, own in by_person.items()
        for choice in _choose_for_person(own, days, {
            day: taken[person, day] for day in days if (person, day) in taken
        })
    ]


def _choose_for_person(needs, days, taken):
    firsts = stagger(needs, days)
    courses = {get_rank(need): _begin_course(need, firsts[need]) for need in needs}
    end = days[-1].toordinal()
    chosen = []
    for month in _get_months(days):
        loads = [taken.get(day, 0) for day in month]
        for course, due, index in _fill_month(courses, month, loads, end):
            chosen.append((course.need, date.fromordinal(due.day), month[index]))
    return chosen


def _fill_month(courses, month, loads, end):
    """Place a month's visits; where one comes so early in it that the next is due in it too, that as well.

    :return: (course, due, index of the day), by day
    :rtype: list
    """
    ordinals = [day.toordinal() for day in month]
    until = _get_month_end(month[-1])
    dues, placed = [], []
    while more := [due for course in courses.values() for due in _take_dues(course, until, end)]:
        dues = sorted(dues + more)
        places = place([due.day for due in dues], ordinals, loads)
        placed = [(courses[due.rank], due, index) for due, index in zip(dues, places)]
        for course, _due, index in placed:
            course.last = max(ordinals[index], course.stood)
    return placed


def _begin_course(need, first):
    """Return where an account stands before its first visit of the period; days are ordinals.

    ``due`` is the next day of its rhythm, ``left`` how many visits are to be planned, ``last`` the last
    visit, ``stood`` the last one that stays.
    """
    kept = sorted(day.toordinal() for day in need.kept)
    return SimpleNamespace(need=need, left=count_missing(need), kept=kept, due=first, last=None, stood=0)


def _take_dues(course, until, end):
    """Take the visits that are due until a day, as if each were held on the day on which it is due."""
    dues = []
    interval = course.need.interval
    while course.left:
        due = min(_get_next_due(course, end), end)
        if course.kept and course.kept[0] <= due + interval // 2:
            # a visit that stays stands for the one that is due nearest to it
            course.last = course.stood = course.kept.pop(0)
            course.due = course.last + interval
            continue
        if due > until:
            break
        dues.append(Due(due, get_rank(course.need)))
        course.last = due
        course.due += interval
        course.left -= 1
    return dues


def _get_next_due(course, end):
    if course.last is None:
        return course.due
    # not much later than the interval after the last one, and so early that the others still fit in
    fits = course.last + (end - course.last) // course.left
    return min(course.due, course.last + course.need.interval + SLACK_DAYS, fits)


def _get_months(days):
    months = {}
    for day in days:
        months.setdefault((day.year, day.month), []).append(day)
    return months.values()


def _get_month_end(day):
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following.toordinal() - 1


def stagger(needs, days):
    """Return the day of each need's first visit: those that wait already go one after the other.

    Accounts of an interval that were due before the period are spread over that interval, beside those that
    come due in it, whoever waits longest first; and over less where their visits would not fit in then.

    :param list needs: of :class:`Need`, of one person
    :param list days: the working days of the period, ascending
    :return: {need: ordinal of the day}
    :rtype: dict
    """
    begin = days[0].toordinal()
    firsts = {need: need.first.toordinal() for need in needs}
    groups = {}
    for need in needs:
        groups.setdefault(need.interval, []).append(need)
    for interval, group in groups.items():
        waiting = [need for need in group if firsts[need] <= begin and need.count and not need.kept]
        if not waiting:
            continue
        window = _get_window(days, interval, max(need.count for need in waiting))
        loads = Counter(_find_index(window, firsts[need]) for need in group if firsts[need] > begin)
        places = spread(len(waiting), [loads[index] for index in range(len(window))])
        waiting.sort(key=lambda need: (need.last or date.min, get_rank(need)))
        firsts.update((need, window[place]) for need, place in zip(waiting, places))
    return firsts


def _get_window(days, interval, count):
    """Return over which days first visits are staggered, as ordinals."""
    begin, end = days[0].toordinal(), days[-1].toordinal()
    part, whole = CLOSEST
    length = min(interval, end - begin + 1 - -(-(count - 1) * part * interval // whole))
    return [day.toordinal() for day in days if day.toordinal() < begin + length] or [begin]


def _find_index(days, day):
    """Return the first of these days that is not before a day; None where there is none."""
    index = bisect_left(days, day)
    return index if index < len(days) else None


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
    must, lowest, rest = get_quotas(count, loads)
    chosen = {lowest[index * len(lowest) // rest] for index in range(rest)}
    return [index for index, own in enumerate(must) for _visit in range(own + (index in chosen))]


def get_quotas(count, loads):
    """Return how many visits days must get so that they differ by at most one, and which may get one more.

    :param int count: of the visits
    :param list loads: how many visits each day holds already; at least one day
    :return: (list with a number for each day, indexes of the days that may get one more, how many of
        these do)
    :rtype: tuple

    >>> get_quotas(5, [0, 3, 0])
    ([2, 0, 2], [0, 2], 1)
    """
    ordered = sorted(loads)
    level, left, filled = ordered[0], count, 0
    while True:
        while filled < len(ordered) and ordered[filled] <= level:
            filled += 1
        step = left // filled
        if filled < len(ordered):
            step = min(step, ordered[filled] - level)
        if not step:
            break
        level += step
        left -= step * filled
    must = [max(0, level - load) for load in loads]
    return must, [index for index, load in enumerate(loads) if load <= level], left


def place(dues, days, loads):
    """Give visits in the order in which they are due to a month's days, as near as the quotas allow.

    Of all ways to choose the days that get one more, the one with the smallest sum of squared distances
    between due and chosen days, found day by day: for each number of such days used so far the best way.

    :param list dues: ordinals of the days on which they are due, ascending
    :param list days: ordinals of the working days, ascending
    :param list loads: how many visits each day holds already
    :return: the index of the day for each visit, ascending
    :rtype: list

    >>> place([10, 12, 12], [9, 10, 11, 12, 13], [0, 0, 0, 0, 0])
    [1, 2, 3]
    """
    must, lowest, rest = get_quotas(len(dues), loads)
    open_after = [sum(index > day for index in lowest) for day in range(len(days))]
    lowest = set(lowest)
    # {days with one more so far: (cost, the number before)}, for each day
    ways, best, begun = [], {0: (0, 0)}, 0
    for index, day in enumerate(days):
        following = {}
        for used, (cost, _before) in best.items():
            first = begun + used
            last = first + must[index]
            cost += sum(_weigh(day - due) for due in dues[first:last])  # noqa: PLW2901
            if rest - used <= open_after[index]:
                _keep_better(following, used, (cost, used))
            if used < rest and index in lowest:
                _keep_better(following, used + 1, (cost + _weigh(day - dues[last]), used))
        ways.append(following)
        best = following
        begun += must[index]
    return _trace(ways, must, rest)


def _weigh(delay):
    return delay * delay * (LATE_WEIGHT if delay > 0 else 1)


def _keep_better(ways, used, way):
    if used not in ways or way < ways[used]:
        ways[used] = way


def _trace(ways, must, used):
    counts = []
    for following, own in zip(reversed(ways), reversed(must)):
        before = following[used][1]
        counts.append(own + used - before)
        used = before
    return [index for index, count in enumerate(reversed(counts)) for _visit in range(count)]

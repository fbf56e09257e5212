"""Working time: what a calendar leaves of the clock, and what a promise of working hours means (C5, X21).

The intervals of a batch are prepared once; each question is then one search in a sorted list. Moments are
datetimes of one kind: all naive UTC, or all aware.
"""

from bisect import bisect_right
from datetime import timedelta
from itertools import accumulate
from typing import NamedTuple


class WorkingTime(NamedTuple):
    """The working time between two moments: when each interval starts and stops, and the seconds before it.

    ``before`` has one more than the others: all seconds.
    """

    starts: tuple
    stops: tuple
    before: tuple


def prepare(intervals):
    """Return working time that is ready to be asked often.

    :param intervals: pairs ``(start, stop)`` of datetimes, in order, not overlapping; empty ones are left out
    :rtype: WorkingTime
    """
    kept = [(start, stop) for start, stop in intervals if stop > start]
    lengths = ((stop - start).total_seconds() for start, stop in kept)
    return WorkingTime(
        tuple(start for start, _stop in kept),
        tuple(stop for _start, stop in kept),
        tuple(accumulate(lengths, initial=0.0)),
    )


def elapsed(worked, moment):
    """Return the working seconds from the beginning up to a moment.

    :param WorkingTime worked: what is worked
    :param datetime moment: any moment
    :rtype: float
    """
    index = bisect_right(worked.starts, moment) - 1
    if index < 0:
        return 0.0
    end = min(moment, worked.stops[index])
    return worked.before[index] + (end - worked.starts[index]).total_seconds()


def between(worked, start, stop):
    """Return the working seconds between two moments; 0 where the second is not later.

    :param WorkingTime worked: what is worked
    :param datetime start: the first moment
    :param datetime stop: the second one
    :rtype: float

    >>> from datetime import datetime
    >>> day = prepare([(datetime(2026, 5, 4, 8), datetime(2026, 5, 4, 12))])
    >>> between(day, datetime(2026, 5, 4, 6), datetime(2026, 5, 4, 9, 30)) / 3600
    1.5
    """
    return max(0.0, elapsed(worked, stop) - elapsed(worked, start))


def add(worked, start, seconds):
    """Return the moment at which so many working seconds have passed since another one (X21).

    A promise that ends with a working day ends in its evening, not on the next morning.

    :param WorkingTime worked: what is worked
    :param datetime start: from when on; outside working time, from the next working moment
    :param float seconds: 0 or more
    :return: the moment, or None where there is not so much working time
    :rtype: datetime

    >>> from datetime import datetime
    >>> days = prepare([
    ...     (datetime(2026, 5, 8, 8), datetime(2026, 5, 8, 16)),
    ...     (datetime(2026, 5, 11, 8), datetime(2026, 5, 11, 16)),
    ... ])
    >>> add(days, datetime(2026, 5, 8, 15), 2 * 3600)
    datetime.datetime(2026, 5, 11, 9, 0)
    >>> add(days, datetime(2026, 5, 8, 15), 10 * 3600) is None
    True
    """
    if seconds <= 0:
        return start
    wanted = elapsed(worked, start) + seconds
    # the interval in which so much has been worked: the last one that began with less
    index = bisect_right(worked.before, wanted) - 1
    if worked.before[index] == wanted:
        index -= 1
    if index >= len(worked.starts):
        return None
    return worked.starts[index] + timedelta(seconds=wanted - worked.before[index])

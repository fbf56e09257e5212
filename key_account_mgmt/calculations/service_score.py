"""What a customer was promised in a period, and what of it was kept (RULES C5, G13, V5)."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

HUNDRED = Decimal(100)
CENT = Decimal("0.01")
# the mean length of a month in days
MONTH = Decimal("365.25") / 12


class Segment(NamedTuple):
    """Days on which a promise held; ``anchor`` is the day from which its times are counted."""

    anchor: date
    first: date
    last: date
    promise: object


def get_segments(changes, periods, date_from, date_to):
    """Cut a period at the days on which the promise changed or the customer was no key account (C5, G13).

    :param list changes: pairs (first day, promise), the oldest first; before them nothing was promised. Equal
        promises one after the other are one; of several on a day the last one counts
    :param list periods: pairs (first day, last day or None) in which the customer was an active key account
    :param datetime.date date_from: first day of the period
    :param datetime.date date_to: its last day, inclusive
    :return: of :class:`Segment`, in the order of time
    :rtype: list

    >>> get_segments([(date(2026, 1, 1), 30), (date(2026, 1, 11), 14)], [(date(2026, 1, 3), None)],
    ...              date(2026, 1, 1), date(2026, 1, 20))[0][1:]
    (datetime.date(2026, 1, 3), datetime.date(2026, 1, 10), 30)
    """
    segments = []
    kept = [
        change for index, change in enumerate(changes) if not index or changes[index - 1][1] != change[1]
    ]
    ends = [day - timedelta(days=1) for day, _promise in kept[1:]] + [date_to]
    for (anchor, promise), end in zip(kept, ends):
        for begin, stop in periods:
            first = max(anchor, begin, date_from)
            last = min(end, stop or date_to, date_to)
            if first <= last:
                segments.append(Segment(anchor, first, last, promise))
    return segments


def count_promised(segments):
    """Return how many times something was promised: the days one interval after the other that lie in these.

    The intervals are counted from the day on which the promise began, so the months of a year add up to the
    year, and whatever period is asked for.

    :param segments: of :class:`Segment`, whose promise is the days from one time to the next; 0 promises none
    :rtype: int

    >>> year = (date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31))
    >>> count_promised([Segment(*year, 30)]), count_promised([Segment(*year, 0)])
    (12, 0)
    """
    return sum(
        _count_times(segment.last - segment.anchor, segment.promise)
        - _count_times(segment.first - timedelta(days=1) - segment.anchor, segment.promise)
        for segment in segments if segment.promise
    )


def _count_times(time, interval):
    return int(Decimal(max(time.days, 0)) // Decimal(interval))


def get_kept_rate(promised, delivered):
    """Return what was kept of a promise; more than was promised is no more than all.

    :param int promised: how many times
    :param int delivered: how many times
    :return: per cent with two decimals, half up; None where nothing was promised
    :rtype: decimal.Decimal or None

    >>> get_kept_rate(12, 11), get_kept_rate(2, 5), get_kept_rate(0, 3)
    (Decimal('91.67'), Decimal('100.00'), None)
    """
    if not promised:
        return None
    rate = min(HUNDRED, Decimal(delivered) * HUNDRED / Decimal(promised))
    return rate.quantize(CENT, ROUND_HALF_UP)


def get_service_score(rates):
    """Return the mean of what was kept; what was not promised counts neither way.

    :param rates: per cents, or None
    :return: 0 to 100 with two decimals, half up; None where nothing was promised at all
    :rtype: decimal.Decimal or None

    >>> get_service_score([Decimal("91.67"), None, Decimal("50.00")]), get_service_score([None])
    (Decimal('70.84'), None)
    """
    known = [rate for rate in rates if rate is not None]
    if not known:
        return None
    return (sum(known, Decimal(0)) / len(known)).quantize(CENT, ROUND_HALF_UP)

"""What a customer was promised in a period, and what of it was kept (RULES C5, G13, V5)."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)
CENT = Decimal("0.01")
# the mean length of a month in days
MONTH = Decimal("365.25") / 12


def get_segments(changes, date_from, date_to):
    """Cut a period at the days when the promise changed.

    :param list changes: pairs (first day, promise), the oldest first; before them nothing was promised
    :param datetime.date date_from: first day of the period
    :param datetime.date date_to: its last day, inclusive
    :return: pairs (number of days, promise), in the order of time
    :rtype: list

    >>> from datetime import date
    >>> get_segments([(date(2026, 1, 1), "B"), (date(2026, 1, 11), "A")], date(2026, 1, 6), date(2026, 1, 20))
    [(5, 'B'), (10, 'A')]
    """
    segments = []
    ends = [day - timedelta(days=1) for day, _promise in changes[1:]] + [date_to]
    for (day, promise), end in zip(changes, ends):
        days = (min(end, date_to) - max(day, date_from)).days + 1
        if days > 0:
            segments.append((days, promise))
    return segments


def count_promised(segments):
    """Return how many times something was promised, in whole times.

    :param segments: pairs (number of days, days from one time to the next; 0 promises nothing)
    :rtype: int

    >>> count_promised([(365, 30)]), count_promised([(29, 30)]), count_promised([(15, 30), (14, 14)])
    (12, 0, 1)
    """
    times = sum((Decimal(days) / Decimal(interval) for days, interval in segments if interval), Decimal(0))
    return int(times)


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

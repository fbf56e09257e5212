"""Key figures: shares, means, and the period before (RULES P11, P12; issue 5 C).

Nothing is rounded here: points are taken from the figure as it is, people see two decimals.
"""

from calendar import monthrange
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

HUNDRED = Decimal(100)


class Measure(NamedTuple):
    """A key figure of one subject, and what it was made of; ``value`` is None where there is no data."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


def measure_rate(numerator, denominator):
    """Return a share in per cent; without anything to divide by there is no data, neither 0 nor 100.

    :param numerator: int or Decimal, e.g. customers who ordered again
    :param denominator: int or Decimal, e.g. customers of the period before; None where it is not known
    :rtype: Measure

    >>> measure_rate(3, 12).value, measure_rate(0, 4).value, measure_rate(0, 0).value
    (Decimal('25'), Decimal('0'), None)
    """
    return _divide(numerator, denominator, HUNDRED)


def measure_mean(total, count):
    """Return a mean, e.g. of satisfaction scores; of nothing there is no data.

    :param total: int or Decimal
    :param int count: of how many
    :rtype: Measure

    >>> measure_mean(Decimal("170"), 2).value, measure_mean(0, 0).value
    (Decimal('85'), None)
    """
    return _divide(total, count, Decimal(1))


def _divide(numerator, denominator, factor):
    numerator = Decimal(numerator or 0)
    if denominator is None or denominator <= 0:
        return Measure(None, numerator, None if denominator is None else Decimal(denominator))
    denominator = Decimal(denominator)
    return Measure(numerator * factor / denominator, numerator, denominator)


def get_previous_period(date_from, date_to):
    """Return the equal period before: as many whole months, else as many days.

    :param datetime.date date_from: first day
    :param datetime.date date_to: last day, inclusive
    :return: (first day, last day)
    :rtype: tuple

    >>> from datetime import date
    >>> get_previous_period(date(1997, 3, 1), date(1997, 3, 31))
    (datetime.date(1997, 2, 1), datetime.date(1997, 2, 28))
    >>> get_previous_period(date(2026, 3, 11), date(2026, 3, 20))
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 10))
    """
    last = date_from - timedelta(days=1)
    is_last_day = date_to.day == monthrange(date_to.year, date_to.month)[1]
    if date_from.day == 1 and is_last_day:
        months = (date_to.year - date_from.year) * 12 + date_to.month - date_from.month + 1
        return date_from - relativedelta(months=months), last
    return date_from - (date_to - last), last

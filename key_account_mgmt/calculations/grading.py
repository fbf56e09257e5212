"""Grades, shares and scores (RULES G1–G8, X2, X6, X10).

Everything is a :class:`~decimal.Decimal`, so that a figure that stands exactly on a bound falls on the
better side of it, as the regulations say ("包含").
"""

from decimal import ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)
DECIMAL_STEPS = {Decimal(1).scaleb(-places) for places in range(7)}


def to_decimal(value):
    """Return a number as the decimal that a person would write down.

    :param value: int, float, str or Decimal
    :rtype: Decimal
    """
    return value if isinstance(value, Decimal) else Decimal(str(value))


def round_half_up(value, step):
    """Round to a multiple of a step, halves away from zero.

    :param Decimal value: an amount
    :param Decimal step: the currency's rounding, e.g. ``Decimal('0.01')``
    :rtype: Decimal
    """
    if step in DECIMAL_STEPS:  # exact, and three times as fast as a division
        return value.quantize(step, rounding=ROUND_HALF_UP)
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step


def plain(value):
    """Write a number as people do: thousands separated, no trailing zeros.

    :param value: int, float or Decimal
    :rtype: str
    """
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(amount, total):
    """Return what part of a total an amount is, in per cent, unrounded (G1).

    :param Decimal amount: the customer's sales
    :param Decimal total: the company's sales in the same period, same currency
    :rtype: Decimal
    :raise ValueError: when the total is not positive: a part of nothing is no figure
    """
    if total <= 0:
        raise ValueError("a share needs a positive total")
    return amount * HUNDRED / total


def grade_for(value, thresholds):
    """Return which grade a value reaches; the lower bound belongs to the grade (X10).

    :param Decimal value: a share in per cent, an amount or a score
    :param list thresholds: ``(threshold, key)`` from the best grade to the last
    :return: the key of the first grade that is reached, or None
    """
    return next((key for threshold, key in thresholds if value >= threshold), None)


def points_for(value, bands):
    """Return the points of a measured value: those of the highest band that it reaches (X6).

    :param Decimal value: the measured value, or None where there is no data
    :param list bands: ``(lower bound, points)`` in any order; bounds are inclusive
    :return: Decimal points; 0 below the lowest band, None for no data
    """
    if value is None:
        return None
    reached = [(lower, points) for lower, points in bands if value >= lower]
    return max(reached)[1] if reached else Decimal(0)


def weighted_score(parts):
    """Return the score of weighted dimensions, 0 to 100, rounded half up to 2 decimals (G5, X2).

    :param list parts: ``(weight in per cent, points 0–100 or None, skip_missing)``; a dimension without
        data counts as 0 points, or is left out and the others weigh more where ``skip_missing`` is set
    :rtype: Decimal
    """
    counted = [
        (weight, points or Decimal(0))
        for weight, points, skip_missing in parts
        if points is not None or not skip_missing
    ]
    total = sum((weight for weight, _points in counted), Decimal(0))
    if not total:
        return Decimal("0.00")
    score = sum((weight * points for weight, points in counted), Decimal(0)) / total
    return round_half_up(score, Decimal("0.01"))


def change_of(current_rank, final_rank):
    """Return what becomes of a customer's grade.

    :param int current_rank: 0 is the best grade; None without one
    :param int final_rank: likewise, for the grade that was found
    :return: ``new``, ``up``, ``same``, ``down``, ``out``, or None when there is no grade at all
    """
    if current_rank is None:
        return None if final_rank is None else "new"
    if final_rank is None:
        return "out"
    if final_rank == current_rank:
        return "same"
    return "up" if final_rank < current_rank else "down"


def growth(amount, previous):
    """Return the growth over the previous period in per cent, or None without one.

    :param Decimal amount: sales of the period
    :param Decimal previous: sales of the equal period before
    """
    return (amount - previous) * HUNDRED / previous if previous > 0 else None


def order_interval(first, last, count):
    """Return the average number of days between orders, or None for fewer than two.

    :param datetime.date first: day of the first order
    :param datetime.date last: day of the last order
    :param int count: number of orders
    """
    return Decimal((last - first).days) / (count - 1) if count > 1 else None


def years_between(first, day):
    """Return the years from one day to another, or None without a first day.

    :param datetime.date first: day of the first business
    :param datetime.date day: the day of reckoning
    """
    return Decimal((day - first).days) / Decimal("365.25") if first else None


def ratio(part, whole):
    """Return a part of a whole in per cent, or None when there is no whole.

    :param Decimal part: e.g. what was collected
    :param Decimal whole: e.g. what was invoiced
    """
    return part * HUNDRED / whole if whole > 0 else None

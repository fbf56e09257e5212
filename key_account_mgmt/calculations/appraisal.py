"""From figures and judgements to the score of a month (RULES P1–P4, X2, X5, X6).

Points are Decimals with two decimals, half up; a score is their sum and is never rounded to whole points,
so that 89.5 stays below a band that starts at 90.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
FACTOR = Decimal("0.0001")


def get_proportional_points(value, maximum, full):
    """Return the points of a key figure in proportion, neither below 0 nor above the line's maximum (P1).

    :param Decimal value: the figure as measured; None for no data
    :param Decimal maximum: points of the line
    :param Decimal full: the figure that earns all of them, more than 0
    :return: two decimals, half up; None for no data
    :rtype: decimal.Decimal or None

    >>> get_proportional_points(Decimal("88"), Decimal(60), Decimal(100))
    Decimal('52.80')
    >>> get_proportional_points(Decimal("130"), Decimal(60), Decimal(100))
    Decimal('60.00')
    """
    if value is None:
        return None
    points = min(maximum, max(Decimal(0), value * maximum / full))
    return points.quantize(CENT, ROUND_HALF_UP)


def get_band(value, bands):
    """Return what belongs to the highest band that a value reaches; bounds belong to the better level (X6).

    :param Decimal value: points or a key figure; None for no data
    :param bands: pairs (lower bound, what belongs to it) in any order; half-open, so there are no gaps
    :return: what belongs to it; that of the lowest band below all bounds; None without value or bands

    >>> levels = [(Decimal(8), "fair"), (Decimal(0), "poor"), (Decimal(15), "good"), (Decimal(18), "best")]
    >>> [get_band(Decimal(text), levels) for text in ("7.99", "8", "14.99", "15", "18", "20")]
    ['poor', 'fair', 'fair', 'good', 'best', 'best']
    """
    bands = sorted(bands, key=lambda band: band[0])
    if value is None or not bands:
        return None
    reached = [result for lower, result in bands if value >= lower]
    return reached[-1] if reached else bands[0][1]


def find_band_fault(bounds, maximum=None):
    """Say what is wrong with the lower bounds of bands, or nothing.

    :param bounds: lower bounds, Decimals in any order
    :param Decimal maximum: the highest value that there is, or None
    :return: ``gap`` (values below the lowest bound have no band), ``overlap`` (two begin at the same
        value), ``beyond`` (a band begins above the maximum), or False
    :rtype: str or bool
    """
    bounds = sorted(bounds)
    if bounds and bounds[0] != 0:
        return "gap"
    if len(set(bounds)) < len(bounds):
        return "overlap"
    if bounds and maximum is not None and bounds[-1] > maximum:
        return "beyond"
    return False


def get_score(points):
    """Return the score of a month: the sum of its lines' points (X2).

    :param points: Decimals with two decimals, in any order
    :rtype: decimal.Decimal

    >>> get_score([Decimal("52.80"), Decimal("17.50"), Decimal("19.20")]), get_score([])
    (Decimal('89.50'), Decimal('0.00'))
    """
    return sum(points, Decimal("0.00"))


def get_pro_rata(date_from, date_to, worked_from=None, worked_to=None):
    """Return which part of a period somebody belonged to the department, by calendar days.

    :param datetime.date date_from: first day of the period
    :param datetime.date date_to: its last day, inclusive
    :param datetime.date worked_from: his first day, or None for long before
    :param datetime.date worked_to: his last day, inclusive, or None for still there
    :return: 0 to 1 with four decimals, half up
    :rtype: decimal.Decimal

    >>> from datetime import date
    >>> get_pro_rata(date(2026, 6, 1), date(2026, 6, 30), date(2026, 6, 16))
    Decimal('0.5000')
    """
    first = max(date_from, worked_from or date_from)
    last = min(date_to, worked_to or date_to)
    days = max(0, (last - first).days + 1)
    return (Decimal(days) / ((date_to - date_from).days + 1)).quantize(FACTOR, ROUND_HALF_UP)

"""How a whole is divided into parts that add up to it (R4), and what became of a target (P6, X4)."""

from decimal import ROUND_DOWN, Decimal

from .grading import HUNDRED, round_half_up

MISSED, MET, CHALLENGE = "missed", "met", "challenge"
CENT = Decimal("0.01")
ZERO = Decimal(0)


def split(total, weights, rounding):
    """Divide an amount by weights; the parts always add up to it (R4).

    Each part is rounded half up, and the rounding goes to the last part. Where the parts are so small
    that this would turn the last one negative or more than double it (ten visits in twelve months), or
    where the last part has no weight, the rounding is spread instead, so that no part is off by a whole
    step.

    :param Decimal total: what is divided, not negative; money or a count
    :param weights: numbers of which none is negative and one is positive; one a part
    :param Decimal rounding: the smallest step of a part, e.g. ``Decimal('0.01')``, or 1 for counts
    :return: the parts in the order of the weights
    :rtype: list
    :raise ValueError: when nothing can be divided: a negative total or weight, or no weight at all

    >>> split(Decimal(100), [1, 1, 1], CENT)
    [Decimal('33.33'), Decimal('33.33'), Decimal('33.34')]
    >>> [int(part) for part in split(Decimal(5), [1] * 12, Decimal(1))]
    [0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1]
    """
    weights = [Decimal(weight) for weight in weights]
    if total < 0:
        raise ValueError("a negative whole is not divided")
    if any(weight < 0 for weight in weights) or not sum(weights, ZERO):
        raise ValueError("the parts need weights, none of them negative")
    whole = sum(weights, ZERO)
    parts = [round_half_up(total * weight / whole, rounding) for weight in weights[:-1]]
    last, exact = total - sum(parts, ZERO), total * weights[-1] / whole
    if 0 <= last <= 2 * exact:
        return [*parts, last]
    return _spread(total, weights, whole, rounding)


def _spread(total, weights, whole, rounding):
    """Divide by rounding the running sum down, so that what is left over is spread over the parts."""
    last = max(index for index, weight in enumerate(weights) if weight)
    parts, before, running = [], ZERO, ZERO
    for index, weight in enumerate(weights):
        running += weight
        reached = total
        if index < last:
            steps = (total * running / whole / rounding).quantize(Decimal(1), rounding=ROUND_DOWN)
            reached = min(steps * rounding, total)
        parts.append(reached - before)
        before = reached
    return parts


def split_with_challenge(amount, challenge, weights, rounding):
    """Divide a target and its challenge target so that no part's challenge lies below its target.

    What the challenge asks beyond the target is divided by itself and added.

    :param Decimal amount: the target
    :param Decimal challenge: the challenge target, at least the target; 0 for none
    :return: pairs (target, challenge) in the order of the weights
    :rtype: list
    :raise ValueError: as :func:`split`

    >>> split_with_challenge(Decimal(10), Decimal(13), [1, 1], Decimal(1))
    [(Decimal('5'), Decimal('7')), (Decimal('5'), Decimal('6'))]
    """
    parts = split(amount, weights, rounding)
    if not challenge:
        return [(part, ZERO) for part in parts]
    extras = split(challenge - amount, weights, rounding)
    return [(part, part + extra) for part, extra in zip(parts, extras)]


def get_attainment(actual, target):
    """Return how far a target was reached, in per cent with two decimals, half up (P1, P12).

    :param Decimal actual: what was reached
    :param Decimal target: what was to be reached
    :return: per cent; None where the target is nothing, since a part of nothing is no figure
    :rtype: Decimal or None

    >>> get_attainment(Decimal(95), Decimal(100)), get_attainment(Decimal(5), Decimal(0))
    (Decimal('95.00'), None)
    """
    if not target:
        return None
    return round_half_up(actual * HUNDRED / target, CENT)


def get_result(actual, target, challenge=None):
    """Return which of three results it is: nothing lies between target and challenge target (P6, X4).

    :param Decimal actual: what was reached
    :param Decimal target: the target; reaching it exactly is enough
    :param challenge: the challenge target, or None or 0 where there is none
    :return: ``missed``, ``met`` or ``challenge``
    :rtype: str

    >>> get_result(Decimal(99), Decimal(100)), get_result(Decimal(119), Decimal(100), Decimal(120))
    ('missed', 'met')
    >>> get_result(Decimal(120), Decimal(100), Decimal(120))
    'challenge'
    """
    if actual < target:
        return MISSED
    return CHALLENGE if challenge and actual >= challenge else MET


def cover(periods, date_from, date_to, next_day):
    """Choose periods that fill a longer one without a gap, the shortest ones where there is a choice.

    :param periods: pairs (first day, last day)
    :param datetime.date date_from: first day of what is to be filled
    :param datetime.date date_to: its last day
    :param callable next_day: a day → the one after it
    :return: the chosen pairs in order, or None where they leave a gap
    :rtype: list or None
    """
    starts = {}
    for period in sorted(set(periods), key=lambda period: period[1]):
        starts.setdefault(period[0], []).append(period)

    def fill(day):
        if day > date_to:
            return []
        for period in starts.get(day, ()):
            if period[1] <= date_to and (rest := fill(next_day(period[1]))) is not None:
                return [period, *rest]
        return None

    return fill(date_from)

"""Performance pay: score → band → base → department's result, rewards and pro rata (RULES P5–P9, X1–X5, X8).

Money is :class:`~decimal.Decimal` in one currency, rounded half up to the currency's step at each figure that
is shown, so that what is shown adds up. Rates are fractions: ``Decimal('1.05')`` is 105 %.
"""

from decimal import Decimal
from typing import NamedTuple

from .grading import HUNDRED, round_half_up, to_decimal

CENT = Decimal("0.01")
# The sign of the department's part by its result (P6, X4): between target and challenge is nothing extra.
DEPARTMENT_SIGNS = {"missed": -1, "met": 0, "challenge": 1}
DEPARTMENT_BASES = ("payout", "base")
# No band pays ten times the base: such a rate was meant in per cent.
HIGHEST_RATE = 10


class Payout(NamedTuple):
    """How a performance payout comes about: the fraction paid of the base, and two amounts with their sum."""

    rate: Decimal
    performance: Decimal
    department: Decimal
    total: Decimal


def check_bands(bands):
    """Refuse bands that leave a score without an answer, or with two (X2).

    Only lower bounds are kept, each up to the next one, so a gap can only be below the lowest and an overlap
    is the same bound twice.

    :param list bands: ``(lower, rate)`` in any order; a rate of None pays the score's own per cent
    :raise ValueError: with the key of what is wrong as its first argument: ``gap``, ``overlap``, ``bound``
        (outside of 0–100) or ``rate`` (negative, or not a fraction)
    """
    lowers = [to_decimal(lower) for lower, _rate in bands]
    if not lowers or min(lowers) > 0:
        raise ValueError("gap", "scores below the lowest band belong to none: begin with a band from 0")
    if len(set(lowers)) < len(lowers):
        raise ValueError("overlap", "two bands begin at the same score")
    if min(lowers) < 0 or max(lowers) > HUNDRED:
        raise ValueError("bound", "a band begins between 0 and 100")
    _check_rates(bands)


def _check_rates(bands):
    for _lower, rate in bands:
        if rate is not None and not 0 <= to_decimal(rate) <= HIGHEST_RATE:
            raise ValueError("rate", "a rate is a fraction of the base, 1.05 for 105 %")


def get_rate(score, bands):
    """Return what fraction of the base a score is paid (P5, X2).

    :param score: 0 to 100; it is compared as it is, never rounded first
    :param list bands: ``(lower, rate)``; the lower bound belongs to its band, the highest band reached counts
    :rtype: Decimal
    :raise ValueError: for a score outside of 0–100, or two bands from the same bound
    """
    score = to_decimal(score)
    if not 0 <= score <= HUNDRED:
        raise ValueError("score", "a score lies between 0 and 100")
    reached = {to_decimal(lower): rate for lower, rate in bands if score >= to_decimal(lower)}
    if len({to_decimal(lower) for lower, _rate in bands}) < len(bands):
        raise ValueError("overlap", "two bands begin at the same score")
    _check_rates(bands)
    if not reached:
        return Decimal(0)
    rate = reached[max(reached)]
    return score / HUNDRED if rate is None else to_decimal(rate)


def get_payout(
    score, base, bands, department_result="met", department_rate=Decimal("0.05"), *,
    department_base="payout", rounding=CENT,
):
    """Return a performance payout in its parts (P5–P7).

    :param score: the appraisal's score, 0 to 100, in points
    :param base: the person's own base for the period, in money, not negative (X1)
    :param list bands: ``(lower, rate)``, see :func:`get_rate`; ``[(0, None)]`` is proportional (X8)
    :param str department_result: ``missed``, ``met`` or ``challenge`` (X4)
    :param Decimal department_rate: the fraction that is added or taken
    :param str department_base: of what: the computed ``payout`` (X3) or the ``base``; nothing stays nothing,
        and nobody owes
    :param Decimal rounding: the currency's step
    :rtype: Payout
    :raise ValueError: for a negative base or rate, an unknown result or base, or what :func:`get_rate`
        refuses
    """
    base, department_rate = to_decimal(base), to_decimal(department_rate)
    if base < 0:
        raise ValueError("base", "a base is not negative")
    if not 0 <= department_rate <= 1:
        raise ValueError("department_rate", "the department's part is a fraction from 0 to 1")
    if department_result not in DEPARTMENT_SIGNS:
        raise ValueError("department_result", "a department missed, met, or met its challenge")
    if department_base not in DEPARTMENT_BASES:
        raise ValueError("department_base", "the department's part is of the payout or of the base")
    rounding = to_decimal(rounding)
    rate = get_rate(score, bands)
    performance = round_half_up(base * rate, rounding)
    of_what = performance if department_base == "payout" or not performance else base
    department = round_half_up(of_what * department_rate, rounding) * DEPARTMENT_SIGNS[department_result]
    department = max(department, -performance)
    return Payout(rate, performance, department, performance + department)


def payout(
    score, base, bands, department_result="met", department_rate=Decimal("0.05"), *,
    department_base="payout", rounding=CENT,
):
    """Return what is paid for an appraisal: :func:`get_payout` in one figure.

    :rtype: Decimal
    """
    return get_payout(
        score, base, bands, department_result, department_rate,
        department_base=department_base, rounding=rounding,
    ).total


def prorate(amount, presence, rounding=CENT):
    """Return an amount for the part of the period in which somebody was there.

    :param amount: for the whole period, in money
    :param presence: days there ÷ days of the period, 0 to 1
    :param Decimal rounding: the currency's step
    :rtype: Decimal
    :raise ValueError: for a part outside of 0–1
    """
    presence = to_decimal(presence)
    if not 0 <= presence <= 1:
        raise ValueError("presence", "a part of a period lies between 0 and 1")
    return round_half_up(to_decimal(amount) * presence, to_decimal(rounding))


def get_reward(amount, rate, rounding=CENT):
    """Return the marketing reward on what was invoiced or collected of one kind of business (P9, X7).

    :param amount: untaxed, in money; negative where more was taken back than sold
    :param rate: a fraction, 0 to 1
    :param Decimal rounding: the currency's step
    :rtype: Decimal
    :raise ValueError: for a rate outside of 0–1
    """
    rate = to_decimal(rate)
    if not 0 <= rate <= 1:
        raise ValueError("rate", "a reward is a fraction from 0 to 1")
    return round_half_up(to_decimal(amount) * rate, to_decimal(rounding))


def spread(amount, weights, rounding=CENT):
    """Return a document's amount by kinds of business; the parts add up, the last one takes the rounding.

    :param amount: in money
    :param dict weights: {kind: weight}, e.g. what the lines of that kind come to, of either sign
    :param Decimal rounding: the currency's step
    :return: {kind: Decimal}; everything goes to the first kind where the weights come to nothing
    :rtype: dict
    """
    amount, rounding = to_decimal(amount), to_decimal(rounding)
    total = sum((to_decimal(weight) for weight in weights.values()), Decimal(0))
    parts, left = {}, amount
    for kind, weight in weights.items():
        share = to_decimal(weight) / total if total else Decimal(not parts)
        parts[kind] = round_half_up(amount * share, rounding)
        left -= parts[kind]
    if parts:
        parts[next(reversed(parts))] += left
    return parts


def add_up(parts):
    """Return the sum of parts in money, whatever their order; of none it is 0.

    :param parts: any iterable of amounts
    :rtype: Decimal
    """
    return sum((to_decimal(part) for part in parts), Decimal("0.00"))

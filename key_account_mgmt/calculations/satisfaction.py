"""Satisfaction of key accounts: from answers to scores (C1, C2, C3)."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from dateutil.relativedelta import relativedelta

CENT = Decimal("0.01")


def answer_score(points, position):
    """Return what an answer is worth, between 0 and 100 (C2).

    The answer's share of the points of the best one. Where no answer has points, their order counts, from
    the worst to the best: of four answers the second is worth a third.

    :param points: the points of all answers of the question, in order
    :type points: list of float or Decimal
    :param int position: of the given answer in that list
    :return: the unrounded score; None where the question has one answer alone, which tells nothing
    :rtype: Fraction or None
    """
    if len(points) < 2:
        return None
    best = max(points)
    if best <= 0:
        return Fraction(100 * position, len(points) - 1)
    return max(Fraction(0), Fraction(str(points[position])) / Fraction(str(best)) * 100)


def scale_score(value, lowest, highest):
    """Return what an answer on a scale is worth, between 0 and 100: its place between the two ends (C2).

    :param int value: the answer
    :param int lowest: the least that the scale offers
    :param int highest: the most
    :return: the unrounded score; None for an answer outside of the scale, or a scale of one step
    :rtype: Fraction or None
    """
    if lowest >= highest or not lowest <= value <= highest:
        return None
    return Fraction(100 * (value - lowest), highest - lowest)


def overall_score(scores):
    """Return the mean of the dimensions that were answered (C1); one without an answer is no zero.

    :param scores: unrounded scores of the dimensions, None for those without an answer
    :return: the unrounded mean, or None without any answer
    :rtype: Fraction or None
    """
    answered = [score for score in scores if score is not None]
    return sum(answered) / len(answered) if answered else None


def rounded(score):
    """Return a score with two decimals, half up.

    :param score: Fraction or None
    :rtype: Decimal or None
    """
    if score is None:
        return None
    return (Decimal(score.numerator) / Decimal(score.denominator)).quantize(CENT, ROUND_HALF_UP)


def is_low(overall, scores, bound, recommendation=None):
    """Return whether somebody has to talk to the customer.

    Below the bound, not satisfied with one thing, or so that he would not recommend us: who does not is asked
    why, however he judges the single things.

    :param overall: rounded overall score, or None without any answer
    :type overall: Decimal or None
    :param scores: scores of the dimensions, None for those without an answer
    :param bound: an overall score below it is low
    :type bound: Decimal
    :param int recommendation: the answer from 0 to 10, or None
    :rtype: bool
    """
    return (
        (overall is not None and overall < bound) or any(score == 0 for score in scores)
        or recommendation_group(recommendation) == "detractor"
    )


def recommendation_group(value):
    """Return to which group an answer from 0 to 10 belongs: would the customer recommend us?

    :param int value: the answer, or None
    :return: ``promoter`` from 9, ``passive`` from 7, else ``detractor``; None without an answer
    :rtype: str or None
    """
    if value is None:
        return None
    if value >= 9:
        return "promoter"
    return "passive" if value >= 7 else "detractor"


def next_due(last, months):
    """Return the day on which the next survey is due (C3, G13).

    :param datetime.date last: of the last survey, or of the admission
    :param int months: the interval that the grade promises; 0 for none
    :rtype: datetime.date or None
    """
    return last + relativedelta(months=months) if months else None


def period_name(day, months):
    """Return the name of the period in which a survey falls (C3): 2026-03, 2026-Q1, 2026-H1 or 2026.

    :param datetime.date day: of the survey
    :param int months: the interval that the grade promises; 0 counts as a month
    :rtype: str
    """
    if months >= 12:
        return f"{day.year}"
    if months >= 6:
        return f"{day.year}-H{(day.month + 5) // 6}"
    if months >= 3:
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day.year}-{day.month:02}"

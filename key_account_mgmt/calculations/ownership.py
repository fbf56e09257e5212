"""Days on which somebody stands in for another."""

from datetime import timedelta


def find_gaps(date_from, date_to, periods):
    """Return the parts of a period of whole days that others leave free.

    :param datetime.date date_from: first day of the period
    :param datetime.date date_to: its last day, inclusive
    :param list periods: what is taken: ``(first day, last day or None)``, None being open
    :return: the free parts in order, as ``(first day, last day)``, both inclusive
    :rtype: list

    >>> from datetime import date
    >>> gaps = find_gaps(date(2026, 5, 1), date(2026, 5, 9), [(date(2026, 5, 3), date(2026, 5, 4))])
    >>> [(first.day, last.day) for first, last in gaps]
    [(1, 2), (5, 9)]
    """
    gaps, start = [], date_from
    for first, last in sorted(periods, key=lambda period: period[0]):
        if first > date_to:
            break
        if first > start:
            gaps.append((start, first - timedelta(days=1)))
        if last is None:
            return gaps
        start = max(start, last + timedelta(days=1))
    if start <= date_to:
        gaps.append((start, date_to))
    return gaps

"""The periods of work reports, their parts, what is owed when, and sums of days (R1 to R4)."""

from bisect import bisect_right
from datetime import date, timedelta

# From the shortest to the longest; each is rolled up into the next.
KINDS = ("day", "week", "month", "quarter", "year")
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def get_period(kind, day):
    """Return the first and the last day of the period in which a day lies; weeks begin on Monday.

    :param str kind: one of :data:`KINDS`
    :param datetime.date day: any day of it
    :rtype: tuple

    >>> from datetime import date
    >>> get_period("week", date(2026, 5, 6))
    (datetime.date(2026, 5, 4), datetime.date(2026, 5, 10))
    >>> get_period("quarter", date(2026, 5, 6))
    (datetime.date(2026, 4, 1), datetime.date(2026, 6, 30))
    """
    if kind == "day":
        return day, day
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    length = MONTHS[kind]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    months = first.month - 1 + length
    following = date(first.year + months // 12, months % 12 + 1, 1)
    return first, following - timedelta(days=1)


def get_label(kind, first):
    """Return the name of a period, the same in every language.

    :param str kind: one of :data:`KINDS`
    :param datetime.date first: its first day
    :rtype: str

    >>> from datetime import date
    >>> [get_label(kind, date(2026, 1, 1)) for kind in ("day", "month", "quarter", "year")]
    ['2026-01-01', '2026-01', '2026-Q1', '2026']
    >>> get_label("week", date(2025, 12, 29))
    '2026-W01'
    """
    if kind == "week":
        year, week, _day = first.isocalendar()
        return f"{year}-W{week:02}"
    return {
        "day": first.isoformat(),
        "month": f"{first.year}-{first.month:02}",
        "quarter": f"{first.year}-Q{(first.month + 2) // 3}",
        "year": str(first.year),
    }[kind]


def get_part_kind(kind):
    """Return the kind that is rolled up into another one; None for the shortest."""
    index = KINDS.index(kind)
    return KINDS[index - 1] if index else None


def get_periods(kind, first, last):
    """Return the periods of a kind that end within two days; so each week belongs to one month.

    :param str kind: one of :data:`KINDS`
    :param datetime.date first: the first day on which a period may end
    :param datetime.date last: the last one
    :return: pairs of first and last day, in order
    :rtype: list

    >>> from datetime import date
    >>> [last.day for _first, last in get_periods("week", date(2026, 5, 1), date(2026, 5, 31))]
    [3, 10, 17, 24, 31]
    """
    periods = []
    day = first
    while (period := get_period(kind, day))[1] <= last:
        periods.append(period)
        day = period[1] + timedelta(days=1)
    return periods


def get_working_day_after(working_days, day, count):
    """Return the so manieth working day after a day: until when something is in time.

    :param list working_days: dates in order
    :param datetime.date day: the day after which is counted
    :param int count: how many; 0 gives the day itself
    :return: the day, or that many calendar days later where not so many working days are known
    :rtype: datetime.date

    >>> from datetime import date
    >>> get_working_day_after([date(2026, 5, 8), date(2026, 5, 11)], date(2026, 5, 8), 1)
    datetime.date(2026, 5, 11)
    """
    if count <= 0:
        return day
    index = bisect_right(working_days, day) + count - 1
    return working_days[index] if index < len(working_days) else day + timedelta(days=count)


def get_due_periods(kinds, working_days, since, today):
    """Return the periods of which a report has become due: on their last working day (R1 to R4).

    A period without a working day, such as a week of holidays, is owed by nobody.

    :param kinds: those of :data:`KINDS` that are owed
    :param list working_days: dates in order, from before ``since`` to the end of this year
    :param datetime.date since: what became due before is not asked for
    :param datetime.date today: the day on which it is asked
    :return: (kind, first day, last day, last working day), in the order of their last working days
    :rtype: list

    >>> from datetime import date, timedelta
    >>> week = [date(2026, 5, 4) + timedelta(days=number) for number in range(4)]
    >>> get_due_periods(["week"], week, date(2026, 5, 1), date(2026, 5, 7))
    [('week', datetime.date(2026, 5, 4), datetime.date(2026, 5, 10), datetime.date(2026, 5, 7))]
    """
    last_days = {
        (kind, *get_period(kind, day)): day
        for kind in kinds for day in working_days
    }
    due = [(*period, day) for period, day in last_days.items() if since <= day <= today]
    return sorted(due, key=lambda period: (period[3], KINDS.index(period[0])))


def sum_days(numbers, first, last):
    """Return the sum of what fell on the days of a period.

    :param dict numbers: {day: number}; numbers of one kind, Decimal for money
    :param datetime.date first: first day
    :param datetime.date last: last day, inclusive
    :return: the sum; 0 where nothing fell on them

    >>> from datetime import date
    >>> sum_days({date(2026, 5, 1): 2, date(2026, 5, 31): 3, date(2026, 6, 1): 9},
    ...          date(2026, 5, 1), date(2026, 5, 31))
    5
    """
    return sum(number for day, number in numbers.items() if first <= day <= last)

"""When a month closes, what is told before and after, and how it shows on the board (V7, X18)."""

from calendar import monthrange
from datetime import date, timedelta

# Days from the deadline; negative ones come before it (X18).
REMINDERS = (-5, -2, 0)
# To the first, then to the second of those above the one who owes.
ESCALATIONS = (1, 3)
STEPS = (*REMINDERS, *ESCALATIONS)
# What is still to be told when a new deadline is set: that on its day, and after it.
LAST_REMINDER = len(REMINDERS) - 1
# Due within so many days is amber.
SOON = 5


def get_deadline(year, month, day):
    """Return the last day on which a month's submission is in time; also where it is no working day.

    :param int year: the year
    :param int month: 1 to 12
    :param int day: the day of the month; a shorter month ends before it
    :rtype: datetime.date

    >>> get_deadline(2026, 2, 31)
    datetime.date(2026, 2, 28)
    """
    first, length = _get_first(year, month), monthrange(year, month)[1]
    return first.replace(day=min(day, length))


def get_closing_period(today, day):
    """Return the period of one month in which a day lies: from the day after one deadline to the next.

    So each day belongs to one submission, and nothing is reported before it has happened (V7).

    :param datetime.date today: any day
    :param int day: the day of the month on which months close
    :return: (name of the month as YYYY-MM, first day, deadline)
    :rtype: tuple

    >>> from datetime import date
    >>> get_closing_period(date(2026, 12, 26), 25)
    ('2027-01', datetime.date(2026, 12, 26), datetime.date(2027, 1, 25))
    """
    year, month = today.year, today.month
    if today > get_deadline(year, month, day):
        year, month = _get_next(year, month)
    deadline = get_deadline(year, month, day)
    last_day_before = _get_first(year, month) - timedelta(days=1)
    before = get_deadline(last_day_before.year, last_day_before.month, day)
    return f"{year}-{month:02}", before + timedelta(days=1), deadline


def get_due_steps(deadline, today, told, is_escalated=True):
    """Return what is to be told now: escalations one by one, of reminders the latest alone.

    Whoever missed some days is not reminded twice on the same one; but nobody above is left out.

    :param datetime.date deadline: the last day in time
    :param datetime.date today: the day on which it is asked
    :param int told: how many of :data:`STEPS` have been told, or were overtaken
    :param bool is_escalated: whether those above are told at all
    :return: indexes of :data:`STEPS`, in order
    :rtype: list

    >>> from datetime import date
    >>> get_due_steps(date(2026, 5, 25), date(2026, 5, 24), 0)
    [1]
    >>> get_due_steps(date(2026, 5, 25), date(2026, 5, 30), 1)
    [3, 4]
    """
    passed = (today - deadline).days
    due = [index for index, step in enumerate(STEPS) if index >= told and step <= passed]
    reminders = [index for index in due if STEPS[index] in REMINDERS]
    escalations = [index for index in due if STEPS[index] in ESCALATIONS] if is_escalated else []
    return escalations or (reminders[-1:] if passed <= 0 else [])


def get_light(is_owed, deadline, today):
    """Return the colour of what is owed on the board.

    :param bool is_owed: whether it is still to come in
    :param datetime.date deadline: the last day in time
    :param datetime.date today: the day on which it is asked
    :return: ``red`` after the deadline, ``amber`` in its last days, ``grey`` before, ``green`` when in
    :rtype: str
    """
    if not is_owed:
        return "green"
    left = (deadline - today).days
    if left < 0:
        return "red"
    return "amber" if left <= SOON else "grey"


def _get_first(year, month):
    return date(year, month, 1)


def _get_next(year, month):
    return (year + 1, 1) if month == 12 else (year, month + 1)

"""Who stands where in a department's month, and who is last again and again (RULES P8, X16).

A flag for people to decide on; nothing follows from it by itself.
"""


def rank(scores):
    """Return each one's place: equal scores share the better one, and the next place is left out.

    :param dict scores: {person: score}
    :return: {person: place from 1}
    :rtype: dict

    >>> rank({"a": 90, "b": 95, "c": 90, "d": 80})
    {'a': 2, 'b': 1, 'c': 2, 'd': 4}
    """
    return {
        person: 1 + sum(other > score for other in scores.values()) for person, score in scores.items()
    }


def find_last(scores):
    """Return who is last: all of the lowest score, of at least two ranked people.

    Where all have the same score nobody is behind anybody, so nobody is last.

    :param dict scores: {person: score}
    :rtype: set

    >>> sorted(find_last({"a": 90, "b": 80, "c": 80})), find_last({"a": 60}), find_last({"a": 80, "b": 80})
    (['b', 'c'], set(), set())
    """
    if len(set(scores.values())) < 2:
        return set()
    lowest = min(scores.values())
    return {person for person, score in scores.items() if score == lowest}


def count_streaks(months):
    """Return for each month how often in a row each of its last ones was last; a month without him ends it.

    :param list months: the sets of last ones of consecutive months, the oldest first
    :return: a dictionary {person: months in a row} for each of them
    :rtype: list

    >>> count_streaks([{"a"}, {"a", "b"}, set(), {"a"}])
    [{'a': 1}, {'a': 2, 'b': 1}, {}, {'a': 1}]
    """
    streaks, before = [], {}
    for last in months:
        before = {person: before.get(person, 0) + 1 for person in sorted(last)}
        streaks.append(before)
    return streaks

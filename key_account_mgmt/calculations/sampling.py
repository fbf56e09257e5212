"""Draw a sample that can be drawn again (V8)."""

import random


def draw(population, size, seed):
    """Return a sample, the same for the same population, size and seed in whatever order it is given.

    :param population: ids to draw from; each counts once
    :param int size: how many to draw; all where there are not so many
    :param int seed: what was drawn with
    :return: the drawn ids in ascending order
    :rtype: list
    :raise ValueError: for a size below 1

    >>> draw([3, 1, 2], 2, 7) == draw([1, 2, 3, 3], 2, 7)
    True
    """
    if size < 1:
        raise ValueError("a sample has at least one element")
    # not for secrecy: whoever knows the seed is to get the same sample. Of the generator only the
    # sequence of random() is promised to stay the same from one version of Python to the next.
    generator = random.Random(seed)  # noqa: S311
    lots = {id_: generator.random() for id_ in sorted(set(population))}
    return sorted(sorted(lots, key=lots.get)[:size])

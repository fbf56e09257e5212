"""A position as a browser gives it, read before it is kept (V3)."""

from math import isfinite
from typing import NamedTuple


class Position(NamedTuple):
    """Where a device was: degrees north and east (WGS 84, to 0.1 m), and within how many metres."""

    latitude: float
    longitude: float
    accuracy: float


def read_position(values):
    """Return the position that was sent.

    :param dict values: ``latitude`` from -90 to 90 and ``longitude`` from -180 to 180 in degrees, and
        ``accuracy`` in metres, 0 or more
    :rtype: Position
    :raise ValueError: when one is missing, no number or out of its range, or when anything else was sent
    """
    if not isinstance(values, dict) or values.keys() != set(Position._fields):
        raise ValueError("a position has latitude, longitude and accuracy, and nothing else")
    for name, bounds in (("latitude", (-90, 90)), ("longitude", (-180, 180)), ("accuracy", (0, None))):
        _check_number(name, values[name], *bounds)
    return Position(**{name: round(float(value), 6) for name, value in values.items()})


def _check_number(name, value, lowest, highest):
    # True is a number to Python
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or abs(value) > 1e9 or not isfinite(value):
        raise ValueError(f"the {name} is no number")
    if value < lowest or (highest is not None and value > highest):
        raise ValueError(f"the {name} is out of its range")

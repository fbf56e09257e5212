"""Which payments keep which promises of a customer (F14)."""

from decimal import Decimal
from typing import NamedTuple


class Promise(NamedTuple):
    """So much is to be paid by a day; said on a day. ``key`` is whatever the caller knows it by."""

    key: object
    said_on: object
    promised_for: object
    amount: Decimal


def allot(promises, payments):
    """Return what was paid for each promise by its day.

    A payment goes to the promise that is due first among those made before it or on its day, what is left
    of it to the next: so no money keeps two promises. What comes after a promise's day does not keep it.

    :param promises: :class:`Promise` objects of one invoice
    :param payments: pairs (day, amount) of the same invoice; amounts as Decimal in the promises' currency
    :return: {key: Decimal}
    :rtype: dict

    >>> from datetime import date
    >>> first = Promise("a", date(2026, 5, 1), date(2026, 5, 10), Decimal(100))
    >>> second = Promise("b", date(2026, 5, 1), date(2026, 5, 20), Decimal(100))
    >>> allot([second, first], [(date(2026, 5, 8), Decimal(150))])
    {'a': Decimal('100'), 'b': Decimal('50')}
    """
    ordered = sorted(promises, key=lambda promise: (promise.promised_for, promise.said_on))
    paid = {promise.key: Decimal(0) for promise in ordered}
    for day, amount in sorted(payments):
        left = amount
        for promise in ordered:
            if promise.said_on <= day <= promise.promised_for and left > 0:
                part = min(left, promise.amount - paid[promise.key])
                paid[promise.key] += part
                left -= part
    return paid


def is_kept(promise, paid):
    """Return whether a promise was kept: all of it, by its day."""
    return paid >= promise.amount

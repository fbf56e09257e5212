"""On what terms somebody is paid for a month: taken from the scheme once, kept with the settled line."""

from decimal import Decimal
from typing import NamedTuple

from ...calculations.grading import HUNDRED, to_decimal
from ...calculations.payout import get_payout, prorate


class RateTerms(NamedTuple):
    """The marketing reward on one kind of business; its names are by language, its rate is a fraction."""

    key: int
    names: tuple
    basis: str
    rate: Decimal
    category_ids: tuple = ()


class Terms(NamedTuple):
    """Base and allowance are for the whole period, in the currency of the company; rates are fractions."""

    bands: tuple
    department_rate: Decimal
    department_base: str
    base: Decimal
    allowance: Decimal
    is_prorated: bool
    rates: tuple
    rounding: Decimal

    def get_presence(self, presence):
        """Return the part of the period that is paid."""
        return to_decimal(presence) if self.is_prorated else Decimal(1)

    def get_counted_base(self, presence):
        """Return the base for the days that somebody was there."""
        return prorate(self.base, self.get_presence(presence), self.rounding)

    def get_allowance(self, presence):
        """Return the field allowance for the days that somebody was there."""
        return prorate(self.allowance, self.get_presence(presence), self.rounding)

    def get_payout(self, score, counted_base, department_result):
        """Return the :class:`~calculations.payout.Payout` of a score."""
        return get_payout(
            score, counted_base, list(self.bands), department_result or "met",
            self.department_rate, department_base=self.department_base, rounding=self.rounding,
        )

    def find_rate(self, category_path):
        """Return the reward that a product category earns: its nearest one named, else the one for the rest.

        :param list category_path: ids of the category and those above it, the top one first
        :rtype: RateTerms or None
        """
        for category_id in reversed(category_path):
            for rate in self.rates:
                if category_id in rate.category_ids:
                    return rate
        return next((rate for rate in self.rates if not rate.category_ids), None)

    @property
    def has_kinds(self):
        """Whether the lines of a document have to be looked at."""
        return any(rate.category_ids for rate in self.rates)

    def dump(self):
        """Return the terms as plain values for a JSON column."""
        return {
            "bands": [[str(lower), None if rate is None else str(rate)] for lower, rate in self.bands],
            "department_rate": str(self.department_rate),
            "department_base": self.department_base,
            "base": str(self.base),
            "allowance": str(self.allowance),
            "is_prorated": self.is_prorated,
            "rates": [
                {"key": rate.key, "names": dict(rate.names), "basis": rate.basis, "rate": str(rate.rate),
                 "category_ids": list(rate.category_ids)}
                for rate in self.rates
            ],
            "rounding": str(self.rounding),
        }

    @classmethod
    def load(cls, values):
        """Return the terms that :meth:`dump` gave."""
        return cls(
            bands=tuple(
                (Decimal(lower), None if rate is None else Decimal(rate)) for lower, rate in values["bands"]
            ),
            department_rate=Decimal(values["department_rate"]),
            department_base=values["department_base"],
            base=Decimal(values["base"]),
            allowance=Decimal(values["allowance"]),
            is_prorated=values["is_prorated"],
            rates=tuple(
                RateTerms(
                    rate["key"], tuple(rate["names"].items()), rate["basis"], Decimal(rate["rate"]),
                    tuple(rate["category_ids"]),
                )
                for rate in values["rates"]
            ),
            rounding=Decimal(values["rounding"]),
        )


def to_fraction(per_cent):
    """Return a percentage as it is entered as the fraction that the calculations take."""
    return to_decimal(per_cent) / HUNDRED

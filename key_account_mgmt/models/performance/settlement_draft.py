"""A line of a settlement while it is drawn up: plain values, nothing is written before all is known."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...calculations.payout import add_up, get_reward
from .pay_terms import RateTerms, Terms

ZERO = Decimal("0.00")
# What of a draft decides whether a settlement is still what would be drawn up now.
COMPARED = (
    "user_id", "month", "kind", "appraisal_id", "corrected_line_id", "score", "base_counted",
    "department_result", "performance", "department_amount", "reward", "allowance", "award", "total",
)


@dataclass
class DocumentDraft:
    """What is counted of a document for a reward."""

    document_id: int
    reference: str
    day: date
    amount: Decimal


@dataclass
class RewardDraft:
    """The reward on one kind of business in a month."""

    terms: RateTerms
    month: date
    documents: list = field(default_factory=list)

    @property
    def amount(self):
        """The sum of what is counted of the documents."""
        return add_up(document.amount for document in self.documents)


@dataclass
class LineDraft:
    """What somebody gets for a month, or what is put right of what he got."""

    user_id: int
    month: date
    kind: str
    appraisal: object = None
    origin: object = None
    terms: Terms | None = None
    score: Decimal = ZERO
    rate: Decimal = ZERO
    presence: Decimal = Decimal(1)
    base_counted: Decimal = ZERO
    performance: Decimal = ZERO
    department_result: str | None = None
    department_amount: Decimal = ZERO
    allowance: Decimal = ZERO
    award: Decimal = ZERO
    award_reason: str | None = None
    rewards: list = field(default_factory=list)
    # for the words of a correction: what was paid by score and department before
    before: object = None

    def get_reward_of(self, reward):
        """Return the money for a kind of business, rounded once for all its documents."""
        return get_reward(reward.amount, reward.terms.rate, self.terms.rounding)

    @property
    def reward(self):
        """The money for all kinds of business."""
        return add_up(self.get_reward_of(reward) for reward in self.rewards)

    @property
    def payout(self):
        """Performance pay and the department's part."""
        return self.performance + self.department_amount

    @property
    def total(self):
        """All that is paid by this line."""
        return add_up((self.payout, self.reward, self.allowance, self.award))

    @property
    def is_empty(self):
        """Whether a correction corrects nothing."""
        return not any((
            self.performance, self.department_amount, self.allowance, self.award, self.rewards
        ))

    def get_values(self):
        """Return the values of the line's own columns."""
        terms = self.terms
        return {
            "user_id": self.user_id,
            "month": self.month,
            "kind": self.kind,
            "appraisal_id": self.appraisal.id if self.appraisal else None,
            "corrected_line_id": self.origin.id if self.origin else None,
            "score": self.score,
            "rate": self.rate * 100,
            "base": terms.base if terms else ZERO,
            "presence_rate": self.presence,
            "base_counted": self.base_counted,
            "performance": self.performance,
            "department_result": self.department_result,
            "department_rate": terms.department_rate * 100 if terms else ZERO,
            "department_amount": self.department_amount,
            "payout": self.payout,
            "reward": self.reward,
            "allowance": self.allowance,
            "award": self.award,
            "award_reason": self.award_reason,
            "total": self.total,
        }

    def get_key(self):
        """Return what is compared with a line that was drawn up before."""
        values = self.get_values()
        return tuple(normalise(values[name]) for name in COMPARED)


def get_line_key(line):
    """Return of a stored line what :meth:`LineDraft.get_key` gives of a draft."""
    return tuple(normalise(line[name]) for name in COMPARED)


def normalise(value):
    """Return a value so that what the database gives back equals what was given to it."""
    if hasattr(value, "_name"):
        value = value.id
    if isinstance(value, (float, Decimal)):
        return f"{value:.4f}".replace("-0.0000", "0.0000")
    return value or None

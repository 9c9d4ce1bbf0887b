"""What an effect is: what it needs to know of a purchase, what it gives for each line, and how it says why.

Pure: no clock, no database. Points are exact fractions here; they are rounded once, at the end of
`loyalty.rules.evaluation`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal
from crm.typed_settings import Settings
from crm.words.wording import number
from loyalty.rules.reasons import Reason


class UnusableEffect(Refusal):
    """The settings of an effect, each fault with its place in them."""

    code = "unusable-effect"
    title = _("What the rule gives cannot be used as it is.")
    status = 422


class Phase(enum.IntEnum):
    """In which order effects take their turn."""

    EARN = 1
    MULTIPLY = 2


@dataclass(frozen=True, kw_only=True)
class Line:
    """A position of a purchase. `amount` is what counts of it: less what points paid, where that does not earn."""

    key: int
    amount: Decimal
    sku: str = ""
    product_id: int | None = None
    brand: str = ""
    # The product's category and all it stands inside of.
    category_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """All that effects may know. Days are those of the company's clock; `earlier_on` holds a year, newest first."""

    on: date
    lines: tuple[Line, ...]
    joined_on: date
    is_first: bool = False
    is_first_as_member: bool = False
    birthday: date | None = None
    # The member's tier and every tier below it.
    tiers: frozenset[str] = frozenset()
    earlier_on: tuple[date, ...] = ()
    previous_on: date | None = None

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


Shares = Mapping[int, Fraction]


@dataclass(frozen=True)
class Answer:
    """What an effect gives for each line, and why; no shares: nothing, and why not."""

    why: Reason
    shares: Shares | None = None


@dataclass(frozen=True, kw_only=True)
class Effect(Settings):
    """One kind of thing a rule can give. A subclass names its settings as fields; what it gives is `gives`."""

    refusal = UnusableEffect
    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    phase: ClassVar[Phase] = Phase.EARN
    # Whether multipliers multiply it. They do not multiply what is given once.
    is_multiplied: ClassVar[bool] = False
    # What has to be looked up for it: "goods", "birthday", "tier", "earlier".
    needs: ClassVar[frozenset[str]] = frozenset()

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        """`base`: what multipliers multiply. Empty in the phase EARN."""
        raise NotImplementedError

    def aloud(self) -> str:
        """The settings as a sentence, in the reader's language."""
        raise NotImplementedError


# ── What several effects say alike ───────────────────────────────────────────
def exact(value: Decimal) -> str:
    """With all its digits and no zeros behind them, as the reader writes numbers."""
    exponent = value.normalize().as_tuple().exponent
    return number(value, max(0, -exponent) if isinstance(exponent, int) else 0)


def day(value: date) -> str:
    return formats.date_format(value, "DATE_FORMAT").rstrip(".")


def spread(points: Fraction, lines: Sequence[Line]) -> Shares:
    """Points for several lines together, each line's part by its amount; all to the first where nothing costs."""
    total = sum((Fraction(line.amount) for line in lines), Fraction(0))
    if not total:
        return {lines[0].key: points} if lines else {}
    return {line.key: points * Fraction(line.amount) / total for line in lines}


def multiplied(base: Shares, extra: Fraction) -> Shares:
    return {key: share * extra for key, share in base.items()}


def above_zero(**values: Decimal | int) -> list[Fault]:
    return [
        Fault(pointer=f"/{name}", detail=_("This must be more than zero."))
        for name, value in values.items()
        if value <= 0
    ]


def times_faults(times: Decimal) -> list[Fault]:
    if 1 < times <= 100:
        return []
    return [Fault(pointer="/times", detail=_("Write a number above 1 and at most 100."))]

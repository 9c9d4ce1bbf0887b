"""What a kind of reward is: its settings, what it does at a cart, and how it reads aloud."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal
from crm.typed_settings import Settings
from loyalty.rewards.carts import ZERO, Cart

Words = str | Promise


class UnusableReward(Refusal):
    code = "unusable-reward"
    title = _("What the reward gives is not fully said yet.")
    status = 422


def setting(label: Words, *, hint: Words = "", above_zero: bool = False) -> dict[str, Any]:
    """How a form asks for a field of a kind's settings: the field's metadata."""
    return {"label": label, "hint": hint, "above_zero": above_zero}


@dataclass(frozen=True, kw_only=True)
class RewardSettings(Settings):
    refusal = UnusableReward

    def faults(self) -> list[Fault]:
        return [
            Fault(pointer=f"/{one.name}", detail=_("This must be more than zero."))
            for one in fields(self)
            if one.metadata["above_zero"] and (value := getattr(self, one.name)) is not None and value <= 0
        ]


S = TypeVar("S", bound=RewardSettings)


@dataclass(frozen=True, kw_only=True)
class Benefit:
    """What a cart gains: money off its goods (by line) and off its delivery, and what is handed over with it."""

    goods_amount: Decimal = ZERO
    delivery_amount: Decimal = ZERO
    lines: Mapping[str, Decimal] = field(default_factory=dict)
    hands_over: str = ""

    @property
    def amount(self) -> Decimal:
        return self.goods_amount + self.delivery_amount


class RewardKind(ABC, Generic[S]):
    """One kind.

    `needs_code`: whoever has it shows a code for it; otherwise it is handed over at once. `needs_cart`: the code does
    something for what is bought, and nothing without it.
    """

    name: ClassVar[str]
    label: ClassVar[Words]
    needs_code: ClassVar[bool]
    needs_cart: ClassVar[bool] = False
    Settings: ClassVar[type[RewardSettings]]

    @abstractmethod
    def benefit(self, settings: S, cart: Cart) -> Benefit:
        """What the cart gains; nothing where it gains nothing."""

    @abstractmethod
    def aloud(self, settings: S, currency: str) -> str:
        """The whole of what it gives, in the active language: “5 € off the purchase”."""

    def why_not(self, settings: S, cart: Cart) -> Words:
        """Why it does nothing for this cart, and what would help; empty where it does."""
        return ""

    def over_since(self, settings: S) -> datetime | None:
        """From when on it is worth nothing, if it says so itself."""
        return None


@dataclass(frozen=True)
class Given(Generic[S]):
    """A kind and its settings: everything that a reward or a coupon gives."""

    kind: RewardKind[S]
    settings: S

    def benefit(self, cart: Cart) -> Benefit:
        return self.kind.benefit(self.settings, cart)

    def why_not(self, cart: Cart) -> Words:
        return self.kind.why_not(self.settings, cart)

    def aloud(self, currency: str) -> str:
        return self.kind.aloud(self.settings, currency)

    def over_since(self) -> datetime | None:
        return self.kind.over_since(self.settings)

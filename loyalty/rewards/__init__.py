"""What a reward or a coupon can give. To add a kind: a file here, and its line below.

Pure: no database, no clock. Read in this order: base (what a kind is), carts (what it looks at), discount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.rewards.base import Benefit, Given, RewardKind, RewardSettings, UnusableReward
from loyalty.rewards.carts import Cart, CartLine
from loyalty.rewards.delivery import FreeDelivery
from loyalty.rewards.discount import Discount
from loyalty.rewards.event_seat import EventSeat
from loyalty.rewards.gift import Gift
from loyalty.rewards.product import FreeProduct
from loyalty.rewards.service import Service

KINDS: Sequence[RewardKind[Any]] = (
    Discount(),
    FreeProduct(),
    FreeDelivery(),
    Gift(),
    Service(),
    EventSeat(),
)
_BY_NAME = {kind.name: kind for kind in KINDS}


def choices() -> list[tuple[str, Any]]:
    """For a model's field. (A function, so that a new kind needs no migration.)"""
    return [(kind.name, kind.label) for kind in KINDS]


def kind_named(name: str) -> RewardKind[Any]:
    """Raises UnusableReward for a name that no kind has."""
    try:
        return _BY_NAME[name]
    except KeyError as error:
        raise UnusableReward from error


def given(name: str, settings: Mapping[str, Any]) -> Given[Any]:
    """What a kind gives with these settings.

    Raises:
        UnusableReward: with a pointer to each setting that is wrong.
    """
    kind = kind_named(name)
    return Given(kind, kind.Settings.read(settings))


__all__ = [
    "KINDS",
    "Benefit",
    "Cart",
    "CartLine",
    "Given",
    "RewardKind",
    "RewardSettings",
    "UnusableReward",
    "choices",
    "given",
    "kind_named",
]

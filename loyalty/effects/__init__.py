"""What a rule can give. ⟡ One file, one effect; to add one, write its file and its line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from loyalty.effects.base import Answer, Effect, Line, Phase, Purchase, Shares, UnusableEffect
from loyalty.effects.birthday import Birthday
from loyalty.effects.first_order import FirstOrder
from loyalty.effects.fixed import Fixed
from loyalty.effects.lapse import ReturnAfterLapse
from loyalty.effects.multiplier import Multiplier
from loyalty.effects.per_amount import PerAmount
from loyalty.effects.per_goods import PerGoods
from loyalty.effects.promotion import Promotion
from loyalty.effects.streak import Streak
from loyalty.effects.tier_bonus import TierBonus
from loyalty.effects.welcome import Welcome

EFFECTS: dict[str, type[Effect]] = {
    effect.kind: effect
    for effect in (
        PerAmount,
        PerGoods,
        Fixed,
        FirstOrder,
        Welcome,
        Streak,
        ReturnAfterLapse,
        Multiplier,
        TierBonus,
        Birthday,
        Promotion,
    )
}


def choices() -> list[tuple[str, str | Promise]]:
    return [(kind, effect.label) for kind, effect in EFFECTS.items()]


def read(kind: str, settings: Mapping[str, Any]) -> Effect:
    """The effect of what a rule keeps.

    Raises:
        UnusableEffect: with a pointer to each place that is wrong.
    """
    if kind not in EFFECTS:
        raise UnusableEffect(Fault(pointer="/kind", detail=_("There is no such effect.")))
    return EFFECTS[kind].read(settings)


__all__ = [
    "EFFECTS",
    "Answer",
    "Effect",
    "Line",
    "Phase",
    "Purchase",
    "Shares",
    "UnusableEffect",
    "choices",
    "read",
]

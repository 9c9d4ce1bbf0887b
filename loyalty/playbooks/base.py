"""What a playbook is: a whole programme for one trade, in amounts of euro that other currencies scale. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

Words = str | Promise

# How much of a currency goes for about as much as one euro does, in round numbers.
SCALES = {"RUB": 100, "BGN": 2, "KZT": 500}
# Settings of effects, rewards and privileges that are amounts of money.
AMOUNTS = frozenset({"per", "amount", "at_most", "from_amount"})


@dataclass(frozen=True, kw_only=True)
class TierIdea:
    slug: str
    name: Words
    threshold: int
    privileges: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RuleIdea:
    name: Words
    effect: str
    settings: Mapping[str, Any]
    conditions: Mapping[str, Any] = field(default_factory=lambda: {"all": []})
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RewardIdea:
    """`words` are settings that people read: they are written in the reader's language."""

    name: Words
    kind: str
    points: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Playbook:
    """`programme` are settings of loyalty.models.Programme; `tier_terms` those that all its tiers share."""

    slug: str
    label: Words
    for_whom: Words
    programme: Mapping[str, Any]
    rules: Sequence[RuleIdea]
    rewards: Sequence[RewardIdea]
    tiers: Sequence[TierIdea] = ()
    tier_terms: Mapping[str, Any] = field(default_factory=dict)


def scaled(settings: Mapping[str, Any], scale: int) -> dict[str, Any]:
    """With the amounts of money in another currency."""
    return {
        name: format(Decimal(str(value)) * scale, "f") if name in AMOUNTS else value
        for name, value in settings.items()
    }

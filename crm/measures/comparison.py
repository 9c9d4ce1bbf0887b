"""Members beside others who began alike: what they did, in those groups that have both. A comparison, not a cause.

People are alike who bought first in the same month, in the same shop, for an amount of the same size. Of each such
group the share of the others is taken, weighted by how many members the group has; so both sides have the same make-up.
Members without anybody alike are left out, and how many they are is said. Whoever joins may be keener to begin with:
what differs here differs between these people, and nobody knows that joining did it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from crm.measures.intervals import FEWEST, Difference, Interval, Share, Z


@dataclass(frozen=True)
class Alike:
    """People who began alike: so many of them, and how many of those did it."""

    members: Share
    others: Share


@dataclass(frozen=True, kw_only=True)
class Compared:
    """`others`: the weighted share. `other_people`: how many were asked for it; `unmatched`: members left out."""

    members: Share
    others: float
    other_people: int
    unmatched: int
    difference: Difference | None


def compared(groups: Sequence[Alike]) -> Compared:
    """`difference` is None where either side is few: of the others, so many as weigh alike (Kish)."""
    both = [group for group in groups if group.members.of and group.others.of]
    members = Share(
        sum(group.members.count for group in both),
        sum(group.members.of for group in both),
    )
    weights = [group.members.of / members.of for group in both] if both else []
    others = sum(weight * group.others.value for weight, group in zip(weights, both, strict=True))
    spread = sum(weight**2 / group.others.of for weight, group in zip(weights, both, strict=True))
    return Compared(
        members=members,
        others=others,
        other_people=sum(group.others.of for group in both),
        unmatched=sum(group.members.of for group in groups if not group.others.of),
        difference=None
        if not both or members.is_few or 1 / spread < FEWEST
        else _difference(members, others, weights, both),
    )


def bracket(amount: float) -> int:
    """Of amounts that differ by less than a factor of two; 0 for less than one."""
    return int(max(amount, 0)).bit_length()


def _difference(
    members: Share, others: float, weights: Sequence[float], groups: Sequence[Alike]
) -> Difference:
    variance = _variance(members) + sum(
        weight**2 * _variance(group.others) for weight, group in zip(weights, groups, strict=True)
    )
    reach = Z * sqrt(variance)
    value = members.value - others
    return Difference(value, Interval(value - reach, value + reach))


def _variance(share: Share) -> float:
    """With half a case added to each side (Agresti), or a small group in which all did the same would seem certain."""
    value = (share.count + 0.5) / (share.of + 1)
    return value * (1 - value) / share.of

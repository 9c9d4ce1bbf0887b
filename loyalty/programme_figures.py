"""What a programme did: points issued, redeemed and expired by month, what is outstanding, who stands on which tier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, tzinfo
from decimal import Decimal

from django.db.models import Count, Sum

from crm.rollups import reading
from loyalty.models import Member, MemberTier, Programme, Redemption, Reward, Tier, Wallet
from loyalty.rollups import POINTS
from loyalty.tiers import month_plus

MONTHS = 12
REWARDS_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Points of a month. What a return brought back is taken off."""

    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    taken_back: int = 0


@dataclass(frozen=True)
class Flows:
    """The latest months, oldest first."""

    months: Mapping[date, Flow]

    @property
    def total(self) -> Flow:
        names = [field.name for field in fields(Flow)]
        return Flow(**{name: sum(getattr(one, name) for one in self.months.values()) for name in names})


def flows(programme: Programme, *, at: datetime, clock: tzinfo) -> Flows:
    """Of a year, this month included."""
    first = month_plus(at.astimezone(clock).date(), 1 - MONTHS)
    months = [month_plus(first, n) for n in range(MONTHS + 1)]
    found = reading.day_steps(POINTS.name, months)
    its: dict[int, dict[str, int]] = defaultdict(dict)
    for (step, measure, unit), amount in found.items():
        if unit == str(programme.pk) and measure in Flow.__dataclass_fields__:
            its[step][measure] = int(amount.total)
    return Flows({month: Flow(**its[step]) for step, month in enumerate(months[:-1])})


@dataclass(frozen=True, kw_only=True)
class Outstanding:
    """Points that members have, or will have."""

    available: int
    pending: int
    held: int
    debt: int

    @property
    def points(self) -> int:
        return self.available + self.pending + self.held - self.debt


def outstanding(programme: Programme) -> Outstanding:
    names = ("available", "pending", "held", "debt")
    sums = Wallet.objects.filter(programme=programme).aggregate(**{name: Sum(name) for name in names})
    return Outstanding(**{name: sums[name] or 0 for name in names})


def liability(programme: Programme, points: int) -> Decimal:
    return (points * programme.point_value).quantize(Decimal("0.01"))


def members_count(programme: Programme) -> int:
    return Member.objects.current().filter(programme=programme).count()


@dataclass(frozen=True, kw_only=True)
class Rung:
    tier: Tier
    members: int
    privileges: Sequence[str] = field(default=())


def rungs(programme: Programme) -> dict[str, list[Rung]]:
    """Track → its tiers, the lowest first, each with its members."""
    standing = MemberTier.objects.filter(ended_at=None, tier__programme=programme)
    standing = standing.filter(member__merged_into=None, member__left_at=None)
    counts = dict(standing.order_by().values_list("tier").annotate(Count("pk")))
    found: dict[str, list[Rung]] = defaultdict(list)
    tiers = Tier.objects.filter(programme=programme).prefetch_related("privileges")
    for tier in tiers.order_by("track", "level"):
        told = [str(one) for one in tier.privileges.all()]
        found[tier.track].append(Rung(tier=tier, members=counts.get(tier.pk, 0), privileges=told))
    return dict(found)


@dataclass(frozen=True, kw_only=True)
class RewardUse:
    reward: Reward
    times: int
    points: int


def rewards_used(programme: Programme, *, since: datetime) -> list[RewardUse]:
    """Most used first."""
    its = Redemption.objects.filter(
        reward__programme=programme, redeemed_at__gte=since, cancelled_at=None
    ).order_by()
    counted = list(
        its.values_list("reward").annotate(times=Count("pk"), points=Sum("points")).order_by("-times")
    )[:REWARDS_SHOWN]
    rewards = Reward.objects.in_bulk([pk for pk, _times, _points in counted])
    return [RewardUse(reward=rewards[pk], times=times, points=points) for pk, times, points in counted]

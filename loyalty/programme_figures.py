"""What a programme did: points issued, redeemed and expired by month, what is outstanding, who stands on which tier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from decimal import Decimal

from django.core.cache import cache
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from loyalty.models import Bucket, Member, MemberTier, Movement, Programme, Redemption, Reward, Tier, Wallet
from loyalty.tiers import month_plus

KEPT_SECONDS = 300
MONTHS = 12
REWARDS_SHOWN = 10


@dataclass
class Flow:
    """Points of a month. What a return brought back is taken off."""

    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    taken_back: int = 0

    def count(self, source: str, target: str, points: int) -> None:
        for name, bucket, sign in (
            ("issued", Bucket.ISSUED, -1),
            ("issued", Bucket.ADJUSTED, -1),
            ("redeemed", Bucket.REDEEMED, 1),
            ("expired", Bucket.EXPIRED, 1),
            ("taken_back", Bucket.CLAWED_BACK, 1),
        ):
            change = (target == bucket) - (source == bucket)
            setattr(self, name, getattr(self, name) + sign * change * points)


@dataclass(frozen=True)
class Flows:
    """The latest months, oldest first."""

    months: Mapping[date, Flow]

    @property
    def total(self) -> Flow:
        whole = Flow()
        for one in self.months.values():
            whole.issued += one.issued
            whole.redeemed += one.redeemed
            whole.expired += one.expired
            whole.taken_back += one.taken_back
        return whole


def flows(programme: Programme, *, at: datetime, clock: tzinfo) -> Flows:
    """Of a year, this month included. Kept for five minutes: they are read off every movement of that year."""
    today = at.astimezone(clock).date()
    first = month_plus(today, 1 - MONTHS)
    key = f"programme-flows:{programme.pk}:{today}"
    counted = cache.get(key)
    if counted is None:
        counted = _counted(programme, datetime.combine(first, time.min, clock), clock)
        cache.set(key, counted, KEPT_SECONDS)
    months = {month_plus(first, n): Flow() for n in range(MONTHS)}
    for month, source, target, points in counted:
        if month in months:
            months[month].count(source, target, points)
    return Flows(months)


def _counted(programme: Programme, since: datetime, clock: tzinfo) -> list[tuple[date, str, str, int]]:
    its = Movement.objects.filter(wallet__programme=programme, transaction__occurred_at__gte=since)
    month = TruncMonth("transaction__occurred_at", tzinfo=clock)
    rows = its.annotate(month=month).values_list("month", "source", "target").annotate(points=Sum("points"))
    return [(month.date(), source, target, points) for month, source, target, points in rows.order_by()]


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

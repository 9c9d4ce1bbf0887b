"""Where a member stands: balances and what they are worth, what expires when, which tier. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils.functional import cached_property
from django.utils.translation import get_language

from crm.abilities import PointsDue, PointsStanding
from crm.models import Customer
from loyalty import tier_progress
from loyalty.models import Bucket, Lot, Member, Movement
from loyalty.points.spending import worth
from loyalty.tier_progress import Progress

LOTS_SHOWN = 20
# Pending points are of the latest purchases: as many are looked through.
LATEST_MOVEMENTS = 100


@dataclass(frozen=True)
class Standing:
    """Read as it is asked for: a property is one query, `pending` two, `tiers` three."""

    member: Member
    at: datetime

    @property
    def worth(self) -> Decimal:
        """What the points that can be spent now would pay, in the programme's currency."""
        return worth(self.member.programme, self.member.wallet.available)

    @cached_property
    def expiring(self) -> Sequence[PointsDue]:
        """Points that can be spent, in the order in which they go: soonest first, those that stay last."""
        lots = Lot.objects.filter(wallet_id=self.member.pk, remaining__gt=0)
        by_moment = lots.values_list("expires_at").annotate(points=Sum("remaining")).order_by("expires_at")
        return [PointsDue(points=points, at=moment) for moment, points in by_moment[:LOTS_SHOWN]]

    @cached_property
    def next_to_expire(self) -> PointsDue | None:
        return next((due for due in self.expiring if due.at), None)

    @cached_property
    def pending(self) -> Sequence[PointsDue]:
        """Points that wait for the end of a return window, soonest first."""
        if not self.member.wallet.pending:
            return []
        latest = Movement.objects.filter(wallet_id=self.member.pk).order_by("-seq")[:LATEST_MOVEMENTS]
        came = {one.transaction_id for one in latest.defer("hash") if one.target == Bucket.PENDING}
        lots = Lot.objects.filter(earned_by__in=came, wallet_id=self.member.pk, pending__gt=0)
        by_moment = lots.values_list("available_at").annotate(points=Sum("pending"))
        return [PointsDue(points=points, at=moment) for moment, points in by_moment.order_by("available_at")]

    @cached_property
    def tiers(self) -> Sequence[Progress]:
        """One for each ladder of the programme. Three queries."""
        return tier_progress.progress(self.member, self.at)

    @property
    def main_tier(self) -> Progress | None:
        """What the card shows: the ladder called main, else the first."""
        return next((one for one in self.tiers if one.track == "main"), next(iter(self.tiers), None))


def points_of(customer: Customer, *, at: datetime) -> PointsStanding | None:
    """How this person stands, under whichever of their ids; None: no member. One query for those, else six at most.

    Whoever is in several programmes is asked about the one that they joined first, as on their page.
    """
    member = Member.objects.of_person(customer.pk).current().select_related("wallet", "programme").first()
    if member is None:
        return None
    standing = Standing(member, at)
    main = standing.main_tier
    return PointsStanding(
        balance=member.wallet.available,
        pending=standing.pending,
        expiring=standing.expiring,
        tier=main.tier.name_in(get_language() or "") if main and main.tier else "",
    )


def lots_of(member: Member) -> QuerySet[Lot]:
    """Lots with points that can be spent, soonest to expire first."""
    lots = Lot.objects.filter(wallet_id=member.pk, remaining__gt=0)
    return lots.order_by("expires_at", "pk")

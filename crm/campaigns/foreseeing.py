"""What would happen if a campaign started now: for whom, for whom not and why, at what cost, and what could show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import sqrt

from django.db.models import Count, F, Q, TextField, Value

from crm.campaigns.audiences import audience, held_out_below, number_for, within_a_page
from crm.campaigns.kinds import kind_named
from crm.campaigns.kinds.base import Price
from crm.campaigns.spending import Spent, spent
from crm.drawing import PLACES
from crm.measures.intervals import FEWEST
from crm.measures.lift import smallest_visible
from crm.models import Campaign

# Up to so many everybody is looked at; of more, as many drawn by lot.
LOOKED_AT = 500
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Visible:
    """The smallest differences that these many people can show, by what they bought lately.

    `share` of buyers, `revenue` a person; of `lately` over the same number of days.
    """

    share: float
    revenue: float
    lately: Spent


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """`unreachable`: reason → people, of `looked_at` who would be treated. `visible` is None where nothing could show.

    `worst` is None where nothing bounds what it may cost.
    """

    people: int
    held_out: int
    looked_at: int
    unreachable: Mapping[str, Sequence[int]]
    price: Price
    visible: Visible | None

    @property
    def treated(self) -> int:
        return self.people - self.held_out

    @property
    def reachable(self) -> int:
        """Of all who would be treated: as many as were looked at, or as their share says."""
        unreachable = sum(len(people) for people in self.unreachable.values())
        if not self.looked_at:
            return 0
        return round(self.treated * (1 - unreachable / self.looked_at))

    @property
    def is_a_sample(self) -> bool:
        return self.looked_at < self.treated

    @property
    def usual(self) -> Decimal:
        return self.price.usual * self.reachable

    @property
    def worst(self) -> Decimal | None:
        return None if self.price.most is None else self.price.most * self.treated

    @property
    def counted(self) -> list[tuple[str, int]]:
        """Reasons with how many, the most frequent first."""
        return Counter({why: len(people) for why, people in self.unreachable.items()}).most_common()


def foresee(campaign: Campaign, *, at: datetime) -> Foresight:
    """Reads only; a fixed number of questions, the long ones within a page's time.

    Raises:
        TooLongToFind: it would take longer.
        UnusableConditions: they name what is not there any more.
    """
    kind, drawn = kind_named(campaign.kind), number_for(campaign)
    with within_a_page():
        everybody = audience(campaign, at=at).annotate(lot=drawn)
        counted = everybody.aggregate(
            people=Count("pk"), held_out=Count("pk", filter=Q(lot__lt=held_out_below(campaign)))
        )
        looked_at = _some(campaign, treated=counted["people"] - counted["held_out"], at=at)
        visible = _visible(campaign, **counted, at=at)
    why_not = kind.unreachable(looked_at, campaign.terms, at=at)
    return Foresight(
        **counted,
        looked_at=len(looked_at),
        unreachable=_by_reason(why_not),
        price=kind.price(campaign.terms, at=at),
        visible=visible,
    )


def _some(campaign: Campaign, *, treated: int, at: datetime) -> list[int]:
    """Who would be treated: all of them, or some drawn by the same lot, which falls on all alike."""
    below = held_out_below(campaign)
    found = audience(campaign, at=at).annotate(lot=number_for(campaign)).filter(lot__gte=below)
    if treated > LOOKED_AT:
        # A little more than is needed, so that the lot does not leave too few.
        enough = below + (PLACES - below) * LOOKED_AT * 5 // (treated * 4) + 1
        found = found.filter(lot__lt=enough)
    return list(found.order_by("pk").values_list("pk", flat=True)[:LOOKED_AT])


def _visible(campaign: Campaign, *, people: int, held_out: int, at: datetime) -> Visible | None:
    treated = people - held_out
    if min(treated, held_out) < FEWEST:
        return None
    those = audience(campaign, at=at).order_by().values_list("pk", Value("all", TextField()), F("pk"))
    lately = spent(
        those.query.sql_with_params(),
        currency=campaign.currency,
        since=at - timedelta(days=campaign.horizon_days),
        until=at,
    ).get("all", Spent())
    share = lately.buyers / lately.people if lately.people else 0.0
    deviation = sqrt(lately.group.variance_of_mean * lately.people)
    return Visible(
        share=smallest_visible(treated, held_out, deviation=sqrt(share * (1 - share))),
        revenue=smallest_visible(treated, held_out, deviation=deviation),
        lately=lately,
    )


def _by_reason(why_not: Mapping[int, str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for person, reason in sorted(why_not.items()):
        found.setdefault(reason, []).append(person)
    return found

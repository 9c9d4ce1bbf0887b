"""Who was recognised for a month, for what, and by whom: kudos by rule, reviews by colleagues. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from crm.models import User
from support.colleagues.team import WHY
from support.models import QualityReview, Recognition

MOST_AGENTS = 100
PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Praise:
    """`why` in words; what it was earned with: how fast anything was is not among it."""

    recognition: Recognition
    resolved: int
    reopened: int
    marks: int

    @property
    def why(self) -> object:
        return WHY.get(self.recognition.why, "")


@dataclass(frozen=True, kw_only=True)
class Reviews:
    """The latest first. `earlier`: before which the next page begins; None: that was all."""

    shown: Sequence[QualityReview]
    earlier: int | None


def of_month(month: date, *, of: User | None = None) -> list[Praise]:
    """Of everybody, or of one colleague alone. One query."""
    its = Recognition.objects.filter(month=month).select_related("agent")
    seen = its.filter(agent=of) if of else its
    return [_praise(one) for one in seen.order_by("agent__name", "pk")[:MOST_AGENTS]]


def reviews(
    *, since: datetime, until: datetime, of: User | None = None, before: int | None = None
) -> Reviews:
    """Who read whose answers. One query."""
    its = QualityReview.objects.filter(reviewed_at__gte=since, reviewed_at__lt=until)
    its = its.filter(agent=of) if of else its
    its = its.filter(pk__lt=before) if before else its
    found = list(its.select_related("agent", "reviewer").order_by("-pk")[: PAGE + 1])
    return Reviews(shown=found[:PAGE], earlier=found[PAGE - 1].pk if len(found) > PAGE else None)


def _praise(recognition: Recognition) -> Praise:
    figures = recognition.figures
    return Praise(
        recognition=recognition,
        resolved=figures.get("resolved", 0),
        reopened=figures.get("reopened", 0),
        marks=len(figures.get("ratings", ())) + len(figures.get("scores", ())),
    )

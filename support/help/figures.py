"""How articles do: read, judged, and whether they saved a question. And what was looked for in vain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max
from django.db.models.functions import Lower

from crm.measures.intervals import Share
from support.measures.deflection import deflection
from support.models import ArticleVote, HelpEvent, HelpSession

MOST_IN_VAIN = 50

Kind = HelpEvent.Kind


@dataclass(frozen=True, kw_only=True)
class ArticleFigures:
    """`useful`: of the votes. `deflected`: of settled visits that looked for an answer, those that read it last."""

    readers: int = 0
    useful: Share = field(default_factory=lambda: Share(0, 0))
    deflected: Share = field(default_factory=lambda: Share(0, 0))


@dataclass(frozen=True, kw_only=True)
class InVain:
    words: str
    language: str
    times: int
    last_at: datetime


def of_articles(*, since: datetime, until: datetime) -> Mapping[int, ArticleFigures]:
    """{article: its figures} from `since` until just before `until`. Three queries."""
    readers = _readers(since, until)
    useful = _useful(since, until)
    outcomes = _outcomes(since, until)
    return {
        article: ArticleFigures(
            readers=readers.get(article, 0),
            useful=useful.get(article, Share(0, 0)),
            deflected=deflection(outcomes.get(article, ())),
        )
        for article in {*readers, *useful, *outcomes}
    }


def of_the_house(*, since: datetime, until: datetime) -> Share:
    """Deflection of all visits that began in this time. One query."""
    settled = HelpSession.objects.filter(started_at__gte=since, started_at__lt=until)
    counted = settled.exclude(settled_at=None).values_list("outcome").annotate(visits=Count("pk"))
    return deflection(outcome for outcome, visits in counted for _visit in range(visits))


def in_vain(*, since: datetime) -> list[InVain]:
    """What nothing was found for, the most frequent first; words that differ in case alone are one. One query."""
    searched = HelpEvent.objects.filter(kind=Kind.SEARCHED, found=0, at__gte=since)
    counted = (
        searched.annotate(said=Lower("words"))
        .order_by()
        .values("said", "language")
        .annotate(times=Count("pk"), last_at=Max("at"))
        .order_by("-times", "-last_at")
    )
    return [
        InVain(words=one["said"], language=one["language"], times=one["times"], last_at=one["last_at"])
        for one in counted[:MOST_IN_VAIN]
    ]


def _readers(since: datetime, until: datetime) -> dict[int, int]:
    opened = HelpEvent.objects.filter(kind=Kind.OPENED, at__gte=since, at__lt=until).order_by()
    return dict(opened.values_list("article").annotate(readers=Count("pk")))


def _useful(since: datetime, until: datetime) -> dict[int, Share]:
    votes = ArticleVote.objects.filter(voted_at__gte=since, voted_at__lt=until).order_by()
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for article, answer, times in votes.values_list("article", "answer").annotate(times=Count("pk")):
        counts[article][answer] = times
    return {article: Share(told.get("yes", 0), sum(told.values())) for article, told in counts.items()}


def _outcomes(since: datetime, until: datetime) -> dict[int, list[str]]:
    """Of each article, the outcomes of visits in which it was what was read last."""
    last_read = (
        HelpEvent.objects.filter(
            kind=Kind.OPENED, session__started_at__gte=since, session__started_at__lt=until
        )
        .exclude(session__settled_at=None)
        .order_by("session", "-pk")
        .distinct("session")
    )
    outcomes: dict[int, list[str]] = defaultdict(list)
    for article, outcome in last_read.values_list("article", "session__outcome"):
        outcomes[article].append(outcome)
    return outcomes

"""Recognition of a colleague's month. Pure, but for `decide`, which gathers and keeps.

Kudos come from work that was good: resolved, not opened again, judged well by customers or by whoever reviewed it. How
fast it was is not asked, so nothing can be earned by it alone: many closed tickets with bad marks are worth nothing,
and without any mark nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import isqrt

from django.db import transaction

from crm import company
from crm.models import User
from support.models import QualityReview, Recognition, TicketEvent

# Shares in hundredths. Below any of these a month earns nothing, however much was done in it.
LEAST_SATISFIED, LEAST_SCORE, MOST_REOPENED = 70, 60, 20
# As many marks of customers or colleagues make them believed.
LEAST_MARKS = 3
MOST_KUDOS = 100


class Why(StrEnum):
    """Why so many, or none."""

    EARNED = "earned"
    NOTHING_RESOLVED = "nothing_resolved"
    NO_MARKS = "no_marks"
    UNSATISFIED = "unsatisfied"
    POOR_REVIEWS = "poor_reviews"
    CAME_BACK = "came_back"


@dataclass(frozen=True, kw_only=True)
class Work:
    """A month of one colleague. `ratings`: what customers gave, 1 to 5; `scores`: of reviews, 0 to 100."""

    resolved: int
    reopened: int = 0
    ratings: Sequence[int] = ()
    scores: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Kudos:
    points: int
    why: Why


def kudos(work: Work) -> Kudos:
    """Quality in hundredths, weighed with the square root of what was done: twice the tickets are not twice the praise.

    quality = the mean of what is known of: share of ratings 4–5, mean score of reviews; less the share that came back.
    kudos = quality × √(resolved that stayed resolved) ÷ 10, at most MOST_KUDOS.
    """
    if work.resolved <= 0:
        return Kudos(points=0, why=Why.NOTHING_RESOLVED)
    if failed := _gate(work):
        return Kudos(points=0, why=failed)
    stayed = max(0, work.resolved - work.reopened)
    points = _quality(work) * isqrt(stayed * 100) // 100
    return Kudos(points=min(MOST_KUDOS, points), why=Why.EARNED)


def _gate(work: Work) -> Why | None:
    """The first thing that speaks against it."""
    if len(work.ratings) + len(work.scores) < LEAST_MARKS:
        return Why.NO_MARKS
    if work.ratings and _satisfied(work) < LEAST_SATISFIED:
        return Why.UNSATISFIED
    if work.scores and _mean(work.scores) < LEAST_SCORE:
        return Why.POOR_REVIEWS
    if 100 * work.reopened > MOST_REOPENED * work.resolved:
        return Why.CAME_BACK
    return None


def _quality(work: Work) -> int:
    known = [_satisfied(work)] if work.ratings else []
    known += [_mean(work.scores)] if work.scores else []
    return max(0, _mean(known) - 100 * work.reopened // work.resolved)


def _satisfied(work: Work) -> int:
    return 100 * sum(rating >= 4 for rating in work.ratings) // len(work.ratings)


def _mean(values: Sequence[int]) -> int:
    return sum(values) // len(values)


def decide_last_month(*, at: datetime) -> int:
    """Decide about the month before, by the company's clock, for everybody who answers; how many. May run twice."""
    clock = company.current().clock
    first = at.astimezone(clock).date().replace(day=1)
    month = (first - timedelta(days=1)).replace(day=1)
    since, until = (datetime.combine(day, time.min, tzinfo=clock) for day in (month, first))
    agents = list(User.objects.filter(agent_profile__isnull=False, is_active=True).order_by("pk"))
    for agent in agents:
        decide(agent, month=month, since=since, until=until, at=at)
    return len(agents)


@transaction.atomic
def decide(agent: User, *, month: date, since: datetime, until: datetime, at: datetime) -> Recognition:
    """Decide about a month that is over, once: a repeat answers what stands."""
    work = work_of(agent, since=since, until=until)
    earned = kudos(work)
    return Recognition.objects.get_or_create(
        agent=agent,
        month=month.replace(day=1),
        defaults={
            "kudos": earned.points,
            "why": earned.why.value,
            "figures": asdict(work),
            "decided_at": at,
        },
    )[0]


def work_of(agent: User, *, since: datetime, until: datetime) -> Work:
    """What they resolved within the time, what of it came back, and how reviews judged it. Three queries."""
    resolved = TicketEvent.objects.filter(kind="resolved", actor=agent, at__gte=since, at__lt=until)
    tickets = resolved.values_list("ticket_id", flat=True).distinct()
    back = TicketEvent.objects.filter(ticket__in=tickets, kind="reopened", at__gte=since)
    reviews = QualityReview.objects.filter(agent=agent, reviewed_at__gte=since, reviewed_at__lt=until)
    return Work(
        resolved=tickets.count(),
        reopened=back.values("ticket").distinct().count(),
        scores=tuple(review.score_percent for review in reviews),
    )

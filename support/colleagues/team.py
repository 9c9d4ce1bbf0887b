"""How the team stands: who is here, what waits for whom, what is late, whose answers were read. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Message, User
from support.colleagues import recognition
from support.models import AgentProfile, QualityReview, Recognition, Shift, Ticket
from support.models.tagging import AT_WORK, Category

MOST_AGENTS = 100
REVIEWED_WITHIN = timedelta(days=30)
TO_REVIEW_WITHIN = timedelta(days=14)
TO_REVIEW = 10
WHY: Mapping[str, str | Promise] = {
    recognition.Why.EARNED: _("for work that was good"),
    recognition.Why.NOTHING_RESOLVED: _("nothing was resolved"),
    recognition.Why.NO_MARKS: _("too few marks to know"),
    recognition.Why.UNSATISFIED: _("customers were not satisfied"),
    recognition.Why.POOR_REVIEWS: _("reviews ask for better answers"),
    recognition.Why.CAME_BACK: _("too much came back"),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`score_percent`: the mean of their reviews of the last month; None: too few to say."""

    profile: AgentProfile
    shift: Shift | None
    open_tickets: int
    waiting_for_us: int
    late: int
    reviews: int
    score_percent: int | None
    kudos: Recognition | None

    @property
    def load_percent(self) -> int:
        capacity = self.profile.capacity
        return min(100, round(100 * self.open_tickets / capacity)) if capacity else 100

    @property
    def why(self) -> str | Promise:
        return WHY.get(self.kudos.why, "") if self.kudos else ""


def standings(*, at: datetime, month: date) -> list[Standing]:
    """Of everybody who answers customers, those who are here first. Five queries."""
    profiles = list(
        AgentProfile.objects.filter(user__is_active=True)
        .select_related("user")
        .order_by("user__name")[:MOST_AGENTS]
    )
    agents = [profile.user_id for profile in profiles]
    loads = _loads(agents, at)
    shifts = {shift.agent_id: shift for shift in Shift.objects.at(at).filter(agent__in=agents)}
    scores = _scores(agents, at)
    kudos = {one.agent_id: one for one in Recognition.objects.filter(agent__in=agents, month=month)}
    found = [
        Standing(
            profile=profile,
            shift=shifts.get(profile.user_id),
            open_tickets=loads.get(profile.user_id, {}).get("open", 0),
            waiting_for_us=loads.get(profile.user_id, {}).get("ours", 0),
            late=loads.get(profile.user_id, {}).get("late", 0),
            reviews=len(scores.get(profile.user_id, [])),
            score_percent=_mean(scores.get(profile.user_id, [])),
            kudos=kudos.get(profile.user_id),
        )
        for profile in profiles
    ]
    return sorted(found, key=lambda one: (one.shift is None, -one.open_tickets))


def to_review(reader: User, *, at: datetime) -> list[tuple[Ticket, User]]:
    """Tickets resolved lately in which a colleague answered and that nobody has read yet. Two queries."""
    lately = Ticket.objects.filter(
        category__in=(Category.RESOLVED, Category.CLOSED),
        resolved_at__gt=at - TO_REVIEW_WITHIN,
        assignee__isnull=False,
        merged_into=None,
        reviews=None,
    ).exclude(assignee=reader)
    rows = lately.select_related("customer", "assignee", "topic").order_by("resolved_at", "pk")[
        : 4 * TO_REVIEW
    ]
    tickets = list(rows)
    answered = set(
        Message.objects.filter(place__ticket__in=tickets, author__isnull=False).values_list(
            "place__ticket", "author"
        )
    )
    found = [(one, one.assignee) for one in tickets if one.assignee and (one.pk, one.assignee_id) in answered]
    return found[:TO_REVIEW]


def latest_reviews(*, at: datetime) -> Sequence[QualityReview]:
    its = QualityReview.objects.filter(reviewed_at__gt=at - REVIEWED_WITHIN)
    return list(its.select_related("agent", "reviewer", "ticket").order_by("-reviewed_at")[:TO_REVIEW])


def _loads(agents: Sequence[int], at: datetime) -> dict[int, dict[str, Any]]:
    rows = (
        Ticket.objects.filter(assignee__in=agents, category__in=AT_WORK, merged_into=None)
        .order_by()
        .values("assignee")
        .annotate(
            open=Count("pk"),
            ours=Count("pk", filter=~Q(category=Category.WAITING_CUSTOMER)),
            late=Count("pk", filter=Q(next_due_at__lt=at)),
        )
    )
    return {row["assignee"]: dict(row) for row in rows}


def _scores(agents: Sequence[int], at: datetime) -> dict[int, list[int]]:
    its = QualityReview.objects.filter(agent__in=agents, reviewed_at__gt=at - REVIEWED_WITHIN)
    found: dict[int, list[int]] = {}
    for one in its.order_by("pk"):
        found.setdefault(one.agent_id, []).append(one.score_percent)
    return found


def _mean(scores: Sequence[int]) -> int | None:
    return round(fmean(scores)) if len(scores) >= recognition.LEAST_MARKS else None

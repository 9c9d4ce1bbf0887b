"""How well the loop is closed: who was spoken to in time, and whom it won back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from crm.measures.intervals import Share
from surveys.models import Recovery

WITHIN = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class RecoveryFigures:
    """`in_time`: of those who were spoken to or whose time is over. `recovered`: of those who answered again."""

    opened: int
    waiting: int
    in_time: Share
    recovered: Share


def lately(*, at: datetime) -> RecoveryFigures:
    """Of the latest WITHIN. One query."""
    its = Recovery.objects.filter(opened_at__gt=at - WITHIN, opened_at__lte=at)
    told = its.aggregate(
        opened=Count("pk"),
        waiting=Count("pk", filter=Q(contacted_at=None)),
        decided=Count("pk", filter=Q(contacted_at__isnull=False) | Q(due_at__lt=at)),
        in_time=Count("pk", filter=Q(contacted_at__lte=F("due_at"))),
        again=Count("pk", filter=Q(is_recovered__isnull=False)),
        recovered=Count("pk", filter=Q(is_recovered=True)),
    )
    return RecoveryFigures(
        opened=told["opened"],
        waiting=told["waiting"],
        in_time=Share(told["in_time"], told["decided"]),
        recovered=Share(told["recovered"], told["again"]),
    )

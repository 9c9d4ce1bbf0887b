"""What became of conversations with the bot. Handled and confirmed are two figures: silence is no thanks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from crm.measures.intervals import Share
from support.models import BotConversation

State = BotConversation.State


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of conversations that began in a stretch of time and are over.

    `handled`: answered, and nobody wrote for a day; `confirmed`: the customer said that it helped; `handed_over`: a
    colleague took over.
    """

    over: int = 0
    handled: int = 0
    confirmed: int = 0
    people: int = 0

    @property
    def handled_share(self) -> Share:
        return Share(self.handled, self.over)

    @property
    def confirmed_share(self) -> Share:
        return Share(self.confirmed, self.over)

    @property
    def handed_over_share(self) -> Share:
        return Share(self.people, self.over)


def counted(*, since: datetime, until: datetime) -> Figures:
    """One query."""
    began = BotConversation.objects.filter(started_at__gte=since, started_at__lt=until).exclude(
        state=State.TALKING
    )
    return Figures(
        **began.aggregate(
            over=Count("pk"),
            handled=Count("pk", filter=Q(handled_at__isnull=False)),
            confirmed=Count("pk", filter=Q(confirmed_at__isnull=False)),
            people=Count("pk", filter=Q(state=State.HANDED_OVER)),
        )
    )

"""Whose tickets a colleague sees: all; or those of their own teams, their own, and what is nobody's in no team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import cached_property

from crm.models import User
from support.models import Team
from support.models.ticket import TicketQuerySet

SEES = "support.view_ticket"
SEES_EVERY = "support.see_every_ticket"


@dataclass(frozen=True)
class Sight:
    """What one reader sees. Asks for their teams once, and only where it matters."""

    reader: Any

    @cached_property
    def teams(self) -> frozenset[int]:
        mine = Team.objects.filter(agents__user=self.reader)
        return frozenset(mine.values_list("pk", flat=True))

    @cached_property
    def is_whole(self) -> bool:
        return isinstance(self.reader, User) and self.reader.has_perm(SEES_EVERY)

    @cached_property
    def sees_any(self) -> bool:
        return isinstance(self.reader, User) and self.reader.has_perm(SEES)

    def of(self, tickets: TicketQuerySet) -> TicketQuerySet:
        if not self.sees_any:
            return tickets.none()
        if self.is_whole:
            return tickets
        return tickets.filter(Q(team__in=self.teams) | Q(team=None, assignee=None) | Q(assignee=self.reader))


def seen_by(reader: Any, tickets: TicketQuerySet) -> TicketQuerySet:
    """Tickets that this reader sees; to somebody without a sign-in of ours there are none."""
    return Sight(reader).of(tickets)

"""Who looks at a ticket right now, and who is writing. It may be lost, so it stands in the cache.

The same heartbeats are the handling time: see support.answering.focusing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from crm.models import User
from support.answering import focusing
from support.models import Ticket

# A page tells of itself every 8 s; who was not heard of for so long is gone.
HEARD_FOR = timedelta(seconds=40)


def here(ticket: Ticket, *, user: User, at: datetime, is_typing: bool = False) -> list[User]:
    """Note a heartbeat of this colleague; answers who else is here, those who type first (`is_typing` on each).

    Two queries, one more where others are here.
    """
    focusing.beat(ticket, agent=user, at=at)
    name = f"presence:{ticket.pk}"
    known: dict[int, Any] = cache.get(name) or {}
    since = (at - HEARD_FOR).timestamp()
    known = {pk: heard for pk, heard in known.items() if heard[0] > since}
    known[user.pk] = (at.timestamp(), is_typing)
    cache.set(name, known, timeout=HEARD_FOR.total_seconds())
    return _named({pk: heard[1] for pk, heard in known.items() if pk != user.pk})


def leave(ticket: Ticket, *, user: User) -> None:
    name = f"presence:{ticket.pk}"
    known: dict[int, Any] = cache.get(name) or {}
    if known.pop(user.pk, None):
        cache.set(name, known, timeout=HEARD_FOR.total_seconds())


def _named(typing: dict[int, bool]) -> list[User]:
    if not typing:
        return []
    users = list(User.objects.filter(pk__in=typing))
    for user in users:
        user.is_typing = typing[user.pk]  # type: ignore[attr-defined]
    return sorted(users, key=lambda user: (not typing[user.pk], str(user)))

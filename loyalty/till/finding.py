"""Who stands at the till? By the card or its code, a phone, or whatever else the search box understands. Reads only."""

from __future__ import annotations

from datetime import datetime

from crm.models import User
from crm.people import identifiers
from crm.search import searching
from loyalty.models import Member

MOST_SHOWN = 5


def find(typed: str, *, reader: User, at: datetime) -> list[Member]:
    """Members who may be meant, likeliest first; one alone where the card was shown. By index only.

    Raises:
        CardIsBlocked, CodeTooOld: what was shown is a card of ours, and nobody is served with it.
    """
    shown = identifiers.presented(typed, at=at)
    people = searching.people(typed, limit=MOST_SHOWN, reader=reader) if shown is None else []
    ids = [shown] if shown else [person.pk for person in people]
    members = Member.objects.current().select_related("programme", "customer", "wallet")
    found = list(members.filter(customer__in=ids, customer__erased_at=None))
    return sorted(found, key=lambda member: (ids.index(member.customer_id), member.pk))

"""What the sweeps share: wallets in chunks, the people behind them locked first, and their timelines told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db.models import QuerySet

from crm import timeline
from crm.facts import Fact
from crm.models import Customer
from crm.timeline import Told
from loyalty.models import Lot, Member, Wallet

CHUNK = 500
SOURCE = "loyalty"
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Due:
    """Points of a member that go at a moment."""

    member: int
    points: int
    expires_at: datetime


def chunks_of(due: QuerySet[Lot], size: int) -> Iterator[list[int]]:
    """Wallets with lots that are due, until there are none: whoever takes a chunk settles it before asking on."""
    before: list[int] = []
    while found := sorted(set(due.values_list("wallet_id", flat=True)[:size])):
        if found == before:
            raise RuntimeError("A chunk was not settled.")
        before = found
        yield found


def slices(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    items = iter(items)
    while found := list(islice(items, size)):
        yield found


def lock_people(member_ids: Iterable[int]) -> dict[int, Member]:
    """The members with their programmes, their customers' rows locked (FOR NO KEY UPDATE) in ascending order."""
    members = Member.objects.filter(pk__in=set(member_ids))
    people = Customer.objects.filter(pk__in=members.values("customer_id")).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk"))
    return {member.pk: member for member in members.select_related("programme", "customer")}


def tell(
    people: Mapping[int, Member],
    changes: Mapping[int, int],
    fact: Callable[[Member, int], Fact],
    *,
    event: str,
    at: datetime,
) -> None:
    """Tell what changed for each member; the wallet's count of movements names the event."""
    counts = dict(Wallet.objects.filter(pk__in=changes).values_list("pk", "seq"))
    timeline.record_all(
        [
            _told(people[pk], fact(people[pk], points), f"{event}:{pk}:{counts[pk]}", at)
            for pk, points in sorted(changes.items())
        ]
    )


def tell_of(
    people: Mapping[int, Member],
    dues: Iterable[Due],
    fact: Callable[[Due, str], Fact],
    *,
    event: str,
    at: datetime,
) -> int:
    """Tell each member of what is due, once for each moment. Returns how many were told."""
    told = [
        _told(
            people[due.member],
            fact(due, people[due.member].programme.name),
            f"{event}:{due.member}:{due.expires_at.isoformat()}",
            at,
        )
        for due in dues
    ]
    return len(timeline.record_all(told))


def _told(member: Member, fact: Fact, source_id: str, at: datetime) -> Told:
    return Told(
        fact=fact,
        customer_id=member.customer_id,
        occurred_at=at,
        recorded_at=at,
        source=SOURCE,
        source_id=source_id,
        subject=member,
        language=member.customer.language,
    )

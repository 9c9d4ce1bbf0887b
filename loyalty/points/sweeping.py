"""What the sweeps share: wallets in chunks, the people behind them locked first, and their timelines told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from crm import timeline
from crm.facts import Fact
from crm.models import Customer, TimelineEntry
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


@transaction.atomic
def settle(
    member_ids: list[int],
    move: Callable[..., dict[int, int]],
    fact: Callable[..., Fact],
    *,
    event: str,
    at: datetime,
) -> int:
    """Let `move` of the ledger do what is due for a chunk, and tell each member. Returns how many points moved.

    Locks the customers' rows, then their wallets, both in ascending order.
    """
    people = lock_people(member_ids)
    moved = move(member_ids, at=at)
    _tell(people, moved, fact, event=event, at=at)
    return sum(moved.values())


def _tell(
    people: Mapping[int, Member],
    moved: Mapping[int, int],
    fact: Callable[..., Fact],
    *,
    event: str,
    at: datetime,
) -> None:
    """Tell what changed for each member; the wallet's count of movements names the event."""
    counts = dict(Wallet.objects.filter(pk__in=moved).values_list("pk", "seq"))
    timeline.record_all(
        [
            told(
                people[pk],
                fact(points=points, programme_name=people[pk].programme.name),
                source_id=f"{event}:{pk}:{counts[pk]}",
                at=at,
            )
            for pk, points in sorted(moved.items())
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
    its = [
        told(
            people[due.member],
            fact(due, people[due.member].programme.name),
            source_id=f"{event}:{due.member}:{due.expires_at.isoformat()}",
            at=at,
        )
        for due in dues
    ]
    return len(timeline.record_all(its))


def told(
    member: Member,
    fact: Fact,
    *,
    source_id: str,
    at: datetime,
    caused_by: TimelineEntry | None = None,
    is_history: bool = False,
) -> Told:
    return Told(
        fact=fact,
        customer_id=member.customer_id,
        occurred_at=at,
        recorded_at=at,
        source=SOURCE,
        source_id=source_id,
        subject=member,
        language=member.customer.language,
        caused_by=caused_by,
        is_history=is_history,
    )

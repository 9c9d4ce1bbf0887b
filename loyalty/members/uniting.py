"""Members follow their people: merged customers are one member, and two again when they are separated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from crm import timeline
from crm.models import Customer, TimelineEntry
from crm.people.same_person import ids_by
from loyalty import ledger
from loyalty.facts.points import PointsMoved
from loyalty.models import Member

SOURCE = "loyalty"


@transaction.atomic
def unite(
    survivor_id: int,
    other_id: int,
    *,
    key: str,
    at: datetime,
    caused_by: TimelineEntry | None = None,
    is_history: bool = False,
) -> None:
    """Let the members of two customers who are one person be one member, in each programme, once per `key`.

    The survivor's member goes on, with the points, the debt and what is pending of both; whoever is no member there
    yet lets the other's go on. Held points come along when their checkout is done. A fact (PointsMoved).
    People who were separated again meanwhile are left as they are.
    Locks both customers' rows in ascending order, then the wallets.
    """
    people = _lock(survivor_id, other_id)
    if other_id not in ids_by(survivor_id):
        return
    theirs = Member.objects.of_person(survivor_id).current().order_by("pk")
    by_programme: dict[int, list[Member]] = {}
    for member in theirs:
        by_programme.setdefault(member.programme_id, []).append(member)
    for members in by_programme.values():
        going_on = _going_on(members, survivor_id)
        for member in members:
            if member != going_on:
                _let_go_on(
                    member, going_on, people, key=key, at=at, caused_by=caused_by, is_history=is_history
                )


@transaction.atomic
def separate(
    one_id: int,
    other_id: int,
    *,
    key: str,
    at: datetime,
    caused_by: TimelineEntry | None = None,
    is_history: bool = False,
) -> None:
    """Let members whose people are two again be two: what came with the merge goes back as far as it is still there.

    Either of the two may be named first. Once per `key`; locks as `unite`.
    """
    people = _lock(one_id, other_id)
    ours, theirs = set(ids_by(one_id)), set(ids_by(other_id))
    if ours & theirs:
        return
    apart = Member.objects.filter(customer_id__in=ours | theirs).exclude(merged_into=None)
    for member in apart.select_related("merged_into").order_by("pk"):
        goes_on_as = member.merged_into
        assert goes_on_as is not None  # noqa: S101 - for mypy
        if (member.customer_id in ours) != (goes_on_as.customer_id in ours):
            member.merged_into = None
            member.save(update_fields=["merged_into", "updated_at"])
            _move(
                last_of(goes_on_as),
                member,
                people,
                key=f"{key}:{member.pk}",
                at=at,
                only_back=True,
                caused_by=caused_by,
                is_history=is_history,
            )


@contextmanager
def bringing_along(member: Member, *, key: str, at: datetime) -> Iterator[None]:
    """What is done in here may leave points with a member who was merged: they follow to the one that goes on.

    Locks the customer's row first, and both wallets afterwards in ascending order.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=member.customer_id)
    going_on = last_of(member)
    if going_on == member:
        yield
        return
    ledger.lock([member.pk, going_on.pk])
    yield
    ledger.move_lots(member.pk, going_on.pk, key=key, at=at)


def last_of(member: Member) -> Member:
    """The member that goes on, after any number of merges."""
    while member.merged_into_id:
        member = Member.objects.get(pk=member.merged_into_id)
    return member


def _lock(*ids: int) -> dict[int, Customer]:
    locked = Customer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {customer.pk: customer for customer in locked}


def _going_on(members: list[Member], survivor_id: int) -> Member:
    return next((member for member in members if member.customer_id == survivor_id), members[0])


def _let_go_on(
    member: Member,
    going_on: Member,
    people: dict[int, Customer],
    *,
    key: str,
    at: datetime,
    caused_by: TimelineEntry | None,
    is_history: bool,
) -> None:
    member.merged_into = going_on
    member.save(update_fields=["merged_into", "updated_at"])
    _move(
        member,
        going_on,
        people,
        key=f"{key}:{member.pk}",
        at=at,
        only_back=False,
        caused_by=caused_by,
        is_history=is_history,
    )


def _move(
    source: Member,
    target: Member,
    people: dict[int, Customer],
    *,
    key: str,
    at: datetime,
    only_back: bool,
    caused_by: TimelineEntry | None,
    is_history: bool,
) -> None:
    """Move the points, then say so: both customers are locked already, and what moved is only known afterwards."""
    posted = ledger.move_lots(source.pk, target.pk, key=key, at=at, only_back=only_back)
    if not posted.points or not posted.is_new:
        return
    customer = people.get(target.customer_id) or Customer.objects.get(pk=target.customer_id)
    timeline.record(
        customer,
        PointsMoved(points=posted.points, other_id=source.customer_id),
        source=SOURCE,
        source_id=key,
        occurred_at=at,
        recorded_at=at,
        subject=target,
        caused_by=caused_by,
        is_history=is_history,
    )

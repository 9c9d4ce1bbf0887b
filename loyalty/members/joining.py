"""Customers become members: at the counter, on the joining page, through a colleague, a shop's system, or by buying."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import PersonErased, Refusal
from crm.models import Customer, Shop, User
from crm.people.identification import survivor
from crm.timeline import Told
from loyalty import ledger
from loyalty.facts import MemberJoined
from loyalty.models import Member, Programme


class ProgrammeNotRunning(Refusal):
    code = "programme-not-running"
    title = _("This loyalty programme has not started yet, or is closed.")


class UnknownProgramme(Refusal):
    code = "unknown-programme"
    title = _("No such loyalty programme is running. Where there are several, name one.")
    status = 422


def programme_named(slug: str = "", *, at: datetime) -> Programme:
    """The running programme of this short name; without one, the only programme that runs.

    Raises:
        UnknownProgramme
    """
    running = Programme.objects.running(at)
    found = list(running.filter(slug=slug) if slug else running[:2])
    if len(found) != 1:
        raise UnknownProgramme
    return found[0]


@transaction.atomic
def join(
    customer: Customer,
    *,
    programme: Programme,
    through: str,
    at: datetime,
    source: str,
    source_id: str,
    joined_at: datetime | None = None,
    shop: Shop | None = None,
    actor: User | None = None,
    is_history: bool = False,
) -> Member:
    """Make the person a member, with an empty wallet; a member already is answered as they are.

    Who was merged joins as the one they are now, and who left before comes back to the wallet they had. Locks the
    customer's row. `joined_at` is the day of an earlier programme, when one is brought along.

    Raises:
        ProgrammeNotRunning, PersonErased: nobody joins.
    """
    person = Customer.objects.select_for_update(no_key=True).get(pk=survivor(customer).pk)
    if person.erased_at:
        raise PersonErased
    if standing := Member.objects.going_on(person.pk, programme):
        return standing
    if not Programme.objects.running(at).filter(pk=programme.pk).exists():
        raise ProgrammeNotRunning
    member = _member(person, programme, through=through, joined_at=joined_at or at)
    timeline.record(
        person,
        MemberJoined(programme_name=programme.name, joined_through=through),
        source=source,
        source_id=source_id,
        occurred_at=joined_at or at,
        recorded_at=at,
        shop=shop,
        actor=actor,
        subject=member,
        is_history=is_history,
    )
    ledger.open_wallet(member.pk, idle_months=programme.idle_months)
    return member


@transaction.atomic
def join_all(
    joined_at: Mapping[int, datetime], *, programme: Programme, through: str, at: datetime, source: str
) -> None:
    """Let people who never were members join, each on a day of the past: customer → that day.

    Who is a member, was merged or erased is passed by. Locks the customers' rows in ascending order of their ids.
    """
    known = Member.objects.filter(programme=programme, customer__in=joined_at).values("customer")
    people = list(
        Customer.objects.select_for_update(no_key=True)
        .filter(pk__in=joined_at, merged_into=None, erased_at=None)
        .exclude(pk__in=known)
        .order_by("pk")
    )
    members = Member.objects.bulk_create(
        Member(customer=person, programme=programme, joined_through=through, joined_at=joined_at[person.pk])
        for person in people
    )
    timeline.record_all(
        [
            Told(
                fact=MemberJoined(programme_name=programme.name, joined_through=through),
                customer_id=person.pk,
                occurred_at=member.joined_at,
                recorded_at=at,
                source=source,
                source_id=f"history:{person.pk}:join:{programme.pk}",
                subject=member,
                language=person.language,
                is_history=True,
            )
            for person, member in zip(people, members, strict=True)
        ]
    )
    ledger.open_wallets([member.pk for member in members], idle_months=programme.idle_months)


def _member(person: Customer, programme: Programme, *, through: str, joined_at: datetime) -> Member:
    left = (
        Member.objects.of_person(person.pk)
        .filter(programme=programme, merged_into=None)
        .order_by("pk")
        .first()
    )
    if left is None:
        return Member.objects.create(
            customer=person, programme=programme, joined_through=through, joined_at=joined_at
        )
    left.left_at = None
    left.save(update_fields=["left_at", "updated_at"])
    return left

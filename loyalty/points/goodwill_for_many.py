"""Points for many at once, to make up for what went wrong for all of them: agreed to once, and given to each.

Who agreed, and within which budget, is the caller's; here they are worth what the programme says, and come in once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from crm import company
from crm.abilities import Price
from crm.models import Customer
from crm.people.same_person import ids_of_each
from loyalty import ledger
from loyalty.errors import UnknownMember
from loyalty.members.persons import lock_person
from loyalty.models import Member, Programme
from loyalty.points import lot_dates

CENT = Decimal("0.01")


def price(points: int, *, at: datetime) -> Price | None:
    """By the programme that started first; None: there is none."""
    programme = _programme(at)
    if programme is None:
        return None
    amount = (programme.point_value * points).quantize(CENT, ROUND_HALF_UP)
    return Price(amount=amount, currency=programme.currency)


def members_among(customers: Collection[int], *, at: datetime) -> set[int]:
    """Whoever of these has an account in the programme, also under another id of theirs. Three queries."""
    programme = _programme(at)
    return members_of(programme.pk, customers) if programme else set()


def members_of(programme: int, customers: Collection[int]) -> set[int]:
    """As `members_among`, in the programme of this number. Two queries."""
    ids = ids_of_each(customers)
    everybody = {pk for known in ids.values() for pk in known}
    members = Member.objects.current().filter(programme=programme, customer__in=everybody)
    have = set(members.values_list("customer", flat=True))
    return {asked for asked, known in ids.items() if have.intersection(known)}


@transaction.atomic
def give(customer: Customer, *, points: int, key: str, why: str, at: datetime) -> bool:
    """Give points that can be spent at once and go as others do, once per `key`. False: there is no account.

    Locks the customer's row, then the wallet.
    """
    programme = _programme(at)
    member = Member.objects.going_on(customer.pk, programme) if programme else None
    if programme is None or member is None:
        return False
    try:
        lock_person(member)
    except UnknownMember:
        return False
    expires_at = lot_dates.expires_at(programme, at, company.current().clock)
    ledger.earn(
        member.pk,
        lots=[ledger.Lot(points=points, expires_at=expires_at)],
        key=key,
        occurred_at=at,
        at=at,
        trace={"goodwill": why},
    )
    return True


def _programme(at: datetime) -> Programme | None:
    return Programme.objects.running(at).first()

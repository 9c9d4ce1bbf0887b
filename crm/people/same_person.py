"""One person may be known by several ids: customers that were merged keep theirs, and reading follows all of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, F, Func, QuerySet

from crm.models import Customer

_IDS = Func(F("pk"), function="crm_same_person", output_field=ArrayField(BigIntegerField()))


def with_ids(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Each customer read together with the ids of the same person, so that `ids_of` need not ask for them."""
    return cast("QuerySet[Customer]", customers.annotate(same_person_ids=_IDS))


def ids_of(customer: Customer) -> tuple[int, ...]:
    """The survivor's id, then those merged into it. One query, unless the customer was read `with_ids`."""
    known = getattr(customer, "same_person_ids", None)
    return tuple(known) if known else ids_by(customer.pk)


def ids_by(pk: int) -> tuple[int, ...]:
    """As `ids_of`, by any of the ids; nothing for an id that nobody has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_same_person(%s)", [pk])
        (ids,) = cursor.fetchone()
    return tuple(ids or ())


def lock_person(pk: int) -> Customer:
    """Whoever the id stands for today, locked (FOR NO KEY UPDATE) until the transaction ends."""
    return Customer.objects.select_for_update(no_key=True).get(pk=ids_by(pk)[0])


def survivors(ids: Collection[int]) -> set[int]:
    """Whom these ids stand for. One query, none for nobody."""
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT (crm_same_person(n))[1] FROM unnest(%s::bigint[]) AS n", [list(ids)])
        return {pk for (pk,) in cursor.fetchall() if pk}


def ids_of_each(asked: Collection[int]) -> dict[int, tuple[int, ...]]:
    """By any of their ids, all ids of each person, the survivor's first. One query, none for nobody."""
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, crm_same_person(n) FROM unnest(%s::bigint[]) AS n", [list(asked)])
        return {pk: tuple(ids or ()) for pk, ids in cursor.fetchall()}

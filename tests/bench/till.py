"""Who stands at the till, among a million members: by the card, by the code of a mobile card, by the phone.

CPU is that of Python and of the database's backend together, as in tests.bench.search; that nothing is read but by
index shows in the buffers, which a scan would multiply by thousands.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from statistics import median
from time import process_time
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from crm.models import User
from loyalty import ledger
from loyalty.members import card_numbers, cards
from loyalty.models import Card, Member, Programme
from loyalty.till import finding
from tests.bench import search
from tests.bench.house import Figure, at_most, buffers, exactly, superuser

SLUG = "bench-till"
ASKED = 50
BATCH = 10_000


def run() -> dict[str, Figure]:
    with superuser() as owner:
        search.fill(owner)
        programme = fill(owner)
    reader, _ = User.objects.get_or_create(email=f"{SLUG}@bench.example")
    chance = random.Random(9)
    chosen = [search.FIRST + chance.randrange(search.SIZE) for _one in range(ASKED)]
    members = list(Member.objects.filter(programme=programme, pk__in=chosen))
    figures: dict[str, Figure] = {"members": Figure(Member.objects.filter(programme=programme).count())}
    for name, typed in WAYS.items():
        asked = [(member.pk, typed(member)) for member in members]
        missed, costs = 0, []
        for pk, text in asked:
            before = cpu_seconds()
            found = finding.find(text, reader=reader, at=timezone.now())
            costs.append(1000 * (cpu_seconds() - before))
            missed += [one.pk for one in found] != [pk]
        figures |= {
            f"{name}: CPU, ms (median)": at_most(round(median(costs), 2), 10),
            f"{name}: missed": exactly(missed, 0),
            f"{name}: buffers": at_most(buffers(partial(look, reader, asked[0][1])), 200),
        }
    return figures


def look(reader: User, text: str) -> None:
    finding.find(text, reader=reader, at=timezone.now())


def cpu_seconds() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return process_time() + search._ran(cursor.fetchone()[0])


def code(member: Member) -> str:
    now = timezone.now()
    return cards.code_of(cards.link_of(member, at=now), at=now).text


def phone(member: Member) -> str:
    return str(member.customer.identities.get(kind="phone").value)


WAYS: dict[str, Callable[[Member], str]] = {
    "barcode": lambda member: member.cards.get().number,
    "QR": code,
    "phone": phone,
}


def fill(owner: psycopg.Connection[Any]) -> Programme:
    """A member with a wallet and a card for everybody whom the search's bench made; what stands there stays."""
    programme, _ = Programme.objects.get_or_create(
        slug=SLUG, defaults={"name": "Bench", "currency": "EUR", "started_at": search.NOW}
    )
    numbers = range(search.FIRST, search.FIRST + search.SIZE)
    for start in range(0, len(numbers), BATCH):
        some = numbers[start : start + BATCH]
        known = set(Member.objects.filter(pk__gte=some[0], pk__lte=some[-1]).values_list("pk", flat=True))
        new = [pk for pk in some if pk not in known]
        Member.objects.bulk_create(
            Member(pk=pk, programme=programme, customer_id=pk, joined_through="staff", joined_at=search.NOW)
            for pk in new
        )
        if new:
            ledger.open_wallets(new)
        Card.objects.bulk_create(
            Card(programme=programme, number=_number(pk - search.FIRST), member_id=pk, issued_at=search.NOW)
            for pk in new
        )
    owner.execute("VACUUM (ANALYZE) loyalty_member, loyalty_wallet, loyalty_card")
    return programme


def _number(n: int) -> str:
    twelve = f"29{n:010}"
    return twelve + card_numbers.check_digit(twelve)

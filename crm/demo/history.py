"""Thousands of lives written at once: by COPY, a thousand customers a transaction, each with all their past.

It reads as if Veren had been running all the time: every entry was recorded when it happened. A batch that is
committed stands whole, with its places in the feed, so loading may be interrupted and goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models.functions import Cast

from crm.demo.company import Stage
from crm.demo.entries import write_entries
from crm.demo.lives import FIRST_NUMBER, ONLINE, Life, draw_life
from crm.demo.order_numbers import OrderNumbers
from crm.demo.people import tell_people, write_people
from crm.demo.purchases import tell_purchases, write_purchases
from crm.models import Identity
from crm.people.identity_kinds import IdentityKind
from crm.purchases import figures

BATCH = 1000
# What is being written, how much of it stands, how much it will be.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many customers, over how many days, of which habits."""

    customers: int
    days: int
    mix: Mapping[str, int]


SIZES = {
    "small": Size(customers=2_000, days=730, mix={"once": 36, "regular": 23, "occasional": 25, "lapsed": 16}),
    "medium": Size(
        customers=50_000, days=730, mix={"once": 45, "regular": 14, "occasional": 25, "lapsed": 16}
    ),
    "large": Size(
        customers=1_000_000, days=540, mix={"once": 66, "regular": 3, "occasional": 22, "lapsed": 9}
    ),
}


def write(stage: Stage, *, size: Size, now: datetime, progress: Progress) -> None:
    """Write the customers that are missing to this size, batch by batch."""
    written = customers_written()
    numbers = OrderNumbers()
    for first in range(written, size.customers, BATCH):
        until = min(first + BATCH, size.customers)
        progress("customers", first, size.customers)
        lives = [
            draw_life(FIRST_NUMBER + place, mix=size.mix, days=size.days, now=now)
            for place in range(first, until)
        ]
        _write_batch(lives, stage, numbers)
    progress("customers", size.customers, size.customers)


@transaction.atomic
def _write_batch(lives: Sequence[Life], stage: Stage, numbers: OrderNumbers) -> None:
    """Rows of every table, in the order in which they refer to each other."""
    customers, identities = write_people(lives)
    purchases = write_purchases(lives, customers, stage, numbers)
    write_entries([*tell_people(lives, customers, identities, stage), *tell_purchases(purchases)])
    figures.recount([customer.pk for customer in customers])


def customers_written() -> int:
    """How many stand already: their numbers in the online shop's system follow one another."""
    numbers = Identity.objects.filter(kind=IdentityKind.EXTERNAL, namespace=ONLINE, value__regex=r"^\d{4,}$")
    highest = numbers.aggregate(highest=models.Max(Cast("value", models.BigIntegerField())))["highest"]
    return highest - FIRST_NUMBER + 1 if highest else 0

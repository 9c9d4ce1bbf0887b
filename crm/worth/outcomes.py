"""What customers did within the last horizon, members and others who began alike: counted each night.

Everybody counts who bought for the first time before the horizon began, and as what they were on that day: so nobody
became a member by doing what is counted. Who is a member, and what else can be done, is wired in `config.worth`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib import import_module
from typing import Any, TypeAlias

from django.conf import settings
from django.db import connection, transaction
from django.utils.functional import Promise

from crm import company
from crm.measures.comparison import bracket
from crm.models import OutcomeCount
from crm.worth import signs
from crm.worth.beginnings import Beginning
from crm.worth.counting import Bought
from crm.worth.tally import window

Side = OutcomeCount.Side


@dataclass(frozen=True, kw_only=True)
class Asked:
    """These ids, of whom any may be one person's, between two moments: the second is not included."""

    ids: Sequence[int]
    since: datetime
    until: datetime


Did: TypeAlias = Callable[[Asked], Collection[int]]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Something a customer can have done. `did`: which of the ids did it; None: bought again, which the night knows."""

    name: str
    label: str | Promise
    did: Did | None = None


Key: TypeAlias = tuple[date, int, int, str, Side]

CANCELLED = """
SELECT DISTINCT customer_id FROM crm_order
WHERE customer_id = ANY (%(ids)s) AND placed_at >= %(since)s AND placed_at < %(until)s AND cancelled_at IS NOT NULL
"""
ORDERED = """
SELECT customer_id, id FROM crm_order
WHERE customer_id = ANY (%(ids)s) AND placed_at >= %(since)s AND placed_at < %(until)s AND cancelled_at IS NULL
"""
RETURNED = """
SELECT DISTINCT customer_id FROM crm_return
WHERE customer_id = ANY (%(ids)s) AND returned_at >= %(since)s AND returned_at < %(until)s
"""


@dataclass
class Board:
    """What the people of a night did, by those who began alike. Filled some people at a time."""

    as_of: date
    horizon_days: int
    people: Counter[Key] = field(default_factory=Counter)
    did: Counter[tuple[Key, str]] = field(default_factory=Counter)

    def add(self, people: Sequence[Bought], began: Mapping[int, Beginning]) -> None:
        begin, _until = window(self.as_of, self.horizon_days, 0)
        base = [one for one in people if one.customer_id in began and one.days and one.days[0] < begin]
        if not base:
            return
        asked = _asked_of(base, begin, self.as_of)
        members, did = _members()(asked), {one.name: _did(one, base, asked) for one in outcomes()}
        for one in base:
            side = Side.MEMBER if members.intersection(one.ids) else Side.OTHER
            first = began[one.customer_id]
            month, size = one.days[0].replace(day=1), bracket(float(first.amount))
            key = (month, first.shop_id, size, first.currency, side)
            self.people[key] += 1
            self.did.update((key, name) for name, those in did.items() if those.intersection(one.ids))


@transaction.atomic
def keep(board: Board) -> None:
    """Write it down instead of what stood. Idempotent."""
    since, until = window(board.as_of, board.horizon_days, 0)
    names = [one.name for one in outcomes()]
    OutcomeCount.objects.all().delete()
    OutcomeCount.objects.bulk_create(
        [
            OutcomeCount(
                since_on=since,
                until_on=until,
                month=month,
                shop_id=shop,
                bracket=size,
                currency=currency,
                side=side,
                people=people,
                did={name: board.did[(month, shop, size, currency, side), name] for name in names},
            )
            for (month, shop, size, currency, side), people in board.people.items()
        ],
        batch_size=1000,
    )


def outcomes() -> Sequence[Outcome]:
    table: Sequence[Outcome] = _wiring().OUTCOMES
    return table


def at_full_price(asked: Asked) -> set[int]:
    """Bought something without a discount, a coupon or points: what a programme has to show beside what it gives."""
    with_benefit = signs.with_benefit(asked.ids)
    return {
        customer for customer, order in _rows(ORDERED, asked) if order not in with_benefit.get(customer, ())
    }


def cancelled(asked: Asked) -> set[int]:
    """Had an order of that time cancelled."""
    return ids_of(CANCELLED, asked)


def returned(asked: Asked) -> set[int]:
    return ids_of(RETURNED, asked)


def ids_of(question: str, asked: Asked) -> set[int]:
    """What a question of %(ids)s, %(since)s and %(until)s finds."""
    return {pk for (pk,) in _rows(question, asked)}


def _rows(question: str, asked: Asked) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, {**vars(asked), "ids": list(asked.ids)})
        rows: list[tuple[int, ...]] = cursor.fetchall()
    return rows


def _did(outcome: Outcome, base: Sequence[Bought], asked: Asked) -> set[int]:
    if outcome.did is None:
        since = asked.since.date()
        return {one.customer_id for one in base if one.days[-1] >= since}
    return set(outcome.did(asked))


def _asked_of(base: Sequence[Bought], begin: date, as_of: date) -> Asked:
    clock = company.current().clock
    return Asked(
        ids=[pk for one in base for pk in one.ids],
        since=datetime.combine(begin, time.min, clock),
        until=datetime.combine(as_of + timedelta(days=1), time.min, clock),
    )


def _members() -> Callable[[Asked], set[int]]:
    """Which of the ids were members when the time began."""
    found: Callable[[Asked], set[int]] = _wiring().MEMBERS
    return found


def _wiring() -> Any:
    return import_module(settings.WORTH)

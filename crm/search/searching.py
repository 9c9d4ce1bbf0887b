"""The one search box: people, orders and what was written, by whatever somebody has at hand.

Reads only, and by index only. People who were merged lead to whom they were merged into; the erased never show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

from crm.colleagues import own_shops
from crm.models import Customer, Order, Shop, TimelineEntry, User
from crm.search import finding, hearing
from crm.search.search_words import LONGEST, MOST_WORDS, number_in, readings, stem

PEOPLE_SHOWN, ORDERS_SHOWN, ENTRIES_SHOWN = 10, 10, 20
WINDOW = timedelta(days=90)
MOST_MERGES = 8
SHORTEST_PREFIX = 3

# Fields of facts in which people write; the index of crm.models.timeline_entry says the same.
WRITTEN_IN = ["subject", "text", "reason"]
WRITTEN = "crm_entry_words(crm_timelineentry.payload, crm_timelineentry.occurred_at)"
WORD = "(plainto_tsquery('pg_catalog.russian', %s) || to_tsquery('pg_catalog.simple', %s))"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Found:
    """`sure` is the one person or order that was meant beyond doubt: an exact number, phone, e-mail or card."""

    people: list[Customer] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    entries: list[TimelineEntry] = field(default_factory=list)
    sure: Customer | Order | None = None

    def __bool__(self) -> bool:
        return bool(self.people or self.orders or self.entries)


def search(typed: str, *, at: datetime, reader: User | None = None) -> Found:
    """Everything that may be meant: people likeliest first, orders and entries newest first.

    Orders and entries of shops whose orders the reader does not see (crm.colleagues.own_shops) lead to nobody.
    """
    text = tidy(typed)
    if not text:
        return Found()
    known = survivors(_by_sign(text))
    numbered = orders(text, reader=reader)
    buyers = survivors(order.customer_id for order in numbered if order.customer_id)
    named = [] if known or numbered else survivors(_by_ending(text) or hearing.people(text))
    return Found(
        people=list(dict.fromkeys([*known, *buyers, *named]))[:PEOPLE_SHOWN],
        orders=numbered,
        entries=entries(text, reader=reader, since=at - WINDOW),
        sure=_the_one([*known, *numbered]),
    )


def people(
    typed: str, *, limit: int = PEOPLE_SHOWN, shop: Shop | None = None, reader: User | None = None
) -> list[Customer]:
    """People alone, likeliest first; by the number of an order as well. With a shop, by its own numbers only; with
    a reader, by the orders that they see."""
    text = tidy(typed)
    if not text:
        return []
    buyers = [order.customer_id for order in orders(text, shop=shop, reader=reader) if order.customer_id]
    ids = [*_by_sign(text, shop), *buyers] or _by_ending(text) or hearing.people(text)
    return survivors(ids[: 2 * limit])[:limit]


def orders(text: str, *, shop: Shop | None = None, reader: User | None = None) -> list[Order]:
    """By their number or that of a parcel, whatever the keyboard was set to."""
    found = finding.orders_numbered(_as_signs(text)).select_related("customer", "shop")
    if shop:
        found = found.filter(shop=shop)
    if reader:
        found = own_shops.seen_by(reader, found)
    return list(found.order_by("-placed_at", "-pk")[:ORDERS_SHOWN])


def entries(text: str, *, since: datetime, reader: User | None = None) -> list[TimelineEntry]:
    """Entries of anybody since this moment in which every word was written, newest first."""
    recent = TimelineEntry.objects.filter(occurred_at__gte=since)
    if reader:
        recent = own_shops.entries_seen_by(reader, recent)
    found = holding(text, recent, months=months_from(since))
    return list(
        found.select_related("customer", "shop", "actor").order_by("-occurred_at", "-id")[:ENTRIES_SHOWN]
    )


def holding(text: str, entries: QuerySet[TimelineEntry], *, months: str = "") -> QuerySet[TimelineEntry]:
    """Those of these entries in which every word was written; none when there is no word of three letters."""
    written = entries.filter(payload__has_any_keys=WRITTEN_IN, erased_at=None)
    return with_words(text, written, words=WRITTEN, months=months)


def with_words(text: str, rows: QuerySet[Row], *, words: str, months: str = "") -> QuerySet[Row]:
    """Those of these rows that hold every word of the text; none when there is no word of three letters.

    `words` is SQL of ours, never of a reader: the expression by which the rows are indexed, made by crm_entry_words.
    `months` narrows the index as that noted them.
    """
    asked = re.findall(r"\w+", text.lower())[:MOST_WORDS]
    if not any(len(word) >= SHORTEST_PREFIX for word in asked):
        return rows.none()
    parts = [WORD] * len(asked)
    params = [form for word in asked for form in (word, _simple(word))]
    if months:
        parts, params = [*parts, "%s::tsquery"], [*params, months]
    # The text is ours; what was typed are parameters.
    is_written = RawSQL(f"{words} @@ ({' && '.join(parts)})", params, output_field=BooleanField())  # noqa: S611  # nosec B611
    return rows.filter(is_written)


def survivors(ids: Iterable[int]) -> list[Customer]:
    """These people in this order, each once: whoever was merged stands for the one they were merged into."""
    asked = list(dict.fromkeys(ids))
    people = _alive(asked)
    for _ in range(MOST_MERGES):
        ahead = {person.merged_into_id for person in people.values() if person.merged_into_id} - set(people)
        if not ahead:
            break
        people |= _alive(ahead)
    last = (_last_of(pk, people) for pk in asked)
    return list(dict.fromkeys(person for person in last if person))


def tidy(typed: str) -> str:
    """What was typed, without what cannot be searched for."""
    return " ".join(typed.replace("\0", "").split())[:LONGEST]


def _alive(ids: Iterable[int]) -> dict[int, Customer]:
    return {person.pk: person for person in Customer.objects.filter(pk__in=ids, erased_at=None)}


def _last_of(pk: int, people: Mapping[int, Customer]) -> Customer | None:
    """The end of the way that merges lead from here."""
    person = people.get(pk)
    for _ in range(MOST_MERGES):
        if person is None or person.merged_into_id is None:
            return person
        person = people.get(person.merged_into_id)
    return None


def _by_sign(text: str, shop: Shop | None = None) -> list[int]:
    return sorted(finding.by_sign(_as_signs(text), shop=shop))


def _as_signs(text: str) -> list[str]:
    """As typed; and by other layouts what cannot be a name: those have neither digits nor an @."""
    return [text, *(one for one in readings(text)[1:] if re.search(r"\d|@", one))]


def _by_ending(text: str) -> list[int]:
    digits, name = number_in(text)
    return hearing.among(finding.by_ending(digits), name) if digits else []


def _the_one(found: Sequence[Customer | Order]) -> Customer | Order | None:
    return found[0] if len(found) == 1 else None


def _simple(word: str) -> str:
    """How the word begins, without its ending; a short one as it stands."""
    return f"'{stem(word)}':*" if len(word) > SHORTEST_PREFIX else f"'{word}'"


def months_from(since: datetime) -> str:
    """The months that crm_entry_words noted, from this moment on: as many as the window may touch."""
    day = since.astimezone(UTC)
    first = day.year * 12 + day.month
    return " | ".join(f"'in {first + n}'" for n in range(WINDOW.days // 28 + 2))

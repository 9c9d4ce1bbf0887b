"""What stands on a customer's page. Its parts come from `config.customer_page`, so that other apps add theirs there.

A part is a function that takes a `Visit` and answers what to show, or None for nothing. It asks the database a fixed
number of questions, whoever the customer is, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from typing import Any, Protocol, TypeAlias, cast

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise, cached_property

from crm.colleagues import own_shops
from crm.models import Customer, Identity, Order, Return, User
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_of

Words: TypeAlias = str | Promise
IDENTITIES_SHOWN = 12
ORDERS_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Somebody reads a customer's page at a moment."""

    customer: Customer
    reader: User
    at: datetime

    @cached_property
    def people(self) -> tuple[int, ...]:
        """All ids of this one person: what was recorded on any of them belongs on the page."""
        return ids_of(self.customer)

    @cached_property
    def identities(self) -> list[Identity]:
        """By what they are known, the numbers that shops gave them last. One query for the whole page."""
        known = Identity.objects.filter(customer__in=self.people)
        is_external = ExpressionWrapper(Q(kind=IdentityKind.EXTERNAL), output_field=BooleanField())
        return list(known.order_by(is_external, "pk")[:IDENTITIES_SHOWN])

    @property
    def orders(self) -> QuerySet[Order]:
        """What they bought, as far as the reader sees it."""
        return own_shops.seen_by(self.reader, Order.objects.filter(customer__in=self.people))

    @cached_property
    def latest_orders(self) -> list[Order]:
        """With their shops and parcels, the latest first. Two queries for the whole page."""
        read = self.orders.select_related("shop").prefetch_related("shipments")
        return list(read.order_by("-placed_at")[:ORDERS_SHOWN])

    @property
    def returns(self) -> QuerySet[Return]:
        return own_shops.seen_by(self.reader, Return.objects.filter(customer__in=self.people))

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """The one thing to know before anything else. `mood`: bad, warn, good, or empty."""

    text: Words
    mood: str = ""
    icon: str = "warning"
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Badge:
    text: Words
    icon: str = ""
    mood: str = ""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A figure and what it rests on. Unknown is said in words, never as 0."""

    title: Words
    value: Words
    basis: Words = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A card at the side: `template` is rendered with `context` and the visit."""

    title: Words
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""


NoticeSource: TypeAlias = Callable[[Visit], Notice | None]
BadgeSource: TypeAlias = Callable[[Visit], Sequence[Badge]]
TileSource: TypeAlias = Callable[[Visit], Tile | None]
PanelSource: TypeAlias = Callable[[Visit], Panel | None]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How somebody stands with the company, beside their name in a list. `level`, 1 to 4, repeats it as a form."""

    text: Words
    level: int


class Marks(Protocol):
    """The marks of many people at once, whatever their number in as many queries; and lists narrowed by them."""

    def of(self, people: Collection[int], *, at: datetime) -> Mapping[int, Mark]:
        """By the id asked for; who has none is missing."""

    def choices(self) -> Sequence[tuple[str, str]]: ...

    def bearing(self, choice: str, *, at: datetime) -> QuerySet[Any]:
        """Ids of the customers with the mark of this choice, as a subquery."""

    def condition(self, choice: str) -> Mapping[str, Any]:
        """The same people, as a condition about customers (crm.rules)."""


def notice(visit: Visit) -> Notice | None:
    """The first that has something to say: a page carries one at most."""
    return next((found for source in _table().NOTICES if (found := source(visit))), None)


def badges(visit: Visit) -> list[Badge]:
    return [badge for source in _table().BADGES for badge in source(visit)]


def tiles(visit: Visit) -> list[Tile]:
    return [found for source in _table().TILES if (found := source(visit))]


def panels(visit: Visit) -> list[Panel]:
    return [found for source in _table().PANELS if (found := source(visit))]


def panels_beside(visit: Visit) -> list[Panel]:
    """The few that stand beside a conversation."""
    return [found for source in _table().PANELS_BESIDE if (found := source(visit))]


def marks() -> Marks:
    return cast(Marks, _table().MARKS)


def _table() -> Any:
    return import_module(settings.CUSTOMER_PAGE)

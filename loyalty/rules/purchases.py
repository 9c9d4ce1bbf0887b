"""A purchase, as rules are to see it: read from an order, or from a cart that is none yet. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from crm.models import Category, Customer, Order, Product
from crm.people.same_person import ids_of
from crm.rule_fields import OfPerson
from crm.written_once import AnyOf, written_once
from loyalty.effects import Line, Purchase
from loyalty.models import Member, MemberTier, Tier

CENT = Decimal("0.01")
REMEMBERED_DAYS = 366
NOTHING = Decimal(0)


class Products:
    """The products of a cart, by their codes: looked up together, when the first of them is asked about."""

    def __init__(self, skus: Iterable[str] = ()) -> None:
        self._skus = {sku for sku in skus if sku}

    def get(self, sku: str) -> Product | None:
        return self._found.get(sku)

    @cached_property
    def _found(self) -> dict[str, Product]:
        return {product.sku: product for product in _products(list(self._skus))} if self._skus else {}


@written_once(list)
def _products(skus: list[str]) -> QuerySet[Product]:
    return Product.objects.filter(AnyOf("sku", skus, of="text"))


NO_PRODUCTS = Products()


@dataclass(frozen=True, kw_only=True)
class CartLine:
    """A line that is not sold yet. Attributes are called as an OrderLine's, so that conditions can ask about them.

    `pk` is its place in the cart; `called` is the shop's name for it.
    """

    pk: int
    called: str = ""
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    discount_amount: Decimal = NOTHING
    sku: str = ""
    name: str = ""
    products: Products = NO_PRODUCTS

    @property
    def product(self) -> Product | None:
        return self.products.get(self.sku)

    @property
    def product_id(self) -> int | None:
        return self.product.pk if self.product else None


@dataclass(frozen=True, kw_only=True)
class Cart:
    """An order that is none yet: attributes are called as an Order's."""

    shop_id: int
    customer: Customer | None
    lines: Sequence[CartLine]
    placed_at: datetime
    currency: str
    channel: str = Order.Channel.ONLINE
    delivery_amount: Decimal = NOTHING
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    pk: None = field(default=None, init=False)

    @property
    def goods_amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), NOTHING)

    @property
    def customer_id(self) -> int | None:
        return self.customer.pk if self.customer else None


class Before(NamedTuple):
    """An earlier order that was paid for."""

    placed_at: datetime
    pk: int
    paid_at: datetime


BEFORE = Before._fields
Goods: TypeAlias = dict[int | None, dict[str, Any]]


@dataclass(kw_only=True)
class Known:
    """What was looked up of one person and of one cart's goods, kept while the same purchase is judged again."""

    earlier: Sequence[Before] | None = None
    tiers: frozenset[str] | None = None
    goods: Goods | None = None


class Pasts:
    """What purchases of many people are judged by, looked up at once: a fixed number of queries for all of them.

    `people` are best read `with_ids`; the lines of `orders` are best read beforehand. `stood` tells whether a tier
    counts at a moment. Nothing placed from `placed_before` on is looked at.
    """

    def __init__(
        self,
        orders: Collection[Order],
        people: Iterable[Customer],
        members: Collection[Member],
        needs: Collection[str],
        *,
        stood: Callable[[MemberTier, datetime], bool] = MemberTier.is_valid,
        placed_before: datetime | None = None,
    ) -> None:
        self.stood = stood
        self.of_person = _earlier_of(people, placed_before) if "earlier" in needs else {}
        self.held = _held_by(members) if "tier" in needs else {}
        lines = [line for order in orders for line in order.lines.all()] if "goods" in needs else []
        self.goods = _goods(lines) if lines else {}

    def earlier(self, order: Order) -> list[Before]:
        befores = self.of_person.get(order.customer_id or 0, [])
        return [one for one in befores if (one.placed_at, one.pk) < (order.placed_at, order.pk)]

    def tiers(self, member: Member, at: datetime) -> frozenset[str]:
        its = self.held.get(member.pk, ())
        return frozenset().union(*(slugs for held, slugs in its if self.stood(held, at)))


def _earlier_of(people: Iterable[Customer], placed_before: datetime | None) -> dict[int, list[Before]]:
    """By any id of a person, their orders that were paid for, newest first."""
    found: dict[int, list[Before]] = {}
    for person in people:
        befores: list[Before] = []
        for pk in ids_of(person):
            befores = found.setdefault(pk, befores)
    paid = Order.objects.filter(customer_id__in=found, cancelled_at=None, paid_at__isnull=False)
    if placed_before:
        paid = paid.filter(placed_at__lt=placed_before)
    for customer, *before in paid.order_by("-placed_at", "-pk").values_list("customer_id", *BEFORE):
        found[customer].append(Before(*before))
    return found


def _held_by(members: Collection[Member]) -> dict[int, list[tuple[MemberTier, frozenset[str]]]]:
    """Every tier that a member ever had, with the short names of it and of those below it."""
    ladder = list(Tier.objects.filter(programme__in={member.programme_id for member in members}))
    found: dict[int, list[tuple[MemberTier, frozenset[str]]]] = defaultdict(list)
    for held in MemberTier.objects.filter(member__in=members).select_related("tier"):
        below = (
            tier.slug
            for tier in ladder
            if (tier.programme_id, tier.track) == (held.tier.programme_id, held.track)
            and tier.level <= held.tier.level
        )
        found[held.member_id].append((held, frozenset(below)))
    return found


def purchase_of(
    bought: Order | Cart,
    *,
    member: Member | None,
    needs: Collection[str],
    clock: tzinfo,
    paid_with_points: Decimal = NOTHING,
    pasts: Pasts | None = None,
    known: Known | None = None,
) -> Purchase:
    """`needs`: what the rules' effects must know; nothing else is looked up. `paid_with_points` does not count.

    `pasts`: what was looked up already, for many orders at once; `known`: for this very purchase.
    """
    at = bought.paid_at or bought.placed_at
    known = known or Known()
    more: dict[str, Any] = {}
    if "earlier" in needs and bought.customer:
        if known.earlier is None:
            known.earlier = _earlier_than(bought, bought.customer, pasts)
        more |= _said_of(known.earlier, bought, member, clock)
    if "tier" in needs and member:
        if known.tiers is None:
            known.tiers = pasts.tiers(member, at) if pasts else tiers_held(member, at)
        more["tiers"] = known.tiers
    if "birthday" in needs and bought.customer:
        more["birthday"] = bought.customer.birthday
    lines = lines_of(bought)
    if "goods" in needs and known.goods is None:
        known.goods = pasts.goods if pasts else _goods(lines)
    return Purchase(
        on=at.astimezone(clock).date(),
        lines=_lines(lines, known.goods or {}, paid_with_points),
        joined_on=(member.joined_at if member else at).astimezone(clock).date(),
        **more,
    )


def lines_of(bought: Order | Cart) -> list[Any]:
    """In a fixed order, whatever was read before."""
    lines: Iterable[Any] = bought.lines.all() if isinstance(bought, Order) else bought.lines
    return sorted(lines, key=lambda line: (getattr(line, "position", 0), line.pk))


def tiers_held(member: Member, at: datetime) -> frozenset[str]:
    """The short names of the member's tiers and of every tier below them."""
    return frozenset(tier.slug for tier in _reached(member.pk, at))


@written_once(int, datetime)
def _reached(member: int, at: datetime) -> QuerySet[Tier]:
    higher = MemberTier.objects.valid(at).filter(
        member=member,
        tier__programme=OuterRef("programme"),
        track=OuterRef("track"),
        tier__level__gte=OuterRef("level"),
    )
    return Tier.objects.filter(Exists(higher))


def _earlier_than(bought: Order | Cart, customer: Customer, pasts: Pasts | None) -> Sequence[Before]:
    if pasts and isinstance(bought, Order):
        return pasts.earlier(bought)
    return _earlier(bought, customer)


def _earlier(bought: Order | Cart, customer: Customer) -> list[Before]:
    """Earlier orders of the person, newest first: cancelled ones are none, and what nobody paid for is none."""
    found = _paid_before(customer.pk, bought.placed_at, bought.pk or 0)
    return [Before(one.placed_at, one.pk, one.paid_at) for one in found if one.paid_at]


@written_once(int, datetime, int)
def _paid_before(customer: int, placed_at: datetime, pk: int) -> QuerySet[Order]:
    before = Q(placed_at__lt=placed_at) | Q(placed_at=placed_at, pk__lt=pk)
    paid = Order.objects.filter(
        before, OfPerson("customer_id", Value(customer)), cancelled_at=None, paid_at__isnull=False
    )
    return paid.only(*BEFORE).order_by("-placed_at", "-pk")[:REMEMBERED_DAYS]


def _said_of(
    earlier: Sequence[Before], bought: Order | Cart, member: Member | None, clock: tzinfo
) -> dict[str, Any]:
    today = bought.placed_at.astimezone(clock).date()
    days = [one.placed_at.astimezone(clock).date() for one in earlier[:REMEMBERED_DAYS]]
    joined_at = member.joined_at if member else None
    return {
        "is_first": not earlier,
        "is_first_as_member": not (joined_at and any(one.paid_at >= joined_at for one in earlier)),
        "earlier_on": tuple(day for day in days if (today - day).days < REMEMBERED_DAYS),
        "previous_on": days[0] if days else None,
    }


def _lines(lines: Sequence[Any], goods: Goods, paid: Decimal) -> tuple[Line, ...]:
    amounts = less_paid([line.amount for line in lines], paid)
    return tuple(
        Line(key=line.pk, amount=amount, sku=line.sku, **(goods.get(line.product_id, {}) if goods else {}))
        for line, amount in zip(lines, amounts, strict=True)
    )


def less_paid(amounts: Sequence[Decimal], paid: Decimal) -> list[Decimal]:
    """What is left of each amount when `paid` pays a part of all, each its share, to the last cent."""
    total = sum(amounts, NOTHING)
    if not paid or not total:
        return list(amounts)
    share = min(paid, total) / total
    left, running, taken = [], NOTHING, NOTHING
    for amount in amounts:
        running += amount
        now = (running * share).quantize(CENT, ROUND_HALF_UP)
        left.append(amount - (now - taken))
        taken = now
    return left


def _goods(lines: Sequence[Any]) -> Goods:
    """Of each product its brand, and its category with all it stands inside of."""
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    products = Product.objects.filter(pk__in={line.product_id for line in lines if line.product_id})
    return {
        pk: {"product_id": pk, "brand": brand, "category_ids": _with_parents(category_id, parents)}
        for pk, brand, category_id in products.values_list("pk", "brand", "category_id")
    }


def _with_parents(category_id: int | None, parents: Mapping[int, int | None]) -> frozenset[int]:
    found: set[int] = set()
    while category_id and category_id not in found:
        found.add(category_id)
        category_id = parents.get(category_id)
    return frozenset(found)

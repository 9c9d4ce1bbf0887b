from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.facts.base import Fact, Group
from crm.words.wording import Money


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Fact):
    kind = "crm.order_placed"
    called = _("An order was placed")
    group = Group.ORDERS
    icon = "order"
    sentence = _("Order {order_number} placed for {total}")
    more = ngettext_lazy("{goods}: {lines_count} item", "{goods}: {lines_count} items", "lines_count")

    order_number: str
    amount: Decimal
    currency: str
    lines_count: int
    goods: str

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class OrderPaid(Fact):
    kind = "crm.order_paid"
    called = _("An order was paid")
    group = Group.ORDERS
    icon = "check"
    sentence = _("Order {order_number} paid: {total}")

    order_number: str
    amount: Decimal
    currency: str

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class OrderAmended(Fact):
    """The shop changed what the order says. What it said before stands in the order's amendments."""

    kind = "crm.order_amended"
    called = _("An order was changed")
    group = Group.ORDERS
    icon = "order"
    sentence = _("Order {order_number} changed: {total} instead of {total_before}")
    more = ngettext_lazy("{goods}: {lines_count} item", "{goods}: {lines_count} items", "lines_count")

    order_number: str
    amount_before: Decimal
    amount: Decimal
    currency: str
    lines_count: int
    goods: str

    @property
    def total_before(self) -> Money:
        return Money(self.amount_before, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class OrderShipped(Fact):
    kind = "crm.order_shipped"
    group = Group.ORDERS
    icon = "order"
    sentence = _("Order {order_number} handed over for delivery")

    order_number: str


@dataclass(frozen=True, kw_only=True)
class ParcelPromised(Fact):
    kind = "crm.parcel_promised"
    group = Group.ORDERS
    icon = "clock"
    sentence = _("Delivery of order {order_number} promised for {promised_on}")
    more = "{carrier} {tracking_number}"
    personal = frozenset({"tracking_number"})

    order_number: str
    carrier: str
    tracking_number: str
    promised_on: date


@dataclass(frozen=True, kw_only=True)
class OrderDelivered(Fact):
    kind = "crm.order_delivered"
    called = _("An order was delivered")
    group = Group.ORDERS
    icon = "check"
    sentence = _("Order {order_number} delivered")

    order_number: str


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(Fact):
    kind = "crm.order_completed"
    group = Group.ORDERS
    icon = "check"
    sentence = _("Order {order_number} completed")

    order_number: str


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Fact):
    kind = "crm.order_cancelled"
    called = _("An order was cancelled")
    group = Group.ORDERS
    icon = "cross"
    mood = "bad"
    sentence = _("Order {order_number} cancelled")
    more = "{reason}"
    personal = frozenset({"reason"})

    order_number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class GoodsReturned(Fact):
    kind = "crm.goods_returned"
    called = _("Goods were returned")
    group = Group.ORDERS
    icon = "cross"
    sentence = _("Return {return_number}: {total} given back")
    more = ngettext_lazy(
        "{goods}: {lines_count} item, from order {order_numbers}",
        "{goods}: {lines_count} items, from order {order_numbers}",
        "lines_count",
    )

    return_number: str
    order_numbers: str
    amount: Decimal
    currency: str
    lines_count: int
    goods: str

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class MoneyGivenBack(Fact):
    """For goods that stay with whoever bought them."""

    kind = "crm.money_given_back"
    called = _("Money was given back without goods")
    group = Group.ORDERS
    icon = "cross"
    sentence = _("{total} given back for order {order_number}; the goods stay")

    order_number: str
    amount: Decimal
    currency: str

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class CreditGiven(Fact):
    """A credit for which nothing sold could be found."""

    kind = "crm.credit_given"
    group = Group.ORDERS
    icon = "cross"
    sentence = _("Credit {return_number}: {total} given back")
    more = ngettext_lazy("{goods}: {lines_count} item", "{goods}: {lines_count} items", "lines_count")

    return_number: str
    amount: Decimal
    currency: str
    lines_count: int
    goods: str

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)

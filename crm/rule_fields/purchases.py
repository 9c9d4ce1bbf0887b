"""Products, lines of orders, and orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    Func,
    Q,
    QuerySet,
)
from django.utils.translation import gettext_lazy as _

from crm.models import (
    Category,
    Order,
    OrderLine,
)
from crm.people.same_person import ids_of
from crm.purchases.order_progress import Progress
from crm.rule_fields.persons import OfPerson
from crm.rules.kinds import Amount, Choice, Instant, Number, Reference, Text, YesNo
from crm.rules.moments import Moment
from crm.rules.registry import Collection, Field, Reach, Root, Row, add_fields, add_reach, add_root


def families(ids: frozenset[int]) -> frozenset[int]:
    """The categories with everything inside them. As many queries as the tree of categories is deep."""
    found, next_ones = set(ids), set(ids)
    while next_ones:
        inside = Category.objects.filter(parent__in=next_ones).values_list("pk", flat=True)
        next_ones = set(inside) - found
        found |= next_ones
    return frozenset(found)


def all_of(related: Any) -> Iterable[Any]:
    """A relation's rows, or a plain list: a cart that is no order yet has one."""
    rows: Iterable[Any] = related.all() if hasattr(related, "all") else related
    return rows


# ── Products ─────────────────────────────────────────────────────────────────
add_root(Root(name="product", label=_("Product")))
add_fields(
    "product",
    Field(
        name="product.category",
        kind=Reference("crm.Category", family=families),
        label=_("Category of the product"),
        path="category_id",
    ),
    Field(name="product.brand", kind=Text(), label=_("Brand of the product"), path="brand"),
    Field(name="product.sku", kind=Text(), label=_("Code of the product"), path="sku"),
    Field(name="product.name", kind=Text(), label=_("Name of the product"), path="name"),
    Field(name="product.is_sold", kind=YesNo(), label=_("The product is sold now"), path="is_active"),
)

# ── Lines of an order ────────────────────────────────────────────────────────
add_root(Root(name="line", label=_("Line of an order")))
add_fields(
    "line",
    Field(name="line.product", kind=Reference("crm.Product"), label=_("Product"), path="product_id"),
    Field(name="line.sku", kind=Text(), label=_("Code on the line"), path="sku"),
    Field(name="line.name", kind=Text(), label=_("Name on the line"), path="name"),
    Field(name="line.amount", kind=Amount(), label=_("Amount of the line"), path="amount"),
    Field(name="line.discount", kind=Amount(), label=_("Discount of the line"), path="discount_amount"),
    Field(name="line.quantity", kind=Number(), label=_("Quantity"), path="quantity"),
    Field(name="line.price", kind=Amount(), label=_("Price for one"), path="unit_price"),
)
add_reach("line", Reach(root="product", path="product"))


# ── Orders ───────────────────────────────────────────────────────────────────
def _earlier_orders(row: Row) -> QuerySet[Order]:
    before = Q(placed_at__lt=row.outer("placed_at")) | Q(
        placed_at=row.outer("placed_at"), pk__lt=row.outer("pk")
    )
    return Order.objects.filter(before, OfPerson("customer_id", row.outer("customer_id")), cancelled_at=None)


def _is_first(order: Any, _moment: Moment) -> bool | None:
    if order.customer is None:
        return None
    of_the_person = Order.objects.filter(customer__in=ids_of(order.customer), cancelled_at=None)
    before = Q(placed_at__lt=order.placed_at)
    if order.pk:
        before |= Q(placed_at=order.placed_at, pk__lt=order.pk)
    return not of_the_person.filter(before).exists()


def _is_first_sql(row: Row, _moment: Moment) -> Any:
    return Func(
        row.column("customer_id"),
        ~Exists(_earlier_orders(row)),
        template="(CASE WHEN %(expressions)s END)",
        arg_joiner=" IS NOT NULL THEN ",
        output_field=BooleanField(),
    )


add_root(Root(name="order", label=_("Order")))
add_fields(
    "order",
    Field(name="order.net", kind=Amount(), label=_("Goods amount of the order"), path="goods_amount"),
    Field(
        name="order.delivery", kind=Amount(), label=_("Delivery amount of the order"), path="delivery_amount"
    ),
    Field(
        name="order.channel",
        kind=Choice(lambda: Order.Channel.choices),
        label=_("How the order was placed"),
        path="channel",
    ),
    Field(
        name="order.progress",
        kind=Choice(lambda: Progress.choices),
        label=_("How far the order has come"),
        path="progress",
    ),
    Field(
        name="order.warehouse",
        kind=Text(),
        label=_("Warehouse that the order leaves from"),
        path="warehouse",
    ),
    Field(name="order.shop", kind=Reference("crm.Shop"), label=_("Shop of the order"), path="shop_id"),
    Field(name="order.currency", kind=Text(), label=_("Currency of the order"), path="currency"),
    Field(name="order.placed_at", kind=Instant(), label=_("The order was placed"), path="placed_at"),
    Field(name="order.paid_at", kind=Instant(), label=_("The order was paid"), path="paid_at"),
    Field(
        name="order.is_first",
        kind=YesNo(),
        label=_("It is the customer's first order"),
        sql=_is_first_sql,
        value=_is_first,
    ),
    Collection(
        name="order.lines",
        item="line",
        label=_("Lines of the order"),
        number_label=_("Number of lines in the order"),
        rows=lambda row: OrderLine.objects.filter(order=row.outer("pk")),
        items=lambda order: all_of(order.lines),
    ),
)
add_reach("order", Reach(root="customer", path="customer"))

"""What Shopify says of orders, customers, goods and refunds.

https://shopify.dev/docs/api/webhooks: a webhook brings a thing as the REST API for admins shows it. Sums are read in
the shop's own currency, whatever the buyer saw. An order brings its refunds with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from crm.connectors.base import (
    CustomerGiven,
    Given,
    OrderGone,
    PersonGiven,
    ProductGiven,
    ProductGone,
    Unreadable,
    Wish,
    WishGiven,
)
from crm.connectors.shopify import orders, refunds
from crm.connectors.shopify.people import person_of
from crm.connectors.values import Told, decimal_of, id_of, moment_of, sum_of, text_of
from crm.purchases.ordering import round_half_up

# What Shopify calls the only variant of goods that have none.
NO_VARIANT = "Default Title"


class ShopLeft(Unreadable):
    code = "shop-left"
    title = _(
        "Shopify says that the shop has left and that its data are to be deleted. Close this connection if that is so."
    )


def given_of(topic: str, told: Told) -> Sequence[Given]:
    """By its shape; a wish that the law protects is raised, so that it waits for people."""
    for fits, read in _SHAPES:
        if fits(told):
            return read(told)
    return _gone(topic, number=id_of(told["id"]))


def _gone(topic: str, *, number: str) -> Sequence[Given]:
    """A deleted account is not a wish to be forgotten: that comes as one."""
    match topic:
        case "orders/delete":
            return [OrderGone(thing=f"order:{number}", external_id=number)]
        case "products/delete":
            return [ProductGone(thing=f"product:{number}")]
        case "customers/delete":
            return []
    raise Unreadable


def _wish(told: Told) -> Sequence[Given]:
    """The topics that Shopify's own rules ask every app to hear: of one customer, or of the whole shop."""
    if "customer" not in told:
        raise ShopLeft
    customer = told["customer"]
    wants_to_know = "data_request" in told or "orders_requested" in told
    return [
        WishGiven(
            thing=f"wish:{id_of(customer['id'])}:{'data' if wants_to_know else 'redact'}",
            person=person_of(customer, {}),
            wish=Wish.TO_KNOW if wants_to_know else Wish.TO_BE_FORGOTTEN,
        )
    ]


def _nothing(told: Told) -> Sequence[Given]:
    """Carts, drafts and parcels; and changes of an order, which come with its own news as they came out."""
    return []


def _customer(told: Told) -> Sequence[Given]:
    person = person_of(told, told.get("default_address") or {})
    given = CustomerGiven(
        thing=f"customer:{id_of(told['id'])}", as_of=moment_of(told["updated_at"]), person=person
    )
    return [given] if _says_something(person) else []


def _says_something(person: PersonGiven) -> bool:
    return bool(person.hints or person.details)


def _product(told: Told) -> Sequence[Given]:
    """Each variant is goods of its own; without a code it cannot be told apart from others: nothing is made of it."""
    shared: dict[str, object] = {"is_active": told.get("status", "active") == "active"}
    if category := text_of(told.get("product_type"), 100):
        shared["category"] = category
    if brand := text_of(told.get("vendor"), 100):
        shared["brand"] = brand
    found = {text_of(variant.get("sku"), 64): variant for variant in told["variants"]}
    return [
        ProductGiven(
            thing=f"product:{id_of(told['id'])}",
            as_of=moment_of(told["updated_at"]),
            sku=sku,
            told={**shared, **_variant(told, variant)},
        )
        for sku, variant in found.items()
        if sku
    ]


def _variant(product: Told, variant: Told) -> Mapping[str, object]:
    told: dict[str, object] = {"name": _name(product, variant)}
    if variant.get("price") not in (None, ""):
        told["price"] = round_half_up(sum_of(variant, "price"))
    is_counted = variant.get("inventory_management", "shopify") == "shopify"
    if is_counted and variant.get("inventory_quantity") is not None:
        told["stock"] = int(decimal_of(variant["inventory_quantity"]))
    return told


def _name(product: Told, variant: Told) -> str:
    goods, kind = text_of(product["title"], 200), text_of(variant.get("title"), 200)
    return goods if kind in ("", NO_VARIANT) else f"{goods}, {kind}"[:200]


def _has(*names: str) -> Callable[[Told], bool]:
    return lambda told: told.keys() >= set(names)


_SHAPES: Sequence[tuple[Callable[[Told], bool], Callable[[Told], Sequence[Given]]]] = (
    (_has("line_items", "financial_status"), orders.order_of),
    (_has("refund_line_items", "order_id"), refunds.refund_alone),
    (_has("variants", "title"), _product),
    (_has("shop_id", "shop_domain"), _wish),
    (_has("line_items", "invoice_url"), _nothing),
    (_has("line_items", "token"), _nothing),
    (_has("order_id", "tracking_number"), _nothing),
    (_has("order_edit"), _nothing),
    (_has("inventory_item_id", "location_id"), _nothing),
    (_has("updated_at", "addresses"), _customer),
)

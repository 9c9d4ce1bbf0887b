"""What WooCommerce says of orders, customers, goods and refunds.

https://woocommerce.github.io/woocommerce-rest-api-docs/: a webhook brings a thing as its REST API shows it. Lines come
net of all coupons; what a code of points took off is given back to them, since points pay and are no discount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from crm.connectors.base import (
    CustomerGiven,
    Given,
    OrderGiven,
    OrderGone,
    PersonGiven,
    ProductGiven,
    ProductGone,
    ReturnGiven,
    Unreadable,
)
from crm.connectors.lines import discounted
from crm.connectors.values import (
    Told,
    currency_of,
    decimal_of,
    id_of,
    moment_of,
    number_of,
    sum_of,
    text_of,
)
from crm.connectors.woocommerce import coupons
from crm.people.identification import Hint
from crm.people.identity_kinds import IdentityKind
from crm.purchases.ordering import LineGiven, round_half_up
from crm.purchases.returning import LineReturned

# Nobody has sent these yet.
DRAFTS = frozenset({"auto-draft", "checkout-draft", "draft"})
CANCELLED = frozenset({"cancelled", "trash"})
PRICE_STEP = Decimal("0.0001")
QUANTITY_STEP = Decimal("0.001")
REFUNDED_LINE = "_refunded_item_id"


def given_of(topic: str, told: Told) -> Sequence[Given]:
    if told.keys() == {"id"}:
        return _gone(topic, number=id_of(told["id"]))
    if "line_items" in told and "billing" in told:
        return _order(told)
    if "line_items" in told and "amount" in told:
        return _refund(told, order=id_of(told["parent_id"]))
    if "is_paying_customer" in told and "billing" in told:
        return [_customer(told)]
    if "sku" in told and "regular_price" in told:
        return _product(told)
    raise Unreadable


def _gone(topic: str, *, number: str) -> Sequence[Given]:
    """A deleted account is not a wish to be forgotten, which is heard from the person alone."""
    match topic:
        case "order.deleted":
            return [OrderGone(thing=f"order:{number}", external_id=number)]
        case "product.deleted":
            return [ProductGone(thing=f"product:{number}")]
        case "customer.deleted":
            return []
    raise Unreadable


def _order(told: Told) -> Sequence[Given]:
    number, status = id_of(told["id"]), told["status"]
    if status in DRAFTS:
        return []
    changed_at = moment_of(told["date_modified_gmt"])
    order = OrderGiven(
        thing=f"order:{number}",
        as_of=changed_at,
        external_id=number,
        number=text_of(told.get("number"), 64),
        placed_at=moment_of(told["date_created_gmt"]),
        lines=_lines(told),
        person=_buyer(told),
        currency=currency_of(told["currency"]),
        delivery_amount=round_half_up(sum_of(told, "shipping_total") + sum_of(told, "shipping_tax")),
        moments=_moments(told, changed_at=changed_at),
        returns_named=frozenset(f"refund-{id_of(one['id'])}" for one in told.get("refunds") or []),
        codes=coupons.codes_of(told),
    )
    # All of it came back in one piece: nothing more has to be known.
    refunds = told.get("refunds") or []
    is_whole = status == "refunded" and len(refunds) == 1
    whole = [_whole_refund(number, one, returned_at=changed_at) for one in refunds if is_whole]
    return [order, *whole]


def _whole_refund(order: str, told: Told, *, returned_at: datetime) -> ReturnGiven:
    refund = id_of(told["id"])
    return ReturnGiven(
        thing=f"refund:{refund}",
        order_external_id=order,
        external_id=f"refund-{refund}",
        returned_at=returned_at,
        reason=text_of(told.get("reason"), 200),
    )


def _moments(told: Told, *, changed_at: datetime) -> dict[str, datetime]:
    found = {
        "paid": told.get("date_paid_gmt"),
        "completed": told.get("date_completed_gmt"),
    }
    moments = {name: moment_of(value) for name, value in found.items() if value}
    if told["status"] in CANCELLED:
        moments["cancelled"] = changed_at
    return moments


def _lines(told: Told) -> list[LineGiven]:
    """What the buyer pays for each, tax included, also in points. A negative fee is a discount, off them in turn."""
    items = [item for item in told["line_items"] if _quantity(item) > 0]
    shares = coupons.points_of(told, items)
    goods = [_line(item, of_points=share) for item, share in zip(items, shares, strict=True)]
    fees = [(fee, sum_of(fee, "total") + sum_of(fee, "total_tax")) for fee in told.get("fee_lines") or []]
    lines = [*goods, *(_fee(fee, amount) for fee, amount in fees if amount > 0)]
    off = round_half_up(-sum((amount for _fee_told, amount in fees if amount < 0), Decimal(0)))
    return discounted(lines, off=off)


def _line(item: Told, *, of_points: Decimal) -> LineGiven:
    quantity = _quantity(item)
    before, after = coupons.before(item), round_half_up(coupons.after(item)) + of_points
    # Never below what was paid, so that what rounding adds is taken off again as a discount.
    unit_price = (max(before, after) / quantity).quantize(PRICE_STEP, ROUND_CEILING)
    return LineGiven(
        external_id=id_of(item["id"]),
        sku=text_of(item.get("sku"), 64),
        name=text_of(item.get("name"), 200),
        quantity=quantity,
        unit_price=unit_price,
        discount_amount=round_half_up(quantity * unit_price) - after,
    )


def _fee(fee: Told, amount: Decimal) -> LineGiven:
    return LineGiven(
        external_id=id_of(fee["id"]),
        name=text_of(fee.get("name"), 200),
        quantity=Decimal(1),
        unit_price=round_half_up(amount),
    )


def _quantity(item: Told) -> Decimal:
    return abs(decimal_of(item.get("quantity"))).quantize(QUANTITY_STEP)


def _refund(told: Told, *, order: str) -> list[Given]:
    """A refund names the lines that it gives back. What it gives for no goods, be it beside them, is money alone.

    Delivery that is paid back is neither: nothing of what was sold changes.
    """
    number = id_of(told["id"])
    items = [item for item in told["line_items"] if _quantity(item) > 0]
    money = _money_alone(told)
    kept = ReturnGiven(
        thing=f"refund:{number}",
        order_external_id=order,
        external_id=f"refund-{number}",
        returned_at=moment_of(told["date_created_gmt"]),
        lines=[_returned(item) for item in items],
        money=None if items else money,
        reason=text_of(told.get("reason"), 200),
    )
    if not items or not money:
        return [kept]
    return [kept, replace(kept, external_id=f"refund-{number}-money", lines=(), money=money)]


def _money_alone(told: Told) -> Decimal:
    """Whoever types only a sum into the shop's form names nothing that it is for."""
    fees, delivery = told.get("fee_lines") or [], told.get("shipping_lines") or []
    named = [*told["line_items"], *fees]
    if not any(_given_back(one) for one in (*named, *delivery)):
        return round_half_up(abs(sum_of(told, "amount")))
    return sum((_given_back(one) for one in named if not _quantity_if_any(one)), Decimal(0))


def _given_back(one: Told) -> Decimal:
    return round_half_up(abs(sum_of(one, "total") + sum_of(one, "total_tax")))


def _quantity_if_any(one: Told) -> Decimal:
    """Fees have none."""
    return _quantity(one) if "quantity" in one else Decimal(0)


def _returned(item: Told) -> LineReturned:
    sold_as = next(meta["value"] for meta in item["meta_data"] if meta["key"] == REFUNDED_LINE)
    return LineReturned(line=id_of(sold_as), quantity=_quantity(item), amount=_given_back(item))


def _buyer(told: Told) -> PersonGiven | None:
    """A guest is known by what they typed, which proves nothing."""
    billing = told["billing"]
    person = _person(billing, number=number_of(told.get("customer_id") or 0))
    return person if person.hints or person.details else None


def _customer(told: Told) -> CustomerGiven:
    number = number_of(told["id"])
    billing = told["billing"]
    names = {name: told.get(name) or billing.get(name) for name in ("first_name", "last_name")}
    known = {**names, "email": told.get("email") or billing.get("email"), "phone": billing.get("phone")}
    return CustomerGiven(
        thing=f"customer:{number}",
        as_of=moment_of(told.get("date_modified_gmt") or told["date_created_gmt"]),
        person=_person(known, number=number),
    )


def _person(known: Told, *, number: int) -> PersonGiven:
    hints = [
        Hint(kind=kind.value, value=value)
        for kind, value in (
            (IdentityKind.EXTERNAL, str(number) if number else ""),
            (IdentityKind.EMAIL, text_of(known.get("email"), 254)),
            (IdentityKind.PHONE, text_of(known.get("phone"), 254)),
        )
        if value
    ]
    names = {
        "given_name": text_of(known.get("first_name"), 100),
        "family_name": text_of(known.get("last_name"), 100),
    }
    return PersonGiven(hints=hints, details={name: value for name, value in names.items() if value})


def _product(told: Told) -> Sequence[Given]:
    """Goods without a code cannot be told apart from others: nothing is made of them."""
    sku = text_of(told["sku"], 64)
    if not sku:
        return []
    listed: dict[str, object] = {
        "name": text_of(told["name"], 200),
        "is_active": told.get("status") == "publish",
    }
    if categories := told.get("categories"):
        listed["category"] = text_of(categories[0]["name"], 100)
    if told.get("price") not in (None, ""):
        listed["price"] = round_half_up(sum_of(told, "price"))
    if told.get("manage_stock") is True and told.get("stock_quantity") is not None:
        listed["stock"] = int(decimal_of(told["stock_quantity"]))
    changed_at = moment_of(told["date_modified_gmt"])
    return [ProductGiven(thing=f"product:{id_of(told['id'])}", as_of=changed_at, sku=sku, told=listed)]

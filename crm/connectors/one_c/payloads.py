"""What a kept document says, in the house's words. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from crm.connectors.base import Given, OrderGiven, OrderMoved, PersonGiven, ReturnGiven, Unreadable
from crm.connectors.lines import discounted
from crm.connectors.one_c.goods import number
from crm.connectors.values import Told, decimal_of
from crm.people.identification import Hint
from crm.people.identity_kinds import IdentityKind
from crm.purchases.ordering import LineGiven, round_half_up
from crm.purchases.returning import LineReturned
from crm.purchases.shelf import code_of

ORDER, MOVED, RETURN, UNKNOWN = "order", "moved", "return", "document"
DELIVERY = "ORDER_DELIVERY"
LONGEST_LINE_ID = 60
PRICE_STEP, QUANTITY_STEP = Decimal("0.0001"), Decimal("0.001")


def given_of(topic: str, told: Told) -> Sequence[Given]:
    """Raises Unreadable, ValueError."""
    as_of = datetime.fromisoformat(told["as_of"])
    if topic == ORDER:
        return [_order(told, as_of=as_of)]
    if topic == MOVED and told["order"]:
        return [
            OrderMoved(
                thing=f"order:{told['order']}",
                as_of=as_of,
                external_id=told["order"],
                moments=_moments(told, as_of=as_of),
            )
        ]
    if topic == RETURN and told["order"]:
        return [_return(told, as_of=as_of)]
    raise Unreadable


def line_id(external_id: str) -> str:
    """A line of an order that was born in 1C is named after its goods."""
    if len(external_id) <= LONGEST_LINE_ID:
        return external_id
    return hashlib.sha256(external_id.encode()).hexdigest()[:40]


def _order(told: Told, *, as_of: datetime) -> OrderGiven:
    external_id = told["id"]
    if not external_id:
        raise Unreadable
    lines, delivery = _lines(told["lines"])
    total = number(told["total"])
    if total is not None:
        off = sum((line.computed_amount for line in lines), delivery) - round_half_up(total)
        lines = discounted(lines, off=max(off, Decimal(0)))
    return OrderGiven(
        thing=f"order:{external_id}",
        as_of=as_of,
        external_id=external_id,
        number=told["number"],
        placed_at=datetime.fromisoformat(told["placed_at"]) if told["placed_at"] else as_of,
        lines=lines,
        person=_person(told.get("buyer") or {}),
        currency=told["currency"],
        delivery_amount=delivery,
        moments=_moments(told, as_of=as_of),
    )


def _moments(told: Told, *, as_of: datetime) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(when) if when else as_of for name, when in told["moments"].items()}


def _lines(told: Sequence[Mapping[str, str]]) -> tuple[list[LineGiven], Decimal]:
    """The goods, and what their delivery costs, which 1C writes as one of them."""
    lines: list[LineGiven] = []
    delivery = Decimal(0)
    seen: dict[str, int] = {}
    for one in told:
        if one["id"] == DELIVERY:
            delivery += round_half_up(number(one["amount"]) or Decimal(0))
        elif line := _line(one, seen):
            lines.append(line)
    return lines, delivery


def _line(told: Mapping[str, str], seen: dict[str, int]) -> LineGiven | None:
    quantity = decimal_of(number(told["quantity"]) or 0).quantize(QUANTITY_STEP)
    if quantity <= 0:
        return None
    price = number(told["price"]) or Decimal(0)
    whole = number(told["amount"])
    amount = round_half_up((quantity * price if whole is None else whole) - Decimal(told["off"]))
    # Never below what is paid, so that what rounding adds is taken off again as a discount.
    unit_price = max(price, amount / quantity).quantize(PRICE_STEP, ROUND_CEILING)
    name = line_id(told["id"] or told["article"] or "goods")
    seen[name] = seen.get(name, 0) + 1
    return LineGiven(
        external_id=name if seen[name] == 1 else f"{name}/{seen[name]}",
        sku=code_of(told["id"], told["article"]) if told["id"] else told["article"],
        name=told["name"],
        quantity=quantity,
        unit_price=unit_price,
        discount_amount=round_half_up(quantity * unit_price - amount),
    )


def _person(buyer: Mapping[str, str]) -> PersonGiven | None:
    hints = [
        Hint(kind=kind.value, value=buyer[name])
        for kind, name in (
            (IdentityKind.EXTERNAL, "id"),
            (IdentityKind.EMAIL, "email"),
            (IdentityKind.PHONE, "phone"),
        )
        if buyer.get(name)
    ]
    details = {name: buyer[name] for name in ("given_name", "family_name", "patronymic") if name in buyer}
    return PersonGiven(hints=hints, details=details) if hints else None


def _return(told: Told, *, as_of: datetime) -> ReturnGiven:
    external_id = told["id"] or told["number"]
    if not external_id:
        raise Unreadable
    lines = [
        LineReturned(
            line=one.get("line") or line_id(one["id"]),
            quantity=(number(one["quantity"]) or Decimal(0)).quantize(QUANTITY_STEP),
            amount=None if (money := number(one["amount"])) is None else round_half_up(money),
        )
        for one in told["lines"]
    ]
    lines = [line for line in lines if line.quantity > 0]
    if not lines:
        raise Unreadable
    return ReturnGiven(
        thing=f"refund:{external_id}",
        order_external_id=told["order"],
        external_id=external_id,
        returned_at=datetime.fromisoformat(told["placed_at"]) if told["placed_at"] else as_of,
        lines=lines,
        reason=told.get("reason", ""),
    )

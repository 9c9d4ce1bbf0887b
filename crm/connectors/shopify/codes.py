"""Codes that were typed in a cart, and what each took off which line.

https://shopify.dev/docs/api/admin-rest/latest/resources/order: an order lists its `discount_applications`, and each
line has `discount_allocations`, which name one of these by its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from crm.connectors.point_codes import is_of_points
from crm.connectors.shopify.figures import money_of, quantity_of
from crm.connectors.values import Told, id_of, sum_of, text_of
from crm.purchases.ordering import LineGiven, round_half_up

LONGEST_CODE = 64


def codes_of(told: Told, lines: Sequence[LineGiven]) -> dict[str, Decimal]:
    """Each with what it took off these lines: what was never sent takes its share along.

    What took nothing off any line, off delivery perhaps, has the sum that the order names it with.
    """
    named = {_code_of(one): sum_of(one, "amount") for one in told.get("discount_codes") or []}
    left = {line.external_id: line.quantity for line in lines}
    taken: defaultdict[str, Decimal] = defaultdict(Decimal)
    for item, code, amount in _taken_off(told):
        taken[code] += amount * left.get(id_of(item["id"]), Decimal(0)) / quantity_of(item["quantity"])
    found = {**named, **taken}
    return {code: max(round_half_up(amount), Decimal(0)) for code, amount in found.items() if code}


def points_of(told: Told) -> Mapping[str, Decimal]:
    """Of each line, by its number, what codes of points took off it. Not taxed where prices hold no tax."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for item, code, amount in _taken_off(told):
        if is_of_points(code):
            found[id_of(item["id"])] += amount
    return found


def _taken_off(told: Told) -> Iterator[tuple[Told, str, Decimal]]:
    named = {
        place: _code_of(one)
        for place, one in enumerate(told.get("discount_applications") or [])
        if one.get("type") == "discount_code"
    }
    for item in told["line_items"]:
        for one in item.get("discount_allocations") or []:
            code = named.get(one.get("discount_application_index"))
            if code and quantity_of(item["quantity"]):
                yield item, code, money_of(one, "amount")


def _code_of(one: Told) -> str:
    return text_of(one.get("code"), LONGEST_CODE).strip()

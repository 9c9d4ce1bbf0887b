"""Shopify: a discount of one use, off all goods of a cart in proportion, and the code that stands for it.

https://shopify.dev/docs/api/admin-rest/latest/resources/pricerule and …/resources/discountcode. It needs the scopes
`write_price_rules` and `write_discounts`. A rule without a code can be used by nobody, so that one which was left
behind does no harm; a code's number is that of its rule, and both go together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from crm.connectors.answers import thing_in, things_in
from crm.connectors.base import NotThatSystem
from crm.connectors.shopify import Shopify
from crm.connectors.shopify.asking import Shop
from crm.connectors.values import decimal_of, id_of, number_of
from crm.outside.requests import Answer
from loyalty.connectors.base import CodeMaker, CodeNotMade, CodeWanted, writing

PERMISSION = "write_price_rules"
# A rule has to begin; whatever the clock of the shop shows, this has passed.
LONG_AGO = "2020-01-01T00:00:00Z"
# Where a code stands is told in the header of an answer without a body.
PLACE = re.compile(r"/price_rules/(\d{1,20})/discount_codes/\d{1,20}")


class ShopifyCodes(CodeMaker):
    name = Shopify.name

    def make(self, address: str, secrets: Mapping[str, str], *, wanted: CodeWanted) -> str:
        shop = Shopify().shop(address, secrets)
        with writing():
            return _standing(shop, wanted) or _made(shop, wanted)

    def withdraw(self, address: str, secrets: Mapping[str, str], *, number: str, code: str) -> bool:
        shop = Shopify().shop(address, secrets)
        with writing():
            rule = number or _rule_of(shop, code)
            if not rule:
                return True
            answer = _send(shop, "GET", f"price_rules/{rule}/discount_codes.json")
            found = things_in(answer, under="discount_codes") if answer else []
            if any(number_of(one.told["usage_count"]) for one in found):
                return False
            _send(shop, "DELETE", f"price_rules/{rule}.json")
            return True


def _standing(shop: Shop, wanted: CodeWanted) -> str:
    """Raises CodeNotMade: the code stands for something else."""
    rule = _rule_of(shop, wanted.code)
    answer = _send(shop, "GET", f"price_rules/{rule}.json") if rule else None
    if answer is None:
        return ""
    if not _is_as_wanted(thing_in(answer, under="price_rule").told, wanted):
        raise CodeNotMade
    return rule


def _made(shop: Shop, wanted: CodeWanted) -> str:
    """If somebody was quicker, theirs is the one, and ours goes."""
    answer = _send(shop, "POST", "price_rules.json", told={"price_rule": _told(wanted)})
    if answer is None or answer.status == 422:
        raise CodeNotMade
    rule = id_of(thing_in(answer, under="price_rule").told["id"])
    named = {"discount_code": {"code": wanted.code}}
    answer = _send(shop, "POST", f"price_rules/{rule}/discount_codes.json", told=named)
    if answer is not None and answer.status != 422:
        id_of(thing_in(answer, under="discount_code").told["id"])
        return rule
    _send(shop, "DELETE", f"price_rules/{rule}.json")
    if standing := _standing(shop, wanted):
        return standing
    raise CodeNotMade


def _told(wanted: CodeWanted) -> Mapping[str, object]:
    return {
        "title": wanted.code,
        "target_type": "line_item",
        "target_selection": "all",
        "allocation_method": "across",
        "value_type": "fixed_amount",
        "value": f"-{wanted.amount:.2f}",
        "customer_selection": "all",
        "usage_limit": 1,
        "once_per_customer": False,
        "prerequisite_subtotal_range": {"greater_than_or_equal_to": f"{wanted.smallest_cart:.2f}"},
        "starts_at": LONG_AGO,
        "ends_at": wanted.until.astimezone(UTC).isoformat(timespec="seconds"),
    }


def _rule_of(shop: Shop, code: str) -> str:
    """Empty: the shop knows no such code."""
    answer = _send(shop, "GET", "discount_codes/lookup.json", asked={"code": code})
    if answer is None:
        return ""
    place = PLACE.search(answer.headers.get("location", ""))
    if place is None:
        raise NotThatSystem
    return place.group(1)


def _is_as_wanted(rule: Mapping[str, Any], wanted: CodeWanted) -> bool:
    return decimal_of(rule["value"]) == -wanted.amount and rule["usage_limit"] == 1


def _send(
    shop: Shop,
    method: str,
    path: str,
    *,
    asked: Mapping[str, str] | None = None,
    told: Mapping[str, object] | None = None,
) -> Answer | None:
    return shop.send(method, path, asked, told=told, permission=PERMISSION)

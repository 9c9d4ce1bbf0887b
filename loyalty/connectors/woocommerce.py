"""WooCommerce: a coupon of one use, off the whole cart.

https://woocommerce.github.io/woocommerce-rest-api-docs/#coupons. It needs a key with “Read/Write”. Codes are kept in
small letters, and each is there once. When a coupon ends is told with its offset: without one, the shop would take it
for its own clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from crm.connectors.answers import thing_in, things_in
from crm.connectors.base import WrongSecret
from crm.connectors.values import decimal_of, id_of, number_of
from crm.connectors.woocommerce import WooCommerce
from crm.connectors.woocommerce.asking import Shop, code_of, is_refused_as_told
from crm.outside.requests import Answer
from loyalty.connectors.base import CodeMaker, CodeNotMade, CodeWanted, MayNotMakeCodes, writing

PERMISSION = "coupons"
KNOWN_ALREADY = "woocommerce_rest_coupon_code_already_exists"
WHOLE_CART = "fixed_cart"
Coupon = Mapping[str, Any]


class WooCommerceCodes(CodeMaker):
    name = WooCommerce.name

    def make(self, address: str, secrets: Mapping[str, str], *, wanted: CodeWanted) -> str:
        shop = WooCommerce().shop(address, secrets)
        with writing():
            answer = _write(shop, "POST", "coupons", told=_told(wanted))
            if answer is None:
                raise CodeNotMade
            if not is_refused_as_told(answer):
                return id_of(thing_in(answer).told["id"])
            standing = _named(shop, wanted.code) if code_of(answer) == KNOWN_ALREADY else None
            if standing is None or not _is_as_wanted(standing, wanted):
                raise CodeNotMade
            return id_of(standing["id"])

    def withdraw(self, address: str, secrets: Mapping[str, str], *, number: str, code: str) -> bool:
        """The shop says once more, when it deletes a coupon, how often it was used."""
        shop = WooCommerce().shop(address, secrets)
        with writing():
            standing = _numbered(shop, number, code) if number else _named(shop, code)
            if standing is None:
                return True
            if _is_used(standing):
                return False
            answer = _write(shop, "DELETE", f"coupons/{id_of(standing['id'])}", asked={"force": "true"})
            return answer is None or not _is_used(thing_in(answer).told)


def _told(wanted: CodeWanted) -> Mapping[str, object]:
    until = wanted.until.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return {
        "code": wanted.code,
        "discount_type": WHOLE_CART,
        "amount": f"{wanted.amount:.2f}",
        "minimum_amount": f"{wanted.smallest_cart:.2f}",
        "usage_limit": 1,
        "individual_use": False,
        "date_expires": f"{until}Z",
        "date_expires_gmt": until,
    }


def _write(
    shop: Shop,
    method: str,
    path: str,
    *,
    asked: Mapping[str, object] | None = None,
    told: Mapping[str, object] | None = None,
) -> Answer | None:
    """A key that may only read is refused in the very words that refuse a wrong one: reading tells them apart."""
    try:
        return shop.send(method, path, asked, told=told, permission=PERMISSION)
    except WrongSecret:
        shop.send("GET", "coupons", {"per_page": 1}, permission=PERMISSION)
        raise MayNotMakeCodes(PERMISSION) from None


def _named(shop: Shop, code: str) -> Coupon | None:
    answer = shop.send("GET", "coupons", {"code": code, "per_page": 1}, permission=PERMISSION)
    found = [thing.told for thing in things_in(answer)] if answer else []
    return next((coupon for coupon in found if _is_called(coupon, code)), None)


def _numbered(shop: Shop, number: str, code: str) -> Coupon | None:
    """A shop that was set back to an older state may have given the number to something else."""
    answer = shop.send("GET", f"coupons/{number}", permission=PERMISSION)
    coupon = thing_in(answer).told if answer else {}
    return coupon if _is_called(coupon, code) else None


def _is_called(coupon: Coupon, code: str) -> bool:
    return str(coupon.get("code", "")).upper() == code.upper()


def _is_as_wanted(coupon: Coupon, wanted: CodeWanted) -> bool:
    is_for_carts = coupon["discount_type"] == WHOLE_CART and coupon["usage_limit"] == 1
    return is_for_carts and decimal_of(coupon["amount"]) == wanted.amount


def _is_used(coupon: Coupon) -> bool:
    return number_of(coupon["usage_count"]) > 0

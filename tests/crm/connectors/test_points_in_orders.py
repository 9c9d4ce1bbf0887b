"""Points pay in a shop's own cart: its lines come net of the code, and are whole again when they are read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from crm.connectors.base import OrderGiven, ReturnGiven
from crm.connectors.lines import shared_out
from crm.connectors.point_codes import ALPHABET, is_of_points, new_code
from crm.connectors.shopify import Shopify
from crm.connectors.woocommerce import WooCommerce
from tests.fakes import shopify as shopify_fake
from tests.fakes import woocommerce as woo

CODE = "VP-S3M0-3XRD-W0XR"
OTHER = "VP-2X3X-8KQE-00ZM"
CENT = Decimal("0.01")
WOO, SHOPIFY = WooCommerce(), Shopify()


def read_woo(order: dict[str, Any]) -> OrderGiven:
    [given_] = WOO.read("order.updated", woo.spelt(order))
    assert isinstance(given_, OrderGiven)
    return given_


def read_shopify(order: dict[str, Any]) -> tuple[OrderGiven, Sequence[Any]]:
    first, *rest = SHOPIFY.read("orders/updated", shopify_fake.spelt(order))
    assert isinstance(first, OrderGiven)
    return first, rest


def amounts(order: OrderGiven) -> list[Decimal]:
    return [line.computed_amount for line in order.lines]


def cents(value: Decimal) -> str:
    return f"{value.quantize(CENT, ROUND_HALF_UP):.2f}"


# ── The code ─────────────────────────────────────────────────────────────────
def test_codes_are_known_by_their_form_however_they_are_cased() -> None:
    for _drawn in range(200):
        code = new_code()
        assert is_of_points(code) and is_of_points(code.lower()) and is_of_points(f" {code} ")


@given(some.integers(0, 11), some.sampled_from(ALPHABET))
def test_a_letter_that_is_not_as_it_was_is_noticed(place: int, letter: str) -> None:
    letters = list(CODE)
    where = [n for n, one in enumerate(letters) if n > 2 and one != "-"][place]
    assume(letters[where] != letter)
    letters[where] = letter
    assert not is_of_points("".join(letters))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "SUMMER",
        "VP-",
        "VP-AAAA-AAAA",
        "XP-S3M0-3XRD-W0XR",
        "VP-S3M0-3XRD-W0XRR",
        "VP-S3M0-3XRD-W0X",
        "VPS3M03XRDW0XR",
        "VP-S3M0-3XRD-W0XI",
        "ＶＰ-S3M0-3XRD-W0XR",
        "VP-ſ3M0-3XRD-W0XR",
    ],
)
def test_codes_of_others_are_not_of_points(code: str) -> None:
    assert not is_of_points(code)


@given(some.integers(0, 10**6), some.lists(some.integers(0, 10**6), max_size=8))
def test_what_is_shared_out_is_all_there_is_and_nobody_gets_a_cent_too_much(
    amount: int, among: list[int]
) -> None:
    shares = shared_out(amount * CENT, [one * CENT for one in among])
    total = sum(among)

    assert sum(shares) == (amount * CENT if total else 0)
    assert all(abs(s - amount * CENT * a / total) < CENT for s, a in zip(shares, among, strict=True) if total)


# ── WooCommerce ──────────────────────────────────────────────────────────────
def test_a_line_is_whole_again_and_the_code_says_what_it_took_off() -> None:
    """24.00 with a tenth off by hand; no coupon but ours."""
    whole = woo.item(total="20.00", total_tax="4.00")
    order = read_woo(woo.with_coupon(woo.order(line_items=[whole], total="30.00"), CODE, "5.00"))

    assert amounts(order) == [Decimal("24.00")]
    assert order.codes == {CODE.lower(): Decimal("5.00")}


def test_other_coupons_stay_discounts() -> None:
    whole = woo.item(total="20.00", total_tax="4.00")
    told = woo.with_coupon(woo.order(line_items=[whole], total="30.00"), "spring", "4.00")
    order = read_woo(woo.with_coupon(told, CODE, "5.00"))

    assert amounts(order) == [Decimal("20.00")]
    assert order.codes == {"spring": Decimal("4.00"), CODE.lower(): Decimal("5.00")}


def test_where_prices_hold_no_tax_the_tax_that_falls_away_is_a_discount() -> None:
    """Of 20.00 + 4.00 the coupon takes 5.00 and 1.00 of tax: 18.00 in money, 5.00 in points."""
    whole = woo.item(total="20.00", total_tax="4.00")
    order = read_woo(woo.with_coupon(woo.order(line_items=[whole], prices_include_tax=False), CODE, "5.00"))

    assert order.codes == {CODE.lower(): Decimal("5.00")}
    assert amounts(order) == [Decimal("23.00")]


def test_a_code_takes_no_more_off_than_the_lines_say() -> None:
    """Whatever a plugin writes beside them."""
    coupon = {"id": 1, "code": CODE, "discount": "40.00", "discount_tax": "0.00"}
    assert amounts(read_woo(woo.order(coupon_lines=[coupon]))) == [Decimal("24.00")]


def test_codes_are_handed_over_trimmed_and_never_longer_than_there_is_room_for() -> None:
    coupons = [
        {"id": 1, "code": " spring ", "discount": "1.00", "discount_tax": "0.20"},
        {"id": 2, "code": "x" * 90, "discount": "-1.00", "discount_tax": "0"},
        {"id": 3, "code": "", "discount": "1.00", "discount_tax": "0.20"},
    ]
    assert read_woo(woo.order(coupon_lines=coupons)).codes == {
        "spring": Decimal("1.20"),
        "x" * 64: Decimal("0.00"),
    }


LINES = some.lists(
    some.tuples(some.integers(0, 50_000), some.integers(1, 7)).filter(lambda line: line[0] >= line[1]),
    min_size=1,
    max_size=6,
)
RATES = some.sampled_from(["0", "0.09", "0.2", "0.077"])
COUPONS = some.lists(some.tuples(some.booleans(), some.integers(1, 40_000)), min_size=1, max_size=4)


def woo_order(lines: list[tuple[int, int]], rate: Decimal, *, holds_tax: bool) -> dict[str, Any]:
    items = []
    for number, (price, quantity) in enumerate(lines, start=1):
        net = price * CENT / (1 + rate) if holds_tax else price * CENT
        tax = cents(price * CENT - Decimal(cents(net)) if holds_tax else net * rate)
        sums = {"subtotal": cents(net), "subtotal_tax": tax, "total": cents(net), "total_tax": tax}
        items.append(woo.item(number, quantity=quantity, **sums))
    total = sum((Decimal(one[name]) for one in items for name in ("total", "total_tax")), Decimal(0))
    return woo.order(line_items=items, total=cents(total), shipping_total="0", prices_include_tax=holds_tax)


@given(LINES, RATES, COUPONS, some.booleans())
def test_money_and_points_are_the_whole_price_to_the_cent_in_woocommerce(
    lines: list[tuple[int, int]], rate: str, coupons: list[tuple[bool, int]], holds_tax: bool
) -> None:
    told = woo_order(lines, Decimal(rate), holds_tax=holds_tax)
    codes = iter([CODE, OTHER])
    for number, (is_ours, amount) in enumerate(coupons):
        code = next(codes, "one more") if is_ours else f"shop-{number}"
        told = woo.with_coupon(told, code, cents(amount * CENT), rate=rate)
    order = read_woo(told)

    in_points = sum((order.codes.get(code.lower(), Decimal(0)) for code in (CODE, OTHER)), Decimal(0))
    assert sum(amounts(order)) == Decimal(told["total"]) + in_points
    assert all(line.discount_amount >= 0 and line.computed_amount >= 0 for line in order.lines)


@given(LINES, RATES, some.integers(1, 60_000))
def test_with_no_coupon_but_ours_each_line_is_what_it_was(
    lines: list[tuple[int, int]], rate: str, amount: int
) -> None:
    told = woo_order(lines, Decimal(rate), holds_tax=True)

    assert amounts(read_woo(woo.with_coupon(told, CODE, cents(amount * CENT), rate=rate))) == amounts(
        read_woo(told)
    )


# ── Shopify ──────────────────────────────────────────────────────────────────
def shopify_order(lines: list[tuple[int, int]], rate: Decimal, *, holds_tax: bool) -> dict[str, Any]:
    items = []
    for number, (price, quantity) in enumerate(lines, start=1):
        whole = price * CENT * quantity
        tax = cents(whole * rate / (1 + rate) if holds_tax else whole * rate)
        each = {"price": cents(price * CENT), "price_set": shopify_fake.money(cents(price * CENT))}
        items.append(
            shopify_fake.item(
                number,
                quantity=quantity,
                discount_allocations=[],
                tax_lines=shopify_fake.taxed(tax, rate=float(rate)),
                **each,
            )
        )
    return shopify_fake.order(line_items=items, taxes_included=holds_tax, shipping_lines=[])


def in_money(told: dict[str, Any]) -> Decimal:
    """As the shop counts what is to be paid."""
    total = Decimal(0)
    for item in told["line_items"]:
        total += Decimal(item["price"]) * item["quantity"]
        total -= sum((Decimal(one["amount"]) for one in item["discount_allocations"]), Decimal(0))
        if not told["taxes_included"]:
            total += sum((Decimal(tax["price"]) for tax in item["tax_lines"]), Decimal(0))
    return total


@given(LINES, RATES, COUPONS, some.booleans())
def test_money_and_points_are_the_whole_price_to_the_cent_in_shopify(
    lines: list[tuple[int, int]], rate: str, coupons: list[tuple[bool, int]], holds_tax: bool
) -> None:
    told = shopify_order(lines, Decimal(rate), holds_tax=holds_tax)
    codes = iter([CODE, OTHER])
    for number, (is_ours, amount) in enumerate(coupons):
        code = next(codes, "one more") if is_ours else f"shop-{number}"
        told = shopify_fake.with_code(told, code, cents(amount * CENT), rate=rate)
    order, _rest = read_shopify(told)

    in_points = sum((order.codes.get(code, Decimal(0)) for code in (CODE, OTHER)), Decimal(0))
    assert sum(amounts(order)) == in_money(told) + in_points
    assert all(line.discount_amount >= 0 and line.computed_amount >= 0 for line in order.lines)


def test_a_code_is_known_by_its_place_among_the_discounts() -> None:
    """24.00 with a tenth off, of which 5.00 were paid in points."""
    order, _rest = read_shopify(shopify_fake.with_code(shopify_fake.order(), CODE, "5.00"))

    assert amounts(order) == [Decimal("21.60")]
    assert order.codes == {CODE: Decimal("5.00")}


def test_a_code_for_delivery_is_handed_over_as_the_order_names_it() -> None:
    told = shopify_fake.order(discount_codes=[{"code": "FREE", "amount": "6.00", "type": "shipping"}])
    assert read_shopify(told)[0].codes == {"FREE": Decimal("6.00")}


def test_what_was_taken_off_before_it_was_sent_takes_its_points_along() -> None:
    """24.00, 6.00 of it in points; of three one never left: 18.00 / 3 came back in money, 6.00 / 3 in points."""
    whole = shopify_fake.item(discount_allocations=[], tax_lines=[])
    told = shopify_fake.with_code(shopify_fake.order(line_items=[whole]), CODE, "6.00")
    gone = shopify_fake.refunded_item(
        restock_type="cancel", subtotal=6.0, total_tax_set=shopify_fake.money("0.00"), total_tax=0
    )
    refund = shopify_fake.refund(1, refund_line_items=[gone])
    [item] = told["line_items"]
    order, rest = read_shopify({**told, "line_items": [{**item, "current_quantity": 2}], "refunds": [refund]})

    assert (order.lines[0].quantity, amounts(order)) == (Decimal(2), [Decimal("16.00")])
    assert order.codes == {CODE: Decimal("4.00")}
    assert rest == []


def test_of_what_points_paid_for_no_sum_of_a_return_is_believed() -> None:
    """The shop names the money alone: it is taken back in proportion."""
    told = shopify_fake.with_code(shopify_fake.refunded(), CODE, "5.00")
    _order, [back] = read_shopify(told)

    assert isinstance(back, ReturnGiven)
    assert [(line.quantity, line.amount) for line in back.lines] == [(Decimal(1), None)]


def test_where_no_points_paid_the_sum_is_believed() -> None:
    _order, [back] = read_shopify(shopify_fake.with_code(shopify_fake.refunded(), "SPRING", "5.00"))
    assert [line.amount for line in back.lines] == [Decimal("7.20")]

"""Codes of points in WooCommerce, over the wire: made once, taken back once, and refused in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from crm.connectors.base import AskedTooOften, CannotBeAsked, NotAnswering, NotThatSystem, WrongSecret
from crm.errors import Refusal
from crm.outside import requests
from loyalty.connectors import MAKERS, CodeNotMade, MayNotMakeCodes
from tests.fakes.rest_shop import Said
from tests.fakes.woocommerce_shop import WooShop, a_shop, refusal
from tests.loyalty.connectors.wanting import WANTED, wanted

CODES = MAKERS["woocommerce"]


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with a_shop() as open_:
        yield open_


def made(shop: WooShop) -> str:
    return CODES.make(shop.address, shop.access, wanted=WANTED)


def withdrawn(shop: WooShop, number: str) -> bool:
    return CODES.withdraw(shop.address, shop.access, number=number, code=WANTED.code)


def test_a_coupon_of_one_use_is_made_for_carts_that_are_large_enough(shop: WooShop) -> None:
    number = made(shop)

    coupon = shop.coupons[int(number)]
    assert coupon["code"] == WANTED.code.lower()
    assert (coupon["discount_type"], coupon["amount"], coupon["minimum_amount"]) == (
        "fixed_cart",
        "5.00",
        "10.00",
    )
    assert (coupon["usage_limit"], coupon["individual_use"]) == (1, False)


def test_it_ends_by_the_clock_of_the_world_and_not_by_that_of_the_shop(shop: WooShop) -> None:
    assert shop.coupons[int(made(shop))]["date_expires_gmt"] == "2026-03-01T12:30:00"


def test_made_twice_it_is_the_same_one(shop: WooShop) -> None:
    assert made(shop) == made(shop)
    assert len(shop.coupons) == 1


def test_one_that_was_made_while_the_answer_was_lost_is_found(shop: WooShop) -> None:
    shop.answers_lost = 1
    with pytest.raises(NotAnswering):
        made(shop)

    assert [int(made(shop))] == list(shop.coupons)


@pytest.mark.parametrize(
    "differs", [{"amount": "7.00"}, {"usage_limit": None}, {"discount_type": "percent"}], ids=str
)
def test_another_coupon_of_this_name_is_not_ours(shop: WooShop, differs: dict[str, object]) -> None:
    shop.coupons[int(made(shop))].update(differs)

    with pytest.raises(CodeNotMade):
        made(shop)


def test_a_shop_that_takes_no_coupons_says_so(shop: WooShop) -> None:
    shop.bad_days.append(refusal(400, "rest_invalid_param"))
    with pytest.raises(CodeNotMade):
        made(shop)


def test_it_is_taken_back_once(shop: WooShop) -> None:
    number = made(shop)

    assert withdrawn(shop, number)
    assert shop.coupons == {}
    assert withdrawn(shop, number)


def test_one_that_was_used_is_not_taken_back(shop: WooShop) -> None:
    number = made(shop)
    shop.use(WANTED.code)

    assert not withdrawn(shop, number)
    assert int(number) in shop.coupons


def test_one_that_is_used_in_the_very_moment_is_not_taken_back(
    shop: WooShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the question and the deletion; what is deleted says how often it was used."""
    number = made(shop)
    answer = shop.answer

    def hasty(path: str, *told: object) -> Said:
        if "DELETE" in told:
            shop.use(WANTED.code)
        return answer(path, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(shop, "answer", hasty)
    assert not withdrawn(shop, number)


def test_without_its_number_it_is_looked_for_by_name(shop: WooShop) -> None:
    made(shop)

    assert withdrawn(shop, "")
    assert shop.coupons == {}
    assert withdrawn(shop, "")


def test_a_number_that_means_something_else_now_is_left_alone(shop: WooShop) -> None:
    number = made(shop)
    shop.coupons[int(number)]["code"] = "summer"

    assert withdrawn(shop, number)
    assert len(shop.coupons) == 1


def test_a_deletion_whose_answer_was_lost_is_done_when_it_is_asked_for_again(shop: WooShop) -> None:
    number = made(shop)
    answered = list(shop.asked)
    shop.bad_days.append(
        Said(
            status=200,
            body=b'{"code":"%s","usage_count":0,"id":%s}' % (WANTED.code.lower().encode(), number.encode()),
        )
    )
    shop.answers_lost = 1
    with pytest.raises(NotAnswering):
        withdrawn(shop, number)

    assert len(shop.asked) == len(answered) + 2
    assert withdrawn(shop, number)


def test_a_key_that_may_only_read_is_told_from_a_wrong_one(shop: WooShop) -> None:
    shop.key_may_write = False
    with pytest.raises(MayNotMakeCodes) as refused:
        made(shop)
    assert refused.value.figures == {"permission": "coupons"}

    with pytest.raises(WrongSecret):
        CODES.make(shop.address, {**shop.access, "consumer_secret": "cs_other"}, wanted=WANTED)


def test_somebody_who_may_not_make_coupons_is_named_what_is_missing(shop: WooShop) -> None:
    shop.forbidden.add("coupons")
    for asked in (lambda: made(shop), lambda: withdrawn(shop, "801")):
        with pytest.raises(MayNotMakeCodes):
            asked()


BAD_DAYS: list[tuple[Said, type[Refusal]]] = [
    (refusal(404, "rest_no_route"), NotThatSystem),
    (Said(status=201, body=b"<!doctype html>"), NotThatSystem),
    (Said(status=201, body=b'{"code": "x"}'), NotThatSystem),
    (Said(status=201, body=b'{"id": "seven"}'), NotThatSystem),
    (Said(status=301, body=b"", headers={"Location": "https://elsewhere.example/"}), NotThatSystem),
    (refusal(429, "too_many_requests"), AskedTooOften),
    (refusal(503, "maintenance"), NotAnswering),
    (Said(status=500, body=b"<b>Fatal error</b>"), NotAnswering),
]


@pytest.mark.parametrize(("said", "refused"), BAD_DAYS)
def test_whatever_stands_in_the_way_has_a_sentence_of_its_own(
    shop: WooShop, said: Said, refused: type[Refusal]
) -> None:
    shop.bad_days.append(said)
    with pytest.raises(refused):
        made(shop)


def test_a_long_answer_is_read_to_its_end(shop: WooShop) -> None:
    """Plugins add to what a coupon says."""
    shop.bad_days.append(Said(status=201, body=b'{"meta_data":"' + b"x" * 100_000 + b'","id":17}'))
    assert made(shop) == "17"


def test_a_shop_that_never_answers_is_not_waited_for_any_longer(
    shop: WooShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(NotAnswering):
        made(shop)
    assert shop.asked == []


def test_without_keys_nobody_is_asked(shop: WooShop) -> None:
    for address, access in ((shop.address, {}), ("", shop.access)):
        with pytest.raises(CannotBeAsked):
            CODES.make(address, access, wanted=WANTED)
    assert shop.asked == []


def test_sums_are_told_to_the_cent(shop: WooShop) -> None:
    number = CODES.make(shop.address, shop.access, wanted=wanted(amount=Decimal("1234.5")))
    assert shop.coupons[int(number)]["amount"] == "1234.50"

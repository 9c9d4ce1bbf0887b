"""Codes of points in Shopify, over the wire: made once, taken back once, and refused in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm.connectors.base import AskedTooOften, CannotBeAsked, NotAnswering, NotThatSystem, WrongSecret
from crm.errors import Refusal
from loyalty.connectors import MAKERS, CodeNotMade, MayNotMakeCodes
from tests.fakes.rest_shop import NOT_A_WORD, Said
from tests.fakes.shopify_shop import ShopifyShop, a_shop, refusal
from tests.loyalty.connectors.wanting import WANTED

CODES = MAKERS["shopify"]


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    with a_shop() as open_:
        yield open_


def made(shop: ShopifyShop) -> str:
    return CODES.make(shop.address, shop.access, wanted=WANTED)


def withdrawn(shop: ShopifyShop, number: str) -> bool:
    return CODES.withdraw(shop.address, shop.access, number=number, code=WANTED.code)


def test_a_code_of_one_use_stands_for_a_sum_off_all_goods(shop: ShopifyShop) -> None:
    number = int(made(shop))

    rule = shop.rules[number]
    assert shop.codes[number]["code"] == WANTED.code
    assert (rule["value_type"], rule["value"], rule["usage_limit"]) == ("fixed_amount", "-5.00", 1)
    assert (rule["target_type"], rule["target_selection"], rule["allocation_method"]) == (
        "line_item",
        "all",
        "across",
    )
    assert rule["prerequisite_subtotal_range"] == {"greater_than_or_equal_to": "10.00"}
    assert rule["ends_at"] == "2026-03-01T12:30:00+00:00"


def test_made_twice_it_is_the_same_one(shop: ShopifyShop) -> None:
    assert made(shop) == made(shop)
    assert len(shop.codes) == len(shop.rules) == 1


@pytest.mark.parametrize("step", [1, 2, 3], ids=["lookup", "rule", "code"])
def test_whichever_answer_is_lost_in_the_end_there_is_one_code(shop: ShopifyShop, step: int) -> None:
    """A rule without a code may be left behind: nobody can use it, and it ends by itself."""
    answer, heard = shop.answer, 0

    def losing(path: str, *told: object) -> Said:
        nonlocal heard
        heard += 1
        said = answer(path, *told)  # type: ignore[arg-type]
        return Said(status=NOT_A_WORD, body=b"") if heard == step else said

    shop.answer = losing  # type: ignore[assignment]
    with pytest.raises(NotAnswering):
        made(shop)

    assert [int(made(shop))] == list(shop.codes)


def test_another_discount_of_this_name_is_not_ours(shop: ShopifyShop) -> None:
    shop.rules[int(made(shop))]["value"] = "-7.00"
    with pytest.raises(CodeNotMade):
        made(shop)


def test_of_two_at_once_the_first_stays_and_the_second_s_rule_goes(shop: ShopifyShop) -> None:
    first = made(shop)
    shop.bad_days.append(refusal(404, "Not Found"))  # the other had not been made when it was looked for

    assert made(shop) == first
    assert [str(number) for number in shop.rules] == [first]


def test_a_shop_that_takes_no_such_discount_says_so(shop: ShopifyShop) -> None:
    shop.bad_days.append(refusal(404, "Not Found"))
    shop.bad_days.append(refusal(422, "value: is invalid"))
    with pytest.raises(CodeNotMade):
        made(shop)
    assert shop.rules == {}


def test_it_is_taken_back_once_with_its_rule(shop: ShopifyShop) -> None:
    number = made(shop)

    assert withdrawn(shop, number)
    assert shop.rules == shop.codes == {}
    assert withdrawn(shop, number)


def test_one_that_was_used_is_not_taken_back(shop: ShopifyShop) -> None:
    number = made(shop)
    shop.use(WANTED.code)

    assert not withdrawn(shop, number)
    assert int(number) in shop.rules


def test_without_its_number_it_is_looked_for_by_name(shop: ShopifyShop) -> None:
    made(shop)

    assert withdrawn(shop, "")
    assert shop.codes == {}
    assert withdrawn(shop, "")


def test_what_the_app_may_not_do_is_named(shop: ShopifyShop) -> None:
    shop.forbidden = {"price_rules", "discount_codes"}
    for asked in (lambda: made(shop), lambda: withdrawn(shop, "17")):
        with pytest.raises(MayNotMakeCodes) as refused:
            asked()
        assert refused.value.figures == {"permission": "write_price_rules"}


def test_a_wrong_token_is_said(shop: ShopifyShop) -> None:
    with pytest.raises(WrongSecret):
        CODES.make(shop.address, {"access_token": "shpat_other"}, wanted=WANTED)


BAD_DAYS: list[tuple[Said, type[Refusal]]] = [
    (Said(status=404, body=b"<!doctype html>"), NotThatSystem),
    (Said(status=303, body=b"", headers={"Location": "https://elsewhere.example/"}), NotThatSystem),
    (Said(status=200, body=b"<!doctype html>"), NotThatSystem),
    (Said(status=301, body=b""), NotThatSystem),
    (refusal(402, "Unavailable Shop"), NotAnswering),
    (refusal(429, "Exceeded 2 calls per second for api client."), AskedTooOften),
    (Said(status=503, body=b"<b>Down</b>"), NotAnswering),
    (Said(status=NOT_A_WORD, body=b""), NotAnswering),
]


@pytest.mark.parametrize(("said", "refused"), BAD_DAYS)
@pytest.mark.parametrize("step", [0, 1, 2], ids=["lookup", "rule", "code"])
def test_whatever_stands_in_the_way_has_a_sentence_of_its_own(
    shop: ShopifyShop, said: Said, refused: type[Refusal], step: int
) -> None:
    answer, heard = shop.answer, -1

    def bad(path: str, *told: object) -> Said:
        nonlocal heard
        heard += 1
        return said if heard == step else answer(path, *told)  # type: ignore[arg-type]

    shop.answer = bad  # type: ignore[assignment]
    with pytest.raises(refused):
        made(shop)
    assert shop.codes == {}


def test_without_a_token_nobody_is_asked(shop: ShopifyShop) -> None:
    for address, access in ((shop.address, {}), ("", shop.access)):
        with pytest.raises(CannotBeAsked):
            CODES.make(address, access, wanted=WANTED)
    assert shop.asked == []

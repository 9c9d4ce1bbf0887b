"""What each kind of reward does at a cart, and how it reads aloud. No database."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.utils.translation import override

from loyalty import rewards
from loyalty.rewards import UnusableReward, given
from tests.factories.loyalty_rewards import cart

EXAMPLES = {
    "discount": {"amount": "5.00"},
    "product": {"sku": "SKU-1", "name": "Липов чай"},
    "free_delivery": {},
    "gift": {"what": "a tin for tea"},
    "service": {"what": "engraving"},
    "event_seat": {"event": "White teas", "starts_at": "2026-12-01T18:00:00+02:00", "place": "Varna"},
}


def off(kind: str, settings: dict, *amounts: str, delivery: str = "0") -> Decimal:
    return given(kind, settings).benefit(cart(*amounts, delivery=delivery)).amount


def test_every_file_of_a_kind_is_in_the_list():
    folder = Path(rewards.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "base", "carts"}

    assert files == {type(kind).__module__.rsplit(".", 1)[-1] for kind in rewards.KINDS}


@pytest.mark.parametrize("kind", rewards.KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_every_kind_reads_aloud_what_it_gives(kind, language):
    with override(language):
        said = given(kind.name, EXAMPLES[kind.name]).aloud("EUR")

    assert said
    assert "{" not in said


@pytest.mark.parametrize("kind", rewards.KINDS, ids=lambda kind: kind.name)
def test_settings_come_back_as_they_were_kept(kind):
    read = given(kind.name, EXAMPLES[kind.name])

    assert given(kind.name, read.settings.settings()) == read


def test_a_percentage_takes_its_share_and_no_more_than_its_limit():
    assert off("discount", {"percent": "10"}, "40.00", "9.95") == Decimal("5.00")
    assert off("discount", {"percent": "10", "at_most": "3.00"}, "40.00") == Decimal("3.00")


def test_an_amount_takes_no_more_than_the_goods_cost():
    assert off("discount", {"amount": "5.00"}, "3.50", delivery="4.00") == Decimal("3.50")


def test_a_discount_is_spread_over_its_lines_to_the_cent():
    benefit = given("discount", {"amount": "1.00"}).benefit(cart("1.00", "1.00", "1.00"))

    assert sum(benefit.lines.values()) == benefit.goods_amount == Decimal("1.00")


def test_a_discount_on_some_goods_leaves_others_alone():
    benefit = given("discount", {"percent": "50", "skus": ["SKU-2"]}).benefit(cart("10.00", "4.00"))

    assert benefit.lines == {"2": Decimal("2.00")}


def test_a_free_product_costs_nothing_once_it_is_in_the_cart():
    free = given("product", {"sku": "SKU-2", "name": "Чай"})

    assert free.benefit(cart("10.00", "4.90")).amount == Decimal("4.90")
    assert free.benefit(cart("10.00")).amount == 0
    assert free.why_not(cart("10.00"))


def test_free_delivery_pays_the_delivery_and_nothing_else():
    benefit = given("free_delivery", {"at_most": "6.00"}).benefit(cart("10.00", delivery="8.00"))

    assert (benefit.goods_amount, benefit.delivery_amount) == (0, Decimal("6.00"))


@pytest.mark.parametrize(
    ("kind", "settings", "pointer"),
    [
        ("discount", {}, "/percent"),
        ("discount", {"percent": "10", "amount": "5"}, "/percent"),
        ("discount", {"percent": "101"}, "/percent"),
        ("discount", {"percent": "-1"}, "/percent"),
        ("discount", {"amount": "NaN"}, "/amount"),
        ("discount", {"amount": 5.5}, "/amount"),
        ("discount", {"amount": "5", "colour": "red"}, "/colour"),
        ("product", {"sku": "A"}, "/name"),
        ("product", {"sku": "A", "name": "B", "quantity": 0}, "/quantity"),
        ("gift", {"what": ""}, "/what"),
        ("event_seat", {"event": "A", "starts_at": "2026-12-01T18:00:00", "place": "B"}, "/starts_at"),
    ],
)
def test_settings_that_say_nothing_usable_are_refused_with_their_place(kind, settings, pointer):
    with pytest.raises(UnusableReward) as refused:
        given(kind, settings)

    assert pointer in [fault.pointer for fault in refused.value.faults]

"""Facts read themselves aloud, and come back from the database as they went in."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.facts import (
    FACTS,
    Fact,
    GoodsReturned,
    OrderPlaced,
    ParcelPromised,
    UnknownFact,
    fact_from,
)
from crm.facts.base import field_types

PLACED = OrderPlaced(
    order_number="48 120",
    amount=Decimal("4260.00"),
    currency="RUB",
    lines_count=1,
    goods="Белый пион",
)
EXAMPLES = {
    str: "Белый пион",
    Decimal: Decimal("10.50"),
    int: 5,
    date: date(2026, 11, 22),
    datetime: datetime(2026, 11, 22, 15, tzinfo=UTC),
    dict: {},
    tuple: (),
    bool: True,
}


def example(fact: type[Fact]) -> Fact:
    return fact(
        **{name: EXAMPLES[shape] for name, shape in field_types(fact).items() if name != "identity_kind"}
        | ({"identity_kind": "phone"} if "identity_kind" in field_types(fact) else {})
    )


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS.keys())
@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_every_fact_reads_itself_aloud(fact: type[Fact], language: str) -> None:
    said = example(fact).aloud(language)

    assert said
    assert "{" not in said


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS.keys())
def test_every_fact_comes_back_as_it_went_in(fact: type[Fact]) -> None:
    told = example(fact)

    assert fact_from(fact.kind, told.payload()) == told


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS.keys())
def test_a_fact_whose_personal_fields_were_erased_still_reads(fact: type[Fact]) -> None:
    payload = {name: value for name, value in example(fact).payload().items() if name not in fact.personal}

    assert isinstance(fact_from(fact.kind, payload).aloud("en"), str)


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS.keys())
def test_personal_fields_are_fields(fact: type[Fact]) -> None:
    assert fact.personal <= {field.name for field in fields(fact)}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", "Заказ 48 120 оформлен на 4\u202f260\u00a0₽"),
        ("bg", "Поръчка 48 120 е приета за 4260,00\u00a0₽"),
        ("en", "Order 48 120 placed for 4,260\u00a0₽"),
    ],
)
def test_money_is_said_as_each_language_says_it(language: str, said: str) -> None:
    assert PLACED.aloud(language).replace("4260\u00a0₽", "4260,00\u00a0₽") == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 позиция"),
        (2, "2 позиции"),
        (5, "5 позиций"),
        (21, "21 позиция"),
        (1284, "1\u202f284 позиции"),
    ],
)
def test_russian_plurals_are_right(count: int, said: str) -> None:
    from django.utils.translation import override

    with override("ru"):
        assert said in replace(PLACED, lines_count=count).aloud_more()


@given(name=st.text(max_size=60))
def test_what_people_typed_is_never_read_as_a_template(name: str) -> None:
    fact = replace(PLACED, goods="{0.__class__} {lines_count}" + name)

    assert "{0.__class__} {lines_count}" in fact.aloud_more()


def test_a_kind_nobody_states_any_more_is_shown_by_name() -> None:
    assert fact_from("old.kind", {"a": 1}) == UnknownFact(name="old.kind")


def test_two_facts_cannot_share_a_kind() -> None:
    with pytest.raises(TypeError, match="Two facts"):
        type(
            "OrderPlacedTwice",
            (Fact,),
            {"kind": "crm.order_placed", "__module__": __name__},
        )


@pytest.mark.parametrize("fact", [PLACED])
def test_a_fact_is_frozen(fact: OrderPlaced) -> None:
    with pytest.raises(AttributeError):
        fact.order_number = "2"  # type: ignore[misc]


def test_dates_and_amounts_are_kept_exactly() -> None:
    promised = ParcelPromised(order_number="1", carrier="", tracking_number="", promised_on=date(2026, 2, 28))
    returned = GoodsReturned(
        return_number="R",
        order_numbers="1",
        amount=Decimal("0.10"),
        currency="EUR",
        lines_count=1,
        goods="",
    )

    assert promised.payload()["promised_on"] == "2026-02-28"
    assert returned.payload()["amount"] == "0.10"

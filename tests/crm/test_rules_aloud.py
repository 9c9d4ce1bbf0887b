"""Trees as people read them, and why one did not hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import rules
from tests.crm.rule_trees import trees
from tests.factories.catalogue import CategoryFactory, ProductFactory

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOFIA = ZoneInfo("Europe/Sofia")
ROOTS = ["customer", "order", "line", "product"]


def compare(field: str, op: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, **({"value": value[0]} if value else {})}


def why(tree: Any, **order: Any) -> rules.Trace:
    return rules.why(tree, "order", SimpleNamespace(**order), at=AT, clock=SOFIA, language="en")


def test_a_comparison_reads_as_a_sentence():
    def read(*told: Any, language: str = "en") -> str:
        return rules.sentence(compare(*told), "order", language).flat

    assert read("order.net", "gte", "1000.00") == "Goods amount of the order: at least 1,000.00"
    assert read("order.net", "between", ["1", "2.5"]).endswith("from 1.00 to 2.50, both included")
    assert read("order.channel", "in", ["online", "store"]).endswith("one of these: online, in the shop")
    assert read("order.placed_at", "weekday_in", [7, 6]).endswith("weekdays: Saturday, Sunday")
    assert read("order.placed_at", "time_between", ["09:00", "18:30"]).endswith("from 09:00 until 18:30")
    assert read("order.paid_at", "is_not_set") == "The order was paid: not known"


def test_groups_read_as_nested_lists():
    tree = {"all": [compare("order.is_first", "eq", True), {"not": compare("order.currency", "eq", "EUR")}]}

    said = rules.sentence(tree, "order", "en")

    assert said.text == "All of this is true:"
    assert [child.text for child in said.children] == [
        "It is the customer's first order: yes",
        "This is not true:",
    ]
    assert said.flat == (
        "All of this is true: (It is the customer's first order: yes; "
        "This is not true: (Currency of the order: “EUR”))"
    )


def test_an_empty_tree_says_that_it_always_holds():
    assert rules.sentence({"all": []}, "order", "en").flat == "Always"


@pytest.mark.django_db
@pytest.mark.parametrize("root", ROOTS)
def test_every_tree_reads_aloud_in_three_languages_and_fits_the_schema(root):
    validator = jsonschema.Draft202012Validator(rules.schema(root))
    jsonschema.Draft202012Validator.check_schema(rules.schema(root))

    @settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck], database=None)
    @given(tree=trees(root, depth=2), language=st.sampled_from(["en", "ru", "bg"]))
    def reads(tree, language):
        flat = rules.sentence(tree, root, language).flat

        assert flat and "{" not in flat and "None" not in flat
        assert validator.is_valid(tree)

    reads()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tree",
    [None, [], {}, {"all": 1}, {"any": []}, compare("x", "eq", 1), compare("order.net", "contains", "1"),
     compare("order.net", "gte", 1.5), compare("order.net", "gte", "1e30"), compare("order.net", "gte"),
     {"all": [], "any": []}, {"sum": "order.lines", "of": "line.sku", "op": "gte", "value": "1"}],
)  # fmt: skip
def test_the_schema_refuses_what_is_refused(tree):
    assert not jsonschema.Draft202012Validator(rules.schema("order")).is_valid(tree)


@pytest.mark.django_db
def test_why_not_says_how_much_more_of_tea_was_needed():
    tea = CategoryFactory(name="Tea")
    product = ProductFactory(category=tea)
    tree = {
        "sum": "order.lines",
        "of": "line.amount",
        "where": compare("product.category", "eq", tea.pk),
        "op": "gte",
        "value": "200.00",
    }
    lines = [
        SimpleNamespace(product=product, amount=Decimal(80)),
        SimpleNamespace(product=None, amount=Decimal(500)),
    ]

    trace = why(tree, lines=lines)

    assert not trace.holds
    assert trace.needed == "120.00 more is needed"
    assert trace.found == "Now: 80.00"
    assert trace.reasons == [
        "Amount of the line, in total (Lines of the order): at least 200.00, counting only where: "
        "(Category of the product: Tea). 120.00 more is needed."
    ]


def test_only_what_failed_is_a_reason():
    tree = {
        "all": [
            compare("order.net", "gte", "10"),
            compare("order.net", "lte", "15"),
            compare("order.paid_at", "is_set"),
        ]
    }

    trace = why(tree, goods_amount=Decimal(20), paid_at=None)

    assert [child.holds for child in trace.children] == [True, False, False]
    assert trace.reasons == [
        "Goods amount of the order: at most 15.00. It is 5.00 too much.",
        "The order was paid: known. It is not known.",
    ]


def test_a_trace_keeps_nothing_of_a_personal_field():
    customer = SimpleNamespace(birthday=date(1990, 5, 5))
    tree = {"any": [compare("customer.age", "gte", 60), compare("customer.birthday", "before", "1980-01-01")]}

    trace = rules.why(tree, "customer", customer, at=AT, clock=SOFIA, language="en")

    assert "1990" not in str(trace.as_json()) and "35" not in str(trace.as_json())


@pytest.mark.django_db
def test_a_trace_agrees_with_what_holds():
    order = SimpleNamespace(
        goods_amount=Decimal("4.90"), delivery_amount=Decimal(0), channel="store", shop_id=1, currency="",
        placed_at=AT, paid_at=None, customer=None, lines=[],
    )  # fmt: skip

    @settings(max_examples=100, deadline=None, suppress_health_check=[*HealthCheck], database=None)
    @given(tree=trees("order", depth=2))
    def agrees(tree):
        conditions = rules.read(tree, "order")
        trace = conditions.why(order, at=AT, clock=SOFIA, language="en")

        assert trace.holds == conditions.holds(order, at=AT, clock=SOFIA)

    agrees()


@pytest.mark.django_db
def test_the_vocabulary_offers_every_field_with_its_operators_and_of_menus_what_the_tree_names():
    tea = CategoryFactory(name="Tea")
    CategoryFactory(name="Coffee")
    where = {"field": "product.category", "op": "eq", "value": tea.pk}
    asked = {"all": [{"some": "order.lines", "where": where}, compare("order.channel", "eq", "online")]}
    offered = rules.vocabulary("order", asked)

    names = {field["name"]: field for field in offered["roots"]["order"]["fields"]}
    inside = {field["name"]: field for field in offered["roots"]["line"]["fields"]}

    assert {"order.net", "customer.language"} <= names.keys()
    assert inside["product.category"]["choices"] == [{"value": tea.pk, "label": "Tea"}]
    assert names["order.channel"]["choices"] == [{"value": "online", "label": "online"}]
    assert (names["customer.language"]["choices"], names["order.net"]["choices"]) == ([], None)


@pytest.mark.django_db
@pytest.mark.parametrize("root", ROOTS)
def test_an_editor_nothing_is_asked_in_yet_costs_no_query(root, django_assert_num_queries):
    with django_assert_num_queries(0):
        rules.vocabulary(root)

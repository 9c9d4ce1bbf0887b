"""Trees of conditions: what is refused, where it points, and what not knowing means."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm import rules
from crm.models import Order
from crm.rules import UnusableConditions
from crm.rules.kinds import CAPITALS, SMALL
from tests.factories.catalogue import CategoryFactory, ProductFactory
from tests.factories.orders import line, placed_order

AT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # Tuesday already, half past midnight, in Sofia
SOFIA = ZoneInfo("Europe/Sofia")
NET = {"field": "order.net", "op": "gte", "value": "100.00"}


def compare(field: str, op: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, **({"value": value[0]} if value else {})}


def nested(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = NET
    for _ in range(depth - 1):
        tree = {"not": tree}
    return tree


def holds(tree: Any, **order: Any) -> bool:
    return rules.holds(tree, "order", SimpleNamespace(**order), at=AT, clock=SOFIA)


def pointers(tree: Any, root: str = "order") -> list[str]:
    with pytest.raises(UnusableConditions) as refused:
        rules.read(tree, root)
    assert all(str(fault.detail) for fault in refused.value.faults)
    json.dumps([[fault.pointer, str(fault.detail)] for fault in refused.value.faults]).encode()
    return [fault.pointer for fault in refused.value.faults]


HOSTILE: list[tuple[str, Any, list[str]]] = [
    ("nothing", None, [""]),
    ("a list", [], [""]),
    ("no members", {}, [""]),
    ("two in one", {"all": [NET], "any": [NET]}, [""]),
    ("a member of its own", {**NET, "\ud800": 1}, [""]),
    ("no operator", {"field": "order.net", "value": "1"}, [""]),
    ("no value", {"field": "order.net", "op": "gte"}, [""]),
    ("a value too many", {"field": "order.net", "op": "is_set", "value": "1"}, ["/value"]),
    ("an unknown field", compare("order.nett", "gte", "1"), ["/field"]),
    ("a field of another root", compare("line.amount", "gte", "1"), ["/field"]),
    ("a field that is no text", {"field": ["order.net"], "op": "gte", "value": "1"}, ["/field"]),
    ("a dunder", compare("customer__created_at", "is_set"), ["/field"]),
    ("an operator of another type", compare("order.net", "contains", "1"), ["/op"]),
    ("an operator that is no text", {"field": "order.net", "op": {}, "value": "1"}, ["/op"]),
    ("a float", compare("order.net", "gte", 1.5), ["/value"]),
    ("not a number", compare("order.net", "gte", float("nan")), ["/value"]),
    ("not a number, as text", compare("order.net", "gte", "NaN"), ["/value"]),
    ("infinity", compare("order.net", "gte", "Infinity"), ["/value"]),
    ("an exponent", compare("order.net", "gte", "1e30"), ["/value"]),
    ("a huge number", compare("order.net", "gte", 10**6000), ["/value"]),
    ("a huge text of digits", compare("order.net", "gte", "9" * 100_000), ["/value"]),
    ("digits of another script", compare("order.net", "gte", "١٢"), ["/value"]),
    ("true for a number", compare("order.net", "gte", True), ["/value"]),
    ("one of two", compare("order.net", "between", ["1"]), ["/value"]),
    ("from above to", compare("order.net", "between", ["2", "1"]), ["/value"]),
    ("a wrong end", compare("order.net", "between", ["1", "x"]), ["/value/1"]),
    ("an unknown choice", compare("order.channel", "in", ["online", "mars"]), ["/value/1"]),
    ("an empty list", compare("order.channel", "in", []), ["/value"]),
    ("a long list", compare("order.channel", "in", ["online"] * 101), ["/value"]),
    ("a NUL byte", compare("order.currency", "eq", "a\0b"), ["/value"]),
    ("a lone surrogate", compare("order.currency", "eq", "\ud800"), ["/value"]),
    ("an empty text", compare("order.currency", "eq", ""), ["/value"]),
    ("a long text", compare("order.currency", "eq", "a" * 201), ["/value"]),
    ("a day that never was", compare("order.placed_at", "before", "2026-02-30"), ["/value"]),
    ("a day before all", compare("order.placed_at", "before", "0001-01-01"), ["/value"]),
    ("a day of a week", compare("order.placed_at", "before", "2026-W01-1"), ["/value"]),
    ("an eighth weekday", compare("order.placed_at", "weekday_in", [8]), ["/value/0"]),
    ("a 25th hour", compare("order.placed_at", "time_between", ["09:00", "25:00"]), ["/value/1"]),
    ("days without end", compare("order.placed_at", "within_last_days", 10**9), ["/value"]),
    ("a birthday in a year", compare("customer.birthday", "birthday_within", 61), ["/value"]),
    ("yes in words", compare("order.is_first", "eq", "yes"), ["/value"]),
    ("a reference by name", compare("order.shop", "eq", "berlin"), ["/value"]),
    ("a reference too large", compare("order.shop", "eq", 2**63), ["/value"]),
    ("an empty group", {"any": []}, ["/any"]),
    ("an empty group inside", {"all": [{"all": []}]}, ["/all/0/all"]),
    ("a group that is no list", {"all": NET}, ["/all"]),
    ("an unknown list", {"some": "order.customers", "where": NET}, ["/some"]),
    ("a field of the wrong item", {"some": "order.lines", "where": NET}, ["/where/field"]),
    ("a count in quotes", {"count": "order.lines", "op": "gte", "value": "3"}, ["/value"]),
    ("a sum of words", {"sum": "order.lines", "of": "line.sku", "op": "gte", "value": "3"}, ["/of"]),
    ("a sum of nothing", {"sum": "order.lines", "op": "gte", "value": "3"}, [""]),
    ("faults side by side", {"all": [compare("x", "eq", 1), NET, {"not": 5}]}, ["/all/0/field", "/all/2/not"]),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "places"), [case[1:] for case in HOSTILE], ids=[c[0] for c in HOSTILE])
def test_a_hostile_tree_is_refused_with_a_pointer_to_the_place(tree, places):
    assert pointers(tree) == places


def test_a_tree_may_be_eight_deep_and_not_nine():
    rules.read(nested(8), "order")

    assert pointers(nested(9)) == ["/not" * 8]
    assert len(pointers(nested(800))) == 1


def test_a_tree_may_hold_200_nodes_and_not_201():
    rules.read({"all": [NET] * 199}, "order")

    assert pointers({"all": [NET] * 200}) == ["/all/199"]
    assert len(pointers({"any": [NET] * 1_000_000})) == 1


def test_faults_are_told_twenty_at_most():
    assert len(pointers({"all": [compare("x", "eq", 1)] * 100})) == 20


@pytest.mark.django_db
def test_what_a_saved_tree_refers_to_exists():
    tea = CategoryFactory()
    tree = compare("product.category", "in", [tea.pk, tea.pk + 1])

    rules.read(tree, "product")
    with pytest.raises(UnusableConditions) as refused:
        rules.check(tree, "product")

    assert [fault.pointer for fault in refused.value.faults] == ["/value/1"]


def test_a_comparison_with_what_is_not_known_is_false_and_its_not_is_true():
    for op, value in [("before", "2026-01-01"), ("after", "2026-01-01"), ("within_last_days", 30)]:
        unpaid = compare("order.paid_at", op, value)
        assert not holds(unpaid, paid_at=None)
        assert holds({"not": unpaid}, paid_at=None)
    assert not holds(compare("order.currency", "ne", "EUR"), currency="")
    assert holds(compare("order.paid_at", "is_not_set"), paid_at=None)
    assert not holds(compare("order.paid_at", "is_set"), paid_at=None)


def test_an_empty_tree_always_holds():
    assert holds({"all": []})


def test_words_are_compared_without_regard_to_capitals():
    assert len(CAPITALS) == len(SMALL)
    assert holds(compare("order.currency", "contains", "ЧАЙ"), currency="Белый чай")
    assert not holds(compare("order.currency", "contains", "%"), currency="Белый чай")


def test_days_and_hours_are_those_of_the_companys_clock():
    tuesday = {"placed_at": AT}
    assert holds(compare("order.placed_at", "weekday_in", [2]), **tuesday)
    assert holds(compare("order.placed_at", "after", "2026-03-02"), **tuesday)
    assert holds(compare("order.placed_at", "time_between", ["23:00", "01:00"]), **tuesday)
    assert not holds(compare("order.placed_at", "time_between", ["00:31", "23:00"]), **tuesday)


def test_who_was_born_on_29_february_celebrates_on_the_28th_of_a_common_year():
    born = SimpleNamespace(birthday=date(2000, 2, 29))
    today = compare("customer.birthday", "birthday_within", 0)
    on = {28: datetime(2026, 2, 28, 12, tzinfo=UTC), 1: datetime(2026, 3, 1, 12, tzinfo=UTC)}

    assert rules.holds(today, "customer", born, at=on[28], clock=SOFIA)
    assert not rules.holds(today, "customer", born, at=on[1], clock=SOFIA)
    assert not rules.holds(today, "customer", born, at=datetime(2028, 2, 28, 12, tzinfo=UTC), clock=SOFIA)


@pytest.mark.django_db
def test_a_category_includes_everything_inside_it_in_both_twins():
    tea = CategoryFactory()
    oolong = ProductFactory(category=CategoryFactory(parent=tea))
    coffee = ProductFactory(category=CategoryFactory())
    for name, product in [("o-1", oolong), ("o-2", coffee)]:
        placed_order(name, lines=[line(sku=product.sku)])
    drinks_tea = {"some": "order.lines", "where": compare("product.category", "eq", tea.pk)}
    conditions = rules.read(drinks_tea, "order")

    found = Order.objects.filter(conditions.where(at=AT, clock=SOFIA))

    assert [order.external_id for order in found] == ["o-1"]
    assert [conditions.holds(order, at=AT, clock=SOFIA) for order in Order.objects.order_by("pk")] == [
        True,
        False,
    ]


def test_a_cart_that_is_no_order_yet_can_be_asked():
    cart = SimpleNamespace(lines=[SimpleNamespace(amount=Decimal(60)), SimpleNamespace(amount=Decimal(40))])
    tree = {"sum": "order.lines", "of": "line.amount", "op": "gte", "value": "100.00"}

    assert rules.holds(tree, "order", cart, at=AT, clock=SOFIA)

from __future__ import annotations

from typing import Any

import pytest

from crm.models import EventType, TimelineEntry
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db

SEATS = {"type": "object", "properties": {"seats": {"type": "integer", "minimum": 1}}, "required": ["seats"]}


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


def a_type(**more: Any) -> dict[str, Any]:
    return {
        "name": "tasting",
        "label_en": "Attended a tasting",
        "label_bg": "Дегустация",
        "data_schema": SEATS,
        **more,
    }


def an_event(**more: Any) -> dict[str, Any]:
    customer = more.pop("customer", None) or {"id": CustomerFactory().pk}
    return {
        "type": "tasting",
        "external_id": "t-1",
        "customer": customer,
        "occurred_at": "2026-03-02T18:00:00Z",
        "data": {"seats": 2},
        **more,
    }


def test_an_event_in_the_shops_words_stands_on_the_timeline(api: ShopSystem):
    assert api.post("event-types/", a_type()).status == 201
    event = an_event()
    told = api.post("events/", event)
    again = api.post("events/", event)
    timeline = api.get(f"customers/{told.body['customer']}/timeline/", accept_language="bg").body["items"]

    assert told.status == 201
    assert again.body == told.body
    assert [item["sentence"] for item in timeline] == ["Дегустация"]
    assert timeline[0]["payload"]["data"] == {"seats": 2}


def test_a_customer_is_named_by_the_shops_own_number_too(api: ShopSystem):
    api.post("event-types/", a_type())
    customer = api.post("customers/", {"external_id": "c-1"}).body

    assert api.post("events/", an_event(customer={"external_id": "c-1"})).body["customer"] == customer["id"]


@pytest.mark.parametrize(
    ("wrong", "problem", "pointer"),
    [
        ({"type": "unheard-of"}, "unknown-event-type", "/type"),
        ({"customer": {"id": 10**9}}, "unknown-customer", "/customer"),
        ({"customer": {"external_id": "nobody"}}, "unknown-customer", "/customer"),
        ({"customer": {"id": 1, "external_id": "c"}}, "invalid-body", "/customer"),
        ({"data": {"seats": 0}}, "event-does-not-fit", "/data/seats"),
        ({"data": {}}, "event-does-not-fit", "/data"),
        ({"data": []}, "invalid-body", "/data"),
        ({"data": {"seats": 10**30}}, "invalid-body", "/data"),
        ({"data": {"seats": 1, "x": "a" * 3000}}, "event-too-large", "/data"),
        ({"data": {"seats": 1, "x": [1e-15] * 400}}, "event-too-large", "/data"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "not-plausible", "/occurred_at"),
    ],
)
def test_an_event_that_does_not_fit_is_refused(
    api: ShopSystem, wrong: dict[str, Any], problem: str, pointer: str
):
    api.post("event-types/", a_type())
    answer = api.post("events/", an_event(**wrong))

    assert answer.problem == (422, problem)
    assert answer.pointers == [pointer]
    assert not TimelineEntry.objects.filter(kind="crm.shop_event").exists()


def test_another_shops_type_is_not_there(api: ShopSystem):
    ShopSystem().post("event-types/", a_type())

    assert api.post("events/", an_event()).problem == (422, "unknown-event-type")
    assert api.get("event-types/").body["items"] == []


@pytest.mark.parametrize(
    "data_schema",
    [
        {"type": "thing"},
        {"properties": 5},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#"},
        {"properties": {"a": {"items": [{"$dynamicRef": "#x"}]}}},
        {"properties": {"a": {"pattern": "(a+)+$"}}},
        {"patternProperties": {".*": {}}},
        {"allOf": [{"unevaluatedProperties": False}]},
        {"minimum": 1e300},
        {"description": "x" * 8000},
    ],
)
def test_a_schema_that_cannot_be_trusted_is_refused(api: ShopSystem, data_schema: dict[str, Any]):
    answer = api.post("event-types/", a_type(data_schema=data_schema))

    assert answer.status == 422
    assert answer.problem[1] in ("unusable-schema", "invalid-body")
    assert answer.pointers[0].startswith("/data_schema")
    assert not EventType.objects.exists()


def test_names_of_the_data_are_free(api: ShopSystem):
    schema = {"properties": {"pattern": {"type": "string"}, "$ref": {"enum": ["pattern", {"$ref": 1}]}}}

    assert api.post("event-types/", a_type(data_schema=schema)).status == 201


def test_a_type_registered_again_stays_and_another_one_is_refused(api: ShopSystem):
    first = api.post("event-types/", a_type())

    assert api.post("event-types/", a_type()).body == first.body
    assert api.post("event-types/", a_type(label_en="Other")).problem == (409, "event-type-differs")
    assert [item["name"] for item in api.get("event-types/").body["items"]] == ["tasting"]


@pytest.mark.parametrize("name", ["Tasting", "a b", "дегустация", "-a", "a_b", "", "x" * 61])
def test_a_type_is_named_in_small_letters(api: ShopSystem, name: str):
    assert api.post("event-types/", a_type(name=name)).pointers == ["/name"]

"""The contract says what a shop's own server is sent: what really arrives there is held against it, kind by kind."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from crm import feed, timeline
from crm.api.schema import whole_schema
from crm.facts import FACTS, Fact, NoteWritten, UnknownFact
from crm.people import erasure
from crm.webhooks import asking_again, describing, queueing, sending
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.factories.webhooks import WebhookFactory
from tests.fakes.webhook_receiver import Told, a_receiver

VALUES = {
    str: "Мария",
    int: 3,
    bool: True,
    Decimal: Decimal("12.50"),
    datetime: datetime(2026, 3, 2, 10, 5, tzinfo=UTC),
    date: date(2026, 3, 2),
}
# Words that only one of a few may be.
CODES = {"identity_kind": "phone"}
TOLD = sorted((fact for fact in FACTS.values() if fact is not UnknownFact), key=lambda fact: fact.kind)


def filled(fact: type[Fact]) -> Fact:
    """The fact with something in every field."""
    hints = typing.get_type_hints(fact)
    values = {field.name: value_of(hints[field.name]) for field in fields(fact)}
    return fact(**{**values, **{name: word for name, word in CODES.items() if name in values}})


def value_of(hint: Any) -> Any:
    if isinstance(hint, UnionType):
        return None
    return {"en": "Tasting"} if typing.get_origin(hint) is dict else VALUES[hint]


def what_is_wrong(told: Told) -> list[str]:
    body = told.payload
    operation = whole_schema()["webhooks"][body["type"]]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": whole_schema()["components"]})
    return [f"{body['type']} {error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def told_as(text: str) -> Told:
    return Told(id="", moment="", signatures="", body=text.encode())


def tell_all(webhook: Any) -> None:
    feed.sequence()
    while queueing.queue_all(at=NOON):
        pass
    while knocks := sending.claim(webhook.pk, most=8, at=NOON):
        for knock in knocks:
            outcome = sending.outcome_of(sending.send(knock), took_ms=1)
            assert outcome.is_good
            sending.settle([(knock, outcome)], at=NOON)


def record(customer: Any, fact: Fact) -> None:
    with transaction.atomic():
        timeline.record(customer, fact, source="test", source_id="1", occurred_at=NOON)


@pytest.fixture
def heard(db: None) -> Iterator[tuple[Any, list[Told]]]:
    with a_receiver() as receiver:
        yield WebhookFactory(shop=ShopFactory(), url=receiver.url), receiver.told


def test_every_kind_that_may_be_told_stands_in_the_contract() -> None:
    assert set(whole_schema()["webhooks"]) == {fact.kind for fact in TOLD} | {"crm.webhook_test"}


def test_the_contract_with_what_is_told_is_an_openapi_document() -> None:
    validate_schema(whole_schema())


def test_what_arrives_of_every_kind_is_what_the_contract_says(heard: tuple[Any, list[Told]]) -> None:
    webhook, arrived = heard
    customer = CustomerFactory()
    for fact in TOLD:
        record(customer, filled(fact))
    asking_again.send_test(webhook, at=NOON)
    tell_all(webhook)

    assert {told.payload["type"] for told in arrived} >= {fact.kind for fact in TOLD} | {"crm.webhook_test"}
    assert [fault for told in arrived for fault in what_is_wrong(told)] == []


def test_what_is_told_of_somebody_erased_is_what_the_contract_says(heard: tuple[Any, list[Told]]) -> None:
    webhook, arrived = heard
    customer = CustomerFactory()
    record(customer, NoteWritten(text="planted-word"))
    erasure.erase(customer, reason="asked", by=UserFactory(), at=NOON)
    tell_all(webhook)

    (note,) = (told for told in arrived if told.payload["type"] == NoteWritten.kind)
    assert note.payload["data"]["payload"] == {}
    assert [fault for told in arrived for fault in what_is_wrong(told)] == []


@pytest.mark.parametrize(
    ("former", "other"),
    [
        ('"amount": "12.50"', '"amount": 12.5'),
        ('"version": 1', '"version": 2'),
        ('"order_number": "LP-1", ', ""),
        ('"occurred_at": "2026-03-02T10:05:00Z", ', ""),
        ('"customer": 17', '"customer": "17"'),
    ],
)
def test_another_body_is_not_what_the_contract_says(former: str, other: str) -> None:
    body = (
        '{"type": "crm.order_paid", "timestamp": "2026-03-02T10:05:00Z", "data": {"position": 431,'
        ' "kind": "crm.order_paid", "version": 1, "occurred_at": "2026-03-02T10:05:00Z",'
        ' "recorded_at": "2026-03-02T10:05:01Z", "customer": 17, "subject": {"type": "crm.order", "id": 5},'
        ' "payload": {"order_number": "LP-1", "amount": "12.50", "currency": "EUR"}, "is_history": false}}'
    )
    right, wrong = (told_as(text) for text in (body, body.replace(former, other)))

    assert what_is_wrong(right) == [] and len(what_is_wrong(wrong)) == 1


def test_the_headers_are_those_that_arrive(heard: tuple[Any, list[Told]]) -> None:
    webhook, _arrived = heard
    asking_again.send_test(webhook, at=NOON)
    (knock,) = sending.claim(webhook.pk, most=1, at=NOON)
    parameters = whole_schema()["components"]["parameters"].values()

    assert {one["name"] for one in parameters} == {
        name for name in knock.headers if name.startswith("webhook-")
    }


def test_the_body_that_the_page_shows_is_what_the_contract_says() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "webhooks.md").read_text()
    (shown,) = re.findall(r"^webhook-signature: .*?\n\n(.*?)```", page, re.DOTALL | re.MULTILINE)

    assert json.loads(shown)["type"] == "crm.order_paid"
    assert what_is_wrong(told_as(shown)) == []


def test_a_field_of_a_type_that_nobody_described_is_refused_when_the_contract_is_made() -> None:
    with pytest.raises(TypeError, match="SHAPES"):
        describing.shape_of(bytes)

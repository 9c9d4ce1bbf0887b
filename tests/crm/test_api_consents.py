"""`customers/{id}/consents/`, and how the API answers about people who were merged."""

from __future__ import annotations

from typing import Any

import pytest

from crm.models import Consent, Customer
from crm.people import merging
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db
SAID = {
    "purpose": "advertising",
    "channel": "email",
    "decision": "given",
    "occurred_at": "2026-03-02T12:00:00Z",
}


@pytest.fixture
def system() -> ShopSystem:
    return ShopSystem()


@pytest.fixture
def anna() -> Customer:
    return CustomerFactory()


def path(customer: Customer) -> str:
    return f"customers/{customer.pk}/consents/"


def test_a_consent_told_is_a_consent_held(system: ShopSystem, anna: Customer) -> None:
    answer = system.post(path(anna), {**SAID, "text_version": "2026-01", "proof": "form"})

    assert answer.status == 201
    assert answer.body == system.get(path(anna)).body
    (held,) = answer.body["items"]
    assert held["decision"] == "given"
    assert held["source"] == f"api:{system.shop.slug}"
    assert Consent.objects.get().proof == "form"
    assert "proof" not in held


def test_of_somebody_who_said_nothing_nothing_is_told(system: ShopSystem, anna: Customer) -> None:
    assert system.get(path(anna)).body == {"items": []}


def test_a_withdrawal_is_told_like_a_consent(system: ShopSystem, anna: Customer) -> None:
    system.post(path(anna), SAID)
    later = {**SAID, "decision": "withdrawn", "occurred_at": "2026-03-03T12:00:00Z"}

    assert system.post(path(anna), later).body["items"][0]["decision"] == "withdrawn"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"purpose": "fun"}, (422, "invalid-body")),
        ({"channel": "smoke"}, (422, "invalid-body")),
        ({"decision": True}, (422, "invalid-body")),
        ({"purpose": "processing"}, (422, "processing-has-no-channel")),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, (422, "not-plausible")),
        ({"by_the_way": 1}, (422, "invalid-body")),
    ],
)
def test_what_cannot_be_said_is_refused(
    system: ShopSystem, anna: Customer, change: dict[str, Any], problem: tuple[int, str]
) -> None:
    assert system.post(path(anna), {**SAID, **change}).problem == problem


def test_nobody_consents_for_somebody_unknown(system: ShopSystem) -> None:
    assert system.post("customers/0/consents/", SAID).problem == (404, "not-found")


def test_a_key_that_only_reads_may_not_tell(anna: Customer) -> None:
    system = ShopSystem(scopes="customers:read")

    assert system.get(path(anna)).status == 200
    assert system.post(path(anna), SAID).problem == (403, "scope-missing")


# ── people who were merged ───────────────────────────────────────────────────
@pytest.fixture
def merged(anna: Customer) -> Customer:
    """Somebody who was found to be Anna."""
    other = CustomerFactory()
    IdentityFactory(customer=other, value="old@mail.example", verified=True)
    merging.merge(anna, other=other, by=None, at=NOON)
    return other


def test_by_the_id_of_a_merged_customer_the_survivor_answers(
    system: ShopSystem, anna: Customer, merged: Customer
) -> None:
    answer = system.get(f"customers/{merged.pk}/")

    assert answer.body["id"] == anna.pk
    assert [one["value"] for one in answer.body["identities"]] == ["old@mail.example"]
    assert answer.headers["ETag"] == system.get(f"customers/{anna.pk}/").headers["ETag"]


def test_consents_events_and_changes_told_of_a_merged_customer_reach_the_survivor(
    system: ShopSystem, anna: Customer, merged: Customer
) -> None:
    system.post(path(merged), SAID)
    answer = system.patch(f"customers/{merged.pk}/", {"given_name": "Анна"}, If_Match="*")

    assert answer.body["given_name"] == "Анна"
    assert Consent.objects.get().customer_id == anna.pk
    assert Customer.objects.get(pk=anna.pk).given_name == "Анна"
    assert Customer.objects.get(pk=merged.pk).given_name != "Анна"


def test_whoever_is_looked_for_by_what_the_other_had_is_the_survivor(
    system: ShopSystem, anna: Customer, merged: Customer
) -> None:
    found = system.get("customers/?email=old@mail.example").body["items"]

    assert [one["id"] for one in found] == [anna.pk]


def test_the_timeline_of_a_merged_customer_is_the_survivors(
    system: ShopSystem, anna: Customer, merged: Customer
) -> None:
    one = system.get(f"customers/{merged.pk}/timeline/").body["items"]

    assert one == system.get(f"customers/{anna.pk}/timeline/").body["items"]
    assert one[0]["kind"] == "crm.customers_merged"
    assert one[0]["payload"] == {"merged_id": merged.pk, "survivor_id": anna.pk}


def test_an_order_told_again_after_its_customer_was_merged_is_the_same_order(
    system: ShopSystem, anna: Customer
) -> None:
    order = {
        "external_id": "1",
        "customer": {"external_id": "c-9"},
        "lines": [{"external_id": "1", "quantity": "1", "unit_price": "5.00", "name": "Чай"}],
        "placed_at": "2026-03-02T12:00:00Z",
    }
    first = system.post("orders/", order).body
    merging.merge(anna, other=Customer.objects.get(pk=first["customer"]), by=None, at=NOON)

    again = system.post("orders/", order)

    assert (again.status, again.body["id"]) == (201, first["id"])

from __future__ import annotations

from typing import Any

import pytest

from crm.models import Customer, Identity
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory, IdentityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


def email(value: str = "elena@mail.example", *, is_verified: bool = False) -> dict[str, Any]:
    return {"kind": "email", "value": value, "is_verified": is_verified}


def test_a_customer_is_made_known_and_read_back(api: ShopSystem):
    told = api.post(
        "customers/",
        {
            "external_id": "c-1",
            "identities": [email("Elena@mail.example")],
            "given_name": "Елена",
            "birthday": "1990-05-04",
        },
    )
    read = api.get(f"customers/{told.body['id']}/")

    assert (told.status, read.status) == (201, 200)
    assert told.body == {**read.body, "candidates": []}
    values = {
        identity["kind"]: (identity["value"], bool(identity["verified_at"]))
        for identity in read.body["identities"]
    }
    assert values == {"external": ("c-1", True), "email": ("elena@mail.example", False)}


def test_a_known_number_or_a_proven_address_is_the_same_person(api: ShopSystem):
    first = api.post("customers/", {"external_id": "c-1", "identities": [email(is_verified=True)]}).body
    by_number = api.post("customers/", {"external_id": "c-1", "family_name": "Петрова"}).body
    by_address = api.post("customers/", {"identities": [email(is_verified=True)], "given_name": "Елена"}).body

    assert first["id"] == by_number["id"] == by_address["id"]
    assert (by_address["family_name"], by_address["given_name"]) == ("Петрова", "Елена")


def test_an_unproven_address_makes_somebody_new_and_names_who_it_may_be(api: ShopSystem):
    first = api.post("customers/", {"identities": [email()]}).body
    second = api.post("customers/", {"identities": [email()]}).body

    assert second["id"] != first["id"]
    assert second["candidates"] == [first["id"]]


def test_two_people_in_one_request_are_a_conflict_that_names_nobody(api: ShopSystem):
    api.post("customers/", {"external_id": "c-1"})
    api.post("customers/", {"identities": [email(is_verified=True)]})
    answer = api.post("customers/", {"external_id": "c-1", "identities": [email(is_verified=True)]})

    assert answer.problem == (409, "conflicting-identities")
    assert "elena" not in str(answer.body)


def test_another_shops_numbers_are_not_shown_and_do_not_count(api: ShopSystem):
    other = ShopSystem()
    mine = api.post("customers/", {"external_id": "c-1"}).body
    theirs = other.post("customers/", {"external_id": "c-1"}).body

    assert mine["id"] != theirs["id"]
    assert other.get(f"customers/{mine['id']}/").body["identities"] == []


def test_a_change_needs_the_state_it_changes(api: ShopSystem):
    customer = api.post("customers/", {"given_name": "Elena"}).body
    path = f"customers/{customer['id']}/"
    etag = api.get(path).headers["ETag"]

    assert api.patch(path, {"given_name": "Eva"}).problem == (428, "precondition-missing")
    changed = api.patch(path, {"given_name": "Eva"}, if_match=etag)
    assert (changed.status, changed.body["given_name"]) == (200, "Eva")
    assert api.patch(path, {"given_name": "Ana"}, if_match=etag).problem == (412, "precondition-failed")
    assert api.patch(path, {"given_name": "Ana"}, if_match=changed.headers["ETag"]).status == 200
    assert api.patch(path, {"given_name": "Ira"}, if_match="*").body["given_name"] == "Ira"


def test_a_new_identity_changes_the_etag(api: ShopSystem):
    customer = api.post("customers/", {"given_name": "Elena"}).body
    path = f"customers/{customer['id']}/"
    before = api.get(path).headers["ETag"]
    changed = api.patch(path, {"identities": [email()]}, if_match=before)

    assert changed.headers["ETag"] != before
    assert len(changed.body["identities"]) == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({}, ""),
        ({"id": 5}, "/id"),
        ({"created_at": "2026-03-02T12:00:00Z"}, "/created_at"),
        ({"merged_into": 1}, "/merged_into"),
        ({"given_name": 5}, "/given_name"),
        ({"given_name": "x" * 101}, "/given_name"),
        ({"language": "de"}, "/language"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"time_zone": "../etc/passwd"}, "/time_zone"),
        ({"birthday": "04.05.1990"}, "/birthday"),
        ({"birthday": "0000-01-01"}, "/birthday"),
        ({"identities": {}}, "/identities"),
        ({"identities": [{"kind": "email"}]}, "/identities/0/value"),
        ({"identities": [{"kind": "fax", "value": "1"}]}, "/identities/0/kind"),
        ({"identities": [{"kind": "external", "value": "1"}]}, "/identities/0/kind"),
        ({"identities": [{"kind": "email", "value": "no"}]}, "/identities/0/value"),
        ({"identities": [{"kind": "phone", "value": "0888123456; 0887123456"}]}, "/identities/0/value"),
        ({"identities": [email(), {**email(), "is_verified": "yes"}]}, "/identities/1/is_verified"),
        ({"identities": [email()] * 21}, "/identities"),
        ({"external_id": "   "}, "/external_id"),
        ({"external_id": "a\nb"}, None),
    ],
)
def test_a_customer_told_wrongly_is_refused_with_a_pointer(
    api: ShopSystem, wrong: dict[str, Any], pointer: str | None
):
    known = CustomerFactory()
    answers = [api.post("customers/", wrong), api.patch(f"customers/{known.pk}/", wrong, if_match="*")]

    for answer in answers:
        assert answer.status == 422
        assert answer.problem
        if pointer is not None:
            assert answer.pointers == [pointer]
    assert Customer.objects.count() == 1
    assert not Identity.objects.exists()


def test_customers_are_found_by_what_they_are_known_by(api: ShopSystem):
    elena = api.post(
        "customers/",
        {
            "external_id": "c-1",
            "identities": [
                email(),
                {"kind": "phone", "value": "0888 12 34 56"},
                {"kind": "card", "value": "2400-1"},
            ],
        },
    ).body
    CustomerFactory()

    for query in (
        "external_id=c-1",
        "email=ELENA@mail.example",
        "phone=%2B359888123456",
        "phone=0888123456",
        "card=24001",
    ):
        assert [found["id"] for found in api.get(f"customers/?{query}").body["items"]] == [elena["id"]], query
    assert api.get("customers/?external_id=c-2").body["items"] == []
    assert api.get("customers/?email=no").body["parameters"][0]["parameter"] == "email"
    assert len(api.get("customers/?updated_since=2020-01-01T00:00:00Z").body["items"]) == 2
    assert api.get("customers/?updated_since=2099-01-01T00:00:00%2B02:00").body["items"] == []


def test_a_list_of_customers_takes_the_same_queries_however_long(api: ShopSystem, django_assert_num_queries):
    for _ in range(3):
        IdentityFactory()
    api.warm("customers/")
    with django_assert_num_queries(2):
        assert len(api.get("customers/").body["items"]) == 3

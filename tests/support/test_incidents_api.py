"""A shop's own systems draft an incident, let it out and end it; it touches that shop's orders alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm.models import Message
from support.models import Incident, IncidentNotice
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.incidents import drafted, told, waits_for
from tests.factories.paper_channels import PaperAccountFactory, paper_channels

pytestmark = pytest.mark.django_db
BODY = {
    "names": {"en": "No electricity in Varna"},
    "began_at": "2026-03-02T12:00:00Z",
    "affected": {"warehouse": "varna"},
}


@pytest.fixture
def shop() -> ShopSystem:
    return ShopSystem()


@pytest.fixture(autouse=True)
def _papers() -> Iterator[None]:
    with paper_channels():
        PaperAccountFactory()
        yield


def waiting(shop: ShopSystem) -> int:
    customer = CustomerFactory()
    IdentityFactory(customer=customer, verified=True)
    waits_for(customer=customer, shop=shop.shop)
    return customer.pk


def test_an_incident_is_drafted_announced_and_resolved(shop) -> None:
    affected = waiting(shop)
    drafted_one = shop.post("incidents/", BODY).body
    assert drafted_one["state"] == "draft"
    assert not Message.objects.exists()

    announced = shop.post(f"incidents/{drafted_one['id']}/events/", {"event": "announced"})
    assert (announced.status, announced.body["state"]) == (200, "announced")
    told(IncidentNotice.objects.get())
    assert [one.customer_id for one in Message.objects.all()] == [affected]
    Message.objects.update(state="sent", sent_at="2026-03-02T13:00:00Z")

    resolved = shop.post(f"incidents/{drafted_one['id']}/events/", {"event": "resolved"}).body
    told(IncidentNotice.objects.get(kind="resolved"))
    assert resolved["state"] == "resolved"
    assert Message.objects.count() == 2


def test_orders_of_another_shop_are_not_affected(shop) -> None:
    waiting(ShopSystem())
    mine = shop.post("incidents/", BODY).body

    shop.post(f"incidents/{mine['id']}/events/", {"event": "announced"})

    assert told(IncidentNotice.objects.get()).people_total == 0


def test_incidents_of_others_and_of_the_company_are_not_there(shop) -> None:
    theirs = ShopSystem().post("incidents/", BODY).body
    companys = drafted()

    for pk in (theirs["id"], companys.pk):
        assert shop.get(f"incidents/{pk}/").status == 404
        assert shop.post(f"incidents/{pk}/events/", {"event": "announced"}).status == 404
    assert shop.get("incidents/").body["items"] == []


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("told_again", "incident-is-not-going-on"),
        ("resolved", "incident-is-not-going-on"),
        ("stopped", "incident-notice-not-at-work"),
    ],
)
def test_what_cannot_happen_to_a_draft_is_refused(shop, event, code) -> None:
    mine = shop.post("incidents/", BODY).body

    answer = shop.post(f"incidents/{mine['id']}/events/", {"event": event})

    assert answer.status == 409
    assert answer.body["type"].endswith(code)


def test_a_draft_is_stopped_while_it_goes_out_and_announced_once(shop) -> None:
    waiting(shop)
    mine = shop.post("incidents/", BODY).body
    path = f"incidents/{mine['id']}/events/"
    shop.post(path, {"event": "announced"})

    again = shop.post(path, {"event": "announced"})
    stopped = shop.post(path, {"event": "stopped"})

    assert again.body["type"].endswith("incident-notice-is-out")
    assert stopped.status == 200
    assert IncidentNotice.objects.get().state == "cancelled"


def test_the_list_is_narrowed_by_state(shop) -> None:
    mine = shop.post("incidents/", BODY).body

    assert [one["id"] for one in shop.get("incidents/?state=draft").body["items"]] == [mine["id"]]
    assert shop.get("incidents/?state=resolved").body["items"] == []


@pytest.mark.parametrize(
    "change",
    [{"names": {}}, {"affected": {"warehouse": ""}}, {"affected": {"warehouse": "x", "progress": ["?"]}}],
)
def test_what_says_nothing_is_refused(shop, change) -> None:
    assert shop.post("incidents/", {**BODY, **change}).status == 422
    assert not Incident.objects.exists()

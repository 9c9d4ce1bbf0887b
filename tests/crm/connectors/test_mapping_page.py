"""The page of a mapping: tried on a sample, used from then on, and every version there to go back to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.connectors import agreeing, connecting, inbox, landing
from crm.connectors.base import OrderGiven, Parcel
from crm.connectors.mapped.mapping import checked
from crm.connectors.mapped.reading import Reader
from crm.connectors.mapped.ready import all_ready
from crm.connectors.signed_json import parsed
from crm.models import Connection, ConnectorMapping, User
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.fakes import any_json as fake
from tests.fakes import ready_systems as systems

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> User:
    made: User = UserFactory(is_superuser=True, language="en")
    client.force_login(made)
    return made


@pytest.fixture
def connection() -> Connection:
    return connecting.connect(
        shop=ShopFactory(), vendor="any-json", secrets={"webhook_secret": fake.SECRET}, at=NOON
    )


def page_of(connection: Connection) -> str:
    return reverse("crm:connection-mapping", args=[connection.pk])


def typed(deed: str, sample: Any, **changed: str) -> dict[str, str]:
    written = sample if isinstance(sample, str) else json.dumps(sample)
    return {**fake.MAPPING, **changed, "sample": written, "deed": deed}


def test_trying_shows_what_would_land_and_changes_nothing(
    client: Client, administrator: User, connection: Connection
) -> None:
    page = client.post(page_of(connection), typed("try", fake.order()))

    assert "would land" in page.text and "TEA-LINDEN-50" in page.text and "1 021,60" in page.text
    assert '<option value="order.buyer.mail">' in page.text
    assert not ConnectorMapping.objects.exists()


def test_what_is_missing_and_what_cannot_be_read_is_said_beside_its_field(
    client: Client, administrator: User, connection: Connection
) -> None:
    sample = fake.order(placed="вчера", rows=[{"no": 1, "count": "", "sum": "1"}])
    page = client.post(page_of(connection), typed("use", sample))

    assert "would not land" in page.text
    assert "cannot be read" in page.text and "missing" in page.text
    assert not ConnectorMapping.objects.exists()


@pytest.mark.parametrize(
    ("sample", "changed", "said"),
    [
        ("{", {}, "This is no JSON"),
        (fake.order(), {"order.placed_at": ""}, "nothing can land without it"),
        (fake.order(), {"order.number": "a[b"}, "This is no place"),
        ({"event": "nothing"}, {}, "Nothing of the sample would land"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    client: Client,
    administrator: User,
    connection: Connection,
    sample: Any,
    changed: dict[str, str],
    said: str,
) -> None:
    assert said in client.post(page_of(connection), typed("use", sample, **changed)).text
    assert not ConnectorMapping.objects.exists()


def test_a_mapping_that_is_used_counts_and_an_earlier_version_can_be_looked_at(
    client: Client, administrator: User, connection: Connection
) -> None:
    client.post(page_of(connection), typed("use", fake.order()))
    client.post(page_of(connection), typed("use", fake.order(), **{"order.number": "order.id"}))

    assert agreeing.agreed(connection)["order.number"] == "order.id"
    assert ConnectorMapping.objects.get(number=1).made_by == administrator
    assert 'value="order.id"' in client.get(page_of(connection)).text
    assert 'value="order.no"' in client.get(page_of(connection), {"version": "1"}).text
    assert client.get(page_of(connection), {"version": "9" * 18}).status_code == 404


def test_the_latest_delivery_may_be_the_sample(
    client: Client, administrator: User, connection: Connection
) -> None:
    inbox.keep(connection, Parcel(delivery_id="1", topic="json", body=fake.spelt(fake.order())), at=NOON)

    assert "Липов чай" not in client.get(page_of(connection)).text
    page = client.get(page_of(connection), {"sample": "latest"})
    assert "Липов чай" in page.text and "no-store" in page.headers["Cache-Control"]


def test_a_delivery_that_did_not_land_can_be_tried_on_the_page_that_it_leads_to(
    client: Client, administrator: User, connection: Connection
) -> None:
    kept = inbox.keep(
        connection, Parcel(delivery_id="1", topic="json", body=fake.spelt(fake.order())), at=NOON
    )
    inbox.keep(connection, Parcel(delivery_id="2", topic="json", body=b"{}"), at=NOON)
    assert kept and not landing.land(kept.pk, at=NOON)

    log = client.get(reverse("crm:connection", args=[connection.pk])).text
    assert f"{page_of(connection)}?sample={kept.pk}" in log
    assert "Липов чай" in client.get(page_of(connection), {"sample": kept.pk}).text


def test_only_a_system_that_nobody_has_met_before_has_a_mapping(client: Client, administrator: User) -> None:
    other = connecting.connect(
        shop=ShopFactory(), vendor="shopify", secrets={"webhook_secret": fake.SECRET}, at=NOON
    )

    assert client.get(page_of(other)).status_code == 404


def test_a_page_costs_as_many_queries_with_thirty_versions_as_with_one(
    client: Client,
    administrator: User,
    connection: Connection,
    django_assert_max_num_queries: Any,
) -> None:
    ConnectorMapping.objects.bulk_create(
        ConnectorMapping(
            connection=connection, number=number, told=fake.MAPPING, made_at=NOON, made_by=administrator
        )
        for number in range(1, 31)
    )
    with django_assert_max_num_queries(10):
        page = client.get(page_of(connection))

    assert page.text.count("?version=") == 10 and "before=" in page.text


@pytest.mark.parametrize("name", sorted(all_ready()))
def test_a_ready_mapping_can_be_started_from(
    client: Client, administrator: User, connection: Connection, name: str
) -> None:
    ready = all_ready()[name]
    assert checked(ready.mapping) == ready.mapping
    page = client.get(page_of(connection), {"ready": name})
    assert f'value="{ready.mapping["order.lines"]}"' in page.text
    assert client.get(page_of(connection), {"ready": "nobody"}).status_code == 404


@pytest.mark.parametrize("name", sorted(all_ready()))
def test_a_ready_mapping_reads_what_its_documents_show(connection: Connection, name: str) -> None:
    reader = Reader(mapping=all_ready()[name].mapping, clock=agreeing.clock_of(connection))
    [order] = reader.given(parsed(json.dumps(systems.ORDERS[name])))

    assert isinstance(order, OrderGiven) and order.person
    assert [(line.sku, str(line.quantity), str(line.computed_amount)) for line in order.lines] == [
        ("TEA-LINDEN-50", "3.000", "21.60")
    ]
    assert (str(order.delivery_amount), order.person.details["given_name"]) == ("6.00", "Мария")
    assert "paid" in order.moments and "cancelled" not in order.moments
    assert order.as_of and order.placed_at.tzinfo


def test_a_guest_of_opencart_has_no_number() -> None:
    reader = Reader(mapping=all_ready()["opencart"].mapping, clock=agreeing.ZoneInfo("Europe/Sofia"))
    [order] = reader.given({**systems.OPENCART, "customer_id": "0"})

    assert isinstance(order, OrderGiven) and order.person
    assert "external" not in [hint.kind for hint in order.person.hints]

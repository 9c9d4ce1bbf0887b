"""The pages of connections and `manage.py connect`: made, shown, tried again, closed."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.connectors import connecting, inbox, landing, reconciling, rounds
from crm.connectors.woocommerce import parcel
from crm.models import Connection, ConnectorDelivery, ConnectorRound, Difference, Order, User
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.fakes import woocommerce as woo
from tests.fakes.woocommerce_shop import a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> User:
    made: User = UserFactory(is_superuser=True, language="en")
    client.force_login(made)
    return made


@pytest.fixture
def connection() -> Connection:
    return connecting.connect(
        shop=ShopFactory(), vendor="woocommerce", secrets={"webhook_secret": woo.SECRET}, at=NOON
    )


def test_a_shop_is_connected_and_its_secret_shown_on_a_press_only(
    client: Client, administrator: User
) -> None:
    client.post(reverse("crm:new-connection"), {"shop": ShopFactory().pk, "vendor": "woocommerce"})

    made = Connection.objects.get()
    assert made.created_by == administrator
    page = client.get(reverse("crm:connection", args=[made.pk]))
    secret = made.secrets["webhook_secret"]
    assert made.key in page.text and secret not in page.text
    shown = client.post(reverse("crm:connection-secret", args=[made.pk]))
    assert secret in shown.text and "no-store" in shown.headers["Cache-Control"]


def test_a_second_connection_is_refused_in_a_sentence(
    client: Client, administrator: User, connection: Connection
) -> None:
    told = {"shop": connection.shop.pk, "vendor": "woocommerce"}
    answer = client.post(reverse("crm:new-connection"), told)

    assert "Close that connection first" in answer.text


def test_what_failed_says_why_and_lands_when_it_is_tried_again(
    client: Client, administrator: User, connection: Connection
) -> None:
    early = inbox.keep(connection, parcel("refund", woo.spelt(woo.refund())), at=NOON)
    assert early and not landing.land(early.pk, at=timezone.now())
    page = client.get(reverse("crm:connection", args=[connection.pk]), {"state": "failed"})
    assert "has not arrived yet" in page.text

    order = inbox.keep(connection, parcel("order.created", woo.spelt(woo.order())), at=NOON)
    assert order and landing.land(order.pk, at=timezone.now())
    client.post(reverse("crm:connection-replay", args=[connection.pk, early.pk]))

    assert not ConnectorDelivery.objects.failed().exists()
    assert Order.objects.get().lines.get().returned_quantity == 1


def test_a_page_costs_as_many_queries_with_fifty_deliveries_as_with_one(
    client: Client, administrator: User, connection: Connection, django_assert_max_num_queries: object
) -> None:
    for number in range(1, 61):
        inbox.keep(connection, parcel("order.created", woo.spelt(woo.order(number))), at=NOON)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page = client.get(reverse("crm:connection", args=[connection.pk]))

    assert page.text.count("order.created") == 50 and "before=" in page.text


def test_a_closed_connection_is_gone_from_the_list(
    client: Client, administrator: User, connection: Connection
) -> None:
    connections = reverse("admin:crm_connection_changelist")
    assert reverse("crm:connection", args=[connection.pk]) in client.get(connections).text
    client.post(reverse("crm:connection-closure", args=[connection.pk]))

    assert reverse("crm:connection", args=[connection.pk]) not in client.get(connections).text


def test_the_form_asks_for_what_each_system_needs(client: Client, administrator: User) -> None:
    vendors = client.get(reverse("crm:new-connection")).text
    assert "?vendor=woocommerce" in vendors and "?vendor=shopify" in vendors
    form = client.get(reverse("crm:new-connection"), {"vendor": "woocommerce"}).text

    assert 'name="consumer_key"' in form and 'name="webhook_secret"' not in form
    assert "Settings → Advanced → REST API" in form


def test_wrong_keys_and_missing_permissions_are_said_with_their_cure(
    client: Client, administrator: User, connection: Connection
) -> None:
    access = reverse("crm:connection-access", args=[connection.pk])
    with a_shop() as shop:
        shop.forbidden = {"orders"}
        told = {"address": shop.address, **shop.access}
        page = client.post(access, told, follow=True).text
        assert "Allow them to read “orders” there" in page
        page = client.post(access, {**told, "consumer_secret": "cs_wrong"}, follow=True).text
        assert "The shop does not accept these keys." in page

    connection.refresh_from_db()
    assert connection.secrets["webhook_secret"] == woo.SECRET and "cs_wrong" not in page


def test_what_is_left_empty_stays_and_an_address_inside_is_refused(
    client: Client, administrator: User, connection: Connection, settings: Any
) -> None:
    connecting.give_access(connection, address="", secrets={"consumer_key": "ck", "consumer_secret": "cs"})
    access = reverse("crm:connection-access", args=[connection.pk])
    client.post(access, {"address": "", "consumer_key": "", "consumer_secret": ""})
    connection.refresh_from_db()
    assert connection.secrets["consumer_key"] == "ck"

    settings.OUTSIDE_TRUSTED_NETWORKS = []
    page = client.post(access, {"address": "https://127.0.0.1/", "consumer_key": "", "consumer_secret": ""})
    assert "This address cannot be called." in page.text


def test_the_past_is_begun_watched_and_stopped_on_the_page(
    client: Client, administrator: User, connection: Connection
) -> None:
    connecting.give_access(
        connection, address="https://shop.example/", secrets={"consumer_key": "ck", "consumer_secret": "cs"}
    )
    begun = client.post(reverse("crm:connection-back-fill", args=[connection.pk]), follow=True).text
    round = ConnectorRound.objects.get()
    assert "It begins in a moment." in begun and round.started_by == administrator
    ConnectorRound.objects.update(kind="order", kind_seen=50, kind_total=200)
    watched = reverse("crm:connection-round", args=[connection.pk, round.pk])
    assert "50 of 200" in client.get(watched, headers={"HX-Request": "true"}).text

    client.post(reverse("crm:connection-round-stop", args=[connection.pk, round.pk]))
    assert client.get(watched, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "can go on where it stood" in client.get(watched).text
    client.post(reverse("crm:connection-round-resumption", args=[connection.pk, round.pk]))
    assert ConnectorRound.objects.at_work().exists()


def test_without_keys_nothing_is_begun_and_the_page_says_what_is_missing(
    client: Client, administrator: User, connection: Connection
) -> None:
    page = client.post(reverse("crm:connection-comparison", args=[connection.pk]), follow=True).text

    assert "Give the address of the shop and its keys first" in page and not ConnectorRound.objects.exists()


def test_what_differed_is_shown_and_brought_again(
    client: Client, administrator: User, connection: Connection
) -> None:
    with a_shop() as shop:
        connecting.give_access(connection, address=shop.address, secrets=shop.access)
        kept = inbox.keep(connection, parcel("order.created", woo.spelt(woo.pending())), at=NOON)
        assert kept and landing.land(kept.pk, at=NOON)
        shop.sell(woo.completed())
        round = reconciling.begin(connection, at=NOON)
        difference = Difference.objects.create(
            round=round, kind="state", thing="order:727", called="727", here="placed", there="completed"
        )
        rounds.stop(round, at=NOON)
        report = reverse("crm:connection-round", args=[connection.pk, round.pk])
        assert "Bring it again" in client.get(report, {"state": "open"}).text
        page = client.post(
            reverse("crm:connection-bringing", args=[connection.pk, round.pk, difference.pk]), follow=True
        )

    assert "agrees now" in page.text and "put right" in page.text
    assert Order.objects.get().progress == "completed"


def test_a_report_costs_as_many_queries_with_fifty_differences_as_with_one(
    client: Client, administrator: User, connection: Connection, django_assert_max_num_queries: Any
) -> None:
    connecting.give_access(
        connection, address="https://shop.example/", secrets={"consumer_key": "ck", "consumer_secret": "cs"}
    )
    round = reconciling.begin(connection, at=NOON)
    Difference.objects.bulk_create(
        Difference(round=round, kind="sum", thing=f"order:{number}", called=f"N{number}")
        for number in range(60)
    )
    rounds.stop(round, at=NOON)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("crm:connection-round", args=[connection.pk, round.pk]))

    assert page.text.count("still different") == 50 and "before=" in page.text


def test_all_that_failed_is_tried_again_at_one_press(
    client: Client, administrator: User, connection: Connection
) -> None:
    early = [
        inbox.keep(connection, parcel("refund", woo.spelt(woo.refund(number))), at=NOON)
        for number in (1, 2, 3)
    ]
    for one in early:
        assert one and not landing.land(one.pk, at=NOON)
    page = client.post(reverse("crm:connection-replay-of-all", args=[connection.pk]), follow=True)

    assert "3 deliveries are tried again" in page.text
    assert ConnectorDelivery.objects.due(timezone.now()).count() == 3


def test_why_something_failed_is_said_in_the_language_of_the_reader(
    client: Client, connection: Connection
) -> None:
    client.force_login(UserFactory(is_superuser=True, language="bg"))
    early = inbox.keep(connection, parcel("refund", woo.spelt(woo.refund())), at=NOON)
    assert early and not landing.land(early.pk, at=NOON)
    page = client.get(reverse("crm:connection", args=[connection.pk]))

    assert "has not arrived yet" not in page.text and "поръчка" in page.text.lower()


def test_the_command_prints_what_to_type_into_the_shop() -> None:
    said = StringIO()
    call_command("connect", "woocommerce", shop=ShopFactory().slug, stdout=said)

    made = Connection.objects.get()
    assert f"/hooks/connectors/{made.key}/" in said.getvalue()
    assert made.secrets["webhook_secret"] in said.getvalue()


def test_1c_is_known_however_it_is_spelt() -> None:
    for spelt in ("one-c", "one_c"):
        call_command("connect", spelt, shop=ShopFactory().slug, stdout=StringIO())

    assert set(Connection.objects.values_list("vendor", flat=True)) == {"one_c"}


def test_the_command_says_in_a_sentence_what_is_wrong(connection: Connection) -> None:
    with pytest.raises(CommandError, match="Close that connection first"):
        call_command("connect", "woocommerce", shop=connection.shop.slug)
    with pytest.raises(CommandError, match="There is no shop called nowhere"):
        call_command("connect", "woocommerce", shop="nowhere")


def test_the_command_reads_keys_as_lines_brings_the_past_and_compares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said, slug = StringIO(), ShopFactory().slug
    with a_shop() as shop:
        shop.sell(woo.order(1), woo.order(2))
        monkeypatch.setattr("sys.stdin", StringIO("\n".join(shop.access.values()) + "\n"))
        call_command(
            "connect",
            *("woocommerce", "--shop", slug, "--address", shop.address, "--back-fill", "--compare"),
            *("--secret", "consumer_key", "--secret", "consumer_secret"),
            stdout=said,
        )

    assert "looked at 2, new 2" in said.getvalue() and "differed 0" in said.getvalue()
    assert Order.objects.count() == 2 and "cs_" not in said.getvalue()


def test_the_command_says_what_is_in_the_way_and_changes_the_access(connection: Connection) -> None:
    slug, trouble = connection.shop.slug, StringIO()
    call_command("connect", "woocommerce", shop=slug, address="https://shop.invalid/", stderr=trouble)
    assert "Give the address of the shop and its keys first" in trouble.getvalue()
    with pytest.raises(CommandError, match="Give the address of the shop and its keys first"):
        call_command("connect", "woocommerce", shop=slug, back_fill=True, stderr=trouble)
    with pytest.raises(CommandError, match="knows no secret password"):
        call_command("connect", "woocommerce", shop=slug, secret=["password"])

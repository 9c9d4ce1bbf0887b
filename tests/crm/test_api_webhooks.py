"""A shop's own system makes its webhooks, reads their log, and has things sent again."""

from __future__ import annotations

from typing import Any

import pytest

from crm.models import IdempotentAnswer, Webhook
from crm.webhooks import asking_again, sending, subscribing
from crm.webhooks.sending import Outcome
from tests.api_client import ShopSystem
from tests.factories.shops import NOON, ShopFactory
from tests.factories.webhooks import WebhookFactory

pytestmark = pytest.mark.django_db
TOLD = {"name": "server", "url": "https://shop.example/hooks", "kinds": ["crm.order_paid"]}


@pytest.fixture
def shop_system() -> ShopSystem:
    return ShopSystem()


def test_a_shop_makes_a_webhook_and_reads_its_secret(shop_system: ShopSystem) -> None:
    made = shop_system.post("webhooks/", TOLD)
    webhook = Webhook.objects.get()

    assert made.status == 201 and made.body["id"] == webhook.pk
    assert webhook.shop == shop_system.shop
    secret = shop_system.get(f"webhooks/{webhook.pk}/secret/")
    assert secret.body["secret"] == subscribing.secret_of(webhook)
    assert secret.headers["Cache-Control"] == "no-store"


def test_no_secret_rests_among_the_answers_kept_for_repeats(shop_system: ShopSystem) -> None:
    webhook = WebhookFactory(shop=shop_system.shop)
    shop_system.get(f"webhooks/{webhook.pk}/secret/")
    shop_system.post(f"webhooks/{webhook.pk}/secret/", {"overlap_hours": 1})

    assert not IdempotentAnswer.objects.filter(body__contains="whsec_").exists()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"url": "http://shop.example/"}, "address-refused"),
        ({"url": "https://127.0.0.2/"}, "address-refused"),
        ({"kinds": ["crm.nothing"]}, "unknown-kind"),
    ],
)
def test_what_cannot_be_is_refused_with_a_pointer(
    shop_system: ShopSystem, settings: Any, changes: dict[str, object], problem: str
) -> None:
    settings.OUTSIDE_TRUSTED_NETWORKS = []
    answer = shop_system.post("webhooks/", {**TOLD, **changes})

    assert answer.problem == (422, problem)
    assert answer.pointers == [f"/{next(iter(changes))}"]


def test_a_webhook_changes_only_for_who_knows_its_state(shop_system: ShopSystem) -> None:
    webhook = WebhookFactory(shop=shop_system.shop)
    address = f"webhooks/{webhook.pk}/"
    known = shop_system.get(address).headers["ETag"]

    assert shop_system.patch(address, {"name": "new"}).problem == (428, "precondition-missing")
    assert shop_system.patch(address, {"name": "new"}, If_Match=known).body["name"] == "new"
    assert shop_system.patch(address, {"name": "b"}, If_Match=known).problem == (412, "precondition-failed")


def test_a_webhook_is_paused_resumed_tested_and_removed(shop_system: ShopSystem) -> None:
    webhook = WebhookFactory(shop=shop_system.shop)
    address = f"webhooks/{webhook.pk}/"

    assert shop_system.post(f"{address}pauses/", {}).body["paused_at"]
    assert shop_system.post(f"{address}resumptions/", {}).body["paused_at"] is None
    assert shop_system.post(f"{address}tests/", {}).body["kind"] == "crm.webhook_test"
    assert shop_system.ask("DELETE", address).status == 200
    assert shop_system.get(address).status == 404
    assert shop_system.get("webhooks/").body["items"] == []


def test_the_log_is_read_and_things_are_sent_again(shop_system: ShopSystem) -> None:
    webhook = WebhookFactory(shop=shop_system.shop)
    asking_again.send_test(webhook, at=NOON)
    (knock,) = sending.claim(webhook.pk, most=1, at=NOON)
    sending.settle([(knock, Outcome(took_ms=12, status=204))], at=NOON)
    log = f"webhooks/{webhook.pk}/deliveries/"

    (item,) = shop_system.get(f"{log}?state=delivered").body["items"]
    whole = shop_system.get(f"{log}{item['id']}/").body
    assert whole["body"] == knock.body.decode() and whole["tries"][0]["status"] == 204
    assert shop_system.post(f"{log}{item['id']}/resends/", {}).body["state"] == "waiting"
    stretch = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
    assert shop_system.post(f"webhooks/{webhook.pk}/stretches/", stretch).body == {"deliveries": 1}


def test_anothers_webhook_is_not_there(shop_system: ShopSystem) -> None:
    other = WebhookFactory(shop=ShopFactory())

    assert shop_system.get(f"webhooks/{other.pk}/secret/").problem[0] == 404
    assert shop_system.post(f"webhooks/{other.pk}/tests/", {}).problem[0] == 404


def test_the_log_costs_the_same_however_long(
    shop_system: ShopSystem, django_assert_max_num_queries: object
) -> None:
    webhook = WebhookFactory(shop=shop_system.shop)
    for _number in range(30):
        asking_again.send_test(webhook, at=NOON)
    shop_system.warm("webhooks/")
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert len(shop_system.get(f"webhooks/{webhook.pk}/deliveries/").body["items"]) == 30

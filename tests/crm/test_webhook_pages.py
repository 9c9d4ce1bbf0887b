"""The pages of webhooks: made, shown, tested, paused, changed, sent again and removed, each in a few queries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import User, Webhook, WebhookDelivery
from crm.webhooks import asking_again, sending, subscribing
from crm.webhooks.sending import Outcome
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.factories.webhooks import WebhookFactory

pytestmark = pytest.mark.django_db
NEW = reverse("crm:new-webhook")


@pytest.fixture
def administrator(client: Client) -> User:
    made: User = UserFactory(is_superuser=True, language="en")
    client.force_login(made)
    return made


def at(name: str, *pks: int) -> str:
    return reverse(f"crm:{name}", args=pks)


def delivered(webhook: Webhook, *, answer: str = "thanks") -> WebhookDelivery:
    asking_again.send_test(webhook, at=NOON)
    (knock,) = sending.claim(webhook.pk, most=1, at=NOON)
    sending.settle([(knock, Outcome(took_ms=12, status=200, answer=answer))], at=NOON)
    return WebhookDelivery.objects.get(pk=knock.delivery_pk)


def test_a_webhook_is_made_and_its_secret_shown_on_a_press_only(client: Client, administrator: User) -> None:
    told = {
        "shop": ShopFactory().pk,
        "name": "server",
        "url": "https://shop.example/hooks",
        "kinds": ["crm.order_paid"],
    }
    answer = client.post(NEW, told)

    webhook = Webhook.objects.get()
    assert answer.headers["Location"] == at("webhook", webhook.pk)
    assert (webhook.created_by, webhook.kinds) == (administrator, ["crm.order_paid"])
    page = client.get(at("webhook", webhook.pk))
    assert "whsec_" not in page.text
    shown = client.post(at("webhook-secret", webhook.pk))
    assert subscribing.secret_of(webhook) in re.findall(r"whsec_[\w+/=]+", shown.text)
    assert "no-store" in shown.headers["Cache-Control"]


@pytest.mark.parametrize(
    "url", ["http://shop.example/", "https://10.0.0.1/", "https://u:p@shop.example/", "shop"]
)
def test_an_address_that_cannot_be_called_makes_no_webhook(
    client: Client, administrator: User, settings: Any, url: str
) -> None:
    settings.OUTSIDE_TRUSTED_NETWORKS = []
    answer = client.post(NEW, {"shop": ShopFactory().pk, "name": "server", "url": url})

    assert answer.status_code == 200 and "This address cannot be called" in answer.text
    assert not Webhook.objects.exists()


def test_a_colleague_pauses_resumes_tests_and_removes(client: Client, administrator: User) -> None:
    webhook = WebhookFactory()
    client.post(at("webhook-pause", webhook.pk))
    webhook.refresh_from_db()
    assert webhook.paused_by == administrator

    client.post(at("webhook-resumption", webhook.pk))
    client.post(at("webhook-test", webhook.pk))
    webhook.refresh_from_db()
    assert webhook.is_open and webhook.deliveries.get().kind == "crm.webhook_test"

    client.post(at("webhook-removal", webhook.pk))
    assert client.get(at("webhook", webhook.pk)).status_code == 404


def test_details_and_the_secret_change_and_the_former_one_is_said_to_sign(
    client: Client, administrator: User
) -> None:
    webhook = WebhookFactory()
    former = subscribing.secret_of(webhook)
    client.post(at("webhook-details", webhook.pk), {"name": "new", "url": "https://shop.example/b"})
    shown = client.post(at("webhook-rotation", webhook.pk), {"hours": "24"})
    webhook.refresh_from_db()

    assert (webhook.name, webhook.url) == ("new", "https://shop.example/b")
    assert subscribing.secret_of(webhook) in shown.text and former not in shown.text
    assert "The former secret signs until" in shown.text
    assert subscribing.secrets_of(webhook, at=timezone.now())[1] == former


def test_the_log_leads_to_each_delivery_with_its_body_and_what_was_answered(
    client: Client, administrator: User
) -> None:
    webhook = WebhookFactory()
    delivery = delivered(webhook, answer="<b>thanks</b>")
    page = client.get(at("webhook", webhook.pk))
    whole = client.get(at("webhook-delivery", webhook.pk, delivery.pk))

    assert at("webhook-delivery", webhook.pk, delivery.pk) in page.text
    assert "crm.webhook_test" in whole.text and "&lt;b&gt;thanks&lt;/b&gt;" in whole.text
    client.post(at("webhook-resend", webhook.pk, delivery.pk))
    delivery.refresh_from_db()
    assert delivery.state == "waiting"


def test_a_stretch_is_sent_again(client: Client, administrator: User) -> None:
    webhook = WebhookFactory()
    delivered(webhook)
    moments = {
        "since": (NOON - timedelta(hours=3)).isoformat()[:16],
        "until": (NOON + timedelta(hours=3)).isoformat()[:16],
    }
    client.post(at("webhook-stretch", webhook.pk), moments)

    assert webhook.deliveries.get().state == "waiting"


def test_the_log_is_paged_by_key_and_costs_the_same_however_long(
    client: Client, administrator: User, django_assert_max_num_queries: object
) -> None:
    webhook = WebhookFactory()
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook=webhook, kind="crm.webhook_test", queued_at=NOON, next_try_at=NOON)
        for _number in range(120)
    )
    client.get(at("webhook", webhook.pk))
    seen = []
    address = at("webhook", webhook.pk)
    for _page in range(3):
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            text = client.get(address).text
        seen += re.findall(r"/deliveries/(\d+)/\"", text)
        older = re.search(r"href=\"\?before=(\d+)\"", text)
        address = f"{at('webhook', webhook.pk)}?before={older[1]}" if older else ""
    assert len(seen) == len(set(seen)) == 120 and not address


def test_whoever_may_only_look_reads_no_bodies(client: Client) -> None:
    manager = UserFactory()
    manager.groups.add(Group.objects.get(name="manager"))
    client.force_login(manager)
    webhook = WebhookFactory()
    delivery = delivered(webhook)

    assert client.get(at("webhook", webhook.pk)).status_code == 200
    assert client.get(at("webhook-delivery", webhook.pk, delivery.pk)).status_code == 403
    assert client.post(at("webhook-secret", webhook.pk)).status_code == 403

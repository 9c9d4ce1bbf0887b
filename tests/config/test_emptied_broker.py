"""Somebody empties the broker while it is at work: nothing that was to be told is lost, and the house goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from kombu import Connection

from crm import feed, timeline
from crm.facts import NoteWritten
from tests.config.celery_house import PATIENCE_SECONDS, a_beat, a_broker, a_worker
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON
from tests.factories.webhooks import WebhookFactory
from tests.fakes.webhook_receiver import Receiver, a_receiver

pytestmark = pytest.mark.django_db(transaction=True)
EACH_TIME = 20


@pytest.fixture
def broker_url() -> Iterator[str]:
    with a_broker() as url:
        yield url


def happen(first: int) -> None:
    customer = CustomerFactory()
    for number in range(first, first + EACH_TIME):
        words = NoteWritten(text=f"note {number}")
        with transaction.atomic():
            timeline.record(customer, words, source="test", source_id=str(number), occurred_at=NOON)
    feed.sequence(EACH_TIME)


def empty(broker_url: str) -> None:
    with Connection(broker_url) as broker:
        broker.default_channel.client.flushall()


def wait_for(receiver: Receiver, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(receiver.ids_taken()) < count and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(receiver.ids_taken()) == count


def test_an_emptied_broker_loses_none(broker_url: str, child_environment: dict[str, str]) -> None:
    often, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(
        name="tell often",
        task="crm.webhooks.tasks.send_webhooks",
        interval=often,
        last_run_at=timezone.now() - timedelta(hours=1),
    )
    environment = {
        **child_environment,
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "BROKER_URL": broker_url,
    }
    with a_receiver() as receiver:
        WebhookFactory(url=receiver.url)
        with a_beat(environment), a_worker(environment):
            happen(0)
            wait_for(receiver, EACH_TIME)
            for time_ in (1, 2):
                empty(broker_url)
                happen(time_ * EACH_TIME)
                wait_for(receiver, (time_ + 1) * EACH_TIME)

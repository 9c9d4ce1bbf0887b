"""The canary's whole way: a real beat, a real broker, a real worker, and a row in the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from crm import canary
from tests.config.celery_house import PATIENCE_SECONDS, a_beat, a_broker, a_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker_url() -> Iterator[str]:
    with a_broker() as url:
        yield url


def test_what_beat_sends_comes_through_the_broker_and_a_worker_into_the_database(
    broker_url: str, child_environment: dict[str, str]
) -> None:
    every, _ = IntervalSchedule.objects.get_or_create(every=30, period=IntervalSchedule.SECONDS)
    long_ago = timezone.now() - timedelta(hours=1)
    PeriodicTask.objects.create(name="canary", task="crm.tasks.sing", interval=every, last_run_at=long_ago)
    environment = {
        **child_environment,
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "BROKER_URL": broker_url,
    }
    assert canary.age_seconds(at=timezone.now()) is None

    with a_worker(environment), a_beat(environment):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while canary.age_seconds(at=timezone.now()) is None and time.monotonic() < deadline:
            time.sleep(0.2)

    age = canary.age_seconds(at=timezone.now())
    assert age is not None
    assert age < PATIENCE_SECONDS

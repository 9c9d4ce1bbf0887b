"""The canary's whole way: a real beat, a real broker, a real worker, and a row in the end."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config import embedded
from crm import canary

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 60


@pytest.fixture
def broker_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="veren-canary-") as folder:
        Path(folder).chmod(0o755)
        valkey = embedded.Valkey(Path(folder) / "state")
        embedded.hold_service(valkey)
        yield valkey.url
        embedded.release(valkey)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while valkey.is_kept() and time.monotonic() < deadline:
            time.sleep(0.05)


@contextlib.contextmanager
def running(*words: str, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "--quiet", "-A", "config", *words],
        env=environment,
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


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

    with (
        running("worker", "--pool=solo", "--without-mingle", "--without-gossip", environment=environment),
        running("beat", "--pidfile=", "--max-interval=1", environment=environment),
    ):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while canary.age_seconds(at=timezone.now()) is None and time.monotonic() < deadline:
            time.sleep(0.2)

    age = canary.age_seconds(at=timezone.now())
    assert age is not None
    assert age < PATIENCE_SECONDS

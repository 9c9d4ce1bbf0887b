"""A broker, workers and a beat of one test's own, as real as they come."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from config import embedded

PATIENCE_SECONDS = 60


@contextlib.contextmanager
def a_broker() -> Iterator[str]:
    """Its address."""
    with tempfile.TemporaryDirectory(prefix="veren-broker-") as folder:
        Path(folder).chmod(0o755)
        valkey = embedded.Valkey(Path(folder) / "state")
        embedded.hold_service(valkey)
        yield valkey.url
        embedded.release(valkey)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while valkey.is_kept() and time.monotonic() < deadline:
            time.sleep(0.05)


@contextlib.contextmanager
def a_worker(environment: dict[str, str]) -> Iterator[None]:
    with _celery("worker", "--pool=solo", "--without-mingle", "--without-gossip", environment=environment):
        yield


@contextlib.contextmanager
def a_beat(environment: dict[str, str]) -> Iterator[None]:
    with _celery("beat", "--pidfile=", "--max-interval=1", environment=environment):
        yield


@contextlib.contextmanager
def _celery(*words: str, environment: dict[str, str]) -> Iterator[None]:
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

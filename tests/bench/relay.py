"""From commit to effect, with nobody at the broker's address; and how many entries a second the relay carries."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import psycopg
from django.db import transaction

from crm import timeline
from crm.facts import NoteWritten
from crm.models import Customer
from crm.timeline import Told
from tests.bench.house import Figure, at_most, exactly, superuser
from tests.relaying import EFFECTS, PROJECT

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SINGLY, IN_BULK = 300, 20_000
REACTION = "test.everything"
RUN = f"bench-relay:{uuid4()}"


def run() -> dict[str, Figure]:
    with superuser() as watching:
        watching.execute(EFFECTS)
        people = [Customer.objects.create(given_name=f"Relay {n}", created_at=NOON) for n in range(20)]
        with relay_running(watching):
            delays = commit_to_effect(watching, people)
            rate = entries_per_second(watching, people)
        seen, effects = counted(watching)
    return {
        "commit to effect, ms (p50), broker stopped": at_most(median(delays), 150),
        "commit to effect, ms (p99), broker stopped": Figure(round(quantiles(delays, n=100)[98], 1)),
        "entries a second, two reactions": Figure(round(rate)),
        "effects ÷ entries": exactly(effects / seen, 1.0),
    }


def commit_to_effect(watching: psycopg.Connection[Any], people: list[Customer]) -> list[float]:
    """Milliseconds from the commit of a fact to the moment its effect was written, by the server's one clock."""
    committed: dict[int, datetime] = {}
    for n in range(SINGLY):
        with transaction.atomic():
            entry = timeline.record(
                people[n % 20],
                NoteWritten(text="x"),
                source=RUN,
                source_id=str(uuid4()),
                occurred_at=NOON,
            )
        committed[entry.pk] = watching.execute("SELECT clock_timestamp()").fetchone()[0]
        time.sleep(0.023)
    wait_until_read(watching)
    happened = watching.execute(
        "SELECT entry_id, at FROM effect WHERE reaction = %s AND entry_id = ANY (%s)",
        [REACTION, list(committed)],
    )
    return [(at - committed[entry]).total_seconds() * 1000 for entry, at in happened]


def entries_per_second(watching: psycopg.Connection[Any], people: list[Customer]) -> float:
    with transaction.atomic():
        for start in range(0, IN_BULK, 1000):
            timeline.record_all([note(people[n % 20].pk) for n in range(start, start + 1000)])
    started = time.perf_counter()
    wait_until_read(watching)
    return IN_BULK / (time.perf_counter() - started)


def note(customer_id: int) -> Told:
    return Told(
        fact=NoteWritten(text="x"),
        customer_id=customer_id,
        occurred_at=NOON,
        source=RUN,
        source_id=str(uuid4()),
    )


def wait_until_read(watching: psycopg.Connection[Any]) -> None:
    behind = """
        SELECT (SELECT count(*) FROM crm_outbox)
             + (SELECT max(position) FROM crm_feed) - (SELECT min(position) FROM crm_reactioncursor
                WHERE reaction LIKE 'test.%')
    """
    deadline = time.monotonic() + 120
    while watching.execute(behind).fetchone()[0]:
        if time.monotonic() > deadline:
            raise TimeoutError("the relay does not read on")
        time.sleep(0.02)


def counted(watching: psycopg.Connection[Any]) -> tuple[int, int]:
    """Entries of this run, and effects of one reaction on them."""
    entries = "SELECT count(*) FROM crm_timelineentry WHERE source = %s"
    happened = """
        SELECT count(*) FROM effect JOIN crm_timelineentry e ON e.id = entry_id WHERE e.source = %s AND reaction = %s
    """
    return watching.execute(entries, [RUN]).fetchone()[0], watching.execute(
        happened, [RUN, REACTION]
    ).fetchone()[0]


@contextmanager
def relay_running(watching: psycopg.Connection[Any]) -> Iterator[None]:
    """A relay on the bench database; from where the feed stands now."""
    for reaction in ("test.orders", REACTION):
        watching.execute(
            "INSERT INTO crm_reactioncursor (reaction, position) SELECT %s, coalesce(max(position), 0) FROM crm_feed"
            " ON CONFLICT (reaction) DO NOTHING",
            [reaction],
        )
    process = subprocess.Popen(
        [sys.executable, "manage.py", "relay"],
        cwd=PROJECT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "BENCH_REACTIONS": "tests.relaying.reactions",
        },
    )
    time.sleep(3)
    yield
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)

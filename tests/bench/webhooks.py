"""Webhooks out: what a told thing costs, how soon it is there, and whether a dead receiver holds up a living one.

The worker is a process of its own and knocks over HTTP, as in a house; only of a receiver that fails does time run
faster than it does. The floor is as many signed POSTs by the same client, one after another, with nothing written down.
Goals: half of that floor, in order for each customer and with every attempt written down; what is committed is
there within a second; beside a dead receiver no less than nine tenths of the pace; three queries for each.
WEBHOOKS_BENCH=full: 10,000 events; else 1,200.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from crm import feed, timeline
from crm.facts import NoteWritten
from crm.models import Customer, Shop, Webhook, WebhookDelivery
from crm.outside import requests
from crm.timeline import Told
from crm.webhooks import schedule, sending, signing, subscribing, tasks
from tests.bench.api import PROJECT
from tests.bench.house import Figure, at_least, at_most, cpu_seconds, exactly, superuser
from tests.bench.relay import relay_running
from tests.factories.customers import CustomerFactory
from tests.factories.shops import ShopFactory
from tests.fakes.webhook_receiver import Receiver, Reply, a_receiver, failing
from tests.fakes.webhook_receiver import Told as Heard
from tests.relaying import EFFECTS

FULL = os.environ.get("WEBHOOKS_BENCH") == "full"
EVENTS = 10_000 if FULL else 1_200
PEOPLE = EVENTS // 15
SINGLY = 100
PAIRS = 3
WAITING = 5_000
NEIGHBOURS = "127.0.0.1/32"
LONGEST_SECONDS = 900
BODY = b'{"type":"crm.note_written","timestamp":"2026-03-02T10:05:00Z","data":{"payload":{"text":"x"}}}'


class Watch:
    """When each thing arrived first, by the clock of this machine."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}

    def __call__(self, heard: Heard) -> Reply:
        self.arrived.setdefault(heard.id, time.monotonic())
        return Reply()


def run() -> dict[str, Figure]:
    Webhook.objects.standing().update(closed_at=timezone.now())
    with override_settings(OUTSIDE_TRUSTED_NETWORKS=[NEIGHBOURS]):
        bare = bare_posts_a_second()
        pairs = [(told_a_second(), told_a_second(dead=1)) for _pair in range(PAIRS)]
        delays = commit_to_receiver()
        lost, overtaken = told_to_one_that_fails()
        for_each, to_claim = queries()
    usual, cpu_ms = (median(figures) for figures in zip(*(alone for alone, _beside in pairs), strict=True))
    return {
        "events": Figure(EVENTS),
        "bare signed POSTs a second, one after another": Figure(round(bare)),
        "told a second, by the worker": Figure(round(usual)),
        "told ÷ bare": at_least(usual / bare, 0.5),
        "CPU of the worker for each, ms": Figure(round(cpu_ms, 2)),
        "beside a dead receiver ÷ alone (median)": at_least(
            median(beside[0] / alone[0] for alone, beside in pairs), 0.9
        ),
        "commit to receiver, ms (median)": Figure(round(median(delays))),
        "commit to receiver, ms (p95)": at_most(quantiles(delays, n=20)[18], 1000),
        "of a receiver that fails 30 %: never told": exactly(lost, 0),
        "of a receiver that fails 30 %: told out of order": exactly(overtaken, 0),
        "queries for each": at_most(for_each, 3.0),
        "queries to claim from 5,000 that wait": at_most(to_claim, 6),
    }


# ── how many a second ────────────────────────────────────────────────────────
def bare_posts_a_second() -> float:
    secret = signing.fresh_secret()
    with a_receiver() as receiver:
        began = time.monotonic()
        for number in range(EVENTS):
            headers = signing.headers(f"msg_{number}", BODY, signed_with=[secret], at=timezone.now())
            requests.post(receiver.url, headers=headers, body=BODY)
        return EVENTS / (time.monotonic() - began)


def told_a_second(*, dead: int = 0) -> tuple[float, float]:
    """To one that listens, beside some that never answer; and milliseconds of the worker's processor for each."""
    watch = Watch()
    with (
        a_receiver(watch) as good,
        a_receiver(Reply(after_seconds=30)) as silent,
        a_worker() as pid,
        addresses(*[silent] * dead, good),
    ):
        happen()
        began, cpu = time.monotonic(), cpu_seconds(pid)
        until_true(lambda: len(watch.arrived) >= EVENTS)
        seconds, cpu = max(watch.arrived.values()) - began, cpu_seconds(pid) - cpu
    return EVENTS / seconds, 1000 * cpu / EVENTS


@contextmanager
def a_worker() -> Iterator[int]:
    """Killed at the end, whatever it waits for."""
    environment = {**os.environ, "OUTSIDE_TRUSTED_NETWORKS": NEIGHBOURS}
    worker = subprocess.Popen([sys.executable, "-m", "tests.webhook_worker"], cwd=PROJECT, env=environment)
    try:
        is_up(worker)
        yield worker.pid
    finally:
        worker.kill()
        worker.wait()


def is_up(worker: subprocess.Popen[bytes]) -> None:
    """It has told something."""
    watch = Watch()
    with a_receiver(watch) as receiver, addresses(receiver):
        happen(1)
        until_true(lambda: bool(watch.arrived) or worker.poll() is not None)
        assert worker.poll() is None


# ── how soon ─────────────────────────────────────────────────────────────────
def commit_to_receiver() -> list[float]:
    """Milliseconds, one thing at a time: the relay gives it its place, the worker tells it; nobody is at the broker."""
    with ExitStack() as stack:
        watching = stack.enter_context(superuser())
        watching.execute(EFFECTS)
        stack.enter_context(relay_running(watching))
        stack.enter_context(a_worker())
        receiver = stack.enter_context(a_receiver(watch := Watch()))
        (webhook,) = stack.enter_context(addresses(receiver))
        first, *people = [CustomerFactory() for _customer in range(1 + SINGLY)]
        # From when the relay is up.
        until_arrived(watch, [message_of(webhook, first)])
        committed = {}
        for customer in people:
            committed[message_of(webhook, customer)] = time.monotonic()
            time.sleep(0.083)
        until_arrived(watch, committed)
    return [1000 * (watch.arrived[one] - moment) for one, moment in committed.items()]


def message_of(webhook: Webhook, customer: Customer) -> str:
    """Something happens, and is committed."""
    with transaction.atomic():
        (entry,) = timeline.record_all([note(customer)])
    return f"msg_{webhook.pk}_{entry.pk}"


def until_arrived(watch: Watch, messages: Collection[str]) -> None:
    until_true(lambda: all(one in watch.arrived for one in messages))


# ── to one that fails ────────────────────────────────────────────────────────
def told_to_one_that_fails() -> tuple[int, int]:
    """How many it never got, and how many out of order."""
    with time_that_runs_fast(), a_receiver(failing(0.3)) as flaky, addresses(flaky):
        happen()
        until_true(lambda: (tasks.send_webhooks(), len(flaky.ids_taken()) >= EVENTS)[1])
        return EVENTS - len(flaky.ids_taken()), out_of_order(flaky)


def out_of_order(receiver: Receiver) -> int:
    latest: dict[int | None, int] = {}
    wrong = 0
    for told in receiver.taken:
        position = told.payload["data"]["position"]
        wrong += position < latest.get(told.customer, 0)
        latest[told.customer] = max(position, latest.get(told.customer, 0))
    return wrong


@contextmanager
def time_that_runs_fast() -> Iterator[None]:
    pauses: tuple[Any, ...] = (timedelta(milliseconds=20),) * len(schedule.PAUSES)
    with (
        patch.object(schedule, "PAUSES", pauses),
        patch.object(schedule, "FIRST_PROBE", timedelta(milliseconds=20)),
        patch.object(schedule, "LONGEST_PROBE", timedelta(milliseconds=200)),
    ):
        yield


# ── what it asks of the database ─────────────────────────────────────────────
def queries() -> tuple[float, int]:
    """For each that is told, and to claim some of many that wait."""
    with a_receiver() as good, addresses(good) as (webhook,):
        happen()
        for_each = asked(tasks.send_webhooks) / len(good.ids_taken())
        now = timezone.now()
        WebhookDelivery.objects.bulk_create(
            WebhookDelivery(webhook=webhook, kind="crm.webhook_test", queued_at=now, next_try_at=now)
            for _number in range(WAITING)
        )
        return for_each, asked(lambda: sending.claim(webhook.pk, most=8, at=now))


def asked(does: Callable[[], object]) -> int:
    count = 0

    def one_more(execute: Any, *args: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*args)

    with connection.execute_wrapper(one_more):
        does()
    return count


# ── what happens, and whom it is told to ─────────────────────────────────────
def happen(count: int = EVENTS) -> None:
    people = [CustomerFactory() for _person in range(min(count, PEOPLE))]
    with transaction.atomic():
        timeline.record_all([note(people[number % len(people)]) for number in range(count)])
    while feed.sequence():
        pass


def note(customer: Customer) -> Told:
    return Told(
        fact=NoteWritten(text="x"),
        customer_id=customer.pk,
        occurred_at=timezone.now(),
        source="bench-webhooks",
        source_id=str(uuid4()),
    )


@contextmanager
def addresses(*receivers: Receiver) -> Iterator[list[Webhook]]:
    """One for each receiver, for as long as they listen."""
    shop: Shop = ShopFactory(slug=f"bench-{uuid4().hex[:12]}")
    made = [
        subscribing.subscribe(shop=shop, name="bench", url=one.url, kinds=(), at=timezone.now())
        for one in receivers
    ]
    try:
        yield made
    finally:
        for one in made:
            subscribing.remove(one, at=timezone.now())


def until_true(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it was not told in time"
        time.sleep(0.01)

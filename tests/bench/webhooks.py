"""What a told thing costs, whether one that is dead holds up another, and whether each arrives, in order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm import feed, timeline
from crm.facts import NoteWritten
from crm.models import Customer, Shop, Webhook, WebhookDelivery
from crm.timeline import Told
from crm.webhooks import schedule, sending, subscribing, tasks
from tests.bench.house import Figure, at_most, exactly
from tests.factories.customers import CustomerFactory
from tests.factories.shops import ShopFactory
from tests.fakes.webhook_receiver import Receiver, Reply, a_receiver, failing

EVENTS = 600
PEOPLE = 40
LONGEST_SECONDS = 60


def run() -> dict[str, Figure]:
    Webhook.objects.standing().update(closed_at=timezone.now())
    with ExitStack() as stack:
        stack.enter_context(override_settings(OUTSIDE_TRUSTED_NETWORKS=["127.0.0.1/32"]))
        stack.enter_context(time_that_runs_fast())
        alone, cpu_ms = told_alone()
        beside, lost, overtaken = told_beside_a_dead_one()
    return {
        "told a second, one address": Figure(round(EVENTS / alone)),
        "CPU of worker and receiver for each, ms": Figure(round(cpu_ms, 2)),
        "beside three dead addresses ÷ alone": at_most(beside / alone, 3.0),
        "of a receiver that fails 30 %: never told": exactly(lost, 0),
        "of a receiver that fails 30 %: told out of order": exactly(overtaken, 0),
        "queries to claim from 5,000 that wait": at_most(queries_of_a_claim(), 12),
    }


def told_alone() -> tuple[float, float]:
    with a_receiver() as good, addresses(good):
        happen()
        began, cpu = time.perf_counter(), time.process_time()
        tell(good)
        return time.perf_counter() - began, 1000 * (time.process_time() - cpu) / EVENTS


def told_beside_a_dead_one() -> tuple[float, int, int]:
    with a_receiver() as good, a_receiver(failing(0.3)) as flaky, a_receiver(Reply(after_seconds=30)) as dead:
        with addresses(good, dead, dead, dead):
            happen()
            began = time.perf_counter()
            tell(good)
            seconds = time.perf_counter() - began
        with addresses(flaky):
            happen()
            tell(flaky)
        return seconds, EVENTS - len(flaky.ids_taken()), out_of_order(flaky)


def out_of_order(receiver: Receiver) -> int:
    latest: dict[int | None, int] = {}
    wrong = 0
    for told in receiver.taken:
        position = told.payload["data"]["position"]
        wrong += position < latest.get(told.customer, 0)
        latest[told.customer] = max(position, latest.get(told.customer, 0))
    return wrong


def queries_of_a_claim() -> int:
    with a_receiver() as idle, addresses(idle) as (webhook,):
        now = timezone.now()
        WebhookDelivery.objects.bulk_create(
            WebhookDelivery(webhook=webhook, kind="crm.webhook_test", queued_at=now, next_try_at=now)
            for _number in range(5_000)
        )
        with CaptureQueriesContext(connection) as asked:
            sending.claim(webhook.pk, most=8, at=now)
    return len(asked)


def happen() -> None:
    people = [CustomerFactory() for _person in range(PEOPLE)]
    with transaction.atomic():
        timeline.record_all([note(people[number % PEOPLE]) for number in range(EVENTS)])
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


def tell(receiver: Receiver) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while len(receiver.ids_taken()) < EVENTS and time.monotonic() < until:
        tasks.send_webhooks()


@contextmanager
def addresses(*receivers: Receiver) -> Iterator[list[Webhook]]:
    """One for each receiver, for as long as they listen."""
    shop: Shop = ShopFactory(slug=f"bench-{uuid4().hex[:12]}")
    made = [
        subscribing.subscribe(shop=shop, name="bench", url=one.url, kinds=(), at=timezone.now())
        for one in receivers
    ]
    yield made
    for one in made:
        subscribing.remove(one, at=timezone.now())


@contextmanager
def time_that_runs_fast() -> Iterator[None]:
    pauses: tuple[Any, ...] = (timedelta(milliseconds=20),) * len(schedule.PAUSES)
    with (
        patch.object(schedule, "PAUSES", pauses),
        patch.object(schedule, "FIRST_PROBE", timedelta(milliseconds=20)),
        patch.object(tasks, "WORKS_FOR", timedelta(seconds=1)),
        patch("crm.outside.requests.PATIENCE_SECONDS", 1.0),
    ):
        yield

"""Webhooks over HTTP, to receivers that fail, stall, are gone, ask for patience and change secrets; workers are killed.

Nothing here has a broker: no hint ever reaches a worker, and nothing is lost for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from crm import feed, timeline
from crm.facts import NoteWritten
from crm.models import FeedRow, Webhook, WebhookAttempt, WebhookDelivery
from crm.outside import requests
from crm.webhooks import schedule, sending, subscribing, tasks
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, ShopFactory
from tests.factories.webhooks import WebhookFactory
from tests.fakes.webhook_receiver import Receiver, Reply, Told, a_receiver, asking_for_patience, failing

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = Path(__file__).parents[2]
NIGHTLY = bool(os.environ.get("VEREN_NIGHTLY"))
EVENTS = 10_000 if NIGHTLY else 240
LONGEST_SECONDS = 1_800 if NIGHTLY else 120


@pytest.fixture(autouse=True)
def time_runs_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The schedule of three days within seconds; who answers within one is on time."""
    monkeypatch.setattr(schedule, "PAUSES", (timedelta(milliseconds=20),) * (schedule.MOST_ATTEMPTS - 1))
    monkeypatch.setattr(schedule, "FIRST_PROBE", timedelta(milliseconds=20))
    monkeypatch.setattr(schedule, "LONGEST_PROBE", timedelta(milliseconds=200))
    monkeypatch.setattr(requests, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(tasks, "WORKS_FOR", timedelta(seconds=2))
    monkeypatch.setattr(tasks, "SOON", timedelta(seconds=1))


def happen(count: int, *, customers: int = 20, first: int = 0) -> None:
    people = [CustomerFactory() for _person in range(customers)]
    for number in range(first, first + count):
        with transaction.atomic():
            timeline.record(
                people[number % customers],
                NoteWritten(text=f"note {number}"),
                source="test",
                source_id=str(number),
                occurred_at=NOON,
            )
    feed.sequence(count)


def address_of(receiver: Receiver, **told: object) -> Webhook:
    made: Webhook = WebhookFactory(url=receiver.url, **told)
    return made


def tell_until(is_done: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while not is_done():
        assert time.monotonic() < until, "it was not told in time"
        tasks.send_webhooks()


def has_all(receiver: Receiver) -> Callable[[], bool]:
    return lambda: len(receiver.ids_taken()) >= EVENTS


def check_that_each_arrived_in_order(receiver: Receiver) -> None:
    by_customer: dict[int | None, list[int]] = defaultdict(list)
    seen = set()
    for told in receiver.taken:
        if told.id not in seen:
            seen.add(told.id)
            by_customer[told.customer].append(told.payload["data"]["position"])
    assert sorted(position for its in by_customer.values() for position in its) == list(
        FeedRow.objects.order_by("position").values_list("position", flat=True)
    )
    assert all(its == sorted(its) for its in by_customer.values()), "something overtook an earlier one"


def test_each_arrives_at_least_once_and_in_order_whoever_fails_stalls_is_busy_or_gone() -> None:
    shop = ShopFactory()
    with (
        a_receiver() as good,
        a_receiver(failing(0.3)) as flaky,
        a_receiver(asking_for_patience(200, seconds=1)) as busy,
        a_receiver(Reply(status=204, after_seconds=5)) as stalling,
        a_receiver(Reply(status=410)) as gone,
    ):
        fine, shaky, patient = (address_of(one, shop=shop) for one in (good, flaky, busy))
        dead, left = (address_of(one, shop=shop) for one in (stalling, gone))
        former = subscribing.secret_of(fine)
        happen(EVENTS // 2)
        tell_until(lambda: len(good.taken) > EVENTS // 4)
        subscribing.rotate_secret(fine, at=timezone.now())
        new = subscribing.secret_of(Webhook.objects.get(pk=fine.pk))
        happen(EVENTS // 2, first=EVENTS // 2)
        tell_until(lambda: all(has_all(receiver)() for receiver in (good, flaky, busy)))

        for receiver in (good, flaky, busy):
            check_that_each_arrived_in_order(receiver)
        assert all(told.is_signed_with(former) for told in good.taken), (
            "during the overlap nothing is refused"
        )
        assert any(told.is_signed_with(new) for told in good.taken)
        secret = subscribing.secret_of(shaky)
        assert all(told.is_signed_with(secret) for told in flaky.told)
        assert good.ids_taken().most_common(1)[0][1] == 1, "what arrived is not sent again"
        assert len(flaky.told) > EVENTS
        assert patient.deliveries.filter(tries__status=429).exists()
        failures = set(
            WebhookAttempt.objects.filter(delivery__webhook=dead).values_list("failure", flat=True)
        )
        assert failures == {"timeout"}
    left.refresh_from_db()
    dead.refresh_from_db()
    assert left.disabled_why == "gone" and len(gone.told) <= sending.MOST_TO_ONE
    assert dead.failing_since and not dead.deliveries.filter(state="delivered").exists()


def test_an_address_that_does_not_answer_holds_up_no_other() -> None:
    """A hundred times what one request of the dead one lasts would be an hour; the others are told meanwhile."""
    with a_receiver() as good, a_receiver(Reply(after_seconds=30)) as stalling:
        dead = [address_of(stalling, shop=ShopFactory()) for _address in range(3)]
        address_of(good)
        happen(EVENTS)
        began = time.monotonic()
        tell_until(has_all(good))
        knocks = sum(one.deliveries.exclude(claimed_at=None, attempts=0).count() for one in dead)

        assert knocks <= 3 * 2 * sending.MOST_TO_ONE + 10 * (time.monotonic() - began)
    check_that_each_arrived_in_order(good)


def test_who_asks_for_patience_is_given_it_and_gets_everything_afterwards() -> None:
    asked: list[float] = []

    def answer(told: Told) -> Reply:
        asked.append(time.monotonic())
        is_impatient = len(asked) <= 3
        return Reply(status=429, headers={"Retry-After": "1"}) if is_impatient else Reply()

    with a_receiver(answer) as busy:
        address_of(busy)
        happen(20)
        tell_until(lambda: len(busy.ids_taken()) == 20)
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert max(pauses) >= 0.8
    assert len(busy.told) <= 20 + 2 * sending.MOST_TO_ONE


def start_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.webhook_worker"], cwd=PROJECT, env=environment)


def let_claims_end() -> None:
    """As much later as a claim lasts: whoever died with one has lost it."""
    lost = WebhookDelivery.objects.filter(state="sending")
    lost.update(claimed_at=F("claimed_at") - sending.CLAIM_LASTS)


def test_workers_killed_with_kill_9_lose_nothing(child_environment: dict[str, str]) -> None:
    kills = 20 if NIGHTLY else 3
    with a_receiver(Reply(status=200, after_seconds=0.005)) as good:
        address_of(good)
        happen(EVENTS)
        until = time.monotonic() + LONGEST_SECONDS
        worker = start_worker(child_environment)
        try:
            for kill in range(1, kills + 1):
                while len(good.taken) < kill * EVENTS // (kills + 2):
                    assert time.monotonic() < until, "it was not told in time"
                    time.sleep(0.005)
                worker.kill()
                worker.wait()
                let_claims_end()
                worker = start_worker(child_environment)
            while WebhookDelivery.objects.open().exists() or not has_all(good)():
                assert time.monotonic() < until, "the rest was never told"
                time.sleep(0.02)
        finally:
            worker.kill()
            worker.wait()
        check_that_each_arrived_in_order(good)
        doubled = sum(good.ids_taken().values()) - EVENTS
        assert doubled <= kills * sending.MOST_TO_ONE, "only what was under way is told twice"
    connections.close_all()

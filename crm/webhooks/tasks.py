"""The postman: reads the feed for every address, knocks at many doors at once, and writes down what came of it.

One thread has the database; others only wait for answers. A door that does not open costs one of them, and doors in
trouble together never more than half. Several workers may do this at once.
"""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from celery import current_app, shared_task
from django.db import transaction
from django.utils import timezone

from crm.models import Webhook
from crm.outside import requests
from crm.webhooks import forgetting, queueing, sending
from crm.webhooks.sending import Knock, Outcome

THREADS = 32
FOR_THOSE_IN_TROUBLE = THREADS // 2
# After so long a worker lets others have their turn; the next beat goes on.
WORKS_FOR = timedelta(seconds=50)
# The first retry is due after five seconds: it is worth staying for.
SOON = timedelta(seconds=6)
TICK_SECONDS = 0.05


def start() -> None:
    """Tell a worker once what stands is committed. If nobody hears it, the beat finds the rows."""
    transaction.on_commit(
        lambda: current_app.send_task(
            "crm.webhooks.tasks.send_webhooks", expires=10, retry=False, ignore_result=True
        ),
        robust=True,
    )


@shared_task  # type: ignore[untyped-decorator]
def send_webhooks() -> None:
    with ThreadPoolExecutor(THREADS, thread_name_prefix="webhooks") as threads:
        _Round(threads, until=time.monotonic() + WORKS_FOR.total_seconds()).work()


@shared_task  # type: ignore[untyped-decorator]
def forget_webhooks() -> None:
    while forgetting.forget_bodies(at=timezone.now()) == forgetting.AT_ONCE:
        pass
    while forgetting.forget_deliveries(at=timezone.now()) == forgetting.AT_ONCE:
        pass


class _Round:
    """What one worker has under way."""

    def __init__(self, threads: ThreadPoolExecutor, *, until: float) -> None:
        self.threads = threads
        self.until = until
        self.under_way: dict[Future[Outcome], Knock] = {}

    def work(self) -> None:
        while time.monotonic() < self.until and self._go_on():
            pass
        while self.under_way:
            self._settle(timeout=None)

    def _go_on(self) -> bool:
        """One look at everything; False: there is nothing to do, now or soon."""
        now = timezone.now()
        done = queueing.queue_all(at=now) + self._send() + self._settle(timeout=TICK_SECONDS)
        if done or self.under_way:
            return True
        time.sleep(TICK_SECONDS)
        return sending.soonest(at=now, within=SOON)

    def _send(self) -> int:
        now, sent = timezone.now(), 0
        for webhook in sending.with_work(at=now):
            for knock in sending.claim(webhook.pk, most=self._room_for(webhook), at=now):
                self.under_way[self.threads.submit(_timed, knock)] = knock
                sent += 1
        return sent

    def _room_for(self, webhook: Webhook) -> int:
        """The last to be waited for should not be one that never answers: meanwhile nobody would be told anything."""
        free = THREADS - len(self.under_way)
        if webhook.failures_in_a_row and time.monotonic() > self.until - requests.PATIENCE_SECONDS:
            return 0
        if not sending.is_probed(webhook):
            return free
        return min(free, FOR_THOSE_IN_TROUBLE - sum(knock.is_probe for knock in self.under_way.values()))

    def _settle(self, *, timeout: float | None) -> int:
        done, _waiting = wait(self.under_way, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            sending.settle(self.under_way.pop(future), future.result(), at=timezone.now())
        return len(done)


def _timed(knock: Knock) -> Outcome:
    began = time.monotonic()
    answered = sending.send(knock)
    return sending.outcome_of(answered, took_ms=round(1000 * (time.monotonic() - began)))

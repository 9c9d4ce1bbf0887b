"""The postman: reads the feed for every address, knocks at many doors at once, and writes down what came of it.

One thread has the database; others only wait for answers. A door that does not open costs one of them, and doors in
trouble together never more than half. Several workers may do this at once.
"""

from __future__ import annotations

import time
from collections import defaultdict
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
# After the first answer others are on their way: written down together they cost little more than one.
GATHERS_SECONDS = 0.005


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
        self.sent_last: list[Future[Outcome]] = []
        self.reads_on_at = 0.0

    def work(self) -> None:
        while time.monotonic() < self.until and self._go_on():
            pass
        self._wait_for(list(self.under_way))

    def _wait_for(self, last: list[Future[Outcome]]) -> None:
        """Whoever answers is told more meanwhile: of those begun last one may be silent as long as patience lasts."""
        while time.monotonic() < self.until + requests.PATIENCE_SECONDS and not all(
            one.done() for one in last
        ):
            self._send()
            self._settle(timeout=TICK_SECONDS)
        while self.under_way:
            self._settle(timeout=None)

    def _go_on(self) -> bool:
        """One look at everything; False: there is nothing to do, now or soon."""
        now = timezone.now()
        done = self._read_on() + self._send() + self._settle(timeout=TICK_SECONDS)
        if done or self.under_way:
            return True
        time.sleep(TICK_SECONDS)
        return sending.soonest(at=now, within=SOON)

    def _read_on(self) -> int:
        """Where nothing new was found a moment ago nobody looks again at once."""
        if time.monotonic() < self.reads_on_at:
            return 0
        found = queueing.queue_all(at=timezone.now())
        self.reads_on_at = time.monotonic() + (0 if found else TICK_SECONDS)
        return found

    def _send(self) -> int:
        now, self.sent_last = timezone.now(), []
        for webhook in sending.with_work(at=now):
            room = self._room_for(webhook)
            for knock in sending.claim(webhook.pk, most=room, at=now) if room > 0 else ():
                future = self.threads.submit(_timed, knock)
                self.under_way[future] = knock
                self.sent_last.append(future)
        return len(self.sent_last)

    def _room_for(self, webhook: Webhook) -> int:
        """How many more requests may be under way to it.

        The last to be waited for should not be one that never answers: meanwhile nobody would be told anything.
        """
        if webhook.failures_in_a_row and time.monotonic() > self.until - requests.PATIENCE_SECONDS:
            return 0
        knocks = self.under_way.values()
        here = sum(knock.webhook_pk == webhook.pk for knock in knocks)
        free = min(THREADS - len(knocks), sending.MOST_TO_ONE - here)
        if not sending.is_probed(webhook):
            return free
        return min(free, FOR_THOSE_IN_TROUBLE - sum(knock.is_probe for knock in knocks))

    def _settle(self, *, timeout: float | None) -> int:
        """Those of one address together: a batch costs the database little more than a single one."""
        wait(self.under_way, timeout=timeout, return_when=FIRST_COMPLETED)
        wait(self.sent_last, timeout=GATHERS_SECONDS)
        done = [future for future in self.under_way if future.done()]
        ended: dict[int, list[tuple[Knock, Outcome]]] = defaultdict(list)
        for future in done:
            knock = self.under_way.pop(future)
            ended[knock.webhook_pk].append((knock, future.result()))
        for its in ended.values():
            sending.settle(its, at=timezone.now())
        return len(done)


def _timed(knock: Knock) -> Outcome:
    began = time.monotonic()
    answered = sending.send(knock)
    return sending.outcome_of(answered, took_ms=round(1000 * (time.monotonic() - began)))

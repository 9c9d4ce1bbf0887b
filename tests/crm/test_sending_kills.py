"""Workers are killed with kill −9 while they send: each message went out once, or is shown as perhaps sent."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest
from django.db import connections
from django.utils import timezone

from crm.messages import sending
from crm.models import Message, TimelineEntry
from tests.factories.channel_accounts import ChannelAccountFactory
from tests.factories.customers import CustomerFactory
from tests.factories.paper_channels import QueuedFactory

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = Path(__file__).parents[2]
WORKERS = 2
LONGEST_SECONDS = 600


class Gateway(ThreadingHTTPServer):
    """Takes every SMS that it is handed, also one it has taken before: it counts them by our reference."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handing)
        self.taken: Counter[str] = Counter()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handing(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.taken[told["reference"]] += 1
        # Between the taking and the word of it there is time to die.
        time.sleep(0.003)
        body = json.dumps({"id": f"sms-{told['reference']}"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def a_gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    thread = threading.Thread(target=gateway.serve_forever, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.shutdown()
        gateway.server_close()
        thread.join()


def start_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.sending_worker"], cwd=PROJECT, env=environment)


@contextmanager
def workers(environment: dict[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    running = [start_worker(environment) for _worker in range(WORKERS)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


def send_and_kill(gateway: Gateway, environment: dict[str, str], *, messages: int, kills: int) -> int:
    """Kill a worker each time so many more were taken; answers how often."""
    killed, random, until = 0, Random(5), time.monotonic() + LONGEST_SECONDS
    with workers(environment) as running:
        while Message.objects.filter(state="queued").exists():
            assert time.monotonic() < until, "the rest was never sent"
            if killed < kills and sum(gateway.taken.values()) >= (killed + 1) * messages // (kills + 1):
                one = random.randrange(WORKERS)
                running[one].kill()
                running[one].wait()
                running[one] = start_worker(environment)
                killed += 1
            time.sleep(0.005)
        wait_for_the_last(until)
    return killed


def wait_for_the_last(until: float) -> None:
    """What a living worker has claimed is settled within moments; what a dead one had stays."""
    steady, before = 0, -1
    while steady < 20 and time.monotonic() < until:
        claimed = Message.objects.filter(state="sending").count()
        steady, before = (steady + 1 if claimed == before else 0), claimed
        time.sleep(0.05)


def check_that_each_went_out_once_or_is_in_doubt(
    environment: dict[str, str], *, messages: int, kills: int
) -> None:
    with a_gateway() as gateway:
        account = ChannelAccountFactory(channel="sms", is_main=True, provider_url=gateway.url)
        people = [CustomerFactory() for _person in range(20)]
        for number in range(messages):
            QueuedFactory(
                customer=people[number % len(people)],
                account=account,
                identity_kind="phone",
                address=f"+35988{number:07d}",
                send_at=timezone.now(),
            )
        killed = send_and_kill(gateway, environment, messages=messages, kills=kills)
    in_doubt = sending.find_lost(at=timezone.now() + 2 * sending.CLAIM_LASTS)

    states = Counter(Message.objects.values_list("state", flat=True))
    taken = {int(reference): times for reference, times in gateway.taken.items()}
    sent = set(Message.objects.filter(state="sent").values_list("pk", flat=True))
    uncertain = set(Message.objects.filter(state="uncertain").values_list("pk", flat=True))
    assert killed == kills
    assert set(taken.values()) == {1}, "something was sent twice"
    assert sent <= taken.keys(), "something is called sent and was not"
    assert taken.keys() <= sent | uncertain, "something was sent and nobody is told"
    assert len(sent) + len(uncertain) == messages, states
    assert in_doubt == len(uncertain) <= killed
    assert TimelineEntry.objects.filter(kind="crm.message_sent").count() == len(sent)
    print(f"{messages} messages, {killed} kills: {len(sent)} sent once, {len(uncertain)} in doubt")
    connections.close_all()


def test_a_killed_worker_sends_nothing_twice_and_loses_nothing(child_environment: dict[str, str]) -> None:
    check_that_each_went_out_once_or_is_in_doubt(child_environment, messages=60, kills=3)


@pytest.mark.nightly
def test_a_thousand_messages_survive_twenty_kills(child_environment: dict[str, str]) -> None:
    check_that_each_went_out_once_or_is_in_doubt(child_environment, messages=1000, kills=20)

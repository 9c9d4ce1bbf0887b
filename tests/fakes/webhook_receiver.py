"""A shop's own system that is told what happens: it checks signatures, and misbehaves on order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Told:
    """One request, as it came."""

    id: str
    moment: str
    signatures: str
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def customer(self) -> int | None:
        found: int | None = self.payload["data"].get("customer")
        return found

    def is_signed_with(self, secret: str) -> bool:
        """By hand, from the specification: nothing of the house's own signing."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = b".".join([self.id.encode(), self.moment.encode(), self.body])
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return any(one == f"v1,{expected}" for one in self.signatures.split())


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after_seconds: float = 0.0
    # One byte of the answer at a time, with so long a pause: as long as anybody listens.
    drips_seconds: float = 0.0


def always(reply: Reply) -> Callable[[Told], Reply]:
    return lambda told: reply


def failing(share: float, *, seed: int = 7, most: int = 8) -> Callable[[Told], Reply]:
    """Of so many requests each at random; the same thing `most` times at most, for in the end it would be given up."""
    random, failed, lock = Random(seed), Counter[str](), threading.Lock()

    def answer(told: Told) -> Reply:
        with lock:
            fails = random.random() < share and failed[told.id] < most
            failed[told.id] += fails
        return Reply(status=500) if fails else Reply()

    return answer


def asking_for_patience(every: int, *, seconds: int) -> Callable[[Told], Reply]:
    """Of so many requests one, the first among them."""
    count = itertools.count()

    def answer(told: Told) -> Reply:
        is_too_much = next(count) % every == 0
        return Reply(status=429, headers={"Retry-After": str(seconds)}) if is_too_much else Reply()

    return answer


class Receiver(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Callable[[Told], Reply], host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.answer = answer
        self.host = host
        self.lock = threading.Lock()
        self.connections = 0
        self.told: list[Told] = []
        self.taken: list[Told] = []
        self.under_way = 0
        self.most_under_way = 0

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.server_port}/hooks"

    def get_request(self) -> Any:
        found = super().get_request()
        self.connections += 1
        return found

    def handle_error(self, *args: Any) -> None:
        """Whoever hangs up on us is no error of ours."""

    def ids_taken(self) -> Counter[str]:
        return Counter(one.id for one in self.taken)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        told = Told(
            id=self.headers["webhook-id"],
            moment=self.headers["webhook-timestamp"],
            signatures=self.headers["webhook-signature"],
            body=self.rfile.read(int(self.headers.get("Content-Length", 0))),
        )
        reply = self.server.answer(told)
        with self.server.lock:
            self.server.told.append(told)
            self.server.under_way += 1
            self.server.most_under_way = max(self.server.most_under_way, self.server.under_way)
            if 200 <= reply.status < 300:
                self.server.taken.append(told)
        try:
            time.sleep(reply.after_seconds)
            self._give(reply)
        finally:
            with self.server.lock:
                self.server.under_way -= 1

    def _give(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        for byte in reply.body if reply.drips_seconds else ():
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(reply.drips_seconds)
        if not reply.drips_seconds:
            self.wfile.write(reply.body)

    do_GET = do_POST

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def a_receiver(
    answer: Callable[[Told], Reply] | Reply = Reply(), *, host: str = "127.0.0.1"
) -> Iterator[Receiver]:
    receiver = Receiver(always(answer) if isinstance(answer, Reply) else answer, host)
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
        thread.join()

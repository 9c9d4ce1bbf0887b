"""A shop's system over the wire, whatever it runs: what it keeps, who may ask, and its bad days."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs, urlsplit

# The connection ends without a word.
NOT_A_WORD = 0


@dataclass(frozen=True, kw_only=True)
class Said:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class RestShop(ThreadingHTTPServer):
    """`shown_in`: the header by which whoever asks is known."""

    daemon_threads = True
    shown_in: ClassVar[str] = "Authorization"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.things: dict[str, dict[int, dict[str, Any]]] = {"orders": {}, "customers": {}, "products": {}}
        self.forbidden: set[str] = set()
        # What it says next, before it comes to its senses.
        self.bad_days: deque[Said] = deque()
        self.asked: list[str] = []
        # How often it does what it is told, and the answer is lost on the way.
        self.answers_lost = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    @property
    def access(self) -> dict[str, str]:
        """The keys that it knows."""
        raise NotImplementedError

    def answer(
        self, path: str, query: Mapping[str, str], shown: str, method: str = "GET", body: bytes = b""
    ) -> Said:
        raise NotImplementedError

    def lost_perhaps(self, said: Said) -> Said:
        lost, self.answers_lost = self.answers_lost > 0, max(self.answers_lost - 1, 0)
        return Said(status=NOT_A_WORD, body=b"") if lost else said


class _Handler(BaseHTTPRequestHandler):
    server: RestShop

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        shown = self.headers.get(self.server.shown_in, "")
        said = self.server.answer(parts.path, query, shown, self.command, body)
        if said.status == NOT_A_WORD:
            self.close_connection = True
            return
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    do_POST = do_DELETE = do_GET

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


AShop = TypeVar("AShop", bound=RestShop)


@contextmanager
def opened(shop: AShop) -> Iterator[AShop]:
    with shop:
        threading.Thread(target=shop.serve_forever, args=(0.01,), daemon=True).start()
        yield shop
        shop.shutdown()

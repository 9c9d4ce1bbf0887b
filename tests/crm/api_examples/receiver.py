"""A server that keeps what arrives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Arrived:
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@contextmanager
def receiver() -> Iterator[tuple[str, list[Arrived]]]:
    """Its address, and what has arrived so far."""
    arrived: list[Arrived] = []

    class Keeping(BaseHTTPRequestHandler):
        def keep(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            arrived.append(Arrived(self.command, self.path, dict(self.headers), json.loads(body)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_PATCH = keep

        def log_message(self, *_words: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keeping)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", arrived
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

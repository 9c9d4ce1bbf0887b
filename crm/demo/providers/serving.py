"""A stand-in in a thread of this process, on a free port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from typing import TypeVar

HOST = "127.0.0.1"
# Longer than our patience.
HANGS_SECONDS = 15.0


class StandIn(BaseServer):
    """Ends what hangs when it is stopped."""

    stopping: threading.Event


Running = TypeVar("Running", bound=StandIn)


@contextmanager
def in_a_thread(server: Running) -> Iterator[Running]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()

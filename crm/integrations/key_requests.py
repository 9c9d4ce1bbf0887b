"""The last hundred requests of a key, for whoever connects a shop: what was asked and what came of it, never a body.

They stand in the cache: writing one costs a request a few hundredths of a millisecond, nobody else reads them, and
they may be lost.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

from crm.caching import remembering

KEPT = 100
KEPT_SECONDS = 30 * 24 * 60 * 60

NAMES = {"pk": "id"}


@dataclass(frozen=True, kw_only=True)
class KeyRequest:
    """`route` is the pattern of the address, without anything typed; `problem` is the code of a refusal."""

    at: datetime
    method: str
    route: str
    status: int
    problem: str
    milliseconds: int

    @property
    def address(self) -> str:
        """As the schema writes it: /api/v1/orders/{id}/."""
        return "/" + re.sub(r"<\w+:(\w+)>", lambda part: "{" + NAMES.get(part[1], part[1]) + "}", self.route)

    @property
    def is_refused(self) -> bool:
        return self.status >= 400


def note(key_pk: int, asked: KeyRequest) -> None:
    words = [asked.at.isoformat(), asked.method, asked.route, asked.status, asked.problem, asked.milliseconds]
    remembering.note(_place(key_pk), json.dumps(words), keep=KEPT, seconds=KEPT_SECONDS)


def latest(key_pk: int) -> list[KeyRequest] | None:
    """Newest first, KEPT at most. None: the cache is away, and nobody knows."""
    kept = remembering.noted(_place(key_pk), keep=KEPT)
    return None if kept is None else [_read(text) for text in kept]


def _read(text: str) -> KeyRequest:
    at, method, route, status, problem, milliseconds = json.loads(text)
    return KeyRequest(
        at=datetime.fromisoformat(at),
        method=method,
        route=route,
        status=status,
        problem=problem,
        milliseconds=milliseconds,
    )


def _place(key_pk: int) -> str:
    return f"latest-requests:{key_pk}"

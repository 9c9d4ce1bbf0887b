"""What the stand-ins received, and how they behave at the next calls."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

# How a call ends instead of well. "taken" is written down before the caller is told nothing of it.
BUSY = "busy"  # 429, with a pause to keep
BROKEN = "broken"  # 500, nothing was taken
TAKEN_THEN_BROKEN = "taken_then_broken"
HANGS = "hangs"  # nothing was taken, and nobody answers
TAKEN_THEN_DROPPED = "taken_then_dropped"  # the line breaks after it was taken
REFUSED = "refused"  # the person blocked us
BEHAVIOURS = (BUSY, BROKEN, TAKEN_THEN_BROKEN, HANGS, TAKEN_THEN_DROPPED, REFUSED)
KEPT = 2000


@dataclass(frozen=True, kw_only=True)
class Received:
    """A message that a stand-in took for somebody, or that somebody wrote with it (`is_theirs`).

    `key` is what the sender calls it, where it says.
    """

    number: int
    channel: str
    to: str
    text: str
    at: str
    subject: str = ""
    key: str = ""
    files: tuple[str, ...] = ()
    is_theirs: bool = False


@dataclass
class Book:
    """`place`: a file that outlives the process. Safe to use from many threads."""

    place: Path | None = None
    pause_seconds: int = 1
    _received: deque[Received] = field(default_factory=lambda: deque(maxlen=KEPT))
    _behaviours: deque[str] = field(default_factory=deque)
    _files: dict[str, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.place and self.place.exists():
            lines = self.place.read_text().splitlines()
            self._received.extend(Received(**{**json.loads(line), "files": ()}) for line in lines)
        self._numbers = count(1 + max((one.number for one in self._received), default=0))

    def take(
        self,
        channel: str,
        *,
        to: str,
        text: str,
        subject: str = "",
        key: str = "",
        files: Iterable[str] = (),
        is_theirs: bool = False,
    ) -> Received:
        with self._lock:
            one = Received(
                number=next(self._numbers),
                channel=channel,
                to=to,
                text=text,
                at=datetime.now(UTC).isoformat(),
                subject=subject,
                key=key,
                files=tuple(files),
                is_theirs=is_theirs,
            )
            self._received.append(one)
            if self.place:
                with self.place.open("a") as file:
                    file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
        return one

    def received(self, *, channel: str = "", to: Iterable[str] = ()) -> list[Received]:
        """In the order in which it came; of these people, if any are named."""
        people = set(to)
        with self._lock:
            return [
                one
                for one in self._received
                if (not channel or one.channel == channel) and (not people or one.to in people)
            ]

    def behave(self, *behaviours: str) -> None:
        """How the next calls end, one each; after them all is well again."""
        with self._lock:
            self._behaviours.extend(behaviours)

    def next_behaviour(self) -> str:
        with self._lock:
            return self._behaviours.popleft() if self._behaviours else ""

    def keep_file(self, name: str, content: bytes) -> None:
        """To be fetched by us under this name."""
        with self._lock:
            self._files[name] = content

    def file(self, name: str) -> bytes | None:
        with self._lock:
            return self._files.get(name)

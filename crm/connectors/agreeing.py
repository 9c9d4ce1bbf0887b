"""What a connection's system sends is agreed: tried on a sample first, then counted on. Every version stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.connectors import CONNECTORS
from crm.connectors.base import Connector
from crm.connectors.mapped.mapping import checked
from crm.connectors.mapped.reading import Reader, Thing
from crm.connectors.signed_json import parsed
from crm.errors import Refusal
from crm.models import Connection, ConnectorMapping, User


class NothingWouldLand(Refusal):
    code = "nothing-would-land"
    title = _(
        "By this mapping, nothing of the sample would land, or not all that is needed. See what each field finds."
    )
    status = 422


def connector_of(connection: Connection) -> Connector:
    """The one that reads for this connection, with what was agreed for it alone. A query where something was."""
    connector = CONNECTORS[connection.vendor]
    if not connector.is_agreed:
        return connector
    return connector.knowing(agreed(connection), clock=clock_of(connection))


def agreed(connection: Connection) -> Mapping[str, str]:
    """Empty: nothing yet."""
    latest = ConnectorMapping.objects.filter(connection=connection).order_by("-number").first()
    return latest.told if latest else {}


def clock_of(connection: Connection) -> ZoneInfo:
    return ZoneInfo(connection.shop.time_zone)


def try_out(connection: Connection, *, told: Mapping[str, str], sample: str) -> list[Thing]:
    """What a mapping finds in a sample. Writes nothing.

    Raises:
        UnusableMapping, Unreadable.
    """
    return Reader(mapping=checked(told), clock=clock_of(connection)).things(parsed(sample))


@transaction.atomic
def agree(
    connection: Connection, *, told: Mapping[str, str], sample: str, at: datetime, by: User | None
) -> ConnectorMapping:
    """Read by this mapping from now on, and what is tried again as well. The same again makes no new version.

    The sample is not kept: it holds personal data. Locks the connection's row.

    Raises:
        UnusableMapping, Unreadable, NothingWouldLand: what was agreed before stands.
    """
    things = try_out(connection, told=told, sample=sample)
    if not things or not all(thing.is_whole for thing in things):
        raise NothingWouldLand
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    kept = checked(told)
    latest = ConnectorMapping.objects.filter(connection=connection).order_by("-number").first()
    if latest and latest.told == kept:
        return latest
    number = latest.number + 1 if latest else 1
    return ConnectorMapping.objects.create(
        connection=connection, number=number, told=kept, made_at=at, made_by=by
    )

"""What a shop's system brings: proved and kept, which is all that happens while it waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from crm.channels.proving import is_weak
from crm.connectors.agreeing import connector_of
from crm.connectors.base import Connector, Parcel, Unproved
from crm.errors import Refusal
from crm.models import Connection, ConnectorDelivery, ConnectorRound

BODIES_KEPT = timedelta(days=30)
AT_ONCE = 5_000


class NobodyListens(Refusal):
    code = "no-such-connection"
    title = _("Nobody listens here.")
    status = 404


def connection_at(key: str) -> Connection:
    """The open connection whose system calls this address.

    Raises:
        NobodyListens.
    """
    found = Connection.objects.open().filter(key=key).first()
    if found is None:
        raise NobodyListens
    return found


def take(
    connection: Connection, *, headers: Mapping[str, str], body: bytes, at: datetime
) -> ConnectorDelivery | None:
    """Prove a request and keep it, once; None: there is nothing new to do. Two statements.

    Raises:
        Unproved: nothing is kept, and the connection was not heard of.
    """
    connector, secrets = connector_of(connection), connection.secrets
    _refuse_guessed(connector, secrets)
    parcel = connector.prove(secrets, headers=headers, body=body)
    return keep(connection, parcel, at=at) if parcel else None


def keep(
    connection: Connection, parcel: Parcel, *, at: datetime, asked_in: ConnectorRound | None = None
) -> ConnectorDelivery | None:
    """Keep what was brought, or asked for in a round; None: it stands already."""
    row, is_new = ConnectorDelivery.objects.get_or_create(
        connection=connection,
        delivery_id=parcel.delivery_id,
        defaults={
            "topic": parcel.topic[:60],
            "body": parcel.body,
            "received_at": at,
            "next_try_at": at,
            "asked_in": asked_in,
        },
    )
    Connection.objects.filter(pk=connection.pk).update(heard_at=at)
    return row if is_new else None


def try_failed_again(connection: Connection, *, at: datetime) -> int:
    """Let everything that did not land whole be tried once more, in the order it came; how many there are.

    What is no longer kept cannot be tried. Idempotent.
    """
    failed = ConnectorDelivery.objects.failed().filter(connection=connection).exclude(body=b"")
    return failed.update(landed_at=None, next_try_at=at, attempts=0)


def forget_bodies(*, at: datetime) -> int:
    """They hold personal data. Returns how many; AT_ONCE: there may be more."""
    old = ConnectorDelivery.objects.filter(received_at__lt=at - BODIES_KEPT).exclude(body=b"")
    pks = list(old.values_list("pk", flat=True)[:AT_ONCE])
    return ConnectorDelivery.objects.filter(pk__in=pks).update(body=b"", next_try_at=None)


def _refuse_guessed(connector: Connector, secrets: Mapping[str, str]) -> None:
    """Nobody proves anything by a secret that can be guessed, however it came to stand there."""
    for name in connector.proving_secrets:
        secret = secrets.get(name, "")
        if is_weak(secret) or connector.is_default(secret):
            raise Unproved

"""A shop is connected with what it runs, and parted from it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_urlsafe

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from crm.channels.proving import GUESSED, is_weak
from crm.connectors import CONNECTORS
from crm.connectors.base import CannotBeAsked, Connector
from crm.errors import Fault, Refusal
from crm.models import Connection, Shop, User
from crm.outside import requests

SECRET_BYTES = 32


class UnknownConnector(Refusal):
    code = "unknown-connector"
    title = _("Veren does not know this system. See which ones it connects with.")
    status = 422


class UnusableSecrets(Refusal):
    code = "unusable-secrets"
    title = _("A secret is missing, or anybody could guess it.")
    status = 422


class AlreadyConnected(Refusal):
    code = "already-connected"
    title = _("This shop is connected with this system already. Close that connection first.")


def connect(
    *,
    shop: Shop,
    vendor: str,
    secrets: Mapping[str, str],
    at: datetime,
    address: str = "",
    by: User | None = None,
) -> Connection:
    """Listen to a shop's system from now on. Not idempotent: a shop has one open connection with each vendor.

    Raises:
        UnknownConnector, AddressRefused, AlreadyConnected: nothing is made.
        UnusableSecrets: with a pointer to each secret that is missing, or can be guessed.
    """
    connector = CONNECTORS.get(vendor)
    if connector is None:
        raise UnknownConnector
    told = {name: secrets.get(name, "").strip() for name in connector.secrets}
    if faults := _faults(connector, told):
        raise UnusableSecrets(*faults)
    checked = requests.checked(address) if address else ""
    connection = Connection(shop=shop, vendor=vendor, address=checked, created_at=at, created_by=by)
    connection.keep_secrets(told)
    try:
        with transaction.atomic():
            connection.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyConnected from error
    return connection


def give_access(connection: Connection, *, address: str, secrets: Mapping[str, str]) -> None:
    """Change where a system is asked, and the secrets that the shop made; one that is left empty stays. Idempotent.

    Raises:
        AddressRefused, UnusableSecrets: nothing is changed.
    """
    connector = CONNECTORS[connection.vendor]
    standing = connection.secrets
    told = {name: _told_or(standing, name, secrets, connector) for name in connector.secrets}
    if faults := _faults(connector, told):
        raise UnusableSecrets(*faults)
    connection.address = requests.checked(address) if address else ""
    connection.keep_secrets(told)
    connection.save(update_fields=["address", "sealed_secrets"])


def _told_or(standing: Mapping[str, str], name: str, secrets: Mapping[str, str], connector: Connector) -> str:
    told = "" if name in connector.made_here else secrets.get(name, "").strip()
    return told or standing.get(name, "")


def look_around(connection: Connection) -> Sequence[Refusal]:
    """What stands in the way of asking this system, asked of it now; a system that only tells is never asked."""
    connector, secrets = CONNECTORS[connection.vendor], connection.secrets
    if not connector.can_be_asked(connection.address, secrets):
        return [CannotBeAsked()] if connector.asking_secrets else []
    return connector.look_around(connection.address, secrets)


def fresh_secrets(vendor: str) -> dict[str, str]:
    """Those that the shop gets from us."""
    connector = CONNECTORS.get(vendor)
    return {name: token_urlsafe(SECRET_BYTES) for name in connector.made_here} if connector else {}


def close(connection: Connection, *, at: datetime) -> None:
    """Listen no longer. What it brought stays. Idempotent."""
    Connection.objects.open().filter(pk=connection.pk).update(closed_at=at)


def _faults(connector: Connector, secrets: Mapping[str, str]) -> list[Fault]:
    found = []
    for name, secret in secrets.items():
        if not secret and name not in connector.optional_secrets:
            found.append(
                Fault(pointer=f"/{name}", detail=_("Without this secret the connection does not work."))
            )
        elif name in connector.proving_secrets and (is_weak(secret) or connector.is_default(secret)):
            found.append(Fault(pointer=f"/{name}", detail=GUESSED))
    return found

"""A conversation with 1C: begun by a password, carried on by a cookie, with files in pieces.

https://dev.1c-bitrix.ru/api_help/sale/algorithms/data_2_site.php and v8.1c.ru describe the protocol: checkauth, init,
file, import; query and success for orders; deactivate and complete at the end of a full exchange.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from crm.channels.proving import is_weak
from crm.connectors.base import Unproved
from crm.errors import Refusal
from crm.importing.files import LARGEST_FILE
from crm.models import Connection, Exchange, ExchangeFile, FilePiece
from crm.purchases import price_lists

LOGIN = "1c"
COOKIE = "veren-exchange"
TOKEN_BYTES = 32
# A full exchange of a large shop takes hours, but is never silent for long.
SILENCE = timedelta(hours=1)
CATALOGUE, ORDERS = "catalog", "sale"
KINDS = (CATALOGUE, ORDERS, "reference")
MOST_FILES = 5_000
READ = (".xml", ".zip")


class TooManyFiles(Refusal):
    code = "exchange-too-large"
    title = _("The exchange brings more than Veren takes at once. Send only what changed.")
    status = 413


class NoSuchFile(Refusal):
    code = "no-such-file"
    title = _("No such file was brought in this exchange. Start the exchange again in 1C.")
    status = 422


def begin(connection: Connection, *, kind: str, shown: str, at: datetime) -> str:
    """Prove the password of an Authorization header; the value of a cookie for all that follows.

    Whatever exchange of the kind was going on is over: of two that talk at once, the newer one goes on.

    Raises:
        Unproved: nothing is begun.
    """
    _prove(connection, shown)
    token = token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        before = Exchange.objects.filter(connection=connection, kind=kind, ended_at=None)
        for one in before:
            end(one, at=at)
        Exchange.objects.create(
            connection=connection, kind=kind, token_digest=_digest(token), begun_at=at, heard_at=at
        )
        Connection.objects.filter(pk=connection.pk).update(heard_at=at)
    return token


def _prove(connection: Connection, shown: str) -> None:
    scheme, _blank, coded = shown.partition(" ")
    password = connection.secrets.get("password", "")
    try:
        told = base64.b64decode(coded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unproved from error
    is_right = constant_time_compare(told, f"{LOGIN}:{password}")
    if scheme.lower() != "basic" or is_weak(password) or not is_right:
        raise Unproved


def going_on(connection: Connection, *, kind: str, token: str, at: datetime) -> Exchange:
    """The exchange that a cookie carries on; it is heard of.

    Raises:
        Unproved: an unknown cookie, of another connection or kind, or of an exchange that is over.
    """
    found = Exchange.objects.select_related("connection__shop").filter(
        connection=connection,
        kind=kind,
        token_digest=_digest(token),
        ended_at=None,
        heard_at__gte=at - SILENCE,
    )
    exchange = found.first()
    if exchange is None:
        raise Unproved
    Exchange.objects.filter(pk=exchange.pk).update(heard_at=at)
    exchange.heard_at = at
    return exchange


@transaction.atomic
def bring(exchange: Exchange, *, name: str, body: bytes, at: datetime) -> None:
    """Keep the next piece of a file. The piece that came last, brought again, is the same one.

    Pictures are not kept: the catalogue has no place for them.

    Raises:
        TooManyFiles: the piece is not kept.
    """
    if not name.lower().endswith(READ):
        return
    Exchange.objects.select_for_update(no_key=True).get(pk=exchange.pk)
    files = ExchangeFile.objects.filter(exchange=exchange)
    file = files.filter(name=name, archive=None, closed_at=None).first()
    if file is None:
        if files.count() >= MOST_FILES:
            raise TooManyFiles
        files.filter(name=name).exclude(failure="").delete()
        file = ExchangeFile.objects.create(exchange=exchange, name=name, brought_at=at)
    last = file.pieces.order_by("-starts_at").first()
    if not body or (last and bytes(last.body) == body):
        return
    brought = sum(files.values_list("size", flat=True))
    if brought + len(body) > LARGEST_FILE:
        raise TooManyFiles
    FilePiece.objects.create(file=file, starts_at=file.size, body=body)
    file.size += len(body)
    file.save(update_fields=["size"])


@transaction.atomic
def note_done(exchange: Exchange, *, at: datetime) -> None:
    """When nothing that was brought is left to do, and nothing failed, prices and stock are as 1C has them."""
    locked = Exchange.objects.select_for_update(no_key=True, of=("self",)).get(pk=exchange.pk)
    if locked.kind != CATALOGUE or _left(exchange):
        return
    price_lists.note_heard(exchange.connection.shop, is_first=locked.good_at is None, at=at)
    Exchange.objects.filter(pk=exchange.pk, good_at=None).update(good_at=at)


def is_full(exchange: Exchange) -> bool:
    """Was a list of all goods brought, and is everything done that was?"""
    done = ExchangeFile.objects.filter(exchange=exchange, finished_at__isnull=False)
    return not _left(exchange) and done.filter(cursor__is_full=True).exists()


def _left(exchange: Exchange) -> bool:
    files = ExchangeFile.objects.filter(exchange=exchange)
    return files.exclude(name__iendswith=".zip").filter(finished_at=None).exists() or (
        files.exclude(failure="").exists()
    )


@transaction.atomic
def end(exchange: Exchange, *, at: datetime) -> None:
    """Idempotent. An exchange of goods that brought no file had nothing new: all stands as it was."""
    if exchange.kind == CATALOGUE and exchange.good_at is None and not exchange.files.exists():
        price_lists.note_heard(exchange.connection.shop, is_first=True, at=exchange.heard_at)
    Exchange.objects.filter(pk=exchange.pk, ended_at=None).update(ended_at=at)
    exchange.files.all().delete()


def forget_silent(*, at: datetime) -> int:
    """Whatever was brought in exchanges that broke off: files of orders hold personal data."""
    silent = Exchange.objects.filter(ended_at=None, heard_at__lt=at - SILENCE)
    for one in silent:
        end(one, at=one.heard_at)
    return len(silent)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

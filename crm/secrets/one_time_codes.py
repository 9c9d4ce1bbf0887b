"""Codes that prove an address: six digits, five minutes, five tries, ten a day, and only in the browser that asked.

Nothing here looks for a customer: whoever asks hears the same, whether the address is known or not.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import OneTimeCode

DIGITS = 6
WORKS_FOR = timedelta(minutes=5)
MOST_TRIES = 5
MOST_A_DAY = 10
DAY = timedelta(days=1)


class TooManyCodes(Refusal):
    code = "too-many-codes"
    title = _("Ten codes were sent to this address today. Please come back tomorrow.")
    status = 429


class WrongCode(Refusal):
    """`tries_left` says how often one may still try: at 0 a new code is needed."""

    code = "wrong-code"
    title = _("The code does not fit, or is too old. Check the digits, or ask for a new code.")
    status = 422


@transaction.atomic
def make(*, kind: str, value: str, browser: str, at: datetime) -> str:
    """A new code for an address, to be sent there; one made before for it in this browser no longer works.

    Waits for others who ask for the same address (a transaction-level advisory lock).

    Raises:
        TooManyCodes: none is made.
    """
    address, asking = _digest("address", kind, value), _digest("browser", browser)
    _lock(address)
    OneTimeCode.objects.filter(made_at__lt=at - 2 * DAY).delete()
    earlier = OneTimeCode.objects.filter(address_digest=address, made_at__gt=at - DAY)
    if earlier.count() >= MOST_A_DAY:
        raise TooManyCodes
    earlier.filter(browser_digest=asking, expires_at__gt=at).update(expires_at=at)
    code = "".join(secrets.choice("0123456789") for _digit in range(DIGITS))
    OneTimeCode.objects.create(
        address_digest=address,
        browser_digest=asking,
        code_digest=_code_digest(code, address=address, browser=asking),
        made_at=at,
        expires_at=at + WORKS_FOR,
    )
    return code


def confirm(code: str, *, kind: str, value: str, browser: str, at: datetime) -> None:
    """Take a code, once. Every try is counted, and stays counted whatever the caller does: no transaction around it.

    Raises:
        WrongCode: with `tries_left`.
    """
    address, asking = _digest("address", kind, value), _digest("browser", browser)
    tries_left = _try(code, address, asking, at=at) if _open(address, asking, at=at).exists() else 0
    if tries_left is not None:
        raise WrongCode(tries_left=tries_left)


@transaction.atomic(durable=True)
def _try(code: str, address: bytes, asking: bytes, *, at: datetime) -> int | None:
    """None: it fits. Locks the code, so that of many tries at once each is counted."""
    standing = _open(address, asking, at=at).select_for_update().order_by("-pk").first()
    if standing is None:
        return 0
    standing.tries += 1
    fits = constant_time_compare(
        bytes(standing.code_digest), _code_digest(code, address=address, browser=asking)
    )
    standing.used_at = at if fits else None
    standing.save(update_fields=["tries", "used_at"])
    return None if fits else MOST_TRIES - standing.tries


def _open(address: bytes, asking: bytes, *, at: datetime) -> QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(
        address_digest=address, browser_digest=asking, used_at=None, expires_at__gt=at, tries__lt=MOST_TRIES
    )


def _code_digest(code: str, *, address: bytes, browser: bytes) -> bytes:
    return _digest("code", address.hex(), browser.hex(), code)


def _digest(*parts: str) -> bytes:
    text = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return bytes(salted_hmac("crm.one_time_codes", text, algorithm="sha256").digest())


def _lock(address: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(address[:8], "big", signed=True)])

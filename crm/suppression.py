"""Identities of people who were erased, as keyed digests: an old list or a shop's system must not bring them back.

The key is SUPPRESSION_KEY, or made from SECRET_KEY when that is not set; with another key the list is forgotten.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from django.conf import settings
from django.utils.crypto import salted_hmac

from crm.models import Suppression

Key: TypeAlias = tuple[str, str, str]  # kind, namespace, value in its normal form


def digest(key: Key) -> bytes:
    said = "\x1f".join(key).encode()
    if settings.SUPPRESSION_KEY:
        return hmac.new(settings.SUPPRESSION_KEY.encode(), said, hashlib.sha256).digest()
    return salted_hmac("crm.suppression", said, algorithm="sha256").digest()


def suppress(keys: Iterable[Key], *, at: datetime) -> None:
    """Idempotent."""
    rows = [Suppression(digest=digest(key), added_at=at) for key in keys]
    Suppression.objects.bulk_create(rows, ignore_conflicts=True)


def suppressed(keys: Sequence[Key]) -> set[Key]:
    """Which of these belong to somebody who was erased. One query."""
    by_digest = {digest(key): key for key in keys}
    found = Suppression.objects.filter(digest__in=list(by_digest)).values_list("digest", flat=True)
    return {by_digest[bytes(one)] for one in found}


def lift(keys: Sequence[Key]) -> int:
    """Somebody comes back of their own will: from now on they may be known again. Returns how many were lifted."""
    lifted, _by_model = Suppression.objects.filter(digest__in=[digest(key) for key in keys]).delete()
    return lifted

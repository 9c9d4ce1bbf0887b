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
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import Suppression, SuppressionLift, User

LONGEST_REASON = 200

Key: TypeAlias = tuple[str, str, str]  # kind, namespace, value in its normal form


class NotSuppressed(Refusal):
    code = "not-suppressed"
    title = _(
        "Nobody who was erased was known by this. Check how it is written, and for a shop's number the shop."
    )
    status = 422


class LiftNeedsAReason(Refusal):
    code = "lift-needs-a-reason"
    title = _("Say why this person may be known again: for example, the number of their letter.")
    status = 422


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


@transaction.atomic
def lift(key: Key, *, by: User, reason: str, at: datetime) -> SuppressionLift:
    """Somebody comes back of their own will: from now on they may be known by this again. On record: who, when, why.

    Locks the digest's row, so that of two at once one is refused.

    Raises:
        LiftNeedsAReason, NotSuppressed: nothing is lifted.
    """
    words = " ".join(reason.replace("\0", "").split())[:LONGEST_REASON]
    if not words:
        raise LiftNeedsAReason
    lifted, _by_model = Suppression.objects.filter(digest=digest(key)).delete()
    if not lifted:
        raise NotSuppressed
    return SuppressionLift.objects.create(
        digest=digest(key), identity_kind=key[0], lifted_at=at, lifted_by=by, reason=words
    )

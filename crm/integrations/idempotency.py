"""One effect per Idempotency-Key: the answer is kept in the transaction of its effect, for 72 hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from crm.audit import ACT_AS, key_as_author
from crm.errors import Refusal
from crm.models import IdempotentAnswer, Shop

KEPT_FOR = timedelta(hours=72)
# Two characters of what the column holds are left for quotes. The schema publishes the same pattern.
KEY = r"^[\x21-\x7e]{1,253}$"
FORGOTTEN_AT_ONCE = 5000
# Says in the same breath who acts, so that the record of changes names the key.
TAKE = f"SELECT taken.*, {ACT_AS} FROM crm_take_key(%s, %s, %s) AS taken"  # noqa: S608  # nosec B608 - constants
KEEP = """
INSERT INTO crm_idempotentanswer (shop_id, operation, key, request_sha256, status, body, answered_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


class KeyReused(Refusal):
    code = "idempotency-key-reused"
    title = _("This Idempotency-Key was used for another request.")
    status = 422


class StillRunning(Refusal):
    code = "still-running"
    title = _("A request with this Idempotency-Key is still running.")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`body` is the text that goes out: a replay gives it again to the letter."""

    status: int
    body: str
    is_replayed: bool = False


@transaction.atomic
def answer_once(
    act: Callable[[], Answer],
    *,
    shop: Shop,
    author: str,
    operation: str,
    key: str,
    request_sha256: bytes,
    at: datetime,
) -> Answer:
    """Act and keep the answer, or give the answer kept before. A refusal keeps nothing: its key is free again.

    `author` is what the shop's key to the API begins with; whatever `act` changes is on record as changed by it.
    Holds an advisory lock on `key` until the transaction ends; never waits for one.

    Raises:
        StillRunning: another transaction holds the key.
        KeyReused: the key stands for a request with another digest.
        Whatever `act` raises.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [*key_as_author(author), shop.pk, operation, key])
        is_taken, digest, status, body, *_ = cursor.fetchone()
    if not is_taken:
        raise StillRunning
    if status is not None:
        if bytes(digest) != request_sha256:
            raise KeyReused
        return Answer(status=status, body=body, is_replayed=True)
    answer = act()
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [shop.pk, operation, key, request_sha256, answer.status, answer.body, at])
    return answer


def forget(*, at: datetime) -> int:
    """Forget answers older than KEPT_FOR, in short transactions. Returns how many."""
    forgotten = 0
    while True:
        old = IdempotentAnswer.objects.filter(answered_at__lt=at - KEPT_FOR).order_by("answered_at")
        count, _by_model = IdempotentAnswer.objects.filter(
            pk__in=old.values("pk")[:FORGOTTEN_AT_ONCE]
        ).delete()
        forgotten += count
        if count < FORGOTTEN_AT_ONCE:
            return forgotten

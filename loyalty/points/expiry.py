"""Points whose time is over go; and before that, whoever has them is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Sum

from loyalty import ledger
from loyalty.facts.points import PointsExpired, PointsExpireSoon
from loyalty.models import Lot, Programme
from loyalty.points import sweeping
from loyalty.points.sweeping import Due

IDLE = """
SELECT member_id FROM loyalty_wallet
WHERE programme_id = %s AND available > 0 AND active_at + make_interval(months => idle_months) <= %s AND member_id > %s
ORDER BY member_id LIMIT %s
"""


def expire_due(*, at: datetime, chunk: int = sweeping.CHUNK) -> int:
    """Let everything go whose time is over at `at`, and tell each member's timeline (PointsExpired).

    In chunks of so many wallets, each a short transaction; doing it again, or going on after a stop, changes nothing
    twice. Held points stay. Locks the customers' rows of a chunk, then their wallets, both in ascending order.
    Returns how many points went.
    """
    due = Lot.objects.filter(remaining__gt=0, expires_at__lte=at).order_by("expires_at", "pk")
    gone = sum(_expire(members, at=at) for members in sweeping.chunks_of(due, chunk))
    return gone + sum(_expire(members, at=at) for members in _idle(at, chunk))


def follow_idle_months(programme: Programme) -> None:
    """What the programme says of idle points holds for the wallets it has, from now on. Idempotent."""
    ledger.set_idle_months(programme.pk, programme.idle_months)


def _idle(at: datetime, chunk: int) -> Iterator[list[int]]:
    by_activity = Programme.objects.filter(expiry=Programme.Expiry.AFTER_ACTIVITY)
    for programme_id in by_activity.values_list("pk", flat=True):
        after = 0
        while True:
            with connection.cursor() as cursor:
                cursor.execute(IDLE, [programme_id, at, after, chunk])
                found = [member_id for (member_id,) in cursor.fetchall()]
            if not found:
                break
            after = found[-1]
            yield found


def _expire(member_ids: list[int], *, at: datetime) -> int:
    return sweeping.settle(member_ids, ledger.expire, PointsExpired, event="expired", at=at)


def tell_of_expiry(*, at: datetime, chunk: int = sweeping.CHUNK) -> int:
    """Tell members whose points expire within their programme's warning, once for each moment (PointsExpireSoon).

    Returns how many were told. Locks the customers' rows of a chunk in ascending order.
    """
    return sum(
        _tell_programme(programme, at=at, chunk=chunk)
        for programme in Programme.objects.running(at).filter(expiry_warning_days__gt=0)
    )


def _tell_programme(programme: Programme, *, at: datetime, chunk: int) -> int:
    until = at + timedelta(days=programme.expiry_warning_days)
    soon = (
        Lot.objects.filter(
            remaining__gt=0, expires_at__gt=at, expires_at__lte=until, wallet__programme=programme
        )
        .values("expires_at", member=F("wallet_id"))
        .annotate(points=Sum("remaining"))
        .order_by("expires_at", "member")
    )
    told = 0
    for some in sweeping.slices(soon.iterator(chunk), chunk):
        told += _tell_chunk([Due(**one) for one in some], at=at)  # type: ignore[arg-type]  # those that stay were left out
    return told


@transaction.atomic
def _tell_chunk(dues: list[Due], *, at: datetime) -> int:
    people = sweeping.lock_people([due.member for due in dues])
    return sweeping.tell_of(people, dues, _soon, event="expires", at=at)


def _soon(due: Due, programme_name: str) -> PointsExpireSoon:
    return PointsExpireSoon(points=due.points, expires_at=due.expires_at, programme_name=programme_name)

"""The proof: every invariant of the ledger looked at, wallet by wallet, and what was found kept as a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min

from loyalty.models import Proof, Wallet

CHUNK = 5_000
LISTED = 1_000
# Clocks of several machines differ, and a transaction commits some time after its clock was read.
OVERLAP = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Violation:
    """An invariant that does not hold, and where: a wallet, a transaction, or neither when the house is at fault."""

    invariant: int
    wallet_id: int | None
    transaction_id: int | None
    detail: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A balance that is not what the movements make it."""

    wallet_id: int
    bucket: str
    stands: int
    derived: int


Progress = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Nobody looks."""


def prove(
    *, at: datetime, since_checkpoint: bool = False, progress: Progress = _silent
) -> tuple[Proof, list[Violation]]:
    """Look at all 18 invariants and keep what was found; at most LISTED violations are listed, all are counted.

    `since_checkpoint`: wallets that nothing happened to since the last clean proof are only compared with their last
    movement. Reads in chunks, each in a transaction of its own that sees one moment; locks nothing.
    """
    since = checkpoint() if since_checkpoint else None
    began = monotonic()
    found: list[Violation] = []
    count, broken, wallets = 0, set(), 0
    for violations, looked_at, total in _look(since):
        count += len(violations)
        wallets = looked_at
        broken |= {one.invariant for one in violations}
        found += violations[: LISTED - len(found)]
        progress(looked_at, total)
    proof = Proof.objects.create(
        began_at=at,
        since=since,
        wallets_count=wallets,
        violations_count=count,
        broken=sorted(broken),
        seconds=round(monotonic() - began, 3),
    )
    return proof, found


def checkpoint() -> datetime | None:
    """From when on the next proof has to look; None where there is no clean one."""
    clean = Proof.objects.filter(violations_count=0).order_by("-began_at").first()
    return clean.began_at - OVERLAP if clean else None


def latest() -> Proof | None:
    return Proof.objects.order_by("-began_at", "-pk").first()


def _look(since: datetime | None) -> Iterator[tuple[list[Violation], int, int]]:
    """Violations of each chunk, how many wallets were looked at so far, and about how many there are."""
    total = Wallet.objects.count()
    done = 0
    for first, last, size in chunks():
        done += size
        yield violations(first, last, since=since), done, max(total, done)
    yield house_violations(since=since), done, max(total, done)


def chunks(size: int = CHUNK) -> Iterator[tuple[int, int, int]]:
    """Ranges of wallets: the first id, the last, how many."""
    after = 0
    while True:
        ids = Wallet.objects.filter(pk__gt=after).order_by("pk").values("pk")[:size]
        found = Wallet.objects.filter(pk__in=ids).aggregate(first=Min("pk"), last=Max("pk"))
        if found["first"] is None:
            return
        after = found["last"]
        yield found["first"], after, Wallet.objects.filter(pk__gte=found["first"], pk__lte=after).count()


def violations(first: int, last: int, *, since: datetime | None = None) -> list[Violation]:
    """What is wrong with the wallets of a range."""
    return _read("SELECT * FROM loyalty_violations(%s, %s, %s)", first, last, since)


def house_violations(*, since: datetime | None = None) -> list[Violation]:
    """What is wrong around the ledger: guards, grants, keys, what hangs in the air, the sum of everything."""
    return _read("SELECT * FROM loyalty_house_violations(%s, %s)", settings.DATABASE_APP_ROLE, since)


@transaction.atomic
def _read(query: str, *arguments: int | str | datetime | None) -> list[Violation]:
    """One statement in a transaction without a time limit: a large house takes its time."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(query, arguments)
        return [
            Violation(invariant=invariant, wallet_id=wallet_id, transaction_id=transaction_id, detail=detail)
            for invariant, wallet_id, transaction_id, detail in cursor.fetchall()
        ]


def differing_balances(*, progress: Progress = _silent) -> list[Difference]:
    """Every balance derived again from its movements: those that stand otherwise."""
    found: list[Difference] = []
    done, total = 0, Wallet.objects.count()
    for first, last, size in chunks():
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM loyalty_differing_balances(%s, %s)", [first, last])
            found += [
                Difference(wallet_id=wallet_id, bucket=bucket, stands=stands, derived=derived)
                for wallet_id, bucket, stands, derived in cursor.fetchall()
            ]
        done += size
        progress(done, max(total, done))
    return found

"""Codes of coupons: how they are read, and how a hundred thousand of them are made.

A made code has 13 letters of an alphabet of 31 without 0, 1, I, L and O, which people mix up: 64 bits, of which a
guesser would have to try a million million to meet one of a million.
"""

from __future__ import annotations

import csv
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from loyalty.models import Coupon, CouponBatch, CouponPool, Member, Redemption

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 13
LONGEST = 32
AT_A_TIME = 10_000
MOST_IMPORTED = 100_000
MOST_WANTED = 1_000_000
HEADINGS = {"code", "codes", "coupon", "код", "купон"}
_READABLE = re.compile(r"[^\W_]{3,32}")

KEEP = """
INSERT INTO loyalty_coupon (pool_id, code, uses_left, created_at)
SELECT %s, code, %s, %s FROM unnest(%s::text[]) AS code
ON CONFLICT (code) DO NOTHING
"""


class TooManyCodes(Refusal):
    code = "too-many-coupon-codes"
    title = _("A file may hold 100,000 codes. Split it into several.")
    status = 422


class UnreadableFile(Refusal):
    code = "unreadable-file"
    title = _("The file cannot be read. Save it as CSV in UTF-8, one code on a line.")
    status = 422


@dataclass(kw_only=True)
class Imported:
    """What came of a file: how many codes are new, how many were known already, and the lines that hold no code."""

    new: int = 0
    known: int = 0
    unreadable_lines: list[int] = field(default_factory=list)


def normal(text: str) -> str:
    """The one form in which codes are compared: capital letters and digits, without gaps.

    Raises ValueError for what can be no code.
    """
    code = re.sub(r"[\s\u2010-\u2015-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not _READABLE.fullmatch(code):
        raise ValueError(text)
    return code


def new_code(prefix: str = "") -> str:
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def issue(pool: CouponPool, *, holder: Member, at: datetime) -> Coupon:
    """A new code of the pool that only this member can use. In the caller's transaction."""
    ends = [pool.ends_at, at + timedelta(days=pool.days_valid) if pool.days_valid else None]
    return Coupon.objects.create(
        pool=pool,
        code=new_code(),
        holder=holder,
        uses_left=pool.uses_per_code,
        valid_until=min((end for end in ends if end), default=None),
        created_at=at,
    )


def issue_for(redemption: Redemption, *, valid_until: datetime | None, at: datetime) -> Coupon:
    """The code by which a redeemed reward is used, once, by the member who redeemed it."""
    return Coupon.objects.create(
        redemption=redemption,
        code=new_code(),
        holder_id=redemption.member_id,
        uses_left=1,
        valid_until=valid_until,
        created_at=at,
    )


@transaction.atomic
def add_code(pool: CouponPool, code: str, *, at: datetime) -> bool:
    """One code of somebody's choice, in its normal form. False: it is taken already."""
    return _keep(pool, [code], at=at) == 1


def open_batch(
    pool: CouponPool, *, wanted: int, at: datetime, prefix: str = "", by: User | None = None
) -> CouponBatch:
    """Ask for codes; `work_on` makes them. Raises ValueError for a prefix that can be no part of a code."""
    return CouponBatch.objects.create(
        pool=pool,
        wanted=min(wanted, MOST_WANTED),
        prefix=normal(prefix) if prefix else "",
        started_by=by,
        created_at=at,
        moved_at=at,
    )


def work_on(batch_pk: int, *, clock: Callable[[], datetime], until: datetime) -> bool:
    """Make what is missing of a batch, a chunk a transaction, until it is over or the time is. Is anything left?

    Whoever comes second while a chunk is being made goes away: a batch has one worker at a time.
    """
    while clock() < until:
        if not _make_some(batch_pk, at=clock()):
            return False
    return True


@transaction.atomic
def _make_some(batch_pk: int, *, at: datetime) -> bool:
    batch = (
        CouponBatch.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("pool")
        .filter(pk=batch_pk, finished_at=None, cancelled_at=None)
        .first()
    )
    if batch is None:
        return False
    codes = [new_code(batch.prefix) for _ in range(min(AT_A_TIME, batch.wanted - batch.made))]
    batch.made += _keep(batch.pool, codes, at=at)
    batch.moved_at = at
    batch.finished_at = at if batch.made == batch.wanted else None
    batch.save(update_fields=["made", "moved_at", "finished_at"])
    return not batch.is_over


@transaction.atomic
def cancel_batch(batch: CouponBatch, *, at: datetime) -> None:
    """Stop after the chunk in hand. Codes that were made stay."""
    CouponBatch.objects.at_work().filter(pk=batch.pk).update(cancelled_at=at)


@transaction.atomic
def import_codes(pool: CouponPool, file: IO[bytes], *, at: datetime) -> Imported:
    """Codes made elsewhere, from the first column of a CSV file. Told again, they stay as they are.

    Raises:
        UnreadableFile, TooManyCodes: nothing is taken in.
    """
    result = Imported()
    codes: dict[str, None] = {}
    read = 0
    for number, text in enumerate(_first_cells(file), start=1):
        if not text.strip() or (number == 1 and text.strip().lower() in HEADINGS):
            continue
        try:
            codes[normal(text)] = None
            read += 1
        except ValueError:
            result.unreadable_lines.append(number)
        if read > MOST_IMPORTED:
            raise TooManyCodes
    for start in range(0, len(codes), AT_A_TIME):
        result.new += _keep(pool, list(codes)[start : start + AT_A_TIME], at=at)
    result.known = read - result.new
    return result


def _first_cells(file: IO[bytes]) -> Iterable[str]:
    try:
        lines = file.read().decode("utf-8-sig").splitlines()
        # Excel puts semicolons where the comma is for decimals.
        separator = max(",;\t", key="".join(lines[:20]).count)
        yield from (row[0] if row else "" for row in csv.reader(lines, delimiter=separator))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile from error


def _keep(pool: CouponPool, codes: Sequence[str], *, at: datetime) -> int:
    """How many of them are new. Sorted, so that two files with the same codes cannot wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [pool.pk, pool.uses_per_code, at, sorted(codes)])
        kept: int = cursor.rowcount
    return kept

"""The ledger: the only module that calls its SQL functions. What a balance is stands in `sql/`, one file an operation.

Every call belongs in the caller's transaction. Lock order, everywhere: the customer's row (by telling the timeline),
then wallets in ascending order of their ids, then holds and lots. `key` names the operation once and for ever within a
programme: a repeat answers what the first call did, with `is_new` False. Points are whole; times are aware.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from crm import prepared
from crm.errors import Refusal
from loyalty.errors import LEDGER_REFUSALS, LedgerKeyUsedOtherwise

REFUSED = "VL001"
TAKEN = "23505"


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What an operation did, and the balances after it. `transaction_id` is empty where there was nothing to do."""

    transaction_id: int | None
    is_new: bool
    points: int
    hold_id: int | None
    available: int
    pending: int
    held: int
    debt: int


@dataclass(frozen=True, kw_only=True)
class Lot:
    """Points that come together: `available_at` empty, they can be spent at once."""

    points: int
    available_at: datetime | None = None
    expires_at: datetime | None = None
    line_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Earning:
    """One purchase of a batch."""

    member_id: int
    key: str
    points: int
    occurred_at: datetime
    available_at: datetime | None = None
    expires_at: datetime | None = None
    order_id: int | None = None
    trace: Mapping[str, Any] | None = None


def open_wallet(member_id: int, *, idle_months: int | None = None) -> None:
    """A new member's wallet; nothing happens where there is one.

    `idle_months`: all points go so many months after the last purchase.
    """
    _run("SELECT loyalty_open_wallet(%s, %s::smallint)", member_id, idle_months)


def lock(member_ids: Sequence[int]) -> None:
    """Lock wallets in ascending order, for whoever does several things with several of them in one transaction."""
    _run("SELECT loyalty_lock_wallets(%s::bigint[])", list(member_ids))


def open_wallets(member_ids: Sequence[int], *, idle_months: int | None = None) -> None:
    """As `open_wallet`, for many at once."""
    _run(
        "SELECT loyalty_open_wallet(new.id, %s::smallint) FROM unnest(%s::bigint[]) AS new(id)",
        idle_months,
        list(member_ids),
    )


def set_idle_months(programme_id: int, months: int | None) -> None:
    _run("SELECT loyalty_set_idle_months(%s, %s::smallint)", programme_id, months)


def earn(
    member_id: int,
    *,
    lots: Sequence[Lot],
    key: str,
    occurred_at: datetime,
    at: datetime,
    kind: str = "earn",
    order_id: int | None = None,
    actor_id: int | None = None,
    trace: Mapping[str, Any] | None = None,
) -> Posted:
    """Points come in; those that can be spent at once pay debt first.

    `kind`: earn, or opening for a balance brought along from an earlier programme.
    """
    return _post(
        "loyalty_earn",
        member_id,
        kind,
        key,
        _array(lot.points for lot in lots),
        _array(lot.available_at for lot in lots),
        _array(lot.expires_at for lot in lots),
        _array(lot.line_id for lot in lots),
        order_id,
        actor_id,
        _json(trace),
        occurred_at,
        at,
    )


def earn_batch(earnings: Sequence[Earning], *, at: datetime, kind: str = "earn") -> dict[int, int]:
    """Many purchases earn in one statement: place in `earnings` → transaction, for those that are new."""
    rows = _rows(
        "SELECT ordinal, transaction_id FROM loyalty_earn_batch(%s::bigint[], %s, %s::text[], %s::bigint[], "
        "%s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::jsonb[], %s::timestamptz[], %s)",
        _array(one.member_id for one in earnings),
        kind,
        _array(one.key for one in earnings),
        _array(one.points for one in earnings),
        _array(one.available_at for one in earnings),
        _array(one.expires_at for one in earnings),
        _array(one.order_id for one in earnings),
        _array(_json(one.trace) for one in earnings),
        _array(one.occurred_at for one in earnings),
        at,
    )
    return {ordinal - 1: transaction_id for ordinal, transaction_id in rows}


def redeem(
    member_id: int,
    *,
    points: int,
    key: str,
    at: datetime,
    occurred_at: datetime | None = None,
    kind: str = "redeem",
    order_id: int | None = None,
    actor_id: int | None = None,
    trace: Mapping[str, Any] | None = None,
) -> Posted:
    """Spend points (or, `kind` donate, give them away): soonest expiry first, then oldest.

    Raises:
        NotEnoughPoints: with `available`; nothing is spent.
        LedgerKeyUsedOtherwise
    """
    return _post(
        "loyalty_redeem",
        member_id,
        kind,
        key,
        points,
        order_id,
        actor_id,
        _json(trace),
        occurred_at or at,
        at,
    )


def hold(
    member_id: int,
    *,
    points: int,
    key: str,
    until: datetime,
    at: datetime,
    order_id: int | None = None,
    actor_id: int | None = None,
) -> Posted:
    """Set points aside for a checkout.

    Raises:
        NotEnoughPoints: with `available`; nothing is held.
    """
    return _post("loyalty_hold", member_id, key, points, until, order_id, actor_id, at)


def capture(
    hold_id: int,
    *,
    points: int,
    key: str,
    at: datetime,
    occurred_at: datetime | None = None,
    order_id: int | None = None,
    actor_id: int | None = None,
    trace: Mapping[str, Any] | None = None,
) -> Posted:
    """Held points pay: all or a part; the rest stays held.

    Raises:
        NotEnoughHeld: with `held`; UnknownHold.
    """
    return _post(
        "loyalty_capture", hold_id, key, points, order_id, actor_id, _json(trace), occurred_at or at, at
    )


def prolong(hold_id: int, *, until: datetime) -> None:
    """Keep what is held until then, if that is later than before; a hold that is over stays over. Idempotent.

    Points do not move. Raises UnknownHold.
    """
    _rows("SELECT loyalty_prolong_hold(%s, %s)", hold_id, until)


def release(hold_id: int, *, key: str, at: datetime, actor_id: int | None = None) -> Posted:
    """What is still held pays debt, and goes back into the lots it came from.

    Raises:
        NotEnoughHeld: nothing is held any more; UnknownHold.
    """
    return _post("loyalty_release", hold_id, key, actor_id, at)


def reverse(
    member_id: int,
    *,
    earning_id: int,
    until: int,
    key: str,
    at: datetime,
    occurred_at: datetime | None = None,
    lines: Sequence[int] = (),
    forgive: bool = False,
    order_id: int | None = None,
    actor_id: int | None = None,
    trace: Mapping[str, Any] | None = None,
) -> Posted:
    """Take back what a purchase earned, until `until` of its points are taken back in all: steps do not matter.

    Raises:
        MoreTakenBackThanEarned
    """
    return _post(
        "loyalty_reverse",
        member_id,
        earning_id,
        until,
        list(lines),
        key,
        forgive,
        order_id,
        actor_id,
        _json(trace),
        occurred_at or at,
        at,
    )


def restore(
    spending_id: int,
    *,
    until: int,
    key: str,
    at: datetime,
    occurred_at: datetime | None = None,
    order_id: int | None = None,
    actor_id: int | None = None,
    trace: Mapping[str, Any] | None = None,
) -> Posted:
    """Give back what was spent, until `until` of its points are back in all: steps do not matter.

    Raises:
        MoreGivenBackThanSpent
    """
    return _post(
        "loyalty_restore", spending_id, until, key, order_id, actor_id, _json(trace), occurred_at or at, at
    )


def adjust(adjustment_id: int, *, at: datetime, expires_at: datetime | None = None) -> Posted:
    """Carry out an approved adjustment; the request is the key.

    Raises:
        AdjustmentNotApproved
    """
    return _post("loyalty_adjust", adjustment_id, expires_at, at)


def move_lots(source_id: int, target_id: int, *, key: str, at: datetime, only_back: bool = False) -> Posted:
    """Move what can move between two members' wallets; `only_back`: only what came from the target, by whatever way."""
    return _post("loyalty_move_lots", source_id, target_id, key, only_back, at)


def confirm(member_ids: Sequence[int], *, at: datetime) -> dict[int, int]:
    """Pending points whose time has come become available: member → points."""
    return dict(
        _rows("SELECT wallet_id, points FROM loyalty_confirm(%s::bigint[], %s)", list(member_ids), at)
    )


def expire(member_ids: Sequence[int], *, at: datetime) -> dict[int, int]:
    """Available points whose time is over go: member → points."""
    return dict(_rows("SELECT wallet_id, points FROM loyalty_expire(%s::bigint[], %s)", list(member_ids), at))


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _array(values: Iterable[int | datetime | str | None]) -> str:
    """As PostgreSQL writes an array down: the driver, which asks each value for its kind, takes four times as long."""
    return "{" + ",".join([_WRITTEN[type(value)](value) for value in values]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Writing(dict[type, Callable[[Any], str]]):
    def __missing__(self, kind: type) -> Callable[[Any], str]:
        """A kind of one of these is written as that."""
        self[kind] = next(write for its, write in list(self.items()) if issubclass(kind, its))
        return self[kind]


_WRITTEN = _Writing({type(None): lambda _: "NULL", int: str, str: _quoted, datetime: datetime.isoformat})


_CASTS = {
    "loyalty_earn": "%s,%s,%s,%s::bigint[],%s::timestamptz[],%s::timestamptz[],%s::bigint[],%s,%s,%s::jsonb,%s,%s",
    "loyalty_redeem": "%s,%s,%s,%s,%s,%s,%s::jsonb,%s,%s",
    "loyalty_hold": "%s,%s,%s,%s,%s,%s,%s",
    "loyalty_capture": "%s,%s,%s,%s,%s,%s::jsonb,%s,%s",
    "loyalty_release": "%s,%s,%s,%s",
    "loyalty_reverse": "%s,%s,%s,%s::bigint[],%s,%s,%s,%s,%s::jsonb,%s,%s",
    "loyalty_restore": "%s,%s,%s,%s,%s,%s::jsonb,%s,%s",
    "loyalty_adjust": "%s,%s,%s",
    "loyalty_move_lots": "%s,%s,%s,%s,%s",
}


def _post(function: str, *arguments: Any) -> Posted:
    ((transaction_id, is_new, points, hold_id, available, pending, held, debt),) = _rows(
        f"SELECT * FROM {function}({_CASTS[function]})",  # noqa: S608  # nosec B608 - our own names
        *arguments,
    )
    return Posted(
        transaction_id=transaction_id,
        is_new=is_new,
        points=points,
        hold_id=hold_id,
        available=available,
        pending=pending,
        held=held,
        debt=debt,
    )


def _rows(query: str, *arguments: Any) -> list[tuple[Any, ...]]:
    try:
        with prepared.cursor() as cursor:
            cursor.execute(query, arguments)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
    except DatabaseError as error:
        raise _refusal(error) from error


def _run(query: str, *arguments: Any) -> None:
    with prepared.cursor() as cursor:
        cursor.execute(query, arguments)


def _refusal(error: DatabaseError) -> Exception:
    """The ledger's no, as the refusal it is; any other error as it came."""
    cause: Any = error.__cause__
    sqlstate = getattr(cause, "sqlstate", None)
    if sqlstate == TAKEN and cause.diag.constraint_name == "one_key_one_effect":
        return (
            LedgerKeyUsedOtherwise()
        )  # by another wallet: under one wallet's lock a repeat is found, not refused
    if sqlstate != REFUSED:
        return error
    refusal: type[Refusal] = LEDGER_REFUSALS[cause.diag.message_primary]
    return refusal(**json.loads(cause.diag.message_detail or "{}"))

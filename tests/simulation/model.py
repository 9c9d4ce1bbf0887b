"""The ledger in plain Python: no database, no clock, nothing clever. What it says is what a balance has to be."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

NEVER = datetime.max.replace(tzinfo=UTC)


class Refused(Exception):
    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass
class Lot:
    id: int
    wallet: int
    earned_by: int
    points: int
    pending: int
    remaining: int
    available_at: datetime | None
    expires_at: datetime | None
    line: int | None = None
    origin: Lot | None = None
    held: int = 0

    @property
    def turn(self) -> tuple[datetime, int]:
        return self.expires_at or NEVER, self.id

    @property
    def way(self) -> list[int]:
        """The wallets it came through; what it came back to, it never left."""
        before = self.origin.way if self.origin else []
        return [*(before[: before.index(self.wallet)] if self.wallet in before else before), self.wallet]

    def seen(self) -> tuple[object, ...]:
        return (
            self.wallet,
            self.points,
            self.pending,
            self.remaining,
            self.held,
            self.available_at,
            self.expires_at,
        )


@dataclass
class Wallet:
    debt: int = 0
    active_at: datetime | None = None
    idle_months: int | None = None


@dataclass
class Done:
    """A transaction: what it was, and what it took from which lot."""

    id: int
    kind: str
    wallet: int
    points: int
    taken: list[tuple[Lot, int]] = field(default_factory=list)
    reversed: int = 0


@dataclass
class Hold:
    id: int
    wallet: int
    parts: list[list[object]]

    @property
    def open(self) -> int:
        return sum(part for _, part in self.parts)  # type: ignore[misc]


class Ledger:
    def __init__(self) -> None:
        self.wallets: dict[int, Wallet] = {}
        self.lots: list[Lot] = []
        self.holds: dict[int, Hold] = {}
        self.done: dict[int, Done] = {}
        self.debt_moved: dict[tuple[int, int], int] = {}
        self._ids = count(1)

    # What can be seen ─────────────────────────────────────────────────────────
    def balances(self, wallet: int) -> tuple[int, int, int, int]:
        its = self.its(wallet)
        return (
            sum(lot.remaining for lot in its),
            sum(lot.pending for lot in its),
            sum(lot.held for lot in its),
            self.wallets[wallet].debt,
        )

    def its(self, wallet: int) -> list[Lot]:
        return [lot for lot in self.lots if lot.wallet == wallet]

    def available(self, wallet: int) -> int:
        return self.balances(wallet)[0]

    # Operations ───────────────────────────────────────────────────────────────
    def earn(
        self,
        wallet: int,
        lots: Iterable[tuple[int, datetime | None, datetime | None, int | None]],
        *,
        occurred_at: datetime,
        kind: str = "earn",
    ) -> Done:
        told = list(lots)
        done = self._note(kind, wallet, sum(points for points, *_ in told))
        for points, available_at, expires_at, line in told:
            kept = points if available_at else points - self._pay(wallet, points)
            if kept:
                self._make(wallet, done.id, kept, available_at, expires_at, line)
        if kind == "earn":
            self._was_active(wallet, occurred_at)
        return done

    def spend(self, wallet: int, points: int, *, at: datetime, kind: str = "redeem") -> Done:
        taken = self._take(wallet, points, at)
        done = self._note(kind, wallet, points, taken)
        self._was_active(wallet, at)
        return done

    def hold(self, wallet: int, points: int, *, at: datetime) -> Hold:
        taken = self._take(wallet, points, at)
        for lot, part in taken:
            lot.held += part
        hold = Hold(next(self._ids), wallet, [[lot, part] for lot, part in taken])
        self.holds[hold.id] = hold
        return hold

    def capture(self, hold_id: int, points: int, *, at: datetime) -> Done:
        hold = self.holds[hold_id]
        if points > hold.open:
            raise Refused("not-enough-held")
        taken = []
        missing = points
        for entry in sorted(hold.parts, key=lambda entry: entry[0].turn):  # type: ignore[attr-defined]
            part = min(missing, entry[1])  # type: ignore[call-overload]
            if part:
                entry[0].held -= part  # type: ignore[attr-defined]
                entry[1] -= part  # type: ignore[operator]
                taken.append((entry[0], part))
                missing -= part
        self._was_active(hold.wallet, at)
        return self._note("capture", hold.wallet, points, taken)

    def release(self, hold_id: int) -> int:
        hold = self.holds[hold_id]
        back = hold.open
        if not back:
            raise Refused("not-enough-held")
        pays = self._pay(hold.wallet, back)
        for entry in sorted(hold.parts, key=lambda entry: entry[0].turn):  # type: ignore[attr-defined]
            lot, part = entry
            paid = min(pays, part)  # type: ignore[call-overload]
            lot.held -= part  # type: ignore[attr-defined]
            lot.remaining += part - paid  # type: ignore[attr-defined]
            pays -= paid
            entry[1] = 0
        return back

    def confirm(self, wallets: Iterable[int], *, at: datetime) -> dict[int, int]:
        confirmed = {}
        for wallet in wallets:
            due = [
                lot
                for lot in self.its(wallet)
                if lot.pending and lot.available_at is not None and lot.available_at <= at
            ]
            if due:
                confirmed[wallet] = sum(lot.pending for lot in due)
                for lot in sorted(due, key=lambda lot: lot.turn):
                    lot.remaining += lot.pending - self._pay(wallet, lot.pending)
                    lot.pending = 0
        return confirmed

    def expire(self, wallets: Iterable[int], *, at: datetime) -> dict[int, int]:
        expired = {}
        for wallet in wallets:
            idle = self._is_idle(wallet, at)
            due = [
                lot for lot in self.its(wallet) if lot.remaining and (idle or (lot.expires_at or NEVER) <= at)
            ]
            if due:
                expired[wallet] = sum(lot.remaining for lot in due)
                for lot in due:
                    lot.remaining = 0
        return expired

    def reverse(
        self, wallet: int, earning_id: int, until: int, *, lines: Sequence[int], forgive: bool
    ) -> int:
        """How many points were settled: taken back, or forgiven."""
        earning = self.done[earning_id]
        if until > earning.points:
            raise Refused("more-taken-back-than-earned")
        missing = until - earning.reversed
        if missing <= 0:
            return 0
        its = [lot for lot in self.its(wallet) if lot.earned_by == earning_id]
        left = missing
        for lot in sorted(its, key=lambda lot: (lot.line not in lines, lot.id)):
            part = min(lot.pending, left)
            lot.pending -= part
            left -= part
        left -= self._take_anything(wallet, left, earning_id, lines)
        if not forgive:
            self.wallets[wallet].debt += left
        earning.reversed = until
        return missing

    def restore(self, spending_id: int, until: int) -> int:
        """How many points were given back."""
        spending = self.done[spending_id]
        if until > spending.points:
            raise Refused("more-given-back-than-spent")
        back = until - spending.reversed
        if back <= 0:
            return 0
        pays = self._pay(spending.wallet, back)
        place = 0
        latest = sorted(spending.taken, key=lambda taken: taken[0].turn, reverse=True)
        for lot, points in latest:
            lot.remaining += max(0, min(place + points, until - pays) - max(place, spending.reversed))
            place += points
        spending.reversed = until
        return back

    def adjust(self, wallet: int, points: int, expires_at: datetime | None) -> None:
        if points > 0:
            self.earn(wallet, [(points, None, expires_at, None)], occurred_at=NEVER, kind="adjust")
            return
        there = self._take_anything(wallet, -points)
        self.wallets[wallet].debt += -points - there

    def move(self, source: int, target: int, *, only_back: bool) -> int:
        """How many points and how much debt moved."""
        moved = sorted(
            (
                lot
                for lot in self.its(source)
                if lot.pending + lot.remaining and (not only_back or target in lot.way)
            ),
            key=lambda lot: lot.turn,
        )
        owed = self.wallets[source].debt
        if only_back:
            net = self.debt_moved.get((target, source), 0) - self.debt_moved.get((source, target), 0)
            owed = min(owed, max(0, net))
        points = sum(lot.pending + lot.remaining for lot in moved)
        if not points + owed:
            return 0
        for lot in moved:
            kept = lot.remaining - self._pay(target, lot.remaining)
            if lot.pending + kept:
                available_at = lot.available_at if lot.pending else None
                new = self._make(
                    target, lot.earned_by, lot.pending + kept, available_at, lot.expires_at, lot.line
                )
                new.pending, new.remaining, new.origin = lot.pending, kept, lot
            lot.pending = lot.remaining = 0
        self.wallets[source].debt -= owed
        self.debt_moved[source, target] = self.debt_moved.get((source, target), 0) + owed
        there = self._take_anything(target, owed)
        self.wallets[target].debt += owed - there
        self._was_active(target, self.wallets[source].active_at)
        return points + owed

    # What they are made of ────────────────────────────────────────────────────
    def _note(self, kind: str, wallet: int, points: int, taken: Sequence[tuple[Lot, int]] = ()) -> Done:
        done = Done(next(self._ids), kind, wallet, points, list(taken))
        self.done[done.id] = done
        return done

    def _make(
        self,
        wallet: int,
        earned_by: int,
        points: int,
        available_at: datetime | None,
        expires_at: datetime | None,
        line: int | None,
    ) -> Lot:
        lot = Lot(
            id=next(self._ids),
            wallet=wallet,
            earned_by=earned_by,
            points=points,
            pending=points if available_at else 0,
            remaining=0 if available_at else points,
            available_at=available_at,
            expires_at=expires_at,
            line=line,
        )
        self.lots.append(lot)
        return lot

    def _pay(self, wallet: int, points: int) -> int:
        paid = min(points, self.wallets[wallet].debt)
        self.wallets[wallet].debt -= paid
        return paid

    def _take(self, wallet: int, points: int, at: datetime) -> list[tuple[Lot, int]]:
        usable = [lot for lot in self.its(wallet) if lot.remaining and (lot.expires_at or NEVER) > at]
        if self._is_idle(wallet, at) or sum(lot.remaining for lot in usable) < points:
            raise Refused("not-enough-points")
        taken = []
        for lot in sorted(usable, key=lambda lot: lot.turn):
            part = min(points, lot.remaining)
            if part:
                lot.remaining -= part
                points -= part
                taken.append((lot, part))
        return taken

    def _take_anything(
        self, wallet: int, points: int, earning: int | None = None, lines: Sequence[int] = ()
    ) -> int:
        """Whatever its expiry. How many there were."""

        def turn(lot: Lot) -> tuple[object, ...]:
            is_own = lot.earned_by == earning
            return not is_own, not (is_own and lot.line in lines), *lot.turn

        left = points
        for lot in sorted(self.its(wallet), key=turn):
            part = min(left, lot.remaining)
            lot.remaining -= part
            left -= part
        return points - left

    def _was_active(self, wallet: int, at: datetime | None) -> None:
        its = self.wallets[wallet]
        its.active_at = max(filter(None, (its.active_at, at)), default=None)

    def _is_idle(self, wallet: int, at: datetime) -> bool:
        its = self.wallets[wallet]
        if its.active_at is None or its.idle_months is None:
            return False
        return months_later(its.active_at, its.idle_months) <= at


def months_later(moment: datetime, months: int) -> datetime:
    """As PostgreSQL counts: the same day, or the last of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))

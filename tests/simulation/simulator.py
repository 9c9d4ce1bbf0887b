"""Plays a seed: operations on the real ledger and on the model, side by side; the clock is the simulator's own."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from crm.errors import Refusal
from loyalty import ledger
from loyalty.ledger import Earning, Posted, proving
from loyalty.models import AdjustmentRequest
from loyalty.models import Lot as LotRow
from loyalty.models import Wallet as WalletRow
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.shops import UserFactory
from tests.simulation.model import Done, Ledger, Refused, Wallet

START = datetime(2026, 1, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MEMBERS = 4
LINES = (501, 502, 503)


class Disagreement(AssertionError):
    """The ledger and its model do not agree, or an invariant is broken: says which seed, step and operation."""


@dataclass
class Kept:
    """An operation that was done, to be told again."""

    call: Callable[[], Posted]
    other: Callable[[], Posted]
    answer: Posted


class Simulation:
    """`seed` decides everything. What was done is in `log`, for whoever reads a failure."""

    def __init__(self, seed: int, *, prove_every: int = 1) -> None:
        self.seed, self.prove_every = seed, prove_every
        self.chance = random.Random(seed)
        self.at = START
        self.model = Ledger()
        self.log: list[str] = []
        self.kept: list[Kept] = []
        self.keys = 0
        self.moves: list[tuple[int, int]] = []
        # The model's own ids ↔ the ledger's.
        self.transactions: dict[int, int] = {}
        self.holds: dict[int, int] = {}
        self.programme = ProgrammeFactory()
        self.members = sorted(MemberFactory(programme=self.programme).pk for _ in range(MEMBERS))
        self.colleague = UserFactory(email=f"sim{seed}@example.com")
        self.model.wallets = {member: Wallet() for member in self.members}

    def run(self, operations: int) -> None:
        for step in range(operations):
            operation = self.chance.choices(*zip(*OPERATIONS, strict=True))[0]
            self.log.append(operation.__name__)
            try:
                operation(self)
                self.compare()
                if step % self.prove_every == 0 or step == operations - 1:
                    self.prove()
            except Exception as error:
                raise Disagreement(
                    f"seed {self.seed}, step {step}, {self.log[-1]}: {type(error).__name__}: {error}"
                ) from error

    # Looking ──────────────────────────────────────────────────────────────────
    def compare(self) -> None:
        stands = {
            pk: balances
            for pk, *balances in WalletRow.objects.filter(pk__in=self.members).values_list(
                "pk", "available", "pending", "held", "debt"
            )
        }
        expected = {member: list(self.model.balances(member)) for member in self.members}
        assert stands == expected, f"balances {stands} instead of {expected}"
        lots = LotRow.objects.filter(wallet__in=self.members).values_list(
            "wallet_id", "points", "pending", "remaining", "held", "available_at", "expires_at"
        )
        found, wanted = sorted(map(repr, lots)), sorted(repr(lot.seen()) for lot in self.model.lots)
        assert found == wanted, f"lots {set(found) ^ set(wanted)}"

    def prove(self) -> None:
        found = proving.violations(self.members[0], self.members[-1])
        assert not found, str(found[:5])

    # Doing ────────────────────────────────────────────────────────────────────
    def key(self) -> str:
        self.keys += 1
        return f"sim:{self.seed}:{self.keys}"

    def both(self, real: Callable[[], Any], model: Callable[[], Any]) -> tuple[Any, Any] | None:
        """What both answer; nothing where both refuse, with the same code."""
        try:
            expected, refusal = model(), ""
        except Refused as error:
            expected, refusal = None, error.code
        try:
            with transaction.atomic():
                answer = real()
        except Refusal as error:
            assert refusal == error.code, f"refused {error.code}; the model says {refusal or 'yes'}"
            self.log[-1] += f" refused {refusal}"
            return None
        assert not refusal, f"not refused; the model says {refusal}"
        return answer, expected

    def keep(self, done: Done, posted: Posted) -> None:
        self.transactions[done.id] = posted.transaction_id or 0

    def remember(self, call: Callable[[], Posted], other: Callable[[], Posted], answer: Posted) -> None:
        if answer.transaction_id:
            self.kept.append(Kept(call, other, answer))

    def member(self) -> int:
        return self.chance.choice(self.members)

    def some_lots(self) -> list[tuple[int, datetime | None, datetime | None, int | None]]:
        return [self.a_lot() for _ in range(self.chance.choice((1, 1, 1, 2, 3)))]

    def a_lot(self) -> tuple[int, datetime | None, datetime | None, int | None]:
        hours = self.chance.choice((0, 0, 1, 3, 24))
        expiry = self.chance.choice((None, 2, 6, 30, 100))
        return (
            self.chance.randint(1, 60),
            self.at + hours * HOUR if hours else None,
            self.at + expiry * HOUR if expiry else None,
            self.chance.choice((None, *LINES)),
        )

    def done_of(self, *kinds: str) -> Done | None:
        its = [
            done for done in self.model.done.values() if done.kind in kinds and done.id in self.transactions
        ]
        return self.chance.choice(its) if its else None


def time_passes(sim: Simulation) -> None:
    sim.at += sim.chance.choice((1, 1, 2, 3, 24, 24 * 20)) * HOUR


def earn(sim: Simulation) -> None:
    member, lots, key, at = sim.member(), sim.some_lots(), sim.key(), sim.at
    kind = sim.chance.choice(("earn", "earn", "opening"))

    def call(extra: int = 0) -> Posted:
        told = [
            ledger.Lot(points=points + extra, available_at=available, expires_at=expires, line_id=line)
            for points, available, expires, line in lots
        ]
        return ledger.earn(member, lots=told, key=key, occurred_at=at, at=at, kind=kind)

    answer = sim.both(call, lambda: sim.model.earn(member, lots, occurred_at=at, kind=kind))
    assert answer
    posted, done = answer
    assert posted.points == done.points
    sim.keep(done, posted)
    sim.remember(call, lambda: call(1), posted)


def earn_batch(sim: Simulation) -> None:
    told = []
    for _ in range(sim.chance.randint(1, 8)):
        points, available, expires, _ = sim.a_lot()
        told.append(
            Earning(
                member_id=sim.member(),
                key=sim.key(),
                points=points,
                occurred_at=sim.at,
                available_at=available,
                expires_at=expires,
            )
        )
    again = [*told, sim.chance.choice(told)]
    with transaction.atomic():
        done = ledger.earn_batch(again, at=sim.at)
    assert sorted(done) == list(range(len(told)))
    for place, one in enumerate(told):
        lots = [(one.points, one.available_at, one.expires_at, None)]
        expected = sim.model.earn(one.member_id, lots, occurred_at=sim.at)
        sim.transactions[expected.id] = done[place]


def spend(sim: Simulation) -> None:
    member, key, at = sim.member(), sim.key(), sim.at
    points = sim.chance.randint(1, max(1, sim.model.available(member) + 5))
    kind = sim.chance.choice(("redeem", "redeem", "donate"))

    def call(extra: int = 0) -> Posted:
        return ledger.redeem(member, points=points + extra, key=key, at=at, kind=kind)

    if answer := sim.both(call, lambda: sim.model.spend(member, points, at=at, kind=kind)):
        posted, done = answer
        sim.keep(done, posted)
        sim.remember(call, lambda: call(1), posted)


def hold(sim: Simulation) -> None:
    member, key, at = sim.member(), sim.key(), sim.at
    points = sim.chance.randint(1, max(1, sim.model.available(member) + 5))

    def call(extra: int = 0) -> Posted:
        return ledger.hold(member, points=points + extra, key=key, until=at + HOUR, at=at)

    if answer := sim.both(call, lambda: sim.model.hold(member, points, at=at)):
        posted, held = answer
        sim.holds[held.id] = posted.hold_id
        sim.remember(call, lambda: call(1), posted)


def capture(sim: Simulation) -> None:
    if not sim.holds:
        return
    held, key, at = sim.chance.choice(list(sim.holds)), sim.key(), sim.at
    points = sim.chance.randint(1, max(1, sim.model.holds[held].open + 1))

    def call(extra: int = 0) -> Posted:
        return ledger.capture(sim.holds[held], points=points + extra, key=key, at=at)

    if answer := sim.both(call, lambda: sim.model.capture(held, points, at=at)):
        posted, done = answer
        sim.keep(done, posted)
        sim.remember(call, lambda: call(1), posted)


def release(sim: Simulation) -> None:
    if not sim.holds:
        return
    held, key, at = sim.chance.choice(list(sim.holds)), sim.key(), sim.at
    answer = sim.both(
        lambda: ledger.release(sim.holds[held], key=key, at=at), lambda: sim.model.release(held)
    )
    assert not answer or answer[0].points == answer[1]


def confirm(sim: Simulation) -> None:
    with transaction.atomic():
        done = ledger.confirm(sim.members, at=sim.at)
    assert done == sim.model.confirm(sim.members, at=sim.at)


def expire(sim: Simulation) -> None:
    with transaction.atomic():
        done = ledger.expire(sim.members, at=sim.at)
    assert done == sim.model.expire(sim.members, at=sim.at)


def reverse(sim: Simulation) -> None:
    earning = sim.done_of("earn", "opening")
    if not earning:
        return
    # After a merge the points of a purchase are with somebody else.
    member = sim.chance.choice((earning.wallet, earning.wallet, sim.member()))
    until = sim.chance.randint(1, earning.points + sim.chance.choice((0, 0, 5)))
    lines = sim.chance.sample(LINES, sim.chance.randint(0, 2))
    forgive = sim.chance.random() < 0.3
    key, at = sim.key(), sim.at

    def call() -> Posted:
        return ledger.reverse(
            member,
            earning_id=sim.transactions[earning.id],
            until=until,
            key=key,
            at=at,
            lines=lines,
            forgive=forgive,
        )

    def model() -> int:
        return sim.model.reverse(member, earning.id, until, lines=lines, forgive=forgive)

    if answer := sim.both(call, model):
        assert answer[0].points == answer[1], f"{answer[0].points} taken back instead of {answer[1]}"


def restore(sim: Simulation) -> None:
    spending = sim.done_of("redeem", "donate", "capture")
    if not spending:
        return
    until = sim.chance.randint(1, spending.points + sim.chance.choice((0, 0, 5)))
    key, at = sim.key(), sim.at

    def call() -> Posted:
        return ledger.restore(sim.transactions[spending.id], until=until, key=key, at=at)

    if answer := sim.both(call, lambda: sim.model.restore(spending.id, until)):
        assert answer[0].points == answer[1], f"{answer[0].points} given back instead of {answer[1]}"


def adjust(sim: Simulation) -> None:
    member, points = sim.member(), sim.chance.choice((-30, -5, 5, 30))
    expires_at = sim.chance.choice((None, sim.at + 5 * HOUR))
    asked = AdjustmentRequest.objects.create(
        member_id=member,
        points=points,
        reason="sim",
        requested_by=sim.colleague,
        requested_at=sim.at,
        expires_at=sim.at + HOUR,
        decision="allowed",
        decided_at=sim.at,
    )
    at = sim.at
    posted = ledger.adjust(asked.pk, at=at, expires_at=expires_at)
    assert posted.points == abs(points)
    sim.model.adjust(member, points, expires_at)


def move(sim: Simulation) -> None:
    source, target = sim.chance.sample(sim.members, 2)
    only_back, key, at = sim.chance.random() < 0.5, sim.key(), sim.at
    if only_back and sim.moves:
        target, source = sim.chance.choice(sim.moves[-3:])
    elif owing := [member for member in sim.members if sim.model.wallets[member].debt and member != target]:
        source = sim.chance.choice(owing)
    answer = sim.both(
        lambda: ledger.move_lots(source, target, key=key, at=at, only_back=only_back),
        lambda: sim.model.move(source, target, only_back=only_back),
    )
    assert answer
    assert answer[0].points == answer[1], f"{answer[0].points} moved instead of {answer[1]}"
    if not only_back:
        sim.moves.append((source, target))


def tell_again(sim: Simulation) -> None:
    """The same key with the same words is answered as before; with other words it is refused."""
    if not sim.kept:
        return
    kept = sim.chance.choice(sim.kept)
    with transaction.atomic():
        again = kept.call()
    assert not again.is_new
    assert (again.transaction_id, again.available, again.debt) == (
        kept.answer.transaction_id,
        kept.answer.available,
        kept.answer.debt,
    )
    try:
        with transaction.atomic():
            kept.other()
    except Refusal as error:
        assert error.code == "ledger-key-used-otherwise", error.code
    else:
        raise AssertionError("the same key was taken with other words")


def set_idle_months(sim: Simulation) -> None:
    months = sim.chance.choice((None, None, 1, 2))
    with transaction.atomic():
        ledger.set_idle_months(sim.programme.pk, months)
    for wallet in sim.model.wallets.values():
        wallet.idle_months = months


OPERATIONS: list[tuple[Callable[[Simulation], None], int]] = [
    (time_passes, 10),
    (earn, 14),
    (earn_batch, 4),
    (spend, 12),
    (hold, 8),
    (capture, 7),
    (release, 5),
    (confirm, 6),
    (expire, 6),
    (reverse, 10),
    (restore, 7),
    (adjust, 3),
    (move, 5),
    (tell_again, 5),
    (set_idle_months, 1),
]


def play(seed: int, *, operations: int = 200, prove_every: int = 1) -> None:
    """One seed in one transaction that leaves nothing behind.

    Proved every so many steps and at the end: nothing of the ledger is ever rewritten, so what is broken stays broken.
    Once it is, the seed is played again and proved after each step, which names the one that broke it.

    Raises:
        Disagreement: says the seed, by which the same happens again.
    """
    try:
        with transaction.atomic():
            try:
                Simulation(seed, prove_every=prove_every).run(operations)
            finally:
                transaction.set_rollback(True)
    except Disagreement:
        if prove_every > 1:
            play(seed, operations=operations)
        raise

"""The races, as functions: the suite runs them on the ledger as it is, and on mutants that must not survive them."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial

from loyalty import ledger
from tests.loyalty.ledger_world import NOON, a_member, key
from tests.simulation.racing import race


def spend_one_balance(*, redemptions: int = 200, legal: int = 10) -> Counter[str]:
    """So many redemptions of a balance that is enough for a few."""
    maria = a_member(legal * 10)
    return race([partial(ledger.redeem, maria.pk, points=10, key=key(), at=NOON) for _ in range(redemptions)])


def use_keys(*, clients: int = 50, keys: int = 20) -> Counter[str]:
    """Every client uses every key."""
    maria = a_member(keys * 10)
    names = [key() for _ in range(keys)]
    deeds = [
        partial(ledger.redeem, maria.pk, points=10, key=name, at=NOON)
        for name in names
        for _ in range(clients)
    ]
    return race(deeds, clients=clients)


def move_lots_both_ways(*, moves: int = 200, members: int = 4, seed: int = 1) -> Counter[str]:
    chance = random.Random(seed)
    people = [a_member(100).pk for _ in range(members)]
    pairs = [chance.sample(people, 2) for _ in range(moves)]
    return race([partial(ledger.move_lots, *pair, key=key(), at=NOON) for pair in pairs])


def everything_at_once(*, operations: int = 400, members: int = 3, seed: int = 1) -> Counter[str]:
    """Earning, spending, holding, releasing, moving and sweeping of a few members, in any order."""
    chance = random.Random(seed)
    people = [a_member(200).pk for _ in range(members)]

    def deed() -> object:
        one, other = chance.sample(people, 2)
        name, points = key(), chance.randint(1, 30)
        lots = [ledger.Lot(points=points)]
        batch = [
            ledger.Earning(member_id=who, key=key(), points=points, occurred_at=NOON) for who in (one, other)
        ]
        return chance.choice(
            [
                lambda: ledger.earn(one, lots=lots, key=name, occurred_at=NOON, at=NOON),
                lambda: ledger.earn_batch(batch, at=NOON),
                lambda: ledger.redeem(one, points=points, key=name, at=NOON),
                lambda: ledger.release(
                    ledger.hold(one, points=points, key=name, until=NOON, at=NOON).hold_id or 0,
                    key=f"{name}:release",
                    at=NOON,
                ),
                lambda: ledger.move_lots(one, other, key=name, at=NOON),
                lambda: ledger.expire(people[::-1], at=NOON),
            ]
        )

    return race([deed() for _ in range(operations)])

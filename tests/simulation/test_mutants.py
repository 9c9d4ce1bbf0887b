"""A ledger with a fault in it is caught: each mutant changes the text of one function, as a mistake would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg
import pytest

from tests.loyalty.ledger_world import wrong
from tests.simulation import races
from tests.simulation.simulator import Disagreement, play

pytestmark = pytest.mark.django_db(transaction=True)
FINE = {"done", "repeated", "not-enough-points"}


@pytest.fixture
def mutate(owner_connection: psycopg.Connection[Any]) -> Iterator[Callable[[str, str, str], None]]:
    """Replaces a stretch of a function's text; the database is made anew after the test."""

    def replace(function: str, stretch: str, other: str) -> None:
        (text,) = owner_connection.execute(
            "SELECT pg_get_functiondef(%s::regproc)", [function]
        ).fetchone() or ("",)
        assert stretch in text, f"{function} does not say {stretch!r} any more"
        owner_connection.execute(text.replace(stretch, other))

    yield replace


def is_caught_by_the_simulator(seeds: int = 20) -> bool:
    for seed in range(seeds):
        try:
            play(seed)
        except Disagreement:
            return True
    return False


def is_caught_by(race: Callable[[], Any]) -> bool:
    """It ends otherwise than it may, or leaves something wrong."""
    return bool(set(race()) - FINE) or bool(wrong())


SEQUENTIAL = {
    "the over-return guard is off": (
        "loyalty_reverse",
        "OR _until > earning.points",
        "",
    ),
    "what came back before is forgotten": (
        "loyalty_reverse",
        "_until - coalesce(sum(points), 0)",
        "_until",
    ),
    "points are good at their expiry": ("ledger_private.take", "expires_at > _at", "expires_at >= _at"),
    "points go a moment too late": ("loyalty_expire", "l.expires_at <= _at", "l.expires_at < _at"),
    "points come a moment too late": ("loyalty_confirm", "l.available_at <= _at", "l.available_at < _at"),
    "what expires last goes first": (
        "ledger_private.take",
        "ORDER BY expires_at, id",
        "ORDER BY expires_at DESC, id",
    ),
    "the chain is skipped in a batch": (
        "loyalty_earn_batch",
        "OVER (PARTITION BY r.wallet_id ORDER BY r.seq) AS link",
        "OVER (PARTITION BY r.wallet_id, r.seq) AS link",
    ),
    "a key is not looked for": (
        "ledger_private.standing",
        "WHERE programme_id = _programme AND key = _key",
        "WHERE programme_id = _programme AND key = _key || 'x'",
    ),
    "held points are spent again": (
        "ledger_private.take",
        "remaining = remaining - part",
        "remaining = remaining - CASE WHEN _hold IS NULL THEN part ELSE 0 END",
    ),
    "a release forgets what is owed": ("loyalty_release", "least(w.debt, back)", "0"),
    "debt stays when people are separated": (
        "loyalty_move_lots",
        "CASE WHEN _only_back THEN least(",
        "CASE WHEN _only_back THEN 0 * least(",
    ),
    "points come back into the wrong lots": (
        "loyalty_restore",
        "ORDER BY expires_at DESC NULLS FIRST, lot_id DESC",
        "ORDER BY expires_at, lot_id",
    ),
}


@pytest.mark.parametrize("fault", SEQUENTIAL)
def test_a_fault_is_caught_by_the_simulator(fault: str, mutate: Callable[[str, str, str], None]):
    mutate(*SEQUENTIAL[fault])

    assert is_caught_by_the_simulator()


def test_without_the_wallet_s_lock_a_race_is_caught(mutate: Callable[[str, str, str], None]):
    mutate("ledger_private.lock_wallet", "FOR NO KEY UPDATE", "")

    assert any(is_caught_by(races.spend_one_balance) for _ in range(5))


def test_locks_in_the_order_of_the_arguments_are_caught(mutate: Callable[[str, str, str], None]):
    mutate("loyalty_move_lots", "least(_source, _target)", "_source")
    mutate("loyalty_move_lots", "greatest(_source, _target)", "_target")

    assert any(is_caught_by(partial(races.move_lots_both_ways, members=2, seed=seed)) for seed in range(10))

"""The proof finds what is wrong and says where; what nobody touched is quick to look at again."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from loyalty import ledger
from loyalty.ledger import proving
from loyalty.ledger.invariants import INVARIANTS
from loyalty.models import Proof, Wallet
from tests.loyalty.ledger_world import DAY, NOON, a_member, earn, key, wrong

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tamper(owner_connection: psycopg.Connection[Any]) -> Callable[[str], None]:
    """As a superuser may, with the guards asleep; the database is made anew after the test."""

    def run(statement: str) -> None:
        owner_connection.execute("SET session_replication_role = replica")
        owner_connection.execute(statement)
        owner_connection.execute("SET session_replication_role = origin")

    return run


def a_little_of_everything():
    maria, masha = a_member(100, expires_in=9 * DAY), a_member(50)
    earning = earn(maria, 40, available_in=DAY)
    earn(maria, 5)
    held = ledger.hold(maria.pk, points=30, key=key(), until=NOON, at=NOON)
    ledger.capture(held.hold_id, points=10, key=key(), at=NOON)
    ledger.redeem(maria.pk, points=20, key=key(), at=NOON)
    ledger.reverse(maria.pk, earning_id=earning.transaction_id, until=15, key=key(), at=NOON)
    ledger.move_lots(masha.pk, maria.pk, key=key(), at=NOON)
    ledger.confirm([maria.pk], at=NOON + DAY)
    return maria


FAULTS = {
    "a balance that no movement made": (
        {2, 3, 17},
        "UPDATE loyalty_wallet SET available = available + 1 WHERE available > 0",
    ),
    "a movement that was rewritten": (
        {1, 2, 7, 17, 18},
        "UPDATE loyalty_movement SET points = points + 1 WHERE source = 'A' AND target = 'R'",
    ),
    "a movement that is gone": (
        {1, 2, 3, 6, 7, 12, 17, 18},
        "DELETE FROM loyalty_movement WHERE source = 'P' AND target = 'C'",
    ),
    "a moment that was changed": (
        {18},
        "UPDATE loyalty_movement SET recorded_at = recorded_at - interval '1 day' WHERE seq = 1",
    ),
    "a transaction that is gone": (
        {9, 12, 3, 4, 5, 14},
        "DELETE FROM loyalty_transaction WHERE kind = 'redeem'",
    ),
    "a lot with more than its changes": (
        {3, 4},
        "UPDATE loyalty_lot SET remaining = remaining - 1 WHERE remaining > 1",
    ),
    "a hold that its lots do not hold": ({5}, "UPDATE loyalty_hold SET captured = captured + 1"),
    "more taken back than earned": (
        {9, 1},
        "UPDATE loyalty_transaction SET points = 41 WHERE kind = 'reverse'",
    ),
    "points on their way": (
        {1, 2, 3, 7, 8, 17, 18},
        "UPDATE loyalty_movement SET points = points - 1 WHERE source = 'T'",
    ),
    "a guard that sleeps": ({13}, "ALTER TABLE loyalty_movement DISABLE TRIGGER movement_is_append_only"),
    "a key that is not unique": ({11}, "DROP INDEX one_key_one_effect"),
    "points that settled too early": (
        {16},
        "UPDATE loyalty_lot SET available_at = available_at + interval '2 days' WHERE available_at IS NOT NULL",
    ),
    "a lot that was passed over": (
        {14},
        "UPDATE loyalty_lot SET expires_at = '2026-11-23' WHERE points = 5 AND moved_from_id IS NULL",
    ),
    "points spent after their expiry": (
        {14},
        "UPDATE loyalty_lot SET expires_at = '2026-01-01' WHERE id = (SELECT min(id) FROM loyalty_lot)",
    ),
    "a lot out of nowhere": (
        {12},
        "INSERT INTO loyalty_lot (wallet_id, transaction_id, earned_by_id, points, pending, remaining, held)"
        " SELECT min(member_id), 404, 404, 9, 0, 9, 0 FROM loyalty_wallet",
    ),
}


def test_a_ledger_that_is_right_is_proved():
    a_little_of_everything()
    said = StringIO()

    call_command("prove_ledger", stdout=said)
    call_command("rebuild_balances", "--prove", stdout=said)

    assert "Ledger proved: 18 of 18 invariants hold (whole, 2 wallets" in said.getvalue()
    assert "Every balance is what its movements make it." in said.getvalue()
    assert len(INVARIANTS) == 18


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tamper: Callable[[str], None]):
    a_little_of_everything()
    expected, statement = FAULTS[fault]

    tamper(statement)

    found = {invariant for invariant, _ in wrong()}
    assert found, "nothing was found"
    assert found <= expected


def test_the_command_says_what_is_wrong_where_and_fails(tamper: Callable[[str], None]):
    maria = a_little_of_everything()
    tamper(f"UPDATE loyalty_wallet SET available = available + 1 WHERE member_id = {maria.pk}")
    said = StringIO()

    with pytest.raises(CommandError, match="4 violations: 15 of 18"):
        call_command("prove_ledger", stdout=said)
    with pytest.raises(CommandError, match="1 balances differ"):
        call_command("rebuild_balances", "--prove", stdout=said)

    assert f"2. wallet {maria.pk}: A " in said.getvalue()
    assert f"wallet {maria.pk}, A: " in said.getvalue()
    proof = proving.latest()
    assert proof is not None
    assert (proof.violations_count, proof.broken) == (4, [2, 3, 17])
    assert "veren_ledger_drift 4.0" in Client().get("/metrics").content.decode()


def test_since_a_checkpoint_only_what_moved_is_looked_through(tamper: Callable[[str], None]):
    a_little_of_everything()
    ivan = a_member()
    proving.prove(at=NOON + 2 * DAY)
    earn(ivan, 10, at=NOON + 3 * DAY)
    # An old lot of somebody who did nothing since: only a whole proof looks there.
    tamper("UPDATE loyalty_hold SET captured = captured + 1")

    since, nothing = proving.prove(at=NOON + 4 * DAY, since_checkpoint=True)
    whole, found = proving.prove(at=NOON + 4 * DAY)

    assert (since.violations_count, nothing) == (0, [])
    assert since.since == NOON + 2 * DAY - proving.OVERLAP
    assert whole.broken == [5]
    assert found[0].wallet_id


def test_a_balance_changed_behind_the_ledger_s_back_is_seen_since_any_checkpoint(
    tamper: Callable[[str], None],
):
    a_little_of_everything()
    proving.prove(at=timezone.now())
    tamper("UPDATE loyalty_wallet SET available = available + 1 WHERE available > 0")

    proof, _ = proving.prove(at=timezone.now(), since_checkpoint=True)

    assert 2 in proof.broken


def test_proofs_are_kept_as_they_were():
    proof, _ = proving.prove(at=NOON)

    with pytest.raises(Exception, match=r"permission denied|append-only"):
        Proof.objects.filter(pk=proof.pk).update(violations_count=1)
    assert Wallet.objects.count() == 0

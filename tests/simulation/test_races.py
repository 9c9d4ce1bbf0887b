"""However many ask at once, nothing is spent twice and nobody is stuck: real threads, real commits."""

from __future__ import annotations

import os

import pytest

from loyalty.models import Transaction, Wallet
from tests.loyalty.ledger_world import wrong
from tests.simulation import races

pytestmark = pytest.mark.django_db(transaction=True)
NIGHTLY = bool(os.environ.get("VEREN_NIGHTLY"))
ROUNDS = 100 if NIGHTLY else 5
KEYS = 1_000 if NIGHTLY else 20


def test_one_balance_is_not_spent_twice():
    for _ in range(ROUNDS):
        assert races.spend_one_balance() == {"done": 10, "not-enough-points": 190}
    assert set(Wallet.objects.values_list("available", flat=True)) == {0}
    assert wrong() == []


def test_one_key_has_one_effect_whoever_uses_it():
    assert races.use_keys(keys=KEYS) == {"done": KEYS, "repeated": 49 * KEYS}
    assert Transaction.objects.filter(kind="redeem").count() == KEYS
    assert wrong() == []


def test_moves_in_both_directions_never_wait_for_each_other():
    ends = races.move_lots_both_ways()

    assert sum(ends.values()) == 200
    assert set(ends) <= {"done", "repeated"}, ends
    assert sum(Wallet.objects.values_list("available", flat=True)) == 400
    assert wrong() == []


def test_all_operations_at_once_leave_the_ledger_right():
    for seed in range(3 if not NIGHTLY else 50):
        ends = races.everything_at_once(seed=seed)
        assert set(ends) <= {"done", "repeated", "not-enough-points"}, ends
    assert wrong() == []

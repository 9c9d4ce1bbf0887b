"""“Ledger proved: 18 of 18”, as the managers read it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from loyalty import tasks, tiles
from loyalty.ledger import proving
from loyalty.models import Proof
from tests.loyalty.ledger_world import NOON, a_member

pytestmark = pytest.mark.django_db
QUESTION: Any = SimpleNamespace(at=NOON)


def test_nothing_is_said_before_the_first_proof():
    assert tiles.ledger_proved(QUESTION) is None


def test_a_clean_proof_says_that_everything_holds():
    a_member(10)
    proving.prove(at=NOON)

    figure = tiles.ledger_proved(QUESTION)

    assert figure is not None
    assert figure.value == "18 of 18"
    assert str(figure.basis).startswith("1 account looked through on ")


def test_what_does_not_hold_is_said_in_words():
    Proof.objects.create(began_at=NOON, wallets_count=1200, violations_count=3, broken=[2, 17], seconds=0.1)

    figure = tiles.ledger_proved(QUESTION)

    assert figure is not None
    assert figure.value == "16 of 18"
    assert str(figure.basis).startswith("3 faults were found; 1,200 accounts")
    assert "A wallet's balances are its movements." in figure.definition


@pytest.mark.parametrize(
    "task",
    [
        tasks.confirm_points,
        tasks.expire_points,
        tasks.tell_of_expiry,
        tasks.release_abandoned_holds,
        tasks.prove_ledger,
    ],
)
def test_what_runs_by_the_clock_may_run_twice(task: Any):
    a_member(10)

    task()
    task()

"""Thousands of operations in an order that nobody thought of leave the ledger as its model says, step by step.

A seed that fails is told, and replays alone: VEREN_SEED=7 before the same command.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.simulator import play

SEEDS = 10_000 if os.environ.get("VEREN_NIGHTLY") else 50
GROUPS = 10


@pytest.mark.django_db
@pytest.mark.parametrize("group", range(GROUPS))
def test_the_ledger_does_what_its_model_does(group: int) -> None:
    if named := os.environ.get("VEREN_SEED"):
        if group == 0:
            play(int(named))
        return
    for seed in range(group, SEEDS, GROUPS):
        play(seed)

"""Thousands of operations in an order that nobody thought of leave the ledger as its model says, step by step.

A seed that fails is told, and replays alone: VEREN_SEED=7 before the same command.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.simulator import play

SEEDS = 10_000 if os.environ.get("VEREN_NIGHTLY") else 50
# What a seed took back stays in its tables until the test ends: a thousand of them in one would crawl.
GROUPS = SEEDS // 5
# The first of them are proved after each step; thousands more, now and then and at the end.
PROVED_AT_EACH_STEP = 50
NOW_AND_THEN = 20


@pytest.mark.django_db
@pytest.mark.parametrize("group", range(GROUPS))
def test_the_ledger_does_what_its_model_does(group: int) -> None:
    if named := os.environ.get("VEREN_SEED"):
        if group == 0:
            play(int(named))
        return
    for seed in range(group, SEEDS, GROUPS):
        play(seed, prove_every=1 if seed < PROVED_AT_EACH_STEP else NOW_AND_THEN)

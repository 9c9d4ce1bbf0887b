"""Managers read whether the night found figures that differed from their facts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.dashboards.dashboard import Question
from crm.dashboards.periods import period_of
from crm.models import DayFigure
from crm.rollups import reconciling
from crm.rollups.tiles import figures_checked
from tests.crm.rollup_days import counted
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db


def asked() -> Question:
    return Question(period=period_of("90", NOON.date()), reader=UserFactory(), at=NOON)


def test_before_the_first_night_nothing_is_said():
    assert figures_checked(asked()) is None


def test_a_night_that_found_nothing_says_so():
    placed_order("o-1")
    counted()
    reconciling.reconcile(at=NOON)

    told = figures_checked(asked())

    assert (told.value, told.basis[:23]) == ("no differences", "1 day looked through on")


def test_what_was_put_right_is_said():
    placed_order("o-1")
    counted()
    DayFigure.objects.filter(shop=None, channel=None, tier=None, category=None).update(total=7)
    reconciling.reconcile(at=NOON + timedelta(days=1))

    told = figures_checked(asked())

    assert told.value == "1 difference"
    assert told.basis.endswith("all of them were put right")

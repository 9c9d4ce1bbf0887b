from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from loyalty.models import BudgetPeriod
from loyalty.rules import budgets
from loyalty.rules.budgets import BudgetUsedUp
from tests.factories.loyalty_rewards import BudgetFactory, at_once
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


def test_what_is_reserved_is_not_left():
    budget = BudgetFactory(amount=100)

    budgets.reserve(budget, amount=60, key="a", at=NOON)

    assert budgets.left(budget, at=NOON) == 40


def test_a_budget_gives_no_more_than_it_has():
    budget = BudgetFactory(amount=100)
    budgets.reserve(budget, amount=60, key="a", at=NOON)

    with pytest.raises(BudgetUsedUp) as refused:
        budgets.reserve(budget, amount=41, key="b", at=NOON)
    assert refused.value.figures == {"left": "40.00"}
    budgets.reserve(budget, amount=40, key="c", at=NOON)


def test_a_key_reserves_once_and_is_given_back_once():
    budget = BudgetFactory(amount=100)
    for _ in range(2):
        budgets.reserve(budget, amount=60, key="a", at=NOON)
    assert budgets.left(budget, at=NOON) == 40

    for _ in range(2):
        budgets.give_back("a", at=NOON)
    assert budgets.left(budget, at=NOON) == 100


@pytest.mark.parametrize(
    ("period", "before", "after"),
    [
        ("day", datetime(2026, 3, 2, 23, 59, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)),
        ("month", datetime(2026, 3, 31, 23, 59, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)),
        ("year", datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_new_period_begins_with_the_whole_budget(period, before, after):
    budget = BudgetFactory(amount=100, period=period)
    budgets.reserve(budget, amount=100, key="a", at=before)

    assert budgets.left(budget, at=after) == 100


def test_a_budget_once_and_for_all_has_one_period():
    budget = BudgetFactory(amount=100, period="ever")
    budgets.reserve(budget, amount=100, key="a", at=NOON)

    assert budgets.left(budget, at=NOON + timedelta(days=4000)) == 0


def test_what_is_given_back_later_is_free_in_its_own_period():
    budget = BudgetFactory(amount=100, period="month")
    budgets.reserve(budget, amount=100, key="a", at=NOON)

    budgets.give_back("a", at=NOON + timedelta(days=40))

    assert budgets.left(budget, at=NOON) == 100
    assert budgets.left(budget, at=NOON + timedelta(days=40)) == 100


@pytest.mark.django_db(transaction=True)
def test_a_budget_holds_however_many_ask_at_once():
    budget = BudgetFactory(amount=Decimal(10), unit="money")

    def take(number):
        budgets.reserve(budget, amount=Decimal("0.70"), key=f"k{number}", at=NOON)
        return number

    taken = at_once(take, range(40), BudgetUsedUp)

    assert sum(one is not None for one in taken) == 14
    assert BudgetPeriod.objects.get().used == Decimal("9.80")

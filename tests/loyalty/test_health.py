from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from loyalty import health, ledger
from loyalty.models import Budget, BudgetPeriod, Programme, RuleUse, Tier
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rewards import BudgetFactory, RewardFactory
from tests.factories.loyalty_rules import ladder, rule
from tests.factories.orders import line, placed_order

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FAULTS = set(health.NAMES)

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory()


def faults(programme) -> list[str]:
    return sorted(finding.fault for finding in health.examine(programme, at=NOON))


def good(programme) -> None:
    """Everything there is, as it should be: a purchase that meets each rule, a reward that is taken."""
    ladder(programme, silver="100", gold="500")
    rule(programme, name="Base")
    rule(programme, "multiplier", {"times": "2"}, name="Weekends", conditions=CONDITION)
    rule(programme, "tier_bonus", {"tier": "gold", "percent": "50"}, name="Gold", budget_points=1000)
    RewardFactory(programme=programme, starts_at=NOON - timedelta(days=5))
    paid_at = NOON - timedelta(days=2)
    lines = [line(quantity="1", unit_price="40.00")]
    customer = MemberFactory(programme=programme).customer
    told = {"customer": customer, "lines": lines, "placed_at": paid_at, "at": paid_at}
    placed_order("o-1", moments={"paid": paid_at}, **told)


CONDITION = {"all": [{"field": "order.net", "op": "gte", "value": "20.00"}]}
NEVER = {"all": [{"field": "order.net", "op": "gte", "value": "900000.00"}]}


def test_nothing_is_found_in_a_good_programme(programme):
    good(programme)

    assert faults(programme) == []


def test_nothing_is_found_in_an_empty_one(programme):
    assert faults(programme) == []


def test_eight_planted_faults_are_eight_findings(programme):
    good(programme)
    rule(programme, name="Dead", conditions=NEVER, settings={"points": "1", "per": "10.00"})
    rule(programme, "multiplier", {"times": "2"}, name="Low", group="days")
    rule(programme, "multiplier", {"times": "40"}, name="High", group="days")  # ×40: the margin goes as well
    spent = rule(programme, "fixed", {"points": 5}, name="Spent", budget_points=100)
    RuleUse.objects.create(rule=spent, member=None, period="", points=100)
    ladder_of_points(programme)
    RewardFactory(programme=programme, names={"en": "Old"}, starts_at=NOON - timedelta(days=200))
    member = MemberFactory(programme=programme)
    soon = NOON + timedelta(days=3)
    lots = [ledger.Lot(points=5000, expires_at=soon)]
    ledger.earn(member.pk, lots=lots, key="many", occurred_at=NOON, at=NOON)

    found = health.examine(programme, at=NOON)

    assert sorted(one.fault for one in found) == sorted(FAULTS)
    assert len(found) == 8
    assert all(one.what_to_do and one.title for one in found)


def ladder_of_points(programme) -> None:
    """Two faults: nobody stands between two tiers that ask for the same, and points die in three months of twelve."""
    for slug, level, threshold in (("one", 1, 0), ("two", 2, 100), ("three", 3, 100)):
        Tier.objects.create(
            programme=programme,
            track="points",
            slug=slug,
            name=slug.title(),
            level=level,
            threshold=threshold,
            figure=Tier.Figure.POINTS,
        )
    programme.expiry_months = 3
    programme.save()


@pytest.mark.parametrize(
    ("effect", "settings", "more"),
    [
        ("per_amount", None, {"valid_until": NOON}),
        ("promotion", {"times": "2", "first_on": "2025-01-01", "last_on": "2025-01-31"}, {}),
        ("tier_bonus", {"tier": "platinum", "percent": "5"}, {}),
        ("per_goods", {"points": "1", "per": "1", "skus": ["nothing"]}, {}),
    ],
)
def test_rules_are_dead_for_several_reasons(programme, effect, settings, more):
    rule(programme, effect, settings, name="Dead", **more)

    assert faults(programme) == ["dead-rule"]


def test_a_tier_that_nobody_has_come_half_as_far_to_is_unreachable_once_enough_members_bought(programme):
    ladder(programme, silver="10", gold="1000000")
    rule(programme)
    programme.joining = Programme.Joining.AUTOMATIC
    programme.save()
    paid_at = NOON - timedelta(days=2)
    for turn in range(health.FEWEST_MEMBERS):
        assert faults(programme) == [], turn
        told = {"customer": CustomerFactory(), "lines": [line()], "placed_at": paid_at, "at": paid_at}
        placed_order(f"o-{turn}", moments={"paid": paid_at}, **told)

    assert faults(programme) == ["unreachable-tier"]


def test_the_margin_is_that_of_the_goods_where_their_cost_is_known(programme):
    rule(programme, settings={"points": "20", "per": "1.00"})  # 20 % back
    paid_at = NOON - timedelta(days=2)
    lines = [line(quantity="1", unit_price="10.00")]
    order = placed_order("o-1", lines=lines, placed_at=paid_at, at=paid_at, moments={"paid": paid_at})
    assert faults(programme) == []

    order.lines.update(unit_cost=Decimal("9.00"))

    assert faults(programme) == ["negative-margin"]


def test_a_budget_for_ever_that_is_used_up_is_told(programme):
    budget = BudgetFactory(programme=programme, period=Budget.Period.EVER, amount=10)
    BudgetPeriod.objects.create(budget=budget, starts_on="2000-01-01", used=10)

    assert faults(programme) == ["exhausted-budget"]

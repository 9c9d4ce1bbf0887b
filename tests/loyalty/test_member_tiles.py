"""Who went up and down, and how many new customers came by a friend."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache

from crm.dashboards.dashboard import Question
from crm.dashboards.periods import period_of
from loyalty import member_tiles
from loyalty.models import Referral, ReferralTerms
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import holds_tier, ladder
from tests.factories.purchases import buys
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()
    yield
    cache.clear()


def question() -> Question:
    return Question(period=period_of("90", NOON.date()), reader=UserFactory(language="en"), at=NOON)


def month(number: int) -> datetime:
    return datetime(2026, number, 10, tzinfo=UTC)


def test_a_rise_a_descent_and_a_first_tier_are_three_things() -> None:
    programme = ProgrammeFactory()
    tiers = ladder(programme)
    maria, ivan = MemberFactory(), MemberFactory()
    holds_tier(maria, tiers["silver"], month(3), ended_at=month(9))
    holds_tier(maria, tiers["gold"], month(9), ended_at=month(10))
    holds_tier(maria, tiers["bronze"], month(10))
    holds_tier(ivan, tiers["bronze"], month(9))

    its = member_tiles.tier_moves(programme, question())

    assert its is not None
    assert (its.value, its.small) == ("1 rise", "1 descent")
    by_month = {str(row[0]): [str(cell) for cell in row[1:]] for row in its.table.rows}
    assert by_month["March 2026"] == ["0", "0", "1"]
    assert by_month["September 2026"] == ["1", "0", "1"]
    assert by_month["October 2026"] == ["0", "1", "0"]
    assert its.chart is None


def test_a_programme_without_tiers_says_nothing_of_them() -> None:
    assert member_tiles.tier_moves(ProgrammeFactory(), question()) is None


def test_new_customers_who_came_by_a_friend_are_a_share_of_all_new_ones() -> None:
    programme, shop = ProgrammeFactory(), ShopFactory(time_zone="UTC")
    ReferralTerms.objects.create(
        programme=programme, referrer_points=10, friend_points=10, starts_at=datetime(2025, 1, 1, tzinfo=UTC)
    )
    referrer = MemberFactory()
    for number in range(40):
        customer = CustomerFactory()
        (order,) = buys(customer, shop, [date(2026, 10, 5)])
        if number < 10:
            Referral.objects.create(
                referrer=referrer,
                friend=MemberFactory(customer=customer),
                order=order,
                referrer_points=10,
                friend_points=10,
                referred_at=NOON,
                **({"refused_at": NOON, "reason": "too_small"} if number < 2 else {}),
            )

    its = member_tiles.came_by_a_friend(question())

    assert its is not None
    assert str(its.value) == "20%"
    assert "8 of 40" in str(its.basis)


def test_where_nobody_can_be_recommended_nothing_is_said_of_it() -> None:
    assert member_tiles.came_by_a_friend(question()) is None

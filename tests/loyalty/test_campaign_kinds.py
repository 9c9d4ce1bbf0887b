"""What the programme can do for many at once: a code of their own for each member, and what it may cost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from crm.campaigns import foreseeing, running
from crm.campaigns.errors import UnfinishedCampaign
from crm.models import Campaign, TimelineEntry
from loyalty.models import Coupon
from tests.factories import campaigns as given
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rewards import CouponPoolFactory
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


def test_every_member_has_a_code_of_their_own_once() -> None:
    pool = CouponPoolFactory(settings={"amount": "5.00"})
    members = [MemberFactory(programme=pool.programme) for _ in range(2)]
    CustomerFactory()

    campaign = given.done(kind="coupon", terms={"pool": pool.pk}, **given.NO_HOLD_OUT)
    running.run(campaign, clock=lambda: NOON)

    assert sorted(Coupon.objects.values_list("holder", flat=True)) == sorted(one.pk for one in members)
    assert campaign.people.get(state="skipped").why_not == "no-account"
    told = TimelineEntry.objects.get(kind="loyalty.coupon_given_in_campaign", customer=members[0].customer)
    assert told.fact.aloud("en") == "Given the coupon “Tea autumn” in the campaign “Молчаливые звёзды”"


def test_a_coupon_costs_what_it_takes_off_at_the_most() -> None:
    pool = CouponPoolFactory(settings={"percent": "10", "at_most": "3.00"}, uses_per_code=2)
    MemberFactory(programme=pool.programme)
    CustomerFactory()

    seen = foreseeing.foresee(
        given.draft(kind="coupon", terms={"pool": pool.pk}, **given.NO_HOLD_OUT), at=NOON
    )

    assert (seen.usual, seen.worst) == (Decimal(6), Decimal(12))
    assert [why for why, _count in seen.counted] == ["no-account"]


def test_what_nothing_bounds_needs_a_second_person_and_takes_no_budget() -> None:
    pool = CouponPoolFactory()
    MemberFactory(programme=pool.programme)

    asked = given.asked(kind="coupon", terms={"pool": pool.pk})

    assert asked.state == Campaign.State.WAITING
    with pytest.raises(UnfinishedCampaign):
        given.asked(kind="coupon", terms={"pool": pool.pk}, budget_amount=Decimal(10))


def test_a_pool_that_is_over_meanwhile_gives_nothing() -> None:
    pool = CouponPoolFactory(settings={"amount": "5.00"})
    MemberFactory(programme=pool.programme)
    campaign = given.asked(kind="coupon", terms={"pool": pool.pk}, **given.NO_HOLD_OUT)
    type(pool).objects.filter(pk=pool.pk).update(ends_at=NOON - timedelta(minutes=1))

    campaign = running.run(campaign, clock=lambda: NOON)

    assert campaign.people.get().why_not == "pool-over"
    assert not Coupon.objects.exists()

"""Making up for something, within a colleague's day; above it the refusal is seen at once."""

from __future__ import annotations

import pytest

from crm import abilities
from crm.errors import Refusal
from crm.models import TimelineEntry
from loyalty.models import AdjustmentRequest, Coupon
from loyalty.points.goodwill import GoodwillUsedUp, NoSuchGoodwill, NotAMember
from support.answering import goodwill
from support.models import Goodwill
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rewards import CouponPoolFactory
from tests.factories.tickets import after, agent, ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MemberFactory(programme=ProgrammeFactory(allowance_points=100))


def test_points_are_there_at_once_and_counted_against_the_day(member) -> None:
    its, colleague = ticket(customer=member.customer), agent()

    given = goodwill.grant(
        its, points=60, reason="Опоздала посылка", by=colleague, key="k", at=after(hours=1)
    )

    assert given.points == 60
    assert AdjustmentRequest.objects.get().decision == "allowed"
    assert TimelineEntry.objects.filter(kind="support.goodwill_points_given").count() == 1
    offers = abilities.offers_goodwill()(member.customer, by=colleague, at=after(hours=2))
    assert [(offer.pool_id, offer.left) for offer in offers] == [(None, 40)]


def test_above_the_day_it_is_refused_and_nothing_waits_for_approval(member) -> None:
    its, colleague = ticket(customer=member.customer), agent()
    goodwill.grant(its, points=60, reason="Раз", by=colleague, key="1", at=after(hours=1))

    with pytest.raises(GoodwillUsedUp) as refused:
        goodwill.grant(its, points=41, reason="Два", by=colleague, key="2", at=after(hours=1))

    assert refused.value.figures == {"left": 40}
    assert AdjustmentRequest.objects.count() == Goodwill.objects.count() == 1


def test_sent_twice_it_is_given_once(member) -> None:
    its, colleague = ticket(customer=member.customer), agent()
    for _time in range(2):
        goodwill.grant(its, points=60, reason="Раз", by=colleague, key="same", at=after(hours=1))

    assert Goodwill.objects.count() == 1


def test_who_is_no_member_gets_no_points() -> None:
    with pytest.raises(NotAMember):
        goodwill.grant(ticket(), points=1, reason="Раз", by=agent(), key="k", at=after(hours=1))


def test_a_reason_is_asked_for(member) -> None:
    with pytest.raises(goodwill.NoReason):
        goodwill.grant(
            ticket(customer=member.customer), points=1, reason=" ", by=agent(), key="k", at=after()
        )


def test_a_coupon_is_the_members_own_and_there_are_so_many_a_day(member) -> None:
    pool = CouponPoolFactory(programme=member.programme, goodwill_per_day=1)
    its, colleague = ticket(customer=member.customer), agent()

    given = goodwill.grant_coupon(
        its, pool_id=pool.pk, reason="Ваза", by=colleague, key="1", at=after(hours=1)
    )

    assert Coupon.objects.get(code=given.coupon_code).holder == member
    with pytest.raises(GoodwillUsedUp):
        goodwill.grant_coupon(its, pool_id=pool.pk, reason="Ваза", by=colleague, key="2", at=after(hours=2))
    goodwill.grant_coupon(its, pool_id=pool.pk, reason="Ваза", by=colleague, key="3", at=after(hours=36))


def test_only_pools_meant_for_it_give_goodwill(member) -> None:
    pool = CouponPoolFactory(programme=member.programme)

    with pytest.raises(NoSuchGoodwill):
        goodwill.grant_coupon(
            ticket(customer=member.customer),
            pool_id=pool.pk,
            reason="Ваза",
            by=agent(),
            key="1",
            at=after(hours=1),
        )


def test_who_may_not_give_points_is_refused(member) -> None:
    with pytest.raises(Refusal):
        goodwill.grant(
            ticket(customer=member.customer),
            points=1,
            reason="x",
            by=agent(role="cashier"),
            key="k",
            at=after(hours=1),
        )

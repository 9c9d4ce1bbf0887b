"""What rewards hear of the rest of the house: through the feed, as the relay serves it, and through erasure."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from crm import relay
from crm.people import erasure, portrait
from crm.purchases.ordering import advance_order
from loyalty import reward_tasks
from loyalty.coupons import coupon_codes, couponing
from loyalty.members import joining, referring
from loyalty.models import Coupon, GiftGrant, Member, Referral
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rewards import (
    CouponPoolFactory,
    GiftRuleFactory,
    ReferralTermsFactory,
    cart,
)
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.loyalty.test_self_joining import code_in

pytestmark = pytest.mark.django_db


def pump():
    while relay.pump():
        pass


def a_coupon():
    pool = CouponPoolFactory()
    coupon_codes.add_code(pool, "SPRING10", at=NOON)
    return couponing.find("SPRING10")


def test_a_cancelled_order_frees_its_code():
    shop = ShopFactory()
    couponing.redeem(a_coupon(), shop=shop, key="k", cart=cart("20.00"), order_external_id="o-1", at=NOON)
    order = placed_order("o-1", shop=shop)

    advance_order(order, moment="cancelled", occurred_at=NOON, source="test", at=NOON)
    pump()

    assert Coupon.objects.get().uses_left == 1


def test_a_friends_first_paid_order_begins_the_return_window_and_its_cancelling_ends_it():
    ReferralTermsFactory()
    anna, boris = MemberFactory(), MemberFactory()
    referring.refer(boris, code=referring.code_of(anna, at=NOON).code, at=NOON)

    order = placed_order("o-1", customer=boris.customer, moments={"paid": NOON})
    pump()
    assert Referral.objects.get().due_at == NOON + timedelta(days=14)
    advance_order(order, moment="cancelled", occurred_at=NOON, source="test", at=NOON)
    pump()
    assert Referral.objects.get().reason == "returned"


def test_a_newcomer_is_welcomed_at_once():
    rule = GiftRuleFactory(occasion="welcome")
    joining.join(
        CustomerFactory(),
        programme=rule.programme,
        through=Member.Joined.STAFF,
        at=NOON,
        source="test",
        source_id="1",
    )

    pump()

    assert GiftGrant.objects.get().points == 50


def test_what_runs_by_the_clock_may_run_twice():
    GiftRuleFactory(days_before=1, days_after=1)
    today = datetime.now(UTC).date()
    MemberFactory(
        customer__birthday=today.replace(year=1990) if (today.month, today.day) != (2, 29) else today
    )

    for _ in range(2):
        reward_tasks.give_gifts()
        reward_tasks.pay_referrals()
        reward_tasks.continue_batches()

    assert GiftGrant.objects.count() == 1


def test_whoever_joins_by_a_members_link_came_on_their_recommendation(client):
    terms = ReferralTermsFactory()
    ShopFactory(slug="varna")
    anna = MemberFactory(programme=terms.programme)
    code = referring.code_of(anna, at=timezone.now()).code
    told = {"name": "Boris", "address": "boris@mail.example", "processing": "on"}

    client.post(reverse("join") + f"?shop=varna&by={code}", told)
    client.post(reverse("join-code"), {"code": code_in(mail.outbox[-1])})

    assert Referral.objects.get().referrer == anna


def test_a_code_that_nobody_has_keeps_nobody_from_joining(client):
    terms = ReferralTermsFactory()
    ShopFactory(slug="varna")
    told = {"name": "Boris", "address": "boris@mail.example", "processing": "on"}

    client.post(reverse("join") + "?shop=varna&by=NOBODY99", told)
    client.post(reverse("join-code"), {"code": code_in(mail.outbox[-1])})

    assert Member.objects.get().programme == terms.programme
    assert not Referral.objects.exists()


def test_a_person_reads_of_their_coupons_and_erasure_makes_them_worthless():
    member = MemberFactory()
    coupon = coupon_codes.issue(CouponPoolFactory(), holder=member, at=NOON)
    assert coupon.code in str(portrait.take(member.customer, by=UserFactory(), at=NOON))

    erasure.erase(member.customer, by=UserFactory(), reason="asked", at=NOON)

    coupon.refresh_from_db()
    assert coupon.blocked_at

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loyalty.coupons import rewarding
from loyalty.members import referring
from loyalty.models import Coupon, CouponUse, Redemption, Referral, Reward, Wallet
from tests.api_client import ShopSystem
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rewards import (
    CouponPoolFactory,
    ReferralTermsFactory,
    RewardFactory,
    member_with,
)
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db
CART = {
    "currency": "EUR",
    "lines": [
        {"id": "a", "sku": "SKU-1", "quantity": "2", "amount": "40.00"},
        {"id": "b", "quantity": "1", "amount": "10.00"},
    ],
}


@pytest.fixture
def shop():
    return ShopSystem()


def coupon(code="SPRING10", **pool):
    made = CouponPoolFactory(**pool)
    return Coupon.objects.create(pool=made, code=code, uses_left=made.uses_per_code, created_at=NOON)


# ── Rewards ──────────────────────────────────────────────────────────────────
def test_the_catalogue_reads_in_the_language_that_is_asked_for(shop):
    RewardFactory()

    (item,) = shop.get("rewards/", accept_language="ru").body["items"]

    assert item["name"] == "Скидка 5 €"
    assert (item["can_have"], item["why_not"]) == (None, [])


def test_for_a_member_the_catalogue_says_what_can_be_had_and_why_not(shop):
    member = member_with(120)
    RewardFactory(points=100)
    RewardFactory(points=500)

    near, far = shop.get(f"rewards/?member={member.pk}").body["items"]

    assert near["can_have"] is True
    assert [(why["code"], why["figures"]) for why in far["why_not"]] == [
        ("not-enough-points", {"available": 120})
    ]


def test_the_catalogue_asks_as_often_for_many_rewards_as_for_one(shop):
    member = member_with(120)
    RewardFactory()
    path = f"rewards/?member={member.pk}"
    shop.warm(path)
    with CaptureQueriesContext(connection) as one:
        shop.get(path)
    RewardFactory.create_batch(10)
    with CaptureQueriesContext(connection) as many:
        assert len(shop.get(path).body["items"]) == 11

    assert len(many) == len(one) <= 8


def test_pages_of_rewards_follow_one_another(shop):
    made = [RewardFactory().pk for _ in range(5)]

    first = shop.get("rewards/?limit=3").body
    rest = shop.get(f"rewards/?limit=3&cursor={first['next_cursor']}").body

    assert [item["id"] for item in first["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None


def test_a_reward_is_redeemed_once_per_key(shop):
    member, reward = member_with(150), RewardFactory(points=100, stock=2, code_days=30)
    path = f"rewards/{reward.pk}/redemptions/"

    first = shop.post(path, {"member": member.pk}, idempotency_key="one")
    again = shop.post(path, {"member": member.pk}, idempotency_key="one")

    assert first.status == 201
    assert again.body == first.body
    assert len(first.body["code"].replace("-", "")) == 13
    assert Wallet.objects.get().available == 50
    assert Reward.objects.get().stock == 1


def test_a_trial_answers_and_does_nothing(shop):
    member, reward = member_with(150), RewardFactory(points=100, stock=2)

    tried = shop.post(
        f"rewards/{reward.pk}/redemptions/?dry_run=1", {"member": member.pk}, idempotency_key="one"
    )

    assert (tried.status, tried.body["id"], tried.body["code"]) == (201, None, None)
    assert tried.body["points"] == 100
    assert not Redemption.objects.exists()
    assert Reward.objects.get().stock == 2
    assert shop.post(f"rewards/{reward.pk}/redemptions/", {"member": member.pk}, idempotency_key="one").body[
        "id"
    ]


def test_a_trial_is_refused_as_the_deed_would_be(shop):
    reward = RewardFactory(points=100)
    path = f"rewards/{reward.pk}/redemptions/?dry_run=1"

    assert shop.post(path, {"member": member_with(99).pk}).problem == (409, "not-enough-points")
    assert shop.post(path, {"member": 10**18}).problem == (422, "unknown-member")


def test_a_redemption_is_taken_back_with_its_points(shop):
    member, reward = member_with(100), RewardFactory(points=100)
    made = rewarding.redeem(member, reward=reward, key="k", at=timezone.now())

    answer = shop.post(f"rewards/{reward.pk}/redemptions/{made.pk}/cancellations/", {"reason": "By mistake"})

    assert answer.status == 201
    assert answer.body["cancelled_at"]
    assert Wallet.objects.get().available == 100


def test_a_redemption_of_another_reward_is_not_there(shop):
    made = rewarding.redeem(member_with(100), reward=RewardFactory(), key="k", at=timezone.now())

    path = f"rewards/{RewardFactory().pk}/redemptions/{made.pk}/cancellations/"
    assert shop.post(path, {}).problem == (404, "not-found")


@pytest.mark.parametrize(
    "body", [{}, {"member": "7"}, {"member": -1}, {"member": 1e30}, {"member": 1, "points": 0}, [], None]
)
def test_a_wrong_body_is_refused(shop, body):
    status, _code = shop.post(f"rewards/{RewardFactory().pk}/redemptions/", body).problem

    assert status in (400, 422)


def test_a_key_without_the_scope_redeems_nothing():
    reward = RewardFactory()
    reader = ShopSystem(scopes="rewards:read")

    assert reader.get("rewards/").status == 200
    assert reader.post(f"rewards/{reward.pk}/redemptions/", {"member": 1}).problem == (403, "scope-missing")


# ── Coupons ──────────────────────────────────────────────────────────────────
def test_a_coupon_says_what_it_gives(shop):
    coupon(minimum_amount=20)

    found = shop.get("coupons/spring-10/").body

    assert (found["code"], found["minimum_amount"], found["can_use"]) == ("SPRING10", "20.00", True)
    assert "10%" in found["gives"]


@pytest.mark.parametrize("code", ["NOPE", "%F0%9F%93%A6", "a%00b", "'", "x" * 500])
def test_a_code_that_is_not_known_is_not_there(shop, code):
    assert shop.get(f"coupons/{code}/").problem == (404, "not-found")
    assert shop.post(f"coupons/{code}/redemptions/", {}).problem == (404, "not-found")


def test_a_coupon_is_used_for_a_cart_line_by_line(shop):
    coupon()
    member = MemberFactory()

    used = shop.post("coupons/SPRING10/redemptions/", {"cart": CART, "member": member.pk, "order": "o-1"})

    assert used.status == 201
    assert used.body["benefit"] == {
        "amount": "5.00",
        "goods_amount": "5.00",
        "delivery_amount": "0.00",
        "lines": [{"id": "a", "amount": "4.00"}, {"id": "b", "amount": "1.00"}],
        "hands_over": "",
    }
    assert CouponUse.objects.get().order_external_id == "o-1"
    assert shop.post("coupons/SPRING10/redemptions/", {"cart": CART}).problem == (409, "coupon-used-up")


def test_trying_a_coupon_uses_nothing(shop):
    coupon()

    tried = shop.post("coupons/SPRING10/redemptions/?dry_run=1", {"cart": CART})

    assert (tried.status, tried.body["id"], tried.body["benefit"]["amount"]) == (201, None, "5.00")
    assert Coupon.objects.get().uses_left == 1


def test_a_discount_without_a_cart_is_asked_for_one(shop):
    coupon()

    assert shop.post("coupons/SPRING10/redemptions/", {}).problem == (422, "coupon-needs-cart")
    assert Coupon.objects.get().uses_left == 1


def test_a_code_for_a_service_needs_no_cart(shop):
    coupon(kind="service", settings={"what": "engraving"})

    used = shop.post("coupons/SPRING10/redemptions/", {})

    assert used.body["benefit"]["hands_over"] == "engraving"


def test_a_used_coupon_is_let_go_by_its_own_shop(shop):
    coupon()
    used = shop.post("coupons/SPRING10/redemptions/", {"cart": CART}).body
    path = f"coupons/SPRING10/redemptions/{used['id']}/releases/"

    assert ShopSystem().post(path, {}).problem == (404, "not-found")
    assert shop.post(path, {}).body["released_at"]
    assert Coupon.objects.get().uses_left == 1


# ── Referrals ────────────────────────────────────────────────────────────────
def test_a_member_has_a_code_and_a_link(shop):
    member = MemberFactory()

    first = shop.post("referral-codes/", {"member": member.pk}).body
    again = shop.post("referral-codes/", {"member": member.pk}).body

    assert first == again
    assert first["link"] == f"http://testserver/join/?by={first['code']}"


def test_a_friend_comes_by_a_code(shop):
    ReferralTermsFactory()
    anna, boris = MemberFactory(), MemberFactory()
    code = referring.code_of(anna, at=NOON).code

    told = shop.post("referrals/", {"code": code.lower(), "friend": boris.pk})

    assert (told.status, told.body["state"]) == (201, "waiting_for_first_order")
    assert [item["id"] for item in shop.get(f"referrals/?referrer={anna.pk}").body["items"]] == [
        told.body["id"]
    ]
    assert shop.get(f"referrals/?referrer={boris.pk}").body["items"] == []


def test_nobody_recommends_us_to_themselves_by_the_api_either(shop):
    ReferralTermsFactory()
    anna = MemberFactory()
    code = referring.code_of(anna, at=NOON).code

    answer = shop.post("referrals/", {"code": code, "friend": anna.pk})

    assert answer.problem == (409, "referral-of-oneself")
    assert answer.body["reason"] == "same_person"
    assert not Referral.objects.exists()


def test_the_rewards_of_a_day_that_is_over_are_not_listed(shop):
    RewardFactory(ends_at=timezone.now() - timedelta(seconds=1))

    assert shop.get("rewards/").body["items"] == []

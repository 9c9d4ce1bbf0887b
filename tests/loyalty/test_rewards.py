from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import TimelineEntry
from loyalty.coupons import couponing, rewarding
from loyalty.coupons.rewarding import (
    RewardNotForThisMember,
    RewardNotForThisTier,
    RewardNotOffered,
    RewardSoldOut,
    RewardTakenAlready,
    RewardUsedAlready,
)
from loyalty.errors import LedgerKeyUsedOtherwise, NotEnoughPoints, UnknownMember
from loyalty.models import MemberTier, Redemption, Reward, RewardQuota, Tier, Wallet
from tests.factories.loyalty_rewards import RewardFactory, at_once, cart, member_with
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def redeem(member, reward, key="k1", at=LATER):
    return rewarding.redeem(member, reward=reward, key=key, at=at)


def available(member):
    return Wallet.objects.get(pk=member.pk).available


def tier_for(member, slug="gold", level=3):
    tier, _ = Tier.objects.get_or_create(
        programme=member.programme, slug=slug, defaults={"name": slug, "level": level}
    )
    MemberTier.objects.create(member=member, tier=tier, since_at=NOON - timedelta(days=1))
    return tier


def test_a_reward_costs_its_points_and_comes_with_a_code():
    member = member_with(150)

    redemption = redeem(member, RewardFactory(points=100))

    assert available(member) == 50
    assert len(redemption.coupon.code) == 13
    assert TimelineEntry.objects.filter(kind="loyalty.reward_redeemed", customer=member.customer).count() == 1


def test_a_gift_that_is_handed_over_at_once_needs_no_code():
    redemption = redeem(member_with(100), RewardFactory(kind="gift", settings={"what": "a tin"}))

    assert not hasattr(redemption, "coupon")


def test_the_same_key_redeems_once():
    member, reward = member_with(300), RewardFactory(stock=5)

    assert redeem(member, reward).pk == redeem(member, reward).pk
    assert available(member) == 200
    assert Reward.objects.get().stock == 4


def test_a_key_stands_for_one_reward():
    member = member_with(300)
    redeem(member, RewardFactory())

    with pytest.raises(LedgerKeyUsedOtherwise):
        redeem(member, RewardFactory())


def test_too_few_points_take_nothing():
    member, reward = member_with(99), RewardFactory(points=100, stock=1)

    with pytest.raises(NotEnoughPoints):
        redeem(member, reward)

    assert available(member) == 99
    assert Reward.objects.get().stock == 1
    assert not Redemption.objects.exists()


def test_a_refused_redemption_does_not_burn_its_key():
    member, reward = member_with(100), RewardFactory(stock=0)
    with pytest.raises(RewardSoldOut):
        redeem(member, reward)
    Reward.objects.update(stock=1)

    assert redeem(member, Reward.objects.get()).pk


def test_a_member_has_a_reward_as_often_as_its_limit_says():
    member, reward = member_with(300), RewardFactory(most_per_member=1)
    redeem(member, reward)

    with pytest.raises(RewardTakenAlready):
        redeem(member, reward, key="k2")


def test_a_reward_has_its_days():
    reward = RewardFactory(starts_at=NOON, ends_at=NOON + timedelta(days=1))

    with pytest.raises(RewardNotOffered):
        redeem(member_with(100), reward, at=NOON - timedelta(seconds=1))
    with pytest.raises(RewardNotOffered):
        redeem(member_with(100), reward, at=NOON + timedelta(days=1))


def test_a_seat_is_not_sold_once_the_event_has_begun():
    settings = {"event": "White teas", "starts_at": NOON.isoformat(), "place": "Varna"}

    with pytest.raises(RewardNotOffered):
        redeem(member_with(100), RewardFactory(kind="event_seat", settings=settings), at=NOON)


def test_a_reward_of_gold_is_for_gold():
    member, reward = member_with(100), RewardFactory()
    tier = Tier.objects.create(programme=reward.programme, slug="gold", name="Gold", level=3)
    RewardQuota.objects.create(reward=reward, tier=tier)

    with pytest.raises(RewardNotForThisTier):
        redeem(member, reward)
    tier_for(member)
    assert redeem(member, reward).tier == "gold"


def test_the_quota_of_a_tier_runs_out_for_it_alone():
    gold, silver = member_with(500), member_with(500)
    reward = RewardFactory(stock=10)
    RewardQuota.objects.create(reward=reward, tier=tier_for(gold), left=1)
    RewardQuota.objects.create(reward=reward, tier=tier_for(silver, "silver", 2), left=5)
    redeem(gold, reward)

    with pytest.raises(RewardSoldOut):
        redeem(gold, Reward.objects.get(), key="k2")
    assert redeem(silver, Reward.objects.get(), key="k3").tier == "silver"


def test_conditions_say_who_may_have_it():
    member = member_with(100, customer__language="ru")
    tree = {"field": "customer.language", "op": "eq", "value": "bg"}

    with pytest.raises(RewardNotForThisMember):
        redeem(member, RewardFactory(conditions=tree))


def test_taking_back_gives_points_stock_and_quota_back_once():
    member, reward = member_with(100), RewardFactory(stock=3)
    quota = RewardQuota.objects.create(reward=reward, tier=tier_for(member), left=2)
    redemption = redeem(member, reward)

    for _ in range(2):
        rewarding.cancel(redemption, at=LATER, reason="ordered by mistake")

    quota.refresh_from_db()
    assert (available(member), Reward.objects.get().stock, quota.left) == (100, 3, 2)
    assert TimelineEntry.objects.filter(kind="loyalty.reward_given_back").count() == 1


def test_the_code_of_a_reward_taken_back_is_worth_nothing():
    member = member_with(100)
    redemption = redeem(member, RewardFactory())
    rewarding.cancel(redemption, at=LATER)

    looked = couponing.look(couponing.find(redemption.coupon.code), member=member, at=LATER)
    assert not looked.can_use


def test_a_reward_whose_code_was_used_cannot_be_taken_back():
    member = member_with(100)
    redemption = redeem(member, RewardFactory())
    couponing.redeem(
        redemption.coupon, shop=ShopFactory(), member=member, cart=cart("20.00"), key="u1", at=LATER
    )

    with pytest.raises(RewardUsedAlready):
        rewarding.cancel(redemption, at=LATER)
    assert available(member) == 0


def test_whoever_left_takes_no_rewards():
    member = member_with(100)
    member.left_at = NOON
    member.save()

    with pytest.raises(UnknownMember):
        redeem(member, RewardFactory())


def test_offers_say_what_can_be_had_and_why_not():
    member = member_with(100)
    RewardFactory(points=50, settings={"amount": "2.00"})
    RewardFactory(points=500, stock=0)

    cheap, dear = rewarding.offers(member, cart=cart("10.00"), at=LATER)

    assert cheap.can_have
    assert str(cheap.benefit.amount) == "2.00"
    assert [type(refusal) for refusal in dear.why_not] == [RewardSoldOut, NotEnoughPoints]


def test_offers_ask_as_often_for_many_rewards_as_for_one():
    member = member_with(100)
    RewardFactory()
    member = type(member).objects.select_related("customer", "wallet").get(pk=member.pk)
    with CaptureQueriesContext(connection) as one:
        rewarding.offers(member, at=LATER)
    for _ in range(20):
        RewardFactory()

    with CaptureQueriesContext(connection) as many:
        rewarding.offers(member, at=LATER)

    assert len(many) == len(one) <= 6


@pytest.mark.django_db(transaction=True)
def test_of_the_last_ten_pieces_ten_are_taken_however_many_ask():
    reward = RewardFactory(stock=10)
    members = [member_with(100) for _ in range(24)]

    def take(member):
        return redeem(member, Reward.objects.get(pk=reward.pk), key=f"k{member.pk}")

    taken = at_once(take, members, RewardSoldOut)

    assert sum(one is not None for one in taken) == 10
    assert Reward.objects.get().stock == 0
    assert sum(available(member) for member in members) == 1400


@pytest.mark.django_db(transaction=True)
def test_one_balance_buys_one_reward_however_often_it_is_asked_at_once():
    member, reward = member_with(100), RewardFactory(stock=50)

    def take(key):
        return redeem(member, Reward.objects.get(pk=reward.pk), key=key)

    taken = at_once(take, [f"k{number}" for number in range(16)], NotEnoughPoints)

    assert sum(one is not None for one in taken) == 1
    assert available(member) == 0
    assert Reward.objects.get().stock == 49

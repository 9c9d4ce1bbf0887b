"""Points are exchanged for rewards: what a member can have, why not, taking it, and giving it back.

Locks, in this order: the customer's row, the reward, the quota of a tier, the coupon, the wallet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext_lazy as _

from crm import company, rules, timeline
from crm.errors import Refusal
from crm.models import Customer, Shop, User
from crm.written_once import written_once
from loyalty import ledger
from loyalty.coupons import coupon_codes
from loyalty.errors import LedgerKeyUsedOtherwise, NotEnoughPoints
from loyalty.facts.rewards import RewardGivenBack, RewardRedeemed
from loyalty.members.persons import lock_person
from loyalty.models import Coupon, Member, MemberTier, Redemption, Reward, RewardQuota, Wallet
from loyalty.rewards import Benefit, Cart
from loyalty.rules.terms import by_reward


class RewardNotOffered(Refusal):
    code = "reward-not-offered"
    title = _("This reward is not offered now.")


class RewardSoldOut(Refusal):
    code = "reward-sold-out"
    title = _("Nothing is left of this reward.")


class RewardNotForThisTier(Refusal):
    code = "reward-not-for-this-tier"
    title = _("This reward is for members of another tier.")


class RewardNotForThisMember(Refusal):
    code = "reward-not-for-this-member"
    title = _("This member does not meet the reward's conditions.")


class RewardTakenAlready(Refusal):
    code = "reward-taken-already"
    title = _("This member has had this reward as often as it may be had.")


class RewardUsedAlready(Refusal):
    code = "reward-used-already"
    title = _("The reward's code was used: it cannot be taken back.")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A reward as it stands for one member: without `why_not` it can be had. `benefit`: what the cart would gain."""

    reward: Reward
    why_not: tuple[Refusal, ...]
    benefit: Benefit | None = None
    at_the_cart: str = ""

    @property
    def can_have(self) -> bool:
        return not self.why_not


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything about a member that decides whether they can have a reward."""

    customer: Customer
    available: int
    tiers: Mapping[int, str]
    taken: Mapping[int, int]
    quotas: Mapping[int, Sequence[RewardQuota]]
    at: datetime
    clock: tzinfo = field(default_factory=lambda: company.current().clock)


def offers(member: Member, *, cart: Cart | None = None, at: datetime) -> list[Offer]:
    """Every reward of the day, the cheapest first, with all that keeps the member from it.

    A fixed number of queries, beside what conditions ask about the customer.
    """
    rewards = _catalogue(member.programme_id, at)
    standing = standing_of(member, rewards=rewards, available=member.wallet.available, at=at)
    return [offer(reward, standing, cart=cart) for reward in rewards]


@written_once(int, datetime)
def _catalogue(programme_id: int, at: datetime) -> QuerySet[Reward]:
    offered = Reward.objects.offered(at).filter(programme=programme_id)
    return offered.select_related("programme").order_by("points", "pk")


def offer(reward: Reward, standing: Standing, *, cart: Cart | None = None) -> Offer:
    return Offer(
        reward=reward,
        why_not=tuple(_why_not(reward, standing)),
        benefit=reward.gives.benefit(cart) if cart else None,
        at_the_cart=str(reward.gives.why_not(cart)) if cart else "",
    )


def standing_of(
    member: Member,
    *,
    rewards: Collection[Reward],
    at: datetime,
    available: int | None = None,
    quotas: Mapping[int, Sequence[RewardQuota]] | None = None,
    tiers: Mapping[int, str] | None = None,
) -> Standing:
    """Only what the rewards depend on, and the caller has not read just now, is looked up.

    `available`: of a wallet that was read without a lock.
    """
    if available is None:
        available = Wallet.objects.values_list("available", flat=True).get(pk=member.pk)
    if quotas is None:
        quotas = by_reward([reward.pk for reward in rewards])
    if tiers is None:
        tiers = tiers_of(member, at=at) if quotas else {}
    return Standing(
        customer=member.customer,
        available=available,
        tiers=tiers,
        quotas=quotas,
        taken=_taken(member, [reward.pk for reward in rewards if reward.most_per_member is not None]),
        at=at,
    )


def _taken(member: Member, rewards: Collection[int]) -> dict[int, int]:
    """How often the person has had each of these rewards."""
    if not rewards:
        return {}
    taken = Redemption.objects.filter(
        member__in=same_person(member), reward__in=rewards, cancelled_at=None
    ).values_list("reward")
    return dict(taken.annotate(times=Count("pk")).order_by())


def same_person(member: Member) -> QuerySet[Member]:
    """All members of the person, those merged into this one too: what they took counts for the one who goes on."""
    return Member.objects.of_person(member.customer_id)


def tiers_of(member: Member, *, at: datetime) -> dict[int, str]:
    """The member's tiers, of every ladder: id → short name."""
    valid = MemberTier.objects.valid(at).filter(member=member)
    return dict(valid.values_list("tier_id", "tier__slug"))


@transaction.atomic
def redeem(
    member: Member,
    *,
    reward: Reward,
    key: str,
    at: datetime,
    source: str = "loyalty",
    shop: Shop | None = None,
    actor: User | None = None,
) -> Redemption:
    """Spend points on a reward, once per `key`: a repeat answers what was redeemed then.

    Locks the customer's row, then the reward's, then the wallet. A fact (RewardRedeemed).

    Raises:
        RewardNotOffered, RewardSoldOut, RewardNotForThisTier, RewardNotForThisMember, RewardTakenAlready,
        NotEnoughPoints, UnknownMember: nothing is spent.
        LedgerKeyUsedOtherwise: another redemption stands under this key.
    """
    customer = lock_person(member)
    if standing := Redemption.objects.select_related("reward", "coupon").filter(key=key).first():
        return _same(standing, member, reward)
    situation = standing_of(member, rewards=[reward], at=at)
    for refusal in _why_not(reward, situation):
        raise refusal
    tier = _take(reward, situation)
    redemption = Redemption.objects.create(
        reward=reward,
        member=member,
        kind=reward.kind,
        settings=reward.settings,
        points=reward.points,
        tier=tier,
        key=key,
        shop=shop,
        redeemed_at=at,
    )
    if reward.gives.kind.needs_code:
        coupon_codes.issue_for(redemption, valid_until=_code_ends(reward, at), at=at)
    timeline.record(
        customer,
        RewardRedeemed(reward_name=_name_for(customer, reward), points=reward.points),
        source=source,
        source_id=f"reward-redemption:{redemption.pk}",
        occurred_at=at,
        recorded_at=at,
        shop=shop,
        actor=actor,
        subject=redemption,
    )
    _spend(redemption, at=at, actor=actor)
    return redemption


@transaction.atomic
def cancel(
    redemption: Redemption,
    *,
    at: datetime,
    source: str = "loyalty",
    reason: str = "",
    actor: User | None = None,
) -> Redemption:
    """Give the points and the stock back; the code is blocked. A repeat changes nothing. A fact (RewardGivenBack).

    Raises:
        RewardUsedAlready: the code was used at a checkout.
    """
    customer = Customer.objects.select_for_update(no_key=True).get(pk=redemption.member.customer_id)
    Reward.objects.select_for_update(no_key=True).get(pk=redemption.reward_id)
    standing = Redemption.objects.select_for_update(no_key=True, of=("self",)).get(pk=redemption.pk)
    if standing.cancelled_at:
        return standing
    _block(standing, at=at)
    standing.cancelled_at, standing.cancelled_by, standing.cancel_reason = at, actor, reason
    standing.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    _put_back(standing)
    timeline.record(
        customer,
        RewardGivenBack(
            reward_name=_name_for(customer, standing.reward), points=standing.points, reason=reason
        ),
        source=source,
        source_id=f"reward-redemption:{standing.pk}:cancelled",
        occurred_at=at,
        recorded_at=at,
        actor=actor,
        subject=standing,
    )
    if standing.transaction_id:
        key = f"reward-redemption:{standing.pk}:cancelled"
        ledger.restore(
            standing.transaction_id,
            until=standing.points,
            key=key,
            at=at,
            actor_id=actor.pk if actor else None,
        )
    return standing


def _same(standing: Redemption, member: Member, reward: Reward) -> Redemption:
    if (standing.member_id, standing.reward_id) != (member.pk, reward.pk):
        raise LedgerKeyUsedOtherwise
    return standing


def _why_not(reward: Reward, standing: Standing) -> Iterator[Refusal]:
    """All that keeps a member from a reward, the firmest first."""
    at = standing.at
    over = reward.gives.over_since()
    if not reward.is_offered(at) or (over and over <= at):
        yield RewardNotOffered()
    yield from _why_not_by_tier(standing.quotas.get(reward.pk, ()), standing.tiers)
    if reward.conditions and not rules.holds(
        reward.conditions, "customer", standing.customer, at=at, clock=standing.clock
    ):
        yield RewardNotForThisMember()
    if reward.most_per_member is not None and standing.taken.get(reward.pk, 0) >= reward.most_per_member:
        yield RewardTakenAlready(most_per_member=reward.most_per_member)
    if reward.stock == 0:
        yield RewardSoldOut()
    if standing.available < reward.points:
        yield NotEnoughPoints(available=standing.available)


def _why_not_by_tier(quotas: Collection[RewardQuota], tiers: Mapping[int, str]) -> Iterator[Refusal]:
    theirs = [quota for quota in quotas if quota.tier_id in tiers]
    if quotas and not theirs:
        yield RewardNotForThisTier()
    elif quotas and all(quota.left == 0 for quota in theirs):
        yield RewardSoldOut()


def _take(reward: Reward, standing: Standing) -> str:
    """One less of the reward, and of the quota of the tier it is taken under, whose short name is answered.

    Raises:
        RewardSoldOut: somebody was quicker.
    """
    if reward.stock is not None:
        if not Reward.objects.filter(pk=reward.pk, stock__gt=0).update(stock=F("stock") - 1):
            raise RewardSoldOut
        reward.stock -= 1
    quotas = [quota for quota in standing.quotas.get(reward.pk, ()) if quota.tier_id in standing.tiers]
    for quota in quotas:
        has_room = RewardQuota.objects.filter(pk=quota.pk, left__gt=0).update(left=F("left") - 1)
        if quota.left is None or has_room:
            return standing.tiers[quota.tier_id]
    if quotas:
        raise RewardSoldOut
    return ""


def _put_back(redemption: Redemption) -> None:
    Reward.objects.filter(pk=redemption.reward_id, stock__isnull=False).update(stock=F("stock") + 1)
    if redemption.tier:
        quotas = RewardQuota.objects.filter(reward=redemption.reward_id, tier__slug=redemption.tier)
        quotas.filter(left__isnull=False).update(left=F("left") + 1)


def _block(redemption: Redemption, *, at: datetime) -> None:
    """The code, if it has one, is worth nothing from now on."""
    coupon = Coupon.objects.select_for_update(no_key=True).filter(redemption=redemption).first()
    if coupon is None:
        return
    if coupon.uses_left == 0:
        raise RewardUsedAlready
    coupon.blocked_at = at
    coupon.save(update_fields=["blocked_at"])


def _spend(redemption: Redemption, *, at: datetime, actor: User | None) -> None:
    if not redemption.points:
        return
    posted = ledger.redeem(
        redemption.member_id,
        points=redemption.points,
        key=redemption.key,
        at=at,
        actor_id=actor.pk if actor else None,
        trace={"reward": redemption.reward_id, "redemption": redemption.pk, "kind": redemption.kind},
    )
    redemption.transaction_id = posted.transaction_id
    redemption.save(update_fields=["transaction_id"])


def _code_ends(reward: Reward, at: datetime) -> datetime | None:
    ends = [at + timedelta(days=reward.code_days) if reward.code_days else None, reward.gives.over_since()]
    return min((end for end in ends if end), default=None)


def _name_for(customer: Customer, reward: Reward) -> str:
    """In the customer's language: it is their history."""
    return reward.name_in(customer.language)

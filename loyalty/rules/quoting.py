"""What a cart would bring: points to be earned, points that may pay, rewards, coupons, and what goes best together.

Nothing is changed and nothing locked: a quote is no promise. What was quoted is asked again when the order comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from loyalty import rewards
from loyalty.coupons import couponing, rewarding
from loyalty.coupons.couponing import Looked
from loyalty.coupons.rewarding import Offer
from loyalty.models import Member, Programme, Rule
from loyalty.points import earning, lot_dates
from loyalty.points.earning import Outcome
from loyalty.points.spending import Spendable, spendable
from loyalty.rules.buyers import Buyer
from loyalty.rules.purchases import Cart, CartLine, Known, less_paid
from loyalty.rules.reasons import Reason
from loyalty.rules.terms import Terms

NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Best:
    """The coupon that takes most off, then as many points as may pay; what is left to pay, and what it earns."""

    coupon: Looked | None
    discount_amount: Decimal
    points: int
    points_amount: Decimal
    to_pay_amount: Decimal
    earns_points: int


@dataclass(frozen=True, kw_only=True)
class Quote:
    programme: Programme
    member: Member | None
    earns: Outcome
    available_at: datetime | None
    spends: Spendable
    rewards: Sequence[Offer]
    coupons: Sequence[Looked]
    best: Best


def quote(
    cart: Cart,
    *,
    terms: Terms,
    buyer: Buyer | None,
    coupons: Sequence[str] = (),
    at: datetime,
) -> Quote:
    """For a member, or for somebody who is none yet: then what the purchase would earn by joining.

    Raises:
        UnknownCoupon: one of the codes is nobody's.
    """
    programme, rules = terms.programme, terms.rules
    member = buyer.member if buyer else None
    known = Known(tiers=terms.slugs_up_to(buyer.held)) if buyer else Known()
    looked = _coupons(cart, coupons, buyer, at=at)
    earns = _earns(cart, programme, member, rules, known, paid_with_points=NOTHING, at=at)
    spends = _spends(cart, programme, member, at=at)
    return Quote(
        programme=programme,
        member=member,
        earns=earns,
        available_at=lot_dates.available_at(programme, cart.placed_at) if earns.points else None,
        spends=spends,
        rewards=_offers(cart, buyer, at=at) if buyer else (),
        coupons=looked,
        best=_best(cart, programme, member, rules, known, looked, at=at),
    )


def _earns(
    cart: Cart,
    programme: Programme,
    member: Member | None,
    rules: Sequence[Rule],
    known: Known,
    *,
    paid_with_points: Decimal,
    at: datetime,
) -> Outcome:
    if why_not := earning.why_not_in(programme, cart.currency):
        return Outcome(why_not=why_not)
    return earning.would_earn(
        cart,
        programme,
        member=member,
        at=at,
        paid_with_points=paid_with_points,
        switched_on=rules,
        known=known,
    )


def _spends(cart: Cart, programme: Programme, member: Member | None, *, at: datetime) -> Spendable:
    if why_not := earning.why_not_in(programme, cart.currency):
        return Spendable(points=0, amount=NOTHING, most_points=0, why_not=(why_not,))
    if member is None:
        nobody = spendable(programme, cart.lines, cart.delivery_amount, available=0, at=at)
        return replace(nobody, why_not=(Reason("not-a-member"),))
    return spendable(programme, cart.lines, cart.delivery_amount, available=member.wallet.available, at=at)


def _offers(cart: Cart, buyer: Buyer, *, at: datetime) -> list[Offer]:
    rewards = buyer.terms.offered(at)
    standing = rewarding.standing_of(
        buyer.member,
        rewards=rewards,
        available=buyer.member.wallet.available,
        quotas=buyer.terms.quotas_left(),
        tiers=buyer.tiers,
        at=at,
    )
    seen = as_rewards_see(cart)
    return [rewarding.offer(reward, standing, cart=seen) for reward in rewards]


def _coupons(cart: Cart, codes: Sequence[str], buyer: Buyer | None, *, at: datetime) -> list[Looked]:
    """Those that were named, and the member's own that can be used for this cart."""
    if not codes and not (buyer and buyer.has_coupons):
        return []
    seen = as_rewards_see(cart)
    member = buyer.member if buyer else None
    named = [couponing.look(couponing.find(code), member=member, cart=seen, at=at) for code in codes]
    told = {looked.coupon.pk for looked in named}
    own = [
        looked
        for coupon in (couponing.held_by(buyer.member) if buyer and buyer.has_coupons else ())
        if (looked := couponing.look(coupon, member=member, cart=seen, at=at)).can_use
        and looked.coupon.pk not in told
    ]
    return named + own


def _best(
    cart: Cart,
    programme: Programme,
    member: Member | None,
    rules: Sequence[Rule],
    known: Known,
    looked: Sequence[Looked],
    *,
    at: datetime,
) -> Best:
    coupon = max((one for one in looked if one.can_use), key=_off, default=None)
    off_goods = coupon.benefit.goods_amount if coupon and coupon.benefit else NOTHING
    off_delivery = coupon.benefit.delivery_amount if coupon and coupon.benefit else NOTHING
    rest = _less(cart, off_goods, off_delivery)
    spends = _spends(rest, programme, member, at=at)
    earns = _earns(rest, programme, member, rules, known, paid_with_points=spends.amount, at=at)
    return Best(
        coupon=coupon if off_goods or off_delivery else None,
        discount_amount=off_goods + off_delivery,
        points=spends.points,
        points_amount=spends.amount,
        to_pay_amount=rest.goods_amount + rest.delivery_amount - spends.amount,
        earns_points=earns.points,
    )


def _off(looked: Looked) -> Decimal:
    return looked.benefit.amount if looked.benefit else NOTHING


def _less(cart: Cart, off_goods: Decimal, off_delivery: Decimal) -> Cart:
    amounts = less_paid([line.amount for line in cart.lines], off_goods)
    return replace(
        cart,
        lines=[replace(line, amount=amount) for line, amount in zip(cart.lines, amounts, strict=True)],
        delivery_amount=max(cart.delivery_amount - off_delivery, NOTHING),
    )


def as_rewards_see(cart: Cart) -> rewards.Cart:
    return rewards.Cart(
        currency=cart.currency,
        lines=tuple(_line(line) for line in cart.lines),
        delivery_amount=cart.delivery_amount,
    )


def _line(line: CartLine) -> rewards.CartLine:
    return rewards.CartLine(name=line.called, sku=line.sku, quantity=line.quantity, amount=line.amount)

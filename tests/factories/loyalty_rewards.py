"""Rewards, pools of coupons, and what else members can be given."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import factory
from django.db import connection

from loyalty import ledger
from loyalty.ledger import Lot
from loyalty.models import Budget, CouponPool, GiftRule, Member, ReferralTerms, Reward
from loyalty.rewards import Cart, CartLine
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.shops import NOON

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


class RewardFactory(factory.django.DjangoModelFactory[Reward]):
    """5.00 off for a hundred points, unless told otherwise."""

    class Meta:
        model = Reward

    programme = factory.SubFactory(ProgrammeFactory)
    names = {"en": "Five off", "ru": "Скидка 5 €"}
    kind = "discount"
    settings = {"amount": "5.00"}
    points = 100
    starts_at = LONG_AGO


class CouponPoolFactory(factory.django.DjangoModelFactory[CouponPool]):
    """Ten percent off, each code once."""

    class Meta:
        model = CouponPool

    programme = factory.SubFactory(ProgrammeFactory)
    names = {"en": "Tea autumn"}
    kind = "discount"
    settings = {"percent": "10"}
    starts_at = LONG_AGO


class BudgetFactory(factory.django.DjangoModelFactory[Budget]):
    class Meta:
        model = Budget

    programme = factory.SubFactory(ProgrammeFactory)
    label = "Gifts"
    amount = 1000


class GiftRuleFactory(factory.django.DjangoModelFactory[GiftRule]):
    class Meta:
        model = GiftRule

    programme = factory.SubFactory(ProgrammeFactory)
    names = {"en": "Birthday points"}
    occasion = GiftRule.Occasion.BIRTHDAY
    days_before = 3
    days_after = 7
    points = 50
    starts_at = LONG_AGO


class ReferralTermsFactory(factory.django.DjangoModelFactory[ReferralTerms]):
    class Meta:
        model = ReferralTerms

    programme = factory.SubFactory(ProgrammeFactory)
    referrer_points = 300
    friend_points = 200
    starts_at = LONG_AGO


def member_with(points: int, **more: Any) -> Member:
    """A member who can spend so many points."""
    member: Member = MemberFactory(**more)
    if points:
        ledger.earn(member.pk, lots=[Lot(points=points)], key=f"start:{member.pk}", occurred_at=NOON, at=NOON)
    return member


def at_once(act: Callable[[Any], Any], things: Iterable[Any], *refusals: type[Exception]) -> list[Any]:
    """What `act` answers for each thing, eight at a time; None where it was refused like that."""

    def try_it(thing: Any) -> Any:
        try:
            return act(thing)
        except refusals:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(try_it, things))


def cart(*amounts: str, delivery: str = "0", currency: str = "EUR") -> Cart:
    """A line for each amount: SKU-1, SKU-2 …, one piece of each."""
    lines = (
        CartLine(name=str(number), sku=f"SKU-{number}", quantity=Decimal(1), amount=Decimal(amount))
        for number, amount in enumerate(amounts, start=1)
    )
    return Cart(currency=currency, lines=tuple(lines), delivery_amount=Decimal(delivery))

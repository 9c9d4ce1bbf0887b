"""People of whom every field knows something of somebody: some merged, one erased, with rows on any of their ids."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from crm.models import (
    Address,
    Company,
    CompanyPerson,
    Consent,
    Customer,
    CustomerFigures,
    Merge,
    Order,
    Segment,
    SegmentMember,
    Shop,
    TimelineEntry,
)
from crm.people.identity_kinds import IdentityKind
from crm.segments import asking
from loyalty import ledger
from loyalty.models import Card, Coupon, Member, MemberTier, Referral, Tier
from support.models import Tag
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rewards import CouponPoolFactory
from tests.factories.segments import colleague
from tests.factories.shops import ShopFactory
from tests.factories.support import TicketFactory
from tests.factories.survey_scores import answered
from tests.factories.surveys import published

AT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
KINDS = ("crm.order_placed", "crm.message_received", "loyalty.points_earned")
SUBJECTS = (("processing", ""), ("advertising", ""), ("advertising", "email"), ("advertising", "sms"))


def world() -> list[Customer]:
    """Everybody a segment can be about."""
    people = [
        CustomerFactory(
            language=["", "bg", "ru"][n % 3],
            created_at=AT - timedelta(days=n, hours=n * 5),
            birthday=[None, date(2000, 2, 29), date(1990, 3, 3), date(1999, 3, 2)][n % 4],
        )
        for n in range(12)
    ]
    shops = [ShopFactory(), ShopFactory()]
    _merged(people)
    for n, person in enumerate(people):
        _known(n, person)
    for n in range(24):
        _order(n, shops[n % 2], people[n % 9] if n % 4 else None)
        _entry(n, people[n % 10] if n % 5 else None, shops[n % 2])
    _segments(people)
    _agree(people)
    _belong(people)
    _are_members(people)
    _write(people, shops[0])
    _answer(people)
    return list(asking.people().order_by("pk"))


def _merged(people: list[Customer]) -> None:
    people[8].merged_into = people[1]
    people[9].merged_into = people[8]  # by way of another
    people[10].merged_into = people[2]
    people[11].erased_at = AT
    for person in people:
        person.save()
    for gone, survivor, days in ((8, 1, 20), (9, 8, 10), (10, 2, 15)):
        Merge.objects.create(
            customer=people[gone], survivor=people[survivor], merged_at=AT - timedelta(days=days)
        )


def _known(n: int, person: Customer) -> None:
    if n % 3 == 0:
        Address.objects.create(
            customer=person, country="BG", city=["", "София"][n % 2], region=["", "София-град"][n % 2]
        )
    if n % 2:
        IdentityFactory(customer=person, kind=IdentityKind.PHONE if n % 3 else IdentityKind.EMAIL)
    if n % 5 < 3:
        CustomerFigures.objects.create(
            customer=person, orders=n % 4, net_revenue=Decimal("9.80") * n, last_order_at=AT
        )


def _order(n: int, shop: Shop, customer: Customer | None) -> None:
    Order.objects.create(
        shop=shop,
        customer=customer,
        external_id=str(n),
        number=str(n),
        channel=Order.Channel.values[n % 3],
        currency="EUR",
        goods_amount=Decimal("4.90") * (n % 16),
        placed_at=AT - timedelta(days=n % 7, hours=n * 3),
        cancelled_at=AT if n % 6 == 5 else None,
    )


def _entry(n: int, customer: Customer | None, shop: Shop) -> None:
    TimelineEntry.objects.create(
        customer=customer,
        shop=shop if n % 3 else None,
        kind=KINDS[n % 3],
        occurred_at=AT - timedelta(days=n % 40),
        recorded_at=AT,
        source="test",
        source_id=str(n),
        channel=["", "email", "chat"][n % 3],
    )


def _segments(people: list[Customer]) -> None:
    segments = [Segment(name=str(n), owner=colleague(), created_at=AT, changed_at=AT) for n in range(3)]
    Segment.objects.bulk_create(segments)
    survivors = [person for person in people if person.merged_into_id is None]
    for n, person in enumerate(survivors):
        since = AT - timedelta(days=n)
        SegmentMember.objects.create(segment=segments[n % 3], customer=person, since=since)


def _agree(people: list[Customer]) -> None:
    """Now one, now the other, before and after two were found to be one; some at one and the same moment."""
    for n in range(44):
        purpose, channel = SUBJECTS[n * 7 % 4]
        Consent.objects.create(
            customer=people[n % 11],
            purpose=purpose,
            channel=channel,
            decision="withdrawn" if n % 6 == 2 else "given",
            source=f"test:{n}",
            occurred_at=AT - timedelta(days=n * 3 % 28),
            recorded_at=AT,
        )


def _belong(people: list[Customer]) -> None:
    companies = [Company.objects.create(name=f"Фирма {n}", country=["", "BG"][n]) for n in range(2)]
    for n, person in enumerate(people[:10:3]):
        CompanyPerson.objects.create(company=companies[n % 2], customer=person, role=["", "Липа"][n // 2])


def _are_members(people: list[Customer]) -> None:
    members = [MemberFactory(customer=person) for person in people[::2]]
    members[3].merged_into = members[0]
    members[3].save()
    for n, member in enumerate(members[:3]):
        ledger.earn(
            member.pk,
            lots=[ledger.Lot(points=26 + n * 10, expires_at=AT + timedelta(days=n * 7) if n else None)],
            key=f"world:{n}",
            occurred_at=AT - timedelta(days=30),
            at=AT,
        )
    tiers = [
        Tier.objects.create(programme=members[0].programme, slug=slug, name=slug, level=level, track="main")
        for level, slug in enumerate(("silver", "gold"), 1)
    ]
    for n, member in enumerate(members[1:4]):
        MemberTier.objects.create(member=member, tier=tiers[n % 2], since_at=AT - timedelta(days=9))
    _hold(members)


def _hold(members: list[Member]) -> None:
    pool = CouponPoolFactory()
    for n, member in enumerate((*members[:2], members[4], members[4])):
        Coupon.objects.create(
            pool=pool,
            code=f"WORLD{n}",
            holder=member,
            uses_left=n % 3 or None,
            valid_until=AT + timedelta(days=n) if n else None,
            blocked_at=AT if n == 3 else None,
            created_at=AT,
        )
        Card.objects.create(
            programme=member.programme,
            number=f"77{n}",
            member=member,
            issued_at=AT,
            blocked_at=AT if n == 1 else None,
            blocked_by=colleague() if n == 1 else None,
        )
    for friend in members[1:5:2]:
        Referral.objects.create(
            referrer=members[0], friend=friend, referrer_points=1, friend_points=1, referred_at=AT
        )


def _write(people: list[Customer], shop: Shop) -> None:
    tag = Tag.objects.create(name="мёд")
    for n in range(12):
        ticket = TicketFactory(
            customer=people[n * 5 % 11],
            category=["new", "open", "resolved", "closed"][n % 4],
            channel=["email", "telegram"][n % 2],
            opened_at=AT - timedelta(days=n * 4 % 13, hours=n),
            shop=shop if n % 3 else None,
            subject=["чай", "Точка"][n % 2],
            priority=1 + n % 4,
        )
        if n % 3 == 1:
            ticket.tags.add(tag)


def _answer(people: list[Customer]) -> None:
    version = published()
    for n, person in enumerate(people[:11]):
        told = {"at": AT - timedelta(days=n * 5 % 7), "customer": person}
        if n % 4:
            answered(version, {n % 11: 1, 9: n % 2}, **told)
        if n % 3:
            answered(version, {1 + n % 5: 1}, kind="csat", aspect=["", "delivery"][n % 2], **told)
    answered(version, {0: 1}, at=AT, customer=people[3], settled_at=None)

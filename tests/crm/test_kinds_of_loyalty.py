"""Why somebody comes back: three people who could not be more unlike, and what each score is made of."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.measures.kinds_of_loyalty import Kinds, Known, kinds_of, spread
from crm.models import Customer, CustomerLoyalty, Order, OrderLine, Shop
from crm.people import merging
from crm.purchases import figures
from crm.worth import coming_back, counting, valuing
from crm.worth.counting import Asked
from loyalty import ledger
from loyalty.models import Coupon, CouponUse, Member, Referral
from tests.factories.customers import CustomerFactory
from tests.factories.feedback import ready, said
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rewards import CouponPoolFactory, member_with
from tests.factories.purchases import buys, every
from tests.factories.shops import NOON, ShopFactory
from tests.factories.survey_scores import answered
from tests.factories.surveys import published, survey

TODAY = date(2026, 11, 20)
IRREGULAR = [TODAY - timedelta(days=n) for n in (2, 5, 60, 64, 150, 155, 300, 302)]


# ── The formula ──────────────────────────────────────────────────────────────
def test_who_buys_only_what_is_reduced_comes_back_for_what_is_saved():
    only_on_sale = kinds_of(Known(orders=8, with_benefit=8, gaps=[2, 145, 5, 86, 4, 55, 3]))

    assert only_on_sale.rational == 80
    assert only_on_sale.dominant == "rational"


def test_who_recommends_us_and_pays_full_price_likes_it():
    promoter = kinds_of(Known(orders=4, recommends=10, friends=1, gaps=[10, 90, 20]))

    assert promoter.emotional == 78
    assert promoter.dominant == "emotional"


def test_who_comes_like_a_clock_comes_by_habit():
    clockwork = kinds_of(Known(orders=12, gaps=[14] * 11, days_since=9))

    assert clockwork.behavioural == 68
    assert clockwork.dominant == "behavioural"


def test_of_one_order_nothing_is_said():
    assert kinds_of(Known(orders=1)).dominant is None
    assert kinds_of(Known(orders=1, with_benefit=1)) == Kinds(rational=33, emotional=0, behavioural=0)


def test_a_silence_that_still_goes_on_spoils_a_rhythm_once_it_is_the_longest_gap():
    awaited, overdue = (kinds_of(Known(orders=6, gaps=[14] * 5, days_since=n)) for n in (14, 90))

    assert overdue.behavioural < awaited.behavioural


def test_who_would_not_recommend_us_does_not_come_for_liking_it():
    assert kinds_of(Known(orders=10, recommends=3)).emotional == 0
    assert kinds_of(Known(orders=10, recommends=7)).emotional == 17


def test_bad_reviews_weigh_as_much_as_good_ones():
    known = {"orders": 2, "recommends": 9}

    assert kinds_of(Known(**known, good_words=3)).emotional == 80
    assert kinds_of(Known(**known, good_words=3, bad_words=3)).emotional == 60
    assert kinds_of(Known(**known, bad_words=9)).emotional == 40


@pytest.mark.parametrize(
    ("scores", "dominant"),
    [
        ((29, 29, 29), None),
        ((30, 29, 29), "rational"),
        ((50, 50, 50), "emotional"),
        ((50, 40, 50), "behavioural"),
        ((51, 50, 50), "rational"),
    ],
)
def test_the_highest_is_dominant_once_it_is_strong(scores, dominant):
    rational, emotional, behavioural = scores

    assert Kinds(rational=rational, emotional=emotional, behavioural=behavioural).dominant == dominant


def test_two_gaps_are_the_fewest_that_can_be_unlike():
    assert spread([14]) is None
    assert spread([14, 14, 14]) == 0
    assert spread([10, 20]) == pytest.approx(1 / 3)


# ── What is known of people ──────────────────────────────────────────────────
def asked(on: date) -> Asked:
    return Asked(as_of=on, clock="Europe/Sofia", horizon_days=90)


def night(on: date = TODAY) -> None:
    at = datetime.combine(on + timedelta(days=1), time(3), tzinfo=UTC)
    assert valuing.value_everybody(asked=asked(on), at=at)


def reduced(orders: list[Order]) -> None:
    OrderLine.objects.bulk_create(
        [
            OrderLine(
                order=order,
                external_id="1",
                quantity=1,
                unit_price=Decimal(25),
                discount_amount=Decimal(5),
                amount=Decimal(20),
            )
            for order in orders
        ]
    )


def loyalty_of(customer: Customer) -> CustomerLoyalty:
    return CustomerLoyalty.objects.get(customer=customer)


@pytest.fixture
def shop() -> Shop:
    return ShopFactory(time_zone="Europe/Sofia")


@pytest.mark.django_db
def test_each_persona_gets_its_kind_and_the_inputs_tell_why(shop):
    sale, promoter, clockwork = (CustomerFactory() for _ in range(3))
    reduced(buys(sale, shop, IRREGULAR))
    buys(promoter, shop, IRREGULAR[2:6])
    would_recommend(promoter, 10)
    buys(clockwork, shop, every(14, 12, until=TODAY - timedelta(days=3)))

    night()

    assert [loyalty_of(one).dominant for one in (sale, promoter, clockwork)] == [
        "rational",
        "emotional",
        "behavioural",
    ]
    assert loyalty_of(sale).inputs["with_benefit"] == 8
    assert loyalty_of(promoter).inputs["recommends"] == 10
    assert (loyalty_of(clockwork).inputs["usual_gap"], loyalty_of(clockwork).inputs["spread"]) == (14, 0)


@pytest.mark.django_db
def test_the_latest_answer_counts_and_none_that_a_machine_may_have_sent(shop):
    maria = CustomerFactory()
    buys(maria, shop, [TODAY])
    would_recommend(maria, 9, at=NOON - timedelta(days=20))
    would_recommend(maria, 4, at=NOON - timedelta(days=10))
    would_recommend(maria, 10, at=NOON, settled_at=None)

    night()

    assert loyalty_of(maria).inputs["recommends"] == 4


@pytest.mark.django_db
def test_coupons_points_and_reduced_lines_of_one_order_are_one_order(shop):
    member = member_with(500)
    first, second, third = buys(member.customer, shop, [TODAY - timedelta(days=n) for n in (1, 5, 9)])
    reduced([first])
    for order, released_at in ((first, None), (second, NOON)):
        used_coupon(member, order, released_at=released_at)
    ledger.redeem(member.pk, points=100, key="paid", order_id=third.pk, at=NOON)

    night()

    assert (
        loyalty_of(member.customer).inputs["orders"],
        loyalty_of(member.customer).inputs["with_benefit"],
    ) == (3, 2)


@pytest.mark.django_db
def test_friends_count_once_they_bought_and_reviews_by_their_stars(shop):
    member = MemberFactory()
    (order,) = buys(member.customer, shop, [TODAY])
    for more in ({"order": order}, {}, {"order": order, "refused_at": NOON, "reason": "same_person"}):
        friend = MemberFactory(programme=member.programme)
        Referral.objects.create(
            referrer=member, friend=friend, referrer_points=1, friend_points=1, referred_at=NOON, **more
        )
    ready()
    for stars in (5, 4, 3, 1):
        said(customer=member.customer, rating=stars)

    night()
    found = loyalty_of(member.customer).inputs

    assert (found["friends"], found["good_words"], found["bad_words"]) == (1, 2, 1)


@pytest.mark.django_db
def test_what_is_known_of_a_merged_person_is_known_of_one(shop):
    maria, other = CustomerFactory(), CustomerFactory()
    buys(maria, shop, [TODAY])
    reduced(buys(other, shop, [TODAY - timedelta(days=3)]))
    would_recommend(other, 9)
    merging.merge(maria, other=other, by=None, at=NOON)
    figures.recount({maria.pk})

    night()

    assert not CustomerLoyalty.objects.filter(customer=other).exists()
    assert (loyalty_of(maria).inputs["with_benefit"], loyalty_of(maria).inputs["recommends"]) == (1, 9)


@pytest.mark.django_db
def test_who_bought_nothing_or_nothing_any_more_is_of_no_kind(shop):
    maria, ivan = CustomerFactory(), CustomerFactory()
    buys(maria, shop, [TODAY])
    night()
    Order.objects.update(cancelled_at=NOON)

    night(TODAY + timedelta(days=1))

    assert not CustomerLoyalty.objects.filter(customer__in=[maria, ivan]).exists()


@pytest.mark.django_db
def test_a_thousand_are_asked_about_in_as_many_questions_as_two(shop, django_assert_num_queries):
    for _ in range(2):
        buys(CustomerFactory(), shop, IRREGULAR)
    people = counting.bought(0, many=1000, asked=asked(TODAY))
    with CaptureQueriesContext(connection) as of_two:
        coming_back.keep(people, as_of=TODAY)
    for _ in range(30):
        buys(CustomerFactory(), shop, IRREGULAR)
    people = counting.bought(0, many=1000, asked=asked(TODAY))

    with django_assert_num_queries(len(of_two)):
        coming_back.keep(people, as_of=TODAY)


def would_recommend(customer: Customer, score: int, **more: Any) -> None:
    answered(published(survey(f"asked-{customer.pk}-{score}")), {score: 1}, customer=customer, **more)


def used_coupon(member: Member, order: Order, *, released_at: datetime | None) -> None:
    pool = CouponPoolFactory(programme=member.programme)
    coupon = Coupon.objects.create(pool=pool, code=f"C{order.pk}", created_at=NOON)
    CouponUse.objects.create(
        coupon=coupon,
        pool=pool,
        member=member,
        shop=order.shop,
        order_external_id=order.external_id,
        key=f"use-{order.pk}",
        currency="EUR",
        used_at=NOON,
        released_at=released_at,
    )

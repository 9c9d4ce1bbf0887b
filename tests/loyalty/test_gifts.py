from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from crm.models import CustomerChange, TimelineEntry
from loyalty.models import GiftGrant, GiftRule, Wallet
from loyalty.points import gifting
from loyalty.points.gifting import birthday_year
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rewards import BudgetFactory, CouponPoolFactory, GiftRuleFactory
from tests.factories.shops import NOON

BEFORE, AFTER = 3, 7


def born(on, **more):
    return MemberFactory(customer__birthday=on, **more)


def year_from(first: datetime):
    return (first + timedelta(days=number) for number in range(366))


def points(member):
    return Wallet.objects.get(pk=member.pk).available


# ── When a birthday is: pure ─────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2026, 5, 6), None),
        (date(2026, 5, 7), 2026),
        (date(2026, 5, 10), 2026),
        (date(2026, 5, 17), 2026),
        (date(2026, 5, 18), None),
    ],
)
def test_a_birthday_has_its_days(today, year):
    assert birthday_year(date(1990, 5, 10), today, before=BEFORE, after=AFTER) == year


def test_days_before_the_first_of_january_belong_to_the_coming_birthday():
    assert birthday_year(date(1990, 1, 2), date(2026, 12, 30), before=BEFORE, after=AFTER) == 2027
    assert birthday_year(date(1990, 12, 28), date(2027, 1, 3), before=BEFORE, after=AFTER) == 2026


def test_who_was_born_on_29_february_celebrates_every_year():
    leap = date(1992, 2, 29)

    assert birthday_year(leap, date(2027, 2, 28), before=0, after=0) == 2027
    assert birthday_year(leap, date(2028, 2, 28), before=0, after=0) is None
    assert birthday_year(leap, date(2028, 2, 29), before=0, after=0) == 2028


@given(
    st.dates(date(1930, 1, 1), date(2010, 12, 31)),
    st.integers(2020, 2040),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_every_year_has_exactly_as_many_days_of_the_birthday_as_the_rule_says(birthday, year, before, after):
    days = [
        day
        for number in range(-70, 440)
        if birthday_year(
            birthday, day := date(year, 1, 1) + timedelta(days=number), before=before, after=after
        )
        == year
    ]

    assert len(days) == before + after + 1


# ── A frozen clock over a year ───────────────────────────────────────────────
@pytest.mark.django_db
def test_a_year_of_days_gives_everybody_one_gift():
    GiftRuleFactory(days_before=BEFORE, days_after=AFTER)
    birthdays = (date(1990, 5, 10), date(1992, 2, 29), date(1985, 1, 1), date(1970, 12, 31))
    members = [born(birthday) for birthday in birthdays]

    given = sum(gifting.give_due(at=at) for at in year_from(datetime(2027, 3, 15, 9, tzinfo=UTC)))

    assert given == 4
    assert set(GiftGrant.objects.values_list("member", flat=True)) == {member.pk for member in members}
    assert [points(member) for member in members] == [50] * 4


@pytest.mark.django_db
def test_a_gift_comes_as_soon_as_its_days_begin_where_the_customer_lives():
    GiftRuleFactory(days_before=0, days_after=0)
    far_east = born(date(1990, 5, 10), customer__time_zone="Asia/Vladivostok")
    far_west = born(date(1990, 5, 10), customer__time_zone="America/Los_Angeles")

    gifting.give_due(at=datetime(2026, 5, 9, 14, tzinfo=UTC))
    assert list(GiftGrant.objects.values_list("member", flat=True)) == [far_east.pk]
    gifting.give_due(at=datetime(2026, 5, 10, 6, 59, tzinfo=UTC))
    assert not GiftGrant.objects.filter(member=far_west).exists()
    gifting.give_due(at=datetime(2026, 5, 10, 7, tzinfo=UTC))
    assert GiftGrant.objects.filter(member=far_west).exists()


@pytest.mark.django_db
def test_a_time_zone_that_nobody_knows_is_the_companys():
    GiftRuleFactory(days_before=0, days_after=0)
    born(date(1990, 3, 2), customer__time_zone="Mars/Olympus")

    assert gifting.give_due(at=NOON) == 1


# ── Changed birthdays ────────────────────────────────────────────────────────
def change_birthday(member, to):
    member.customer.birthday = to
    member.customer.save()
    return CustomerChange.objects.filter(pgh_obj_id=member.customer_id).latest("pgh_id").pgh_created_at


@pytest.mark.django_db
@pytest.mark.parametrize("before", [date(1990, 11, 1), None])
def test_a_birthday_changed_inside_the_cool_down_gives_none(before):
    GiftRuleFactory(cool_down_days=180, days_before=0, days_after=60)
    member = born(before)
    changed_at = change_birthday(member, datetime.now(UTC).date())

    assert gifting.give_due(at=changed_at + timedelta(days=1)) == 0


@pytest.mark.django_db
def test_a_changed_birthday_counts_when_the_cool_down_is_over():
    GiftRuleFactory(cool_down_days=180)
    member = born(date(1990, 11, 1))
    changed_at = change_birthday(member, (datetime.now(UTC) + timedelta(days=200)).date().replace(year=1991))

    assert gifting.give_due(at=changed_at + timedelta(days=200)) == 1


@pytest.mark.django_db
def test_another_name_does_not_stand_in_the_way_of_a_gift():
    GiftRuleFactory(days_before=0, days_after=2)
    member = born(datetime.now(UTC).date().replace(year=1991))
    member.customer.family_name = "Нова"
    member.customer.save()

    assert gifting.give_due(at=datetime.now(UTC) + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_a_person_found_to_be_the_same_gets_no_second_gift():
    GiftRuleFactory()
    first, second = born(date(1990, 3, 2)), born(date(1990, 3, 2))
    gifting.give(GiftRule.objects.get(), first, at=NOON)
    type(first.customer).objects.filter(pk=first.customer_id).update(merged_into=second.customer)
    type(first).objects.filter(pk=first.pk).update(merged_into=second)

    assert gifting.give_due(at=NOON) == 0


# ── What is given ────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_a_gift_can_be_a_code_of_the_members_own():
    GiftRuleFactory(points=None, pool=CouponPoolFactory(days_valid=30))
    member = born(date(1990, 3, 2))

    gifting.give_due(at=NOON)

    coupon = GiftGrant.objects.get().coupon
    assert coupon.holder == member
    assert coupon.valid_until == NOON + timedelta(days=30)
    assert TimelineEntry.objects.get(kind="loyalty.gift_given").customer == member.customer


@pytest.mark.django_db
def test_a_welcome_comes_once_and_only_to_those_who_joined_since():
    GiftRuleFactory(occasion=GiftRule.Occasion.WELCOME, starts_at=NOON)
    MemberFactory(joined_at=NOON - timedelta(seconds=1))
    newcomer = MemberFactory(joined_at=NOON + timedelta(hours=1))

    for days in range(30):
        gifting.give_due(at=NOON + timedelta(days=days, hours=2))

    assert [grant.member for grant in GiftGrant.objects.all()] == [newcomer]


@pytest.mark.django_db
def test_a_budget_holds_and_whoever_found_no_room_gets_it_in_the_next_period():
    GiftRuleFactory(points=50, budget=BudgetFactory(amount=100, period="day"), days_before=0, days_after=7)
    for _ in range(3):
        born(date(1990, 3, 2))

    assert gifting.give_due(at=NOON) == 2
    assert gifting.give_due(at=NOON + timedelta(hours=1)) == 0
    assert gifting.give_due(at=NOON + timedelta(days=1)) == 1


@pytest.mark.django_db
def test_who_left_or_was_erased_gets_nothing():
    GiftRuleFactory()
    born(date(1990, 3, 2), left_at=NOON)
    born(date(1990, 3, 2), customer__erased_at=NOON)

    assert gifting.give_due(at=NOON) == 0


@pytest.mark.django_db
def test_a_day_without_birthdays_asks_three_questions_however_many_members_there_are():
    GiftRuleFactory()
    for _ in range(30):
        born(date(1990, 9, 9))

    with CaptureQueriesContext(connection) as asked:
        assert gifting.give_due(at=NOON) == 0

    assert len(asked) <= 2

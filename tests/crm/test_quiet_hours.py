"""Nobody is woken: what waits until morning waits on every clock on which the person may live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.consents.clocks_of import RUSSIA, clocks_of, zones_of_address, zones_of_country
from crm.consents.quiet_hours import next_allowed
from crm.models import Address
from tests.factories.customers import CustomerFactory, IdentityFactory

SOFIA, MOSCOW, KAMCHATKA = (ZoneInfo(name) for name in ("Europe/Sofia", "Europe/Moscow", "Asia/Kamchatka"))
NIGHT = (21, 9)
RUSSIAN_MOBILE = [
    ZoneInfo(name)
    for name in (
        "Europe/Kaliningrad",
        "Europe/Moscow",
        "Asia/Yekaterinburg",
        "Asia/Vladivostok",
        "Asia/Kamchatka",
    )
]


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (utc(2, 10), utc(2, 10)),  # noon in Sofia
        (utc(2, 18, 59), utc(2, 18, 59)),  # 20:59
        (utc(2, 19), utc(3, 7)),  # 21:00 → tomorrow 9:00
        (utc(2, 23), utc(3, 7)),  # one in the morning
        (utc(2, 6, 59), utc(2, 7)),  # 8:59
        (utc(2, 7), utc(2, 7)),  # 9:00
    ],
)
def test_a_night_ends_at_nine_on_the_persons_clock(at: datetime, expected: datetime) -> None:
    assert next_allowed(at, clocks=[SOFIA], quiet=NIGHT) == expected


def test_the_morning_after_the_clocks_change_is_at_nine_on_the_wall() -> None:
    """On 29 March 2026 Sofia goes from UTC+2 to UTC+3."""
    assert next_allowed(utc(28, 20), clocks=[SOFIA], quiet=NIGHT) == utc(29, 6)


def test_where_nobody_knows_the_clock_it_is_allowed_on_all_of_them() -> None:
    found = next_allowed(utc(2, 9), clocks=RUSSIAN_MOBILE, quiet=NIGHT)  # noon in Moscow, 21:00 on Kamchatka

    assert found == utc(3, 7)  # nine in Kaliningrad, 19:00 on Kamchatka
    assert next_allowed(utc(3, 8, 59), clocks=RUSSIAN_MOBILE, quiet=NIGHT) == utc(3, 8, 59)


def test_where_every_hour_is_quiet_somewhere_the_first_clock_decides() -> None:
    around = [SOFIA, ZoneInfo("Pacific/Auckland"), ZoneInfo("America/Los_Angeles")]

    assert next_allowed(utc(2, 10), clocks=around, quiet=NIGHT) == utc(2, 10)


def test_hours_of_no_length_are_never_quiet() -> None:
    assert next_allowed(utc(2, 3), clocks=[SOFIA], quiet=(0, 0)) == utc(2, 3)


@given(
    minutes=st.integers(min_value=0, max_value=60 * 24 * 400),
    zones=st.lists(st.sampled_from(zones_of_country("RU")), min_size=1, max_size=4),
)
def test_what_is_answered_is_allowed_everywhere_and_never_earlier(minutes: int, zones: list[str]) -> None:
    at = utc(1, 0, month=1) + timedelta(minutes=minutes)
    clocks = [ZoneInfo(name) for name in zones]
    found = next_allowed(at, clocks=clocks, quiet=NIGHT)

    assert at <= found <= at + timedelta(days=1, hours=1)
    assert all(9 <= found.astimezone(clock).hour < 21 for clock in clocks)
    assert next_allowed(found, clocks=clocks, quiet=NIGHT) == found


@pytest.mark.parametrize(
    ("region", "city", "zone"),
    [
        ("", "Москва", "Europe/Moscow"),
        ("Калининградская область", "", "Europe/Kaliningrad"),
        ("Приморский край", "Владивосток", "Asia/Vladivostok"),
        ("", "Екатеринбург", "Asia/Yekaterinburg"),
        ("Республика Башкортостан", "Уфа", "Asia/Yekaterinburg"),
        ("Novosibirsk Oblast", "", "Asia/Novosibirsk"),
        ("", "Петропавловск-Камчатский", "Asia/Kamchatka"),
        ("Сахалинская область", "Оха", "Asia/Sakhalin"),
        ("Вологодская область", "Череповец", "Europe/Moscow"),
    ],
)
def test_a_russian_address_has_its_regions_clock(region: str, city: str, zone: str) -> None:
    assert zones_of_address("RU", region, city) == (zone,)


def test_a_region_of_several_clocks_has_all_of_them() -> None:
    assert len(zones_of_address("RU", "Республика Саха (Якутия)", "Нерюнгри")) == 3


def test_a_city_that_nobody_knows_may_have_any_clock_of_its_country() -> None:
    assert zones_of_address("RU", "", "Кукуево") == zones_of_country("RU")


def test_a_country_of_one_clock_needs_no_city() -> None:
    assert zones_of_address("BG", "", "") == ("Europe/Sofia",)
    assert zones_of_address("XX", "", "") == ()


def test_every_clock_of_the_table_exists() -> None:
    assert all(ZoneInfo(name) for name in RUSSIA)


@pytest.mark.django_db
def test_a_persons_word_comes_before_their_address_and_that_before_their_phone() -> None:
    anna = CustomerFactory(time_zone="")
    assert clocks_of(anna, region="BG") == [SOFIA]
    IdentityFactory(customer=anna, kind="phone", value="+79161234567")
    assert KAMCHATKA in clocks_of(anna, region="BG")
    Address.objects.create(customer=anna, country="RU", city="Москва")
    assert clocks_of(anna, region="BG") == [MOSCOW]
    anna.time_zone = "Asia/Kamchatka"
    assert clocks_of(anna, region="BG") == [KAMCHATKA]


@pytest.mark.django_db
def test_a_clock_that_does_not_exist_says_nothing() -> None:
    assert clocks_of(CustomerFactory(time_zone="Moon/Sea"), region="BG") == [SOFIA]

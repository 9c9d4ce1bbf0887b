"""The dashboard's page about customers: what it says of many, of few and of nobody."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.dashboards.dashboard import Figure, Question, figures
from crm.dashboards.narrowing import EVERYBODY, Narrowed
from crm.dashboards.periods import period_of
from crm.models import Customer, SegmentMember, Shop, User
from crm.worth import valuing
from crm.worth.counting import Asked
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import holds_tier, ladder
from tests.factories.purchases import buys, every
from tests.factories.segments import written
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db
LAST_NIGHT = date(2026, 11, 21)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HORIZON = 90


@pytest.fixture(autouse=True)
def today():
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield
    cache.clear()


@pytest.fixture
def shop() -> Shop:
    return ShopFactory(time_zone="UTC")


@pytest.fixture
def manager(client) -> User:
    colleague = UserFactory(language="en")
    colleague.groups.add(Group.objects.get(name="manager"))
    client.force_login(colleague)
    return colleague


def night() -> None:
    asked = Asked(as_of=LAST_NIGHT, clock="UTC", horizon_days=HORIZON)
    valuing.value_everybody(
        asked=asked, at=datetime.combine(LAST_NIGHT + timedelta(days=1), time(3), tzinfo=UTC)
    )


def told(reader: User, narrowed: Narrowed = EVERYBODY) -> dict[str, Figure]:
    question = Question(
        period=period_of("90", NOON.date()), reader=User.objects.get(pk=reader.pk), at=NOON, narrowed=narrowed
    )
    return {one.slug: one for one in figures(question, "customers")}


def ago(*days: int) -> list[date]:
    return [LAST_NIGHT - timedelta(days=n) for n in days]


def a_company(shop: Shop, *, many: int = 40) -> None:
    """A quarter came once and never again, a quarter long ago, the rest every three weeks."""
    for n in range(many):
        days = ago(150 + n % 3) if n % 4 == 0 else every(20, 8, until=LAST_NIGHT - timedelta(days=n % 15))
        buys(CustomerFactory(), shop, days if n % 4 != 1 else ago(400, 380), amount="10.00")


def text_of(client) -> str:
    page = client.get("/dashboard/customers/").text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_an_empty_company_is_told_nothing_about_nobody(manager, client) -> None:
    night()

    words = text_of(client)

    assert "Customers who bought" in words
    assert all(title not in words for title in ("Silent customers", "Stopped buying", "NaN"))


def test_few_customers_get_counts_and_no_trend(manager, shop) -> None:
    a_company(shop, many=20)
    night()

    for one in told(manager).values():
        assert one.chart is None, one.slug
        assert one.change is None or one.change.direction == "none", one.slug
        assert "%" not in str(one.value), one.slug


def test_who_stopped_buying_is_told_with_its_interval(manager, shop) -> None:
    for n in range(60):
        buys(CustomerFactory(), shop, ago(100, 5) if n % 3 else ago(100))
    night()

    its = told(manager)["stopped-buying"]

    assert str(its.value) == "33%"
    assert "23…46; 20 of 60" in str(its.basis)
    assert [way.url.split("?")[0] for way in its.behind] == ["/admin/segments/new/"]


def test_a_tier_is_named_only_where_it_stands_apart(manager, shop) -> None:
    tiers = ladder(ProgrammeFactory())
    for n in range(80):
        customer = CustomerFactory()
        member = MemberFactory(customer=customer)
        holds_tier(member, tiers["gold" if n % 2 else "silver"], datetime(2026, 1, 1, tzinfo=UTC))
        stays = n % 10 < 9 if n % 2 else n % 20 < 2
        buys(customer, shop, ago(100, 5) if stays else ago(100))
    night()

    its = told(manager)["stopped-buying-by-tier"]

    assert str(its.value) == "Silver"
    assert [str(way.words) for way in its.behind] == [
        "Silver: who stopped buying",
        "Gold: who stopped buying",
    ]
    gone, of_silver = json.loads(parse_qs(urlsplit(its.behind[0].url).query)["conditions"][0])["all"]
    assert gone == {"field": "customer.risk", "op": "eq", "value": "gone"}
    assert of_silver == {"field": "member.tier", "op": "eq", "value": "silver"}
    assert [str(way.words) for way in its.acts] == ["Win back: Silver"]


def test_months_of_first_purchases_are_told_with_who_came_back(manager, shop) -> None:
    for n in range(40):
        days = [date(2026, 8, 10), *([date(2026, 9, 3)] if n < 10 else [])]
        buys(CustomerFactory(), shop, days)
    night()

    its = told(manager)["cohort-retention"]

    assert str(its.value) == "25%"
    assert [str(cell) for cell in its.table.rows[0]] == ["August 2026", "40", "25%", "0%"]


def test_revenue_of_those_who_come_again_is_a_share_of_what_was_bought(manager, shop) -> None:
    for _ in range(20):
        buys(CustomerFactory(), shop, ago(60), amount="10.00")
        buys(CustomerFactory(), shop, ago(400, 30), amount="30.00")
    night()

    its = told(manager)["from-those-who-come-again"]

    assert str(its.value) == "75%"
    assert "€600.00 of €800.00" in str(its.basis)


def test_every_figure_about_a_segment_counts_its_people_alone(manager, shop) -> None:
    a_company(shop, many=40)
    segment = written()
    for one in Customer.objects.order_by("pk")[:36]:
        SegmentMember.objects.create(segment=segment, customer=one, since=NOON)
    night()

    its = told(manager, Narrowed(segment=segment.pk))

    assert "36" in str(its["worth-so-far"].basis)
    assert all("segment" in its[slug].heeds for slug in ("categories", "stages", "at-risk"))


def test_stages_add_up_to_all_customers(manager, shop) -> None:
    a_company(shop)
    night()

    its = told(manager)["stages"]

    assert sum(Decimal(row[2].values[0]) for row in its.table.rows) == 40


def test_a_company_without_enough_customers_is_told_why_nothing_is_foreseen(manager, shop) -> None:
    a_company(shop)
    night()

    its = told(manager)["worth-to-come"]

    assert str(its.value) == "not foreseen"
    assert "needs 500 customers" in str(its.basis)


def test_the_page_asks_as_much_of_many_as_of_few(manager, client, shop) -> None:
    a_company(shop, many=32)
    night()
    client.get("/dashboard/customers/")
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        client.get("/dashboard/customers/")
    a_company(shop, many=30)
    night()
    cache.clear()

    with CaptureQueriesContext(connection) as many:
        client.get("/dashboard/customers/")

    assert len(many) <= len(few) <= 40

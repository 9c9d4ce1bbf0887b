from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Customer, Order, Return
from crm.purchases import figures
from tests.factories.customers import CustomerFactory
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
DASHBOARD = reverse("dashboard:home")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def manager(client):
    colleague = UserFactory(language="en")
    colleague.groups.add(Group.objects.get(name="manager"))
    client.force_login(colleague)
    return colleague


@pytest.fixture
def shop():
    return ShopFactory(time_zone="UTC")


class Books:
    """Orders written down quickly, then counted as the relay would count them."""

    def __init__(self, shop) -> None:
        self.shop = shop
        self.number = 0

    def bought(self, customer: Customer | None, on: str, amount: str = "10.00", **more) -> Order:
        self.number += 1
        told = {"currency": "EUR", "placed_at": datetime.fromisoformat(f"{on}T12:00+00:00"), **more}
        order = Order.objects.create(
            shop=self.shop,
            customer=customer,
            external_id=str(self.number),
            number=str(self.number),
            goods_amount=Decimal(amount),
            **told,
        )
        if customer:
            figures.recount([customer.pk])
        return order

    def returned(self, on: str, amount: str, currency: str = "EUR") -> None:
        self.number += 1
        Return.objects.create(
            shop=self.shop,
            external_id=f"r{self.number}",
            number=f"r{self.number}",
            currency=currency,
            amount=Decimal(amount),
            returned_at=datetime.fromisoformat(f"{on}T12:00+00:00"),
        )


@pytest.fixture
def books(shop):
    return Books(shop)


def told(page) -> dict[str, str]:
    """Title → everything its card says, as text."""
    found = {}
    for card in re.findall(r'<section class="card figure.*?</section>', page.text, re.S):
        card = re.sub(r"<details>.*", "", card, flags=re.S)
        title = re.search(r"<h2[^>]*>(.*?)</h2>", card).group(1)
        words = unescape(re.sub(r"<svg.*</svg>|<[^>]+>", " ", card, flags=re.S))
        found[title] = " ".join(words.split())
    return found


def read(client, period: str = "30", status: int = 200):
    page = client.get(DASHBOARD, {"period": period})
    assert page.status_code == status
    return page


def test_money_is_what_was_sold_less_what_was_given_back_by_currency(client, manager, books):
    maria = CustomerFactory()
    books.bought(maria, "2026-11-20", "100.00")
    books.bought(None, "2026-11-21", "20.50", delivery_amount=Decimal(5))
    books.bought(maria, "2026-11-21", "77.00", cancelled_at=TODAY)
    books.bought(maria, "2026-11-21", "40.00", currency="BGN")
    books.bought(maria, "2026-10-01", "900.00")
    books.returned("2026-11-22", "12.25")

    said = told(read(client))["Net revenue"]

    assert "€108.25" in said
    assert "40.00\xa0лв." in said.replace(" лв.", "\xa0лв.")
    assert "sold for €120.50, refunded €12.25; €900.00 in the time it is compared with" in said


def test_customers_are_people_not_orders_and_new_when_their_first_order_is(client, manager, books):
    maria, ivan = CustomerFactory(), CustomerFactory()
    CustomerFactory()
    for day in ("2026-01-01", "2026-11-01", "2026-11-02"):
        books.bought(maria, day)
    books.bought(ivan, "2026-11-03")
    books.bought(None, "2026-11-03")

    page = told(read(client))

    assert "Customers who bought 2 " in page["Customers who bought"]
    assert "1 of them for the first time; 3 customers are known in all" in page["Customers who bought"]
    assert "Orders 4 " in page["Orders"]


def test_two_ids_of_one_person_are_one_customer(client, manager, books):
    maria, masha, mimi = CustomerFactory(), CustomerFactory(), CustomerFactory()
    for one in (maria, masha, mimi):
        books.bought(one, "2026-11-10")
    Customer.objects.filter(pk=mimi.pk).update(merged_into=masha)
    Customer.objects.filter(pk=masha.pk).update(merged_into=maria)
    figures.recount([mimi.pk])

    page = told(read(client))

    assert "Customers who bought 1 " in page["Customers who bought"]
    assert "1 of them for the first time; 1 customers are known" in page["Customers who bought"]
    assert "Repeat customers 0 of 1" in page["Repeat customers"]


def test_under_thirty_customers_counts_are_told_and_no_share(client, manager, books):
    for number in range(3):
        one = CustomerFactory()
        books.bought(one, "2026-11-10")
        if number:
            books.bought(one, "2026-11-11")

    page = read(client)

    assert "Repeat customers 2 of 3" in told(page)["Repeat customers"]
    assert "fewer than 30 customers" in told(page)["Repeat customers"]
    assert 'class="chart"' not in page.text
    assert page.text.count("too early to tell") == 4


def test_who_came_again_is_a_share_with_its_interval_over_time(client, manager, books):
    for number in range(100):
        one = CustomerFactory()
        books.bought(one, "2026-09-01")
        if number < 80:
            books.bought(one, "2026-11-11")

    page = read(client)

    said = told(page)["Repeat customers"]
    assert "80%" in said
    assert "95 %: 71…87; 80 of 100 customers" in said
    assert "+80 (from" in said
    assert 'class="band"' in page.text


def test_a_change_is_told_only_where_chance_cannot_be_the_reason(client, manager, books):
    for number in range(40):
        books.bought(None, "2026-11-10")
        books.bought(None, "2026-10-10")
        if number < 35:
            books.bought(None, "2026-11-11")

    thirty, ninety = told(read(client)), told(read(client, "2026-11"))
    assert "+35 (from" in thirty["Orders"]
    assert "+35 (from" in ninety["Orders"]

    for _ in range(30):
        books.bought(None, "2026-10-11")

    assert "no noticeable change" in told(read(client))["Orders"]


@pytest.mark.parametrize(
    "period", ["30", "90", "365", "2026-11", "2026-02", "nonsense", "9999-99", "3000-01"]
)
@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_every_period_reads_in_every_language_without_a_single_order(client, manager, period, language):
    manager.language = language
    manager.save()

    assert read(client, period).status_code == 200


def test_a_year_asks_the_database_no_more_than_a_month(client, manager, books):
    for month in range(1, 12):
        for _ in range(5):
            books.bought(CustomerFactory(), f"2026-{month:02}-03")
    counts = []
    for period in ("30", "365"):
        with CaptureQueriesContext(connection) as queries:
            read(client, period)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 26


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("manager", 200), ("administrator", 200)])
def test_figures_are_for_managers(client, role, status):
    colleague = UserFactory()
    colleague.groups.add(Group.objects.get(name=role))
    client.force_login(colleague)

    read(client, status=status)


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get(DASHBOARD).status_code == 302


def test_the_page_carries_no_style_and_no_script_of_its_own(client, manager, books):
    for _ in range(31):
        books.bought(CustomerFactory(), "2026-11-10", "1234.50")

    page = read(client).text

    assert 'class="chart"' in page
    assert not re.search(r"style=|<style|<script(?! src)|onclick", page)
    charts = re.findall(r'<svg class="chart" height[^>]*>', page)
    assert len(charts) >= 3
    assert not [chart for chart in charts if "viewBox" in chart]

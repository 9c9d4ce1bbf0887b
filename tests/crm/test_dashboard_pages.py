"""The pages of the dashboard: tabs, whom they are about, what changed, files, and what few cases are told as."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from crm.dashboards import dashboard
from crm.dashboards.changes import changes
from crm.dashboards.dashboard import Change, Figure, Page
from crm.measures.apart import highest, lowest
from crm.measures.intervals import Interval, Share, Sum
from crm.measures.many import real_ones
from crm.models import Order, Segment
from tests.crm.test_dashboard import Books
from tests.factories.customers import CustomerFactory
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
GENERIC = [page.slug for page in dashboard.pages() if not page.url_name]
FIRST_LOAD_BYTES = 100_000


@pytest.fixture(autouse=True)
def today():
    cache.clear()
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def manager(client):
    colleague = UserFactory(language="en")
    colleague.groups.add(Group.objects.get(name="manager"))
    client.force_login(colleague)
    return colleague


@pytest.fixture
def of_one_shop(client, varna):
    """Somebody who sees figures, and the orders of Varna alone."""
    colleague = UserFactory(language="en")
    colleague.user_permissions.add(Permission.objects.get(codename="view_dashboard"))
    colleague.shops.add(varna)
    client.force_login(colleague)
    return colleague


@pytest.fixture
def varna():
    return ShopFactory(slug="varna", name="Varna", time_zone="UTC")


@pytest.fixture
def ruse():
    return ShopFactory(slug="ruse", name="Ruse", time_zone="UTC")


def address(slug: str) -> str:
    return reverse("dashboard:page", args=[slug])


def read(client, slug: str, **asked: object) -> str:
    page = client.get(address(slug), asked)
    assert page.status_code == 200
    return page.text


def said(page: str, slug: str) -> str:
    """What the card of this figure says, as text."""
    card = re.search(rf'<section class="card figure[^>]*id="{slug}".*?</section>', page, re.S).group()
    return " ".join(unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", card, flags=re.S)).split())


def sell(shop, *, orders: int, on: str, amount: str = "10.00") -> None:
    books = Books(shop)
    books.number = Order.objects.count() * 10
    for _ in range(orders):
        books.bought(None, on, amount)


# ── tabs and addresses ───────────────────────────────────────────────────────
def test_every_page_has_tabs_to_all_others_and_they_keep_the_address(client, manager):
    for slug in GENERIC:
        page = read(client, slug, period="365", against="year", tier="nonsense")
        for other in dashboard.pages():
            assert f">{other.label}</a>" in page
        assert page.count("period=365&amp;against=year") >= len(dashboard.pages())
        assert "Not narrowed by" not in page


@pytest.mark.parametrize("name", ["programme:home", "feedback-report:home", "support:lead"])
def test_pages_with_a_view_of_their_own_join_the_tabs(client, manager, name):
    page = client.get(reverse(name)).text

    assert f'href="{address("shops")}"' in page
    assert re.search(r'<nav class="row tabs.*?aria-current="page"', page, re.S)


def test_an_unknown_page_and_an_unknown_figure_are_not_there(client, manager):
    assert client.get(address("nonsense")).status_code == 404
    assert client.get(reverse("dashboard:csv", args=["shops", "nonsense"])).status_code == 404
    assert client.get(reverse("dashboard:csv", args=["programme", "orders"])).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"shop": "0"},
        {"shop": "x", "segment": "-1", "tier": "x" * 99, "channel": "\0"},
        {"shop": "9" * 30, "segment": "999"},
        {"period": "2026-13", "against": "never"},
    ],
)
def test_what_an_address_cannot_mean_falls_back_to_everybody(client, manager, varna, asked):
    page = read(client, "overview", **asked)

    assert "Not narrowed by" not in page


def test_every_figure_of_a_page_has_an_address_of_its_own():
    for page in dashboard.pages():
        slugs = [dashboard.slug_of(source) for source in page.sources]
        assert len(slugs) == len(set(slugs))


# ── about whom ───────────────────────────────────────────────────────────────
def test_figures_are_of_the_shop_in_the_address_and_say_where_they_are_not(client, manager, varna, ruse):
    sell(varna, orders=3, on="2026-11-20")
    sell(ruse, orders=5, on="2026-11-20")

    page = read(client, "overview", shop=varna.pk)

    assert said(page, "orders").startswith("Orders 3 ")
    assert "€30.00" in said(page, "net-revenue")
    assert "About everybody. Not narrowed by: shop" in said(page, "repeat-customers")
    assert "Shop: Varna" in page


def test_somebody_elses_segment_does_not_narrow(client, manager, varna):
    other = UserFactory()
    theirs = Segment.objects.create(name="Secret", owner=other, created_at=TODAY, changed_at=TODAY)

    page = read(client, "overview", segment=theirs.pk)

    assert "Secret" not in page
    assert "Not narrowed by" not in page


def test_whoever_sees_one_shop_is_told_of_that_shop_alone(client, of_one_shop, varna, ruse):
    sell(varna, orders=3, on="2026-11-20")
    sell(ruse, orders=5, on="2026-11-20")

    for asked in ({}, {"shop": ruse.pk}):
        page = read(client, "overview", **asked)
        assert said(page, "orders").startswith("Orders 3 ")
        assert 'id="repeat-customers"' not in page
        assert "Ruse" not in page
        assert "Ruse" not in read(client, "shops", **asked)


def test_what_customers_say_is_told_of_the_own_shop_too(client, of_one_shop, varna, ruse):
    for asked in ({}, {"shop": ruse.pk}):
        page = client.get(reverse("feedback-report:home"), asked)
        assert page.context["form"].narrowed.shop == varna.pk


def test_whoever_works_in_no_shop_is_told_nothing(client, of_one_shop, varna):
    sell(varna, orders=3, on="2026-11-20")
    of_one_shop.shops.clear()
    assert client.get(reverse("feedback-report:home")).status_code == 403

    page = read(client, "overview")

    assert 'class="card figure' not in page
    assert "Here will stand" in page


# ── against what ─────────────────────────────────────────────────────────────
def test_a_year_ago_can_be_compared_with(client, manager, varna):
    sell(varna, orders=40, on="2026-11-10")
    sell(varna, orders=90, on="2025-11-10")

    page = read(client, "overview", period="30", against="year")

    assert "Changes are against the time from 24 October 2025 to 22 November 2025" in page
    assert "−50 (from" in said(page, "orders")


# ── what changed ─────────────────────────────────────────────────────────────
def figure(title: str, difference, mood: str = "good") -> Figure:
    change = Change(words="", p=difference.p, direction="up" if difference.is_change else "none", mood=mood)
    return Figure(title=title, value="", definition=(), change=change)


def test_only_what_chance_cannot_explain_is_told_the_worst_first():
    found = changes(
        [
            figure("Noise", Share(40, 100).against(Share(41, 100))),
            figure("Better", Share(80, 100).against(Share(40, 100))),
            figure("Worse", Share(20, 100).against(Share(60, 100)), mood="bad"),
            Figure(title="Untested", value="", definition=(), change=Change(words="")),
        ]
    )

    assert [str(one.title) for one in found.figures] == ["Worse", "Better"]
    assert found.said == "2 figures of 3 really changed; the rest is within chance."


def test_a_single_change_among_many_figures_has_to_be_clearer_than_one_alone():
    barely = Sum.of_ones(120).against(Sum.of_ones(90))
    assert barely.p < 0.05
    nothing = Sum.of_ones(100).against(Sum.of_ones(101))

    assert changes([figure("Alone", barely)]).figures
    assert not changes([figure("One", barely), *(figure("Other", nothing) for _ in range(12))]).figures


def test_benjamini_and_hochbergs_own_example():
    chances = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262),
        *(0.5719, 0.6528, 0.7590, 1.0000),
    ]

    assert sum(real_ones(chances)) == 4
    assert real_ones([]) == []


def test_a_difference_has_changed_exactly_where_its_chance_is_under_five_per_cent():
    for now in range(30, 100, 3):
        found = Share(now, 100).against(Share(60, 100))
        assert found.is_change == (found.p < 0.05)


def test_one_is_highest_only_where_its_interval_touches_no_other():
    apart = {"a": Interval(1, 2), "b": Interval(2.5, 4), "c": Interval(1, 2.2)}

    assert highest(apart) == "b"
    assert lowest(apart) is None
    assert highest({**apart, "d": Interval(3.9, 5)}) is None
    assert highest({"a": Interval(1, 2)}) is None


# ── files ────────────────────────────────────────────────────────────────────
def test_a_figure_leaves_as_numbers_and_no_cell_is_run(client, manager, varna):
    varna.name = "=cmd|' /C calc'!A0"
    varna.save()
    sell(varna, orders=2, on="2026-11-20", amount="1234.50")

    page = client.get(reverse("dashboard:csv", args=["shops", "revenue-by-shop"]), {"period": "30"})
    head, row = csv.reader(io.StringIO(b"".join(page.streaming_content).decode("utf-8-sig")))

    assert head == ["Shop", "Orders", "Net revenue, EUR", "Compared with, EUR", "Change"]
    assert row[0] == "'=cmd|' /C calc'!A0"
    assert row[1:4] == ["2", "2469.00", "0"]


def test_an_excel_file_holds_typed_cells_and_a_range_takes_two_columns(client, manager, varna):
    for number in range(40):
        one = CustomerFactory()
        books = Books(varna)
        books.number = number * 10
        books.bought(one, "2026-11-10")
        books.bought(one, "2026-11-12")

    page = client.get(reverse("dashboard:xlsx", args=["customers", "repeat-customers"]), {"period": "30"})
    sheet = load_workbook(io.BytesIO(b"".join(page.streaming_content))).active
    head, *_rows, last = sheet.iter_rows(values_only=True)

    assert head == ("At the end of", "Customers", "Came again", "Share, %", "95 %, from", "95 %, to")
    assert last[1:4] == (40, 40, 100)
    assert 90 < last[4] < last[5] == 100


def test_who_may_not_take_lists_out_is_offered_no_file(client):
    colleague = UserFactory(language="en")
    colleague.groups.add(Group.objects.get(name="marketer"))
    client.force_login(colleague)

    assert ".csv" not in read(client, "customers")
    assert client.get(reverse("dashboard:csv", args=["customers", "repeat-customers"])).status_code == 403


def test_a_file_tells_of_the_same_people_as_its_page(client, of_one_shop, varna, ruse):
    of_one_shop.user_permissions.add(Permission.objects.get(codename="export_list"))
    sell(varna, orders=3, on="2026-11-20")
    sell(ruse, orders=5, on="2026-11-20")

    page = client.get(reverse("dashboard:csv", args=["shops", "orders-by-shop"]), {"shop": ruse.pk})
    _head, *rows = csv.reader(io.StringIO(b"".join(page.streaming_content).decode("utf-8-sig")))

    assert [row[:2] for row in rows] == [["Varna", "3"]]
    assert client.get(reverse("dashboard:csv", args=["customers", "repeat-customers"])).status_code == 404


# ── while little is known ────────────────────────────────────────────────────
@pytest.mark.parametrize("slug", GENERIC)
@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_an_empty_company_reads_each_page(client, manager, slug, language):
    manager.language = language
    manager.save()

    page = read(client, slug)

    assert 'role="img"' not in page
    assert 'class="card figure' in page or 'class="empty"' in page


@pytest.mark.parametrize("slug", GENERIC)
@pytest.mark.parametrize("period", ["30", "365"])
def test_a_company_with_few_cases_gets_counts_and_no_trend(client, manager, varna, ruse, slug, period):
    for shop in (varna, ruse):
        books = Books(shop)
        books.number = shop.pk * 1_000
        for day in range(1, 12):
            books.bought(CustomerFactory(), f"2026-11-{day:02}")

    page = read(client, slug, period=period)

    assert 'role="img"' not in page
    assert "really changed" not in page


# ── how much a page asks ─────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("slug", "most"), [("overview", 26), ("customers", 31), ("support", 14), ("shops", 16)]
)
def test_a_page_asks_the_database_a_fixed_number_of_questions(client, manager, varna, ruse, slug, most):
    sell(varna, orders=4, on="2026-11-20")
    counts = []
    for period in ("30", "365"):
        sell(ruse, orders=40, on="2026-03-20")
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            read(client, slug, period=period)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= most


def test_the_first_load_of_a_full_page_is_light(client, manager, varna, ruse):
    for shop in (varna, ruse):
        for month in range(1, 12):
            sell(shop, orders=4, on=f"2026-{month:02}-05")
    for slug in GENERIC:
        page = read(client, slug, period="365")
        links = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)
        assert len(links) >= 3
        files = [Path(finders.find(name)).read_bytes() for name in links]
        assert sum(len(gzip.compress(one)) for one in (page.encode(), *files)) <= FIRST_LOAD_BYTES


def test_a_page_without_sources_is_a_view_of_its_own():
    assert all(
        isinstance(page, Page) and bool(page.sources) != bool(page.url_name) for page in dashboard.pages()
    )

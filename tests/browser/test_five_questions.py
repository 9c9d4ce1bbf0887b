"""A manager answers five questions by clicking alone, acts on one of them, sends the address on and prints it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import ChannelAccount, Shop, User
from crm.rollups import counting
from crm.worth import valuing
from crm.worth.counting import Asked
from loyalty import ledger
from loyalty.models import Programme
from loyalty.tiers import month_plus
from support.models import WorkingInterval
from surveys.models import Department, Feedback, Issue, Theme
from tests.browser.test_accessibility import sign_in
from tests.browser.test_dashboard import too_wide
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import holds_tier, ladder
from tests.factories.purchases import buys
from tests.factories.shops import ShopFactory, UserFactory
from tests.factories.support import calendar_of_weekdays
from tests.support.test_support_figures import Desk

DAY = timedelta(days=1)
SILENT_STARS, OF_A_TIER = 8, 40
POINTS_OF_LAST_MONTH = 300


@pytest.fixture(autouse=True)
def figures_counted_anew():
    cache.clear()
    yield
    cache.clear()


def a_year_of_the_shops() -> None:
    """Silver loses its members and gold keeps them; eight stars fell silent; Varna answers late; parcels are late."""
    now = timezone.now()
    varna, sofia = ShopFactory(name="Varna", time_zone="UTC"), ShopFactory(name="Sofia", time_zone="UTC")
    programme = ProgrammeFactory(started_at=now - 400 * DAY)
    tiers_of_a_year(programme, sofia, now)
    stars_that_fell_silent(sofia, now)
    for days_ago in (22, 1):
        a_night(now.date() - days_ago * DAY)
    points_of_last_month(programme, now)
    tickets(varna, timedelta(hours=3), now)
    tickets(sofia, timedelta(minutes=10), now)
    themes(now)
    for _day in counting.count_stale(at=now):
        pass


def tiers_of_a_year(programme: Programme, shop: Shop, now: datetime) -> None:
    tiers = ladder(programme)
    for number in range(2 * OF_A_TIER):
        is_gold, customer = bool(number % 2), CustomerFactory()
        member = MemberFactory(programme=programme, customer=customer, joined_at=now - 300 * DAY)
        holds_tier(member, tiers["gold" if is_gold else "silver"], now - 300 * DAY)
        stays = number % 10 < 9 if is_gold else number % 20 < 2
        buys(customer, shop, days_before(now, *((100, 5) if stays else (100,))))


def stars_that_fell_silent(shop: Shop, now: datetime) -> None:
    """Each week for months, and much; then not for three weeks."""
    for _number in range(SILENT_STARS):
        buys(CustomerFactory(), shop, days_before(now, *range(23, 150, 7)), amount="400")


def days_before(now: datetime, *days: int) -> list[Any]:
    return [now.date() - back * DAY for back in days]


def a_night(as_of: Any) -> None:
    at = datetime.combine(as_of + DAY, time(3), tzinfo=UTC)
    valuing.value_everybody(asked=Asked(as_of=as_of, clock="UTC", horizon_days=90), at=at)


def points_of_last_month(programme: Programme, now: datetime) -> None:
    begin, last = now - 200 * DAY, month_plus(now.date(), -1)
    member = MemberFactory(programme=programme, customer=CustomerFactory())
    ledger.earn(member.pk, lots=[ledger.Lot(points=1000)], key="e", occurred_at=begin, at=begin)
    at = datetime(last.year, last.month, 15, tzinfo=UTC)
    ledger.redeem(member.pk, points=POINTS_OF_LAST_MONTH, key="s", at=at)


def tickets(shop: Shop, wait: timedelta, now: datetime) -> None:
    mailbox = ChannelAccount.objects.create(
        channel="email", name=f"Mail of {shop}", opened_at=now - 300 * DAY
    )
    desk = Desk(mailbox, UserFactory())
    for number in range(31):
        wrote = now - timedelta(days=3 + number)
        ticket = desk.opens(wrote, shop=shop)
        desk.answers(ticket, wrote + wait + timedelta(seconds=number))


def themes(now: datetime) -> None:
    for slug, name, department, times in (
        ("late", "Late parcels", "Logistics", 50),
        ("rude", "Rudeness", "Shop floor", 10),
    ):
        its = Department.objects.create(slug=slug, names={"en": department})
        theme = Theme.objects.create(slug=slug, names={"en": name}, department=its)
        Feedback.objects.bulk_create(
            Feedback(
                source="api",
                source_id=uuid4().hex,
                text="So it was",
                language="en",
                theme=theme,
                department=its,
                occurred_at=now - DAY,
                recorded_at=now - DAY,
                due_at=now,
            )
            for _number in range(times)
        )


def manager_of(language: str) -> User:
    manager: User = UserFactory(language=language)
    manager.groups.add(Group.objects.get(name="manager"))
    return manager


def look(page: Any, name: str) -> None:
    """For whoever works on these pages: VEREN_PICTURES names a folder for them."""
    if folder := os.environ.get("VEREN_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1440), ("ru", "light", 360), ("bg", "dark", 1440)]
)
def test_a_manager_answers_five_questions_by_clicking_and_acts_on_one(reader, language, theme, width):
    calendar = calendar_of_weekdays((0, 24))
    for weekday in (5, 6):
        WorkingInterval.objects.create(calendar=calendar, weekday=weekday, opens=time(0), closes=time(0))
    a_year_of_the_shops()
    manager = reader(locale=language, theme=theme, width=width)
    sign_in(manager, manager_of(language))
    page = manager.page

    def to_tab(address: str, name: str) -> None:
        page.locator(f".tabs a[href*='{address}']").click()
        page.wait_for_url(f"**{address}**")
        assert too_wide(manager) <= 0
        assert manager.serious_faults() == []
        look(page, f"five-{language}-{name}")

    manager.open(reverse("dashboard:home"))

    # Which tier stops buying most?
    to_tab("/dashboard/customers/", "customers")
    by_tier = page.locator("#stopped-buying-by-tier")
    expect(by_tier.locator(".value")).to_have_text("Silver")
    by_tier.locator("a").first.click()
    page.wait_for_url("**/segments/new/**")
    expect(page.locator("main")).to_contain_text("36")
    look(page, f"five-{language}-tier")
    page.go_back()

    # Who are the silent stars?
    silent = page.locator("#silent-customers")
    expect(silent.locator(".value small")).to_contain_text(str(SILENT_STARS))
    silent.locator("a").first.click()
    page.wait_for_url("**/segments/new/**")
    expect(page.locator("main")).to_contain_text(str(SILENT_STARS))
    page.go_back()

    # What did points cost last month?
    to_tab("/dashboard/programme/", "programme")
    expect(page.locator("#what-points-cost .basis").first).to_contain_text(str(POINTS_OF_LAST_MONTH))

    # Which shop answers slowest?
    to_tab("/dashboard/shops/", "shops")
    slowest = page.locator("#first-answers-by-shop .basis").first
    expect(slowest).to_contain_text("Varna")
    address, told = page.url, slowest.inner_text()

    # Which department owns the loudest theme? It becomes that department's issue.
    to_tab("/dashboard/feedback/", "feedback")
    expect(page.locator("#loudest")).to_contain_text("Logistics")
    row = page.locator("tr", has=page.locator("th", has_text="Late parcels"))
    row.locator("td:last-child a").click()
    expect(page.locator("input[name=title]")).to_have_value("Late parcels")
    page.locator("main form .btn.primary").last.click()
    page.wait_for_url(lambda url: "/new/" not in url)
    issue = Issue.objects.get()
    assert (issue.title, str(issue.department)) == ("Late parcels", "Logistics")

    # The address tells another manager the same, and paper too.
    other = reader(locale=language, width=width)
    sign_in(other, manager_of(language))
    other.page.goto(address)
    assert other.page.locator("#first-answers-by-shop .basis").first.inner_text() == told
    other.page.emulate_media(media="print")
    for control in (".topbar", ".tabs", "main form"):
        assert not other.page.locator(control).first.is_visible()
    assert other.page.locator("#first-answers-by-shop table").is_visible()
    look(other.page, f"five-{language}-paper")

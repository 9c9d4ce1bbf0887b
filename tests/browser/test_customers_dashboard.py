"""The page about customers and the programme's, on a phone and at a desk."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import Customer
from crm.worth import valuing
from crm.worth.counting import Asked
from loyalty import ledger
from loyalty.points import cohorts
from tests.browser.story import tell
from tests.browser.test_accessibility import sign_in
from tests.browser.test_dashboard import too_wide
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import holds_tier, ladder
from tests.factories.purchases import buys

MONTH = timedelta(days=30)


def a_year_of_members(shop) -> None:
    """120 customers, three quarters of them members; some come every month, some are silent, some are gone."""
    now = timezone.now()
    today = now.date()
    programme = ProgrammeFactory(started_at=now - 24 * MONTH)
    tiers = ladder(programme)
    for number in range(120):
        person = Customer.objects.create(given_name=f"Customer {number}", created_at=now - 20 * MONTH)
        rhythm, until = (14 + number % 40, today - timedelta(days=(number * 13) % 200))
        days = [until - timedelta(days=rhythm * turn) for turn in range(1 + number % 9)]
        buys(person, shop, days, amount=str(10 + number % 90))
        if number % 4:
            member = MemberFactory(programme=programme, customer=person, joined_at=now - 14 * MONTH)
            holds_tier(member, tiers["gold" if number % 3 else "silver"], now - 13 * MONTH)
            points_of_a_year(member, now, number)
    as_of = today - timedelta(days=1)
    asked = Asked(as_of=as_of, clock="UTC", horizon_days=90)
    valuing.value_everybody(asked=asked, at=datetime.combine(today, time(3), tzinfo=UTC))
    cohorts.count_all(at=now)


def points_of_a_year(member, now, number) -> None:
    """Some of each month's are spent within three months, what is left expires after six."""
    for age in (14, 10, 7, 5, 3, 1):
        at = now - age * MONTH
        lot = ledger.Lot(points=100 + number, expires_at=at + 6 * MONTH)
        ledger.earn(member.pk, lots=[lot], key=f"e{number}-{age}", occurred_at=at, at=at)
        if number % 3:
            spent = at + 2 * MONTH if age > 2 else at
            ledger.redeem(member.pk, points=20 + number % 50, key=f"s{number}-{age}", at=spent)
        if age > 7:
            ledger.expire([member.pk], at=at + 6 * MONTH)


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ru", "light", 360), ("bg", "dark", 360), ("bg", "light", 1440), ("ru", "dark", 1440)],
)
def test_figures_about_customers_and_points_fit_a_phone_and_a_desk(reader, language, theme, width):
    story = tell(language)
    a_year_of_members(story.shop)
    manager = reader(theme=theme, width=width)
    sign_in(manager, story.colleague)

    for address in (reverse("dashboard:page", args=["customers"]), reverse("programme:home")):
        manager.open(address)
        manager.page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert manager.page.locator("main svg.chart[role=img], main table.heat").count() >= 3
        assert too_wide(manager) <= 0
        assert manager.serious_faults() == []

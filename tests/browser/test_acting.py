"""A manager acts on silent stars with a hold-out, a second person agrees, and the page says what may be concluded."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.campaigns import measuring, running
from crm.models import Campaign, CustomerWorth, Task, User
from tests.browser.test_accessibility import sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.orders import line, placed_order
from tests.factories.shops import ShopFactory, UserFactory

STARS = 90


def colleague(role: str, language: str) -> User:
    user: User = UserFactory(language=language)
    user.groups.add(Group.objects.get(name=role))
    return user


def silent_stars() -> None:
    """Each third of them bought in the last days."""
    shop, now = ShopFactory(), timezone.now()
    for number in range(STARS):
        star = CustomerFactory(given_name="Анна", family_name=f"Костова {number}", language="bg")
        CustomerWorth.objects.create(customer=star, as_of=now.date(), category="star", risk="high")
        if number % 3 == 0:
            placed_order(
                f"o-{number}",
                shop=shop,
                customer=star,
                placed_at=now - timedelta(days=5),
                at=now,
                lines=[line(quantity="1", unit_price="30.00")],
            )


def look(page: Any, name: str) -> None:
    """For whoever works on these pages: VEREN_PICTURES names a folder for them."""
    if folder := os.environ.get("VEREN_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "light", 360), ("bg", "dark", 1440)])
def test_silent_stars_are_thanked_and_what_it_changed_is_said(
    reader: Any, settings: Any, language: str, theme: str, width: int
) -> None:
    settings.CAMPAIGN_PEOPLE_ALONE = 50
    silent_stars()
    manager, second = colleague("manager", language), colleague("manager", language)
    theirs = reader(locale=language, theme=theme, width=width)
    sign_in(theirs, manager)
    page = theirs.page

    def fine(name: str) -> None:
        page.wait_for_load_state("networkidle")
        look(page, f"{name}-{language}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert theirs.serious_faults() == []

    theirs.open(reverse("campaigns:plans"))
    fine("plans")
    page.locator("a[href$='playbook=star']").click()
    fine("form")
    page.locator("input[name=terms-owners]").first.check()
    page.locator("[name=hold_out]").fill("40")
    page.locator("main form button.primary").click()
    page.wait_for_url("**/admin/segments/actions/*/")
    expect(page.locator("section[aria-labelledby=ahead]")).to_contain_text(str(STARS))
    fine("draft")

    page.locator("form[action$='/start/'] button").click()
    expect(page.locator("section[aria-labelledby=second]")).to_be_visible()
    expect(page.locator("form[action$='/decision/']")).to_have_count(0)
    fine("waiting")

    campaign = Campaign.objects.get()
    others = reader(locale=language, theme=theme, width=width)
    sign_in(others, second)
    others.open(reverse("campaigns:campaign", args=[campaign.pk]))
    others.page.locator("form[action$='/decision/'] button[value='1']").click()
    expect(others.page.locator("#progress")).to_be_visible()

    campaign = running.run(Campaign.objects.get(), clock=timezone.now)
    treated = campaign.people.filter(side="treated").count()
    assert Task.objects.count() == treated < STARS
    Campaign.objects.update(started_at=timezone.now() - timedelta(days=31))
    measuring.measure(Campaign.objects.get(), at=timezone.now())

    theirs.open(reverse("campaigns:campaign", args=[campaign.pk]))
    expect(page.locator("section[aria-labelledby=result] tbody tr")).to_have_count(2)
    fine("result")
    page.locator("section[aria-labelledby=result] .lines a").first.click()
    fine("people")
    theirs.open(reverse("campaigns:list"))
    fine("list")
    theirs.open(reverse("campaigns:new"))
    fine("choice")

"""A manager reads what customers say: sees that a shop fell behind, narrows to it, and asks how it is counted."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import expect

from surveys.models import SurveyVersion
from tests.browser.test_accessibility import sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.shops import ShopFactory, UserFactory
from tests.factories.survey_scores import answered
from tests.factories.surveys import only, published

PAGE = "/dashboard/feedback/"
DELIVERY = {"kind": "csat", "aspect": "delivery"}


@pytest.fixture
def version() -> SurveyVersion:
    """Delivery fell in Varna, and stayed as it was in Sofia."""
    its, at = published(content=only("csat")), timezone.now()
    varna, sofia = ShopFactory(name="Варна"), ShopFactory(name="София")
    answered(its, {5: 54, 2: 10}, at=at - timedelta(days=40), shop=varna, **DELIVERY)
    answered(its, {5: 39, 2: 25}, at=at - timedelta(days=2), shop=varna, **DELIVERY)
    answered(its, {5: 60, 2: 10}, at=at - timedelta(days=9), shop=sofia, **DELIVERY)
    words = {"text": "Три дня не везли", "customer": CustomerFactory(), "language": "ru"}
    answered(its, {1: 1}, at=at - timedelta(days=1), shop=varna, **DELIVERY, **words)
    return its


def test_a_manager_comes_from_a_fall_to_the_words_behind_it(reader, version):
    manager = UserFactory(language="en")
    manager.groups.add(Group.objects.get(name="manager"))
    keeper = reader()
    sign_in(keeper, manager)
    keeper.open(f"{PAGE}?period=30")
    page = keeper.page

    page.locator("nav a.chip", has_text="CSAT").click()
    expect(page.locator("select[name=aspect]")).to_have_value("delivery")
    page.locator("select[name=by]").select_option("shop")
    page.locator("form .btn.primary").click()
    varna = page.locator("tr", has=page.locator("th a", has_text="Варна"))
    expect(varna.locator(".badge.bad")).to_have_count(2)
    varna.locator("a").click()

    expect(page.locator(".figure .value").first).to_contain_text("60%")
    expect(page.locator(".figure .change").first).to_have_class("change down bad")
    expect(page.locator("section", has=page.locator("#words-title"))).to_contain_text("Три дня не везли")
    page.locator(".figure summary").first.click()
    expect(page.locator(".figure details[open]").first).to_contain_text("share of 4 and 5")
    assert keeper.complaints == []


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "dark", 1440), ("bg", "light", 360)])
def test_axe_finds_nothing_serious_where_managers_read_what_customers_say(
    reader, version, language, theme, width
):
    keeper = reader(theme=theme, width=width)
    sign_in(keeper, UserFactory(is_superuser=True, language=language))
    keeper.open(f"{PAGE}?measure=csat&period=90")

    assert keeper.serious_faults() == []
    assert keeper.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if folder := os.environ.get("VEREN_LOOK"):
        path = Path(folder) / f"feedback-{language}-{theme}-{width}.png"
        keeper.page.screenshot(path=path, full_page=True)
    assert keeper.complaints == []

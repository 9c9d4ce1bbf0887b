"""A manager lets a survey be asked after first orders, and in a wave; the pages are for everybody, wide and narrow."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from surveys.models import Skip, Survey, Trigger, Wave
from tests.browser.test_accessibility import sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.shops import UserFactory
from tests.factories.surveys import published, survey
from tests.factories.surveys_asked import ask, mailbox

FIRST = {"field": "order.is_first", "op": "eq", "value": True}


@pytest.fixture
def its() -> Survey:
    return published(survey("delivery")).survey


def test_a_manager_lets_it_be_asked_and_takes_it_back(reader, its):
    manager = UserFactory(language="ru")
    manager.groups.add(Group.objects.get(name="manager"))
    one = reader()
    sign_in(one, manager)
    one.open(reverse("survey-builder:survey", args=[its.pk]))
    page = one.page
    page.locator("a[href*='/surveys/asking/']").click()

    page.locator("[name=fact]").select_option("crm.order_delivered")
    page.locator("form[action$='/triggers/'] button").click()
    page.locator("[name=days]").fill("5")
    page.locator("[name=share]").fill("50")
    page.locator("[data-add=comparison]").first.click()
    page.locator("[data-what]").first.select_option("order.is_first")
    page.locator("form button.primary").click()
    row = page.locator("section[aria-labelledby=triggers-title] li")
    expect(row).to_contain_text("50")
    made = Trigger.objects.get()
    assert (made.delay, made.conditions) == (timedelta(days=5), {"all": [FIRST]})

    page.locator("a[href$='/waves/']").click()
    today = timezone.now().date()
    page.locator("[name=name]").fill("Весна")
    page.locator("[name=starts_on]").fill((today + timedelta(days=2)).isoformat())
    page.locator("[name=ends_on]").fill((today + timedelta(days=90)).isoformat())
    page.locator("form button.primary").click()
    expect(page.locator("section[aria-labelledby=waves-title] li")).to_contain_text("Весна")
    assert Wave.objects.get().name == "Весна"

    row.locator("form[action$='/end/'] button").click()
    expect(page.locator("section[aria-labelledby=triggers-title] .badge")).to_be_visible()
    assert one.complaints == []


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "dark", 1440), ("bg", "light", 360)])
def test_axe_finds_nothing_serious_where_asking_is_planned(reader, its, language, theme, width):
    mailbox()
    made = Trigger.objects.create(
        survey=its, fact="crm.order_delivered", delay=timedelta(days=3), conditions=FIRST, probability="0.5"
    )
    Trigger.objects.create(survey=its, fact="support.ticket_resolved", ended_at=timezone.now())
    today = timezone.now().date()
    Wave.objects.create(survey=its, name="Q3", starts_on=today, ends_on=today + timedelta(days=90))
    ask(its.versions.get(), at=timezone.now())
    ask(its.versions.get(), customer=CustomerFactory(), source_id="2", at=timezone.now())
    assert Skip.objects.count() == 1
    one = reader(theme=theme, width=width)
    sign_in(one, UserFactory(is_superuser=True, language=language))

    faults = []
    for name, path in (
        ("page", reverse("survey-asking:page", args=[its.pk])),
        ("trigger", reverse("survey-asking:trigger", args=[its.pk, made.pk])),
        ("wave", reverse("survey-asking:waves", args=[its.pk])),
    ):
        one.open(path)
        faults += one.serious_faults()
        assert one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        if folder := os.environ.get("VEREN_SHOTS"):
            shot = Path(folder) / f"asking-{name}-{language}-{theme}-{width}.png"
            one.page.screenshot(path=shot, full_page=True)
    assert faults == []
    assert one.complaints == []

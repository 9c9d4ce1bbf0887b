"""A marketer builds a segment, sees while building how many it would be, keeps it, and asks why somebody is in it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import Customer, Segment, User
from crm.segments import snapshots, sweeping
from tests.browser.test_accessibility import sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.segments import filled
from tests.factories.shops import UserFactory

SPEAKS_BULGARIAN = {"field": "customer.language", "op": "eq", "value": "bg"}


def marketer(language: str) -> User:
    user: User = UserFactory(language=language)
    user.groups.add(Group.objects.get(name="marketer"))
    return user


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "light", 360), ("bg", "dark", 1440)])
def test_a_segment_is_built_with_its_count_beside_it_and_explains_itself(
    reader: Any, language: str, theme: str, width: int
) -> None:
    anna = CustomerFactory(given_name="Анна", family_name="Костова", language="bg")
    CustomerFactory(given_name="Борис", family_name="Иванов", language="ru")
    theirs = reader(locale=language, theme=theme, width=width)
    sign_in(theirs, marketer(language))
    page = theirs.page
    theirs.open(reverse("segments:new"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.locator("[data-add=comparison]").first.click()
    page.locator("[data-what]").first.select_option("customer.language")
    page.locator("[data-rest] select").last.select_option("bg")
    expect(page.locator("[data-counted]")).to_contain_text("Анна Костова")
    expect(page.locator("[data-counted]")).not_to_contain_text("Борис Иванов")
    assert theirs.serious_faults() == []
    page.locator("[name=name]").fill("Български")
    page.locator("form[data-segment] button.primary").click()
    page.wait_for_url("**/admin/segments/*/")

    segment = Segment.objects.get()
    assert segment.conditions == {"all": [{"field": "customer.language", "op": "eq", "value": "bg"}]}
    sweeping.sweep(segment, at=timezone.now())
    theirs.open(reverse("segments:segment", args=[segment.pk]))
    page.locator(f"a[href='?customer={anna.pk}#why']").click()
    expect(page.locator("section[aria-labelledby=why] .badge.good").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert theirs.serious_faults() == []

    theirs.open(reverse("segments:list"))
    expect(page.locator("main tbody")).to_contain_text("Български")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert theirs.serious_faults() == []


@pytest.mark.parametrize(("language", "theme", "width"), [("bg", "light", 360), ("ru", "dark", 1440)])
def test_a_figure_leads_to_those_behind_it_and_a_snapshot_tells_who_came_and_went(
    reader: Any, language: str, theme: str, width: int
) -> None:
    anna = CustomerFactory(given_name="Анна", family_name="Костова", language="bg")
    boris = CustomerFactory(given_name="Борис", family_name="Иванов", language="ru")
    who = marketer(language)
    segment = filled(SPEAKS_BULGARIAN, name="Български", at=timezone.now())
    snapshot = snapshots.take(segment, name="Преди писмото", by=who, at=timezone.now())
    Customer.objects.filter(pk=boris.pk).update(language="bg")
    sweeping.sweep(segment, at=timezone.now())
    theirs = reader(locale=language, theme=theme, width=width)
    sign_in(theirs, who)
    page = theirs.page

    theirs.open(reverse("segments:snapshot", args=[segment.pk, snapshot.pk]))
    expect(page.locator("section[aria-labelledby=came]")).to_contain_text("Борис Иванов")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert theirs.serious_faults() == []

    theirs.open(f"{reverse('segments:behind')}?{urlencode({'conditions': json.dumps(SPEAKS_BULGARIAN)})}")
    expect(page.locator("section[aria-labelledby=people]")).to_contain_text("Анна Костова")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert theirs.serious_faults() == []

    page.locator("header a.primary").click()
    expect(page.locator("[data-counted]")).to_contain_text("Борис Иванов")
    expect(page.locator("[data-rest] select").last).to_have_value("bg")
    theirs.open(reverse("crm:customer", args=[anna.pk]))
    expect(page.locator(f"a[href$='?customer={anna.pk}#why']")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

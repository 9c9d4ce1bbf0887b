"""An outage at a warehouse, in Bulgarian: drafted with a condition, looked at twice, let out, ended, and public."""

from __future__ import annotations

import os

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import Message
from support.incidents import announcing
from support.models import Incident, IncidentNotice, Script
from tests.browser.conftest import Reader
from tests.browser.story import tell
from tests.browser.test_desk import sign_in
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.incidents import PUBLIC, announced, drafted, waits_for
from tests.factories.paper_channels import PaperAccountFactory, paper_channels

NAME = "Складът във Варна е без ток"


def take_picture(reader: Reader, name: str) -> None:
    """For the eye, where VEREN_PICTURES names a folder."""
    if folder := os.environ.get("VEREN_PICTURES"):
        reader.page.screenshot(path=f"{folder}/incidents-{name}.png", full_page=True)


def at_work() -> None:
    """What a worker does."""
    for notice in IncidentNotice.objects.at_work():
        announcing.run(notice, clock=timezone.now)


def waiting_in_varna() -> None:
    for language in ("bg", "ru"):
        customer = CustomerFactory(language=language)
        IdentityFactory(customer=customer, verified=True)
        waits_for(customer=customer)


@pytest.fixture(autouse=True)
def _papers():
    with paper_channels():
        PaperAccountFactory()
        yield


def test_an_outage_is_announced_before_anybody_asks(reader) -> None:
    tell("bg")
    waiting_in_varna()
    lead = reader(locale="bg", width=1440)
    sign_in(lead)
    page = lead.page

    lead.open(reverse("incidents:new"))
    page.locator("#id_name_bg").fill(NAME)
    page.locator("#id_title_bg").fill(NAME)
    page.locator("#id_text_bg").fill("Поръчките ще тръгнат по-късно.")
    editor = page.locator("[data-conditions]").first
    editor.locator("[data-add=comparison]").first.click()
    editor.locator("[data-what]").last.select_option("order.warehouse")
    editor.locator("[data-rest] input").last.fill("varna")
    editor.locator("[data-remove]").nth(1).click()  # nobody asks when they were placed
    assert not lead.serious_faults()
    take_picture(lead, "form-bg-light-1440")
    page.locator("main form button.primary").click()
    page.wait_for_url("**/incidents/*/")

    incident = Incident.objects.get()
    assert [one["field"] for one in incident.affected["all"]] == ["order.progress", "order.warehouse"]
    page.locator(f"form[action$='/{incident.pk}/status/'] button").click()
    take_picture(lead, "draft-bg-light-1440")
    lead.open(reverse("incidents:announcement", args=[incident.pk]))
    take_picture(lead, "announcement-bg-light-1440")
    assert not lead.serious_faults()
    page.locator("main form button.primary").click()
    page.locator("#progress").wait_for()
    at_work()
    page.locator("#progress").wait_for(state="detached")

    assert Message.objects.filter(notice="incident").count() == 2
    assert "При нас възникна проблем" in Message.objects.get(language="bg").text
    Message.objects.update(state=Message.State.SENT, sent_at=timezone.now())
    customer = reader(locale="bg", width=360)
    customer.open(reverse("status"))
    expect(customer.page.get_by_role("heading", name=NAME)).to_be_visible()
    assert not customer.serious_faults()
    take_picture(customer, "status-bg-light-360")

    page.locator("button[name=kind][value=resolved]").click()
    lead.open(reverse("incidents:announcement", args=[incident.pk]))
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")
    at_work()
    incident.refresh_from_db()
    assert incident.state == Incident.State.RESOLVED
    assert Message.objects.filter(notice="incident_over").count() == 2


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(360, "dark", "ru"), (1440, "dark", "bg"), (360, "light", "bg")]
)
def test_its_pages_fit_any_screen_in_both_themes(reader, width, theme, language) -> None:
    story = tell(language)
    waiting_in_varna()
    incident = drafted(
        by=story.colleague, public_words=PUBLIC, summary="До 18:00 ч.", script=Script.objects.first()
    )
    announced(incident, by=story.colleague, at=timezone.now())
    Incident.objects.update(shown_at=timezone.now())
    lead = reader(locale=language, width=width, theme=theme)
    sign_in(lead)

    for name, path in {
        "list": reverse("incidents:list"),
        "one": reverse("incidents:incident", args=[incident.pk]),
        "change": reverse("incidents:change", args=[incident.pk]),
        "status": reverse("status"),
    }.items():
        lead.open(path)
        take_picture(lead, f"{name}-{language}-{theme}-{width}")
        assert not lead.serious_faults(), name
        assert lead.page.evaluate("document.documentElement.scrollWidth") <= width, name

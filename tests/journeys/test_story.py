"""The story that the demo's first page tells, clicked through from door to door."""

from __future__ import annotations

import json
import re
import shlex
import urllib.request

import pytest
from django.utils import timezone

from crm.demo import company, history, plots
from crm.demo.characters import VERA
from crm.models import Identity, Shipment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LANGUAGES = ("ru", "bg", "en")


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    settings.ROOT_URLCONF = "config.demo_urls"
    now = timezone.now()
    stage = company.build()
    size = history.Size(customers=40, days=730, mix=history.SIZES["small"].mix)
    history.write(stage, size=size, now=now, progress=lambda *step: None)
    plots.tell(stage, now=now)


def late_order() -> str:
    vera = Identity.objects.get(kind="email", value=VERA.email).customer
    return Shipment.objects.overdue(timezone.localdate()).get(order__customer=vera).order.number


def through(visitor, door):
    visitor.open("/")
    visitor.page.locator(f"form[action='/demo/{door}/'] button").click()
    visitor.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_story_of_veras_late_parcel(demo, reader, language):
    visitor = reader(locale=language)
    page = visitor.page
    number = late_order()

    # The agent finds her, sees what is late, and leaves a note.
    through(visitor, "agent")
    assert page.locator("html").get_attribute("lang") == language
    visitor.press("/")
    visitor.type("Вера Соколова")
    visitor.press("Enter")
    page.wait_for_load_state("networkidle")
    if page.locator("h1", has_text="Вера Андреевна Соколова").count() == 0:
        page.get_by_role("link", name="Вера Андреевна Соколова").click()
    page.locator("h1", has_text="Вера Андреевна Соколова").wait_for()
    assert number in page.locator(".notice.bad").inner_text()
    visitor.press("n")
    visitor.type("Куриерът намери пратката")
    visitor.press("Control+Enter")
    page.locator(".timeline").get_by_text("Куриерът намери пратката").wait_for()
    story = page.url

    # She herself sees the same parcel, in Russian, and no note.
    through(visitor, "customer/vera")
    assert page.locator("html").get_attribute("lang") == "ru"
    card = page.locator("li.card", has_text=number)
    assert card.locator(".badge.bad").count() == 1
    assert "Куриерът" not in page.content()

    # A key from the shop's door sends an order; it is on her timeline.
    through(visitor, "shop")
    sent = order_by_the_line_shown(page.locator("pre").first.inner_text())
    through(visitor, "agent")
    page.goto(story)
    assert page.locator(".timeline", has_text=sent["number"]).count() == 1

    # And the manager comes in as well.
    through(visitor, "manager")
    assert page.url.endswith("/admin/")


def order_by_the_line_shown(curl: str) -> dict[str, str]:
    """Do what the page says: the line for curl, sent as it stands there."""
    words = shlex.split(curl.replace("\\\n", " "))
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1]
    request = urllib.request.Request(words[1], data=body.encode(), headers=headers, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        assert answer.status == 201
        return json.load(answer)


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demos_pages_fit_and_anybody_can_use_them(demo, reader, language, width, theme):
    visitor = reader(locale=language, width=width, theme=theme)

    for door in ("", "customer/kalina", "shop"):
        if door:
            through(visitor, door)
        else:
            visitor.open("/")
        assert visitor.page.evaluate("document.documentElement.scrollWidth") == width, door
        assert visitor.serious_faults() == [], door


def test_the_page_changes_its_language_and_keeps_it(demo, reader):
    visitor = reader(locale="en")
    visitor.open("/")

    visitor.page.locator("button[value='bg']").click()
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.page.locator("html").get_attribute("lang") == "bg"

    through(visitor, "agent")
    assert re.search(r"/admin/crm/customer/$", visitor.page.url)
    assert visitor.page.locator("html").get_attribute("lang") == "bg"

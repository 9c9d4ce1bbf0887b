"""A question on the shop's own site, answered in a frame from us: once, by keyboard, in the visitor's language."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from surveys.answers import links
from surveys.models import Answer, Response
from tests.browser.shop_page import shop_page
from tests.browser.test_accessibility import sign_in
from tests.factories.channel_accounts import ChannelAccountFactory
from tests.factories.shops import UserFactory
from tests.factories.surveys import only, published

WORDS = {"ru": ("Ответить", "Не сейчас", "Опрос"), "bg": ("Отговарям", "Не сега", "Анкета")}
KEPT = "localStorage.getItem('veren-survey')"


def tag(house: str, token: str) -> str:
    return (
        f'<script src="{house}/static/js/survey-widget.js" data-survey="{token}" data-after-seconds="0.1" defer>'
        "</script>"
    )


def let_in(site: str) -> None:
    ChannelAccountFactory(channel="chat", settings={"sites": [site]})


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "light", 360), ("bg", "dark", 1440)])
def test_a_visitor_is_asked_once_and_answers_without_leaving_the_page(reader, language, theme, width):
    token = links.open_token(published(content=only("nps")).survey)
    visitor = reader(locale=language, theme=theme, width=width)
    yes, _no, name = WORDS[language]
    with shop_page(visitor.address, tag(visitor.address, token), language=language) as site:
        let_in(site)
        visitor.page.goto(site)
        visitor.page.get_by_role("button", name=yes).click()
        frame = visitor.page.frame_locator("iframe")
        expect(frame.locator("html")).to_have_attribute("lang", language)
        frame.locator(".scale label", has_text="9").click()
        visitor.page.wait_for_timeout(2500)  # nobody answers within a second
        picture(visitor, f"widget_{language}_{width}")
        frame.locator("button.primary").click()
        expect(frame.locator("[role=status] h1")).to_be_visible()
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width

        # As with a finger, the frame is gone before the key is let go: else it takes the browser's answer along.
        visitor.page.keyboard.down("Escape")
        expect(visitor.page.locator("iframe")).to_have_count(0)
        visitor.page.keyboard.up("Escape")
        visitor.page.reload()
        visitor.page.wait_for_timeout(600)
        expect(visitor.page.get_by_role("region", name=name)).to_have_count(0)
    kept = Response.objects.get()
    assert (kept.channel, kept.customer, Answer.objects.get().value) == ("site", None, 9)


def test_whoever_does_not_want_to_is_not_asked_again_and_nothing_was_loaded(reader):
    token = links.open_token(published(content=only("nps")).survey)
    visitor = reader(locale="ru", width=360)
    asked = []
    with shop_page(visitor.address, tag(visitor.address, token)) as site:
        let_in(site)
        visitor.page.on("request", lambda request: asked.append(request.url))
        visitor.page.goto(site)
        visitor.page.get_by_role("button", name="Не сейчас").focus()
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.get_by_role("region", name="Опрос")).to_have_count(0)
        assert visitor.page.evaluate(KEPT)
        visitor.page.reload()
        visitor.page.wait_for_timeout(600)
        expect(visitor.page.get_by_role("region", name="Опрос")).to_have_count(0)
        # After the pause, once more.
        visitor.page.evaluate("localStorage.setItem('veren-survey', Date.now() - 91 * 86400000)")
        visitor.page.reload()
        expect(visitor.page.get_by_role("region", name="Опрос")).to_be_visible()
    assert not [url for url in asked if "/s/" in url]


def test_a_site_that_nobody_named_shows_nothing(reader):
    token = links.open_token(published(content=only("nps")).survey)
    visitor = reader(locale="ru")
    with shop_page(visitor.address, tag(visitor.address, token)) as site:
        let_in("https://another.example")
        visitor.page.goto(site)
        visitor.page.get_by_role("button", name="Ответить").click()
        visitor.page.wait_for_timeout(600)
        expect(visitor.page.frame_locator("iframe").locator("form")).to_have_count(0)
    (complaint,) = visitor.complaints
    assert "frame-ancestors 'self' https://another.example" in complaint
    visitor.complaints.clear()


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "dark", 1440), ("bg", "light", 360)])
def test_the_tag_is_copied_from_a_page_that_shows_it_live_and_keeps_nothing(reader, language, theme, width):
    version = published(content=only("nps"))
    let_in("https://shop.example")
    manager = reader(theme=theme, width=width)
    sign_in(manager, UserFactory(is_superuser=True, language=language))
    manager.open(reverse("survey-builder:widget", args=[version.survey_id]))
    page, (yes, _no, _name) = manager.page, WORDS[language]

    assert manager.serious_faults() == []
    assert links.open_token(version.survey) in page.locator("#tag-1").input_value()
    expect(page.get_by_text("https://shop.example")).to_be_visible()
    page.get_by_role("button", name=yes).click()
    frame = page.frame_locator("iframe")
    frame.locator(".scale label", has_text="9").click()
    picture(manager, f"widget_page_{language}_{theme}_{width}")
    page.wait_for_timeout(2500)
    frame.locator("button.primary").click()
    expect(frame.locator("[role=status] h1")).to_be_visible()
    page.keyboard.down("Escape")
    expect(page.locator("iframe")).to_have_count(0)
    page.keyboard.up("Escape")
    assert not Response.objects.exists()
    assert page.evaluate(KEPT) is None


def picture(reader, name: str) -> None:
    """For whoever wants to look: VEREN_PICTURES names a folder."""
    if folder := os.environ.get("VEREN_PICTURES"):
        reader.page.screenshot(path=Path(folder) / f"{name}.png", full_page=False)

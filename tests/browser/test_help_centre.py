"""The help centre as customers hold it in one hand: search, read, say whether it helped; with script and without."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import ChannelAccount
from support.help import adopting
from support.models import Article, ArticleVote, HelpEvent, HelpSession
from tests.browser.test_accessibility import sign_in
from tests.factories.shops import NOON, ShopFactory, UserFactory

PICTURES = os.environ.get("VEREN_PICTURES", "")


@pytest.fixture(autouse=True)
def centre() -> None:
    ShopFactory()
    account = {"channel": "email", "name": "Mail", "address": "help@lipa.example", "is_main": True}
    ChannelAccount.objects.create(**account, opened_at=NOON)
    adopting.adopt(by=None, at=timezone.now())


def keep(one: Any, name: str) -> None:
    if PICTURES:
        one.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def fits(one: Any) -> bool:
    return bool(one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1440)])
@pytest.mark.parametrize(
    ("locale", "typed", "slug"),
    [("ru", "возвратом товара", "return-goods"), ("bg", "връщане", "return-goods")],
)
def test_a_customer_searches_reads_and_says_that_it_is_solved(reader, locale, typed, slug, theme, width):
    one = reader(locale=locale, theme=theme, width=width)
    one.open(reverse("help"))
    assert fits(one)
    assert one.serious_faults() == []
    keep(one, f"help-{locale}-{width}")

    one.page.locator("#q").press_sequentially(typed, delay=20)
    found = one.page.locator(f"#found > ul a[href^='/help/{slug}/']")
    expect(found).to_be_visible()
    one.settle()
    assert HelpEvent.objects.filter(kind="searched").count() == 1
    keep(one, f"found-{locale}-{width}")
    found.click()
    expect(one.page.locator("article h1")).to_be_visible()
    assert fits(one)
    assert one.serious_faults() == []
    keep(one, f"article-{locale}-{width}")

    one.page.locator("#useful button[value=yes]").click()
    expect(one.page.locator("#useful [role=status]")).to_be_visible()
    assert ArticleVote.objects.get().answer == "yes"
    assert HelpSession.objects.get().solved_at


def test_without_script_it_is_the_same_with_one_more_page(reader):
    one = reader(locale="bg", width=360, java_script_enabled=False)
    one.page.goto(one.address + reverse("help"))
    one.page.locator("#q").fill("връщане")
    one.page.locator(".help-search button").click()
    one.page.locator("#found a[href^='/help/return-goods/']").click()
    one.page.locator("#useful button[value=no]").click()
    one.page.locator("#useful input[value=unclear]").check()
    one.page.locator("#useful button[value=no]").click()

    assert "said=why" in one.page.url
    vote = ArticleVote.objects.get()
    assert (vote.answer, vote.why) == ("no", "unclear")


def test_while_a_question_is_written_its_answer_is_shown(reader):
    one = reader(locale="ru", width=360)
    one.open(reverse("ask"))
    one.page.locator("#id_text").press_sequentially("Как вернуть товар?", delay=15)
    expect(one.page.locator("#suggested a[href='/help/return-goods/']")).to_be_visible()
    one.settle()
    assert fits(one)
    assert one.serious_faults() == []
    keep(one, "ask-ru-360")


def test_a_lead_writes_sees_what_is_wrong_and_publishes(reader):
    lead = UserFactory(language="ru")
    lead.groups.add(Group.objects.get(name="team lead"))
    article = Article.objects.get(slug="brew-tea")
    one = reader(locale="ru", width=1440)
    sign_in(one, lead)
    one.open(reverse("articles:article", args=[article.pk]))
    body = one.page.locator("#id_body_ru")
    body.fill("См. [сюда](no-such-article).")
    expect(one.page.locator("fieldset[lang=ru] .notice.bad")).to_contain_text("no-such-article")
    one.page.locator("button[name=publish]").click()
    expect(one.page.locator("#id_body_ru_error")).to_contain_text("no-such-article")
    one.page.locator("#id_body_ru").fill("Возьмите воду **80 градусов**.\n\n1. Налейте.\n2. Подождите.")
    expect(one.page.locator("fieldset[lang=ru] .prose strong")).to_have_text("80 градусов")
    one.settle()
    assert one.serious_faults() == []
    keep(one, "editor-ru-1440")
    one.page.locator("button[name=publish]").click()
    one.page.wait_for_load_state("networkidle")

    assert article.versions.get(state="published").number == 2
    one.open(reverse("articles:list"))
    assert one.serious_faults() == []
    keep(one, "list-ru-1440")

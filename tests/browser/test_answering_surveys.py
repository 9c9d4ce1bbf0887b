"""Somebody answers with one thumb: each sort of question, in three languages, with script and without."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from surveys.answers import links
from surveys.models import Answer, Invitation
from tests.browser.test_accessibility import sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.shops import ShopFactory, UserFactory
from tests.factories.survey_answers import invitation
from tests.factories.surveys import options, published, question, way

PICTURES = os.environ.get("VEREN_PICTURES", "")
WHERE = [
    ("ru", "light", True),
    ("bg", "dark", False),
    ("ru", "dark", False),
    ("bg", "light", True),
    ("en", "light", True),
]
WORDS = {
    "title": {"en": "How was it?", "ru": "Как вам у нас?", "bg": "Как беше при нас?"},
    "nps": {
        "en": "Would you recommend us to a friend?",
        "ru": "Посоветуете нас друзьям?",
        "bg": "Бихте ли ни препоръчали на приятел?",
    },
    "thanks": {"en": "We read every word.", "ru": "Мы читаем каждое слово.", "bg": "Четем всяка дума."},
}


def everything() -> dict[str, Any]:
    """One question of each sort; the first decides whether the second is asked."""
    chosen = options("taste", "advice", "delivery")
    kinds = [
        question("nps", "nps", way("one", "gte", 9), then="many", is_required=True, text=WORDS["nps"]),
        question("one", "single", settings=chosen, then="many"),
        question("many", "multiple", settings=chosen, then="csat"),
        question("csat", "csat", settings={"aspect": "delivery"}, then="ces"),
        question("ces", "ces", then="own"),
        question("own", "scale", settings={"low": 1, "high": 5}, then="words"),
        question("words", "text"),
    ]
    return {"title": WORDS["title"], "thanks": WORDS["thanks"], "start": "nps", "questions": kinds}


def asked(language: str) -> Invitation:
    ShopFactory()
    at = timezone.now() - timedelta(hours=1)
    person = CustomerFactory(
        language=language, given_name={"en": "Mary", "bg": "Мария"}.get(language, "Мария")
    )
    return invitation(published(content=everything()), customer=person, at=at)


def keep(one: Any, name: str) -> None:
    if PICTURES:
        one.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def fits(one: Any) -> bool:
    return bool(one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def choose(one: Any, key: str, value: str) -> None:
    one.page.locator(f'label:has(input[name="q-{key}"][value="{value}"])').click()


@pytest.mark.parametrize(("locale", "theme", "has_script"), WHERE)
def test_each_sort_of_question_is_answered_on_a_phone(reader, locale, theme, has_script):
    of = asked(locale)
    one = reader(locale=locale, theme=theme, width=360, java_script_enabled=has_script)
    one.open(f"/s/{links.token_of(of)}/?{links.SCORE}=9")
    expect(one.page.locator('input[name="q-nps"][value="9"]')).to_be_checked()
    assert Answer.objects.count() == 0
    if has_script:
        assert fits(one)
        assert one.serious_faults() == []
    keep(one, f"survey-{locale}-{theme}-1")
    one.page.wait_for_timeout(1300)
    one.page.locator("button.primary").click()

    choose(one, "one", "advice")
    choose(one, "many", "taste")
    choose(one, "many", "delivery")
    choose(one, "csat", "5")
    choose(one, "ces", "7")
    choose(one, "own", "4")
    one.page.locator('textarea[name="q-words"]').fill("Чаят е чудесен")
    if has_script:
        assert fits(one)
        assert one.serious_faults() == []
    keep(one, f"survey-{locale}-{theme}-2")
    one.page.locator("button.primary").click()

    expect(one.page.get_by_role("status")).to_contain_text(WORDS["thanks"][locale])
    keep(one, f"survey-{locale}-{theme}-3")
    numbers = dict(Answer.objects.exclude(value=None).values_list("question", "value"))
    assert numbers == {"nps": 9, "csat": 5, "ces": 7, "own": 4}
    assert Answer.objects.get(question="many").choices == ["taste", "delivery"]
    assert Answer.objects.get(question="words").text == "Чаят е чудесен"


@pytest.mark.parametrize(("locale", "theme", "width"), [("ru", "dark", 1440), ("bg", "light", 360)])
def test_somebody_changes_their_mind_and_a_dead_link_speaks_kindly(reader, locale, theme, width):
    of = asked(locale)
    one = reader(locale=locale, theme=theme, width=width)
    one.open(f"/s/{links.token_of(of)}/?{links.SCORE}=3")
    keep(one, f"survey-wide-{locale}-{width}")
    one.page.wait_for_timeout(1300)
    one.page.locator("button.primary").click()
    one.page.locator("button.primary").click()
    one.page.locator("a.plain").click()
    expect(one.page.locator('input[name="q-nps"][value="3"]')).to_be_checked()
    choose(one, "nps", "8")
    one.page.wait_for_timeout(1300)
    one.page.locator("button.primary").click()
    one.page.locator("button.primary").click()

    expect(one.page.get_by_role("status")).to_be_visible()
    assert Answer.objects.get(question="nps").value == 8
    one.open("/s/i1-forged/")
    expect(one.page.locator("h1")).to_be_visible()
    assert fits(one)
    assert one.serious_faults() == []
    keep(one, f"survey-forged-{locale}")
    # The browser says itself that the page was not found.
    one.complaints[:] = [said for said in one.complaints if "i1-forged" not in said]


@pytest.mark.parametrize(("locale", "theme", "width"), [("ru", "light", 1440), ("bg", "dark", 360)])
def test_codes_to_hang_up_are_shown_for_each_shop(reader, locale, theme, width):
    ShopFactory()
    one = reader(locale=locale, theme=theme, width=width)
    sign_in(one, UserFactory(is_superuser=True, language=locale))
    one.open(reverse("survey-builder:posters", args=[published().survey_id]))

    expect(one.page.locator(".qr svg")).to_have_count(2)
    assert fits(one)
    assert one.serious_faults() == []
    keep(one, f"posters-{locale}-{width}")

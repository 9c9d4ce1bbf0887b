"""A manager sorts what people said in one click, gathers it, and tries a rule before it counts; script or none."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import expect

from crm.models import User
from surveys.models import Feedback, FeedbackLabel, ThemeRule
from tests.browser.test_accessibility import sign_in
from tests.factories import feedback
from tests.factories.issues import issue
from tests.factories.shops import UserFactory

LATE = {"bg": "Куриерът закъсня", "ru": "Курьер опоздал"}
NEW = {"bg": "Дирижабълът кацна", "ru": "Дирижабль прилетел"}
STEM = "дириж"


def manager(language: str) -> User:
    user: User = UserFactory(language=language)
    user.groups.add(Group.objects.get(name="manager"))
    return user


@pytest.mark.parametrize(("language", "theme", "has_script"), [("ru", "light", True), ("bg", "dark", False)])
def test_the_inbox_is_sorted_and_gathered_on_a_narrow_screen(
    reader: Any, language: str, theme: str, has_script: bool
) -> None:
    themes = feedback.ready()
    late = feedback.said(LATE[language], language=language, rating=2)
    wrong = issue()
    theirs = reader(locale=language, theme=theme, width=360, java_script_enabled=has_script)
    sign_in(theirs, manager(language))
    page = theirs.page
    theirs.open(reverse("feedback:inbox"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.locator(f"#f{late.pk} button[name=theme][value='{themes['quality'].pk}']").click()
    expect(page.locator(f"#f{late.pk} [aria-pressed=true]")).to_have_text(themes["quality"].name_in(language))
    page.locator(f"#f{late.pk} input[name=feedback]").check()
    page.locator("[name=issue]").select_option(value=str(wrong.pk))
    page.locator("#gathering button").click()
    expect(page.locator("main .empty")).to_be_visible()

    late.refresh_from_db()
    assert (late.theme, late.issue) == (themes["quality"], wrong) and late.settled_at
    assert FeedbackLabel.objects.get().was == themes["delivery"]
    assert theirs.complaints == []


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_a_rule_is_tried_on_the_latest_texts_and_then_kept(reader: Any, language: str) -> None:
    theme = feedback.ready()["delivery"]
    new = feedback.said(NEW[language], language=language)
    theirs = reader(locale=language)
    sign_in(theirs, manager(language))
    page = theirs.page
    theirs.open(reverse("feedback:inbox"))
    assert theirs.serious_faults() == []
    theirs.open(reverse("feedback:rules"))
    assert theirs.serious_faults() == []
    theirs.open(reverse("feedback:rule", args=["delivery", language]))
    words = page.locator("[name=words]")
    words.fill(f"{words.input_value()}\n{STEM} 3")
    page.locator("button[value=try]").click()
    expect(page.locator("section[role=status]")).to_contain_text(NEW[language])
    assert theirs.serious_faults() == []
    assert not ThemeRule.objects.filter(words__contains=[f"{STEM} 3"]).exists()

    page.locator("[name=anew]").check()
    page.locator("button[value=keep]").click()
    expect(page.locator("section[role=status]")).to_have_count(0)

    assert ThemeRule.objects.get(theme=theme, language=language, ended_at=None).words[-1] == f"{STEM} 3"
    assert Feedback.objects.get(pk=new.pk).theme == theme
    assert theirs.complaints == []

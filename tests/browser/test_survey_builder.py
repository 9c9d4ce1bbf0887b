"""A manager writes a survey on its page, previews it on a phone, and publishes it."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import expect

from surveys.models import SurveyVersion
from surveys.writing import adopting
from tests.browser.test_accessibility import sign_in
from tests.factories import surveys
from tests.factories.shops import NOON, UserFactory


def test_a_manager_corrects_previews_and_publishes(reader):
    told = surveys.content()
    del told["questions"][0]["text"]["bg"]
    draft = surveys.draft(content=told)
    manager = UserFactory(language="ru")
    manager.groups.add(Group.objects.get(name="manager"))
    writer = reader()
    sign_in(writer, manager)
    writer.open(reverse("survey-builder:survey", args=[draft.survey_id]))
    page = writer.page

    page.locator("form[action$='/publication/'] button").click()
    expect(page.locator(".notice.bad[role=alert]")).to_be_visible()
    page.locator("#question-score a[href*='question=score']").click()
    page.locator("#question-score [name=text_bg]").fill("Бихте ли ни препоръчали?")
    page.locator("#question-score button.primary").click()
    expect(page.locator("#faults.good")).to_be_visible()

    page.locator("a[href$='/preview/']").click()
    page.locator("a[lang=bg].chip").click()
    expect(page.locator(".survey-preview")).to_contain_text("Бихте ли ни препоръчали?")
    page.locator(".scale label", has_text="3").first.click()
    page.locator(".survey-preview button.primary").click()
    expect(page.locator(".survey-preview [name=q-wrong]")).to_have_count(3)
    page.locator(".survey-preview button.primary").click()
    expect(page.locator(".survey-preview")).to_contain_text("Thank you! (bg)")

    writer.open(reverse("survey-builder:survey", args=[draft.survey_id]))
    page.locator("form[action$='/publication/'] button").click()
    expect(page.locator("h1 ~ .badge.good")).to_be_visible()
    assert SurveyVersion.objects.get().state == "published"
    assert writer.complaints == []


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "dark", 1440), ("bg", "light", 360)])
def test_axe_finds_nothing_serious_where_surveys_are_written(reader, language, theme, width):
    adopting.adopt(by=None, at=NOON)
    draft = SurveyVersion.objects.get(survey__slug="relationship")
    faulty = surveys.draft(content=surveys.only("ces"))
    page = reverse("survey-builder:survey", args=[draft.survey_id])
    preview = reverse("survey-builder:preview", args=[draft.survey_id, 1])
    keeper = reader(theme=theme, width=width)
    sign_in(keeper, UserFactory(is_superuser=True, language=language))

    faults = []
    for name, path in (
        ("list", reverse("survey-builder:list")),
        ("survey", page),
        ("question", f"{page}?question=score"),
        ("options", f"{page}?question=wrong"),
        ("faulty", reverse("survey-builder:survey", args=[faulty.survey_id])),
        ("preview", f"{preview}?page=1&q-score=2"),
        ("refused", f"{preview}?page=1&frame=desktop"),
        ("about", reverse("admin:surveys_survey_change", args=[draft.survey_id])),
    ):
        keeper.open(path)
        faults += keeper.serious_faults()
        if folder := os.environ.get("VEREN_SHOTS"):
            shot = Path(folder) / f"surveys-{name}-{language}-{theme}-{width}.png"
            keeper.page.screenshot(path=shot, full_page=True)

    assert faults == []
    assert keeper.complaints == []

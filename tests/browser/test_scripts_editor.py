"""A lead writes a script, is refused, corrects it and hands it in; a colleague reads it and publishes it."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import expect

from crm.models import User
from support.models import ScriptVersion
from support.scripts import adopting, checking, publishing
from tests.browser.test_accessibility import sign_in
from tests.factories import scripts
from tests.factories.shops import NOON, UserFactory
from tests.factories.tickets import ticket


def lead(name: str, language: str = "ru") -> User:
    user = UserFactory(language=language, name=name)
    user.groups.add(Group.objects.get(name="team lead"))
    return user


def to(name: str) -> str:
    return f"form[action$='/{name}/'] button"


def test_a_lead_edits_is_refused_corrects_and_a_reviewer_publishes(reader):
    ticket()
    tree = scripts.content()
    del tree["steps"][3]["texts"]["bg"]
    draft = scripts.draft(content=tree)
    address = reverse("scripts:script", args=[draft.script_id])
    writer = reader()
    sign_in(writer, lead("Елена Петрова"))
    writer.open(address)
    page = writer.page

    page.locator(to("submission")).click()
    expect(page.locator(".notice.bad[role=alert]")).to_be_visible()
    page.locator("#faults a[href='#step-tell']").first.click()
    page.locator("#step-tell a[href*='step=tell']").click()
    words = page.locator("#step-tell textarea[name=text_bg_any]")
    told = page.locator("#step-tell [hx-post]")
    words.fill("Дадохме Ви {{ points.given }} точки.")
    expect(told).not_to_contain_text("bg")
    words.press("Tab")
    page.locator("#step-tell button.primary").click()
    expect(page.locator("#faults.good")).to_be_visible()
    page.locator(to("submission")).click()
    expect(page.locator(".notice.good[role=status]")).to_be_visible()
    expect(page.locator(to("approval"))).to_have_count(0)

    reviewer = reader()
    sign_in(reviewer, lead("Борис Илиев", "bg"))
    reviewer.open(address)
    reviewer.page.locator(to("approval")).click()
    reviewer.page.locator(to("publication")).click()
    expect(reviewer.page.locator("h1 ~ .badge.good")).to_be_visible()

    its = ScriptVersion.objects.get()
    assert its.state == "published"
    assert its.content["steps"][3]["texts"]["bg"]["any"] == "Дадохме Ви {{ points.given }} точки."
    assert its.approved_by.name == "Борис Илиев"
    assert writer.complaints + reviewer.complaints == []


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("ru", "dark", 1440), ("bg", "light", 1440), ("en", "light", 360)]
)
def test_axe_finds_nothing_serious_where_scripts_are_kept(reader, language, theme, width):
    adopting.adopt(language="ru", by=None, at=NOON)
    draft = ScriptVersion.objects.get(script__slug="late-parcel")
    assert checking.faults(draft.content) == []
    old = scripts.published(scripts.script("small"))
    changed = scripts.content()
    changed["steps"][0]["texts"]["en"]["any"] = "I am very sorry to hear that."
    changed["steps"][1]["choices"][0]["next"] = "nowhere"
    publishing.write(publishing.begin(old.script, by=None, at=NOON), tree=changed, by=None, at=NOON)
    for text in ("Где посылка?", "Где мой заказ?", "Верните деньги"):
        ticket(text)
    keeper = reader(theme=theme, width=width)
    sign_in(keeper, UserFactory(is_superuser=True, language=language))

    faults = []
    for name, path in (
        ("list", reverse("scripts:list")),
        ("script", reverse("scripts:script", args=[draft.script_id])),
        ("faulty", reverse("scripts:script", args=[old.script_id])),
        ("step", f"{reverse('scripts:script', args=[old.script_id])}?step=look"),
        ("comparison", f"{reverse('scripts:comparison', args=[old.script_id])}?old=1&new=2"),
        ("trial", reverse("scripts:trial", args=[draft.script_id, 1])),
        ("about", reverse("admin:support_script_change", args=[old.script_id])),
        ("scenario", reverse("admin:support_scenario_change", args=[old.script.scenario_id])),
    ):
        keeper.open(path)
        faults += keeper.serious_faults()
        if folder := os.environ.get("VEREN_SHOTS"):
            shot = Path(folder) / f"scripts-{name}-{language}-{theme}-{width}.png"
            keeper.page.screenshot(path=shot, full_page=True)

    assert faults == []
    assert keeper.complaints == []

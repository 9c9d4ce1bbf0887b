"""The main job of an agent, done with the keyboard alone, in three languages."""

import pytest
from django.urls import reverse

from tests.browser.story import PASSWORD, tell


def sign_in(reader, path="/admin/"):
    reader.open(path)
    reader.type("iva@lipa.example")
    reader.press("Tab")
    reader.type(PASSWORD)
    reader.press("Enter")
    reader.page.locator(".topbar .menu").wait_for()


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_an_agent_finds_a_person_reads_filters_and_leaves_a_note(reader, language):
    vera = tell().vera
    agent = reader(locale=language)
    sign_in(agent)
    assert agent.page.locator("html").get_attribute("lang") == language

    agent.press("/")
    agent.type("Вера Соколова")
    agent.press("Enter")
    agent.page.wait_for_url("**/search/?q=**")
    agent.press("j", "j", "k", "Enter")
    agent.page.wait_for_url(f"**/customer/{vera.pk}/")
    assert agent.page.locator("h1").inner_text() == "Вера Андреевна Соколова"

    everything = agent.page.locator(".timeline > li:not(.day)").count()
    agent.tab_to("#group-notes")
    agent.press("Space")
    agent.page.wait_for_url("**group=notes**")
    agent.settle()
    assert agent.page.locator(".timeline > li:not(.day)").count() == 1 < everything
    assert agent.page.evaluate("document.activeElement.id") == "group-notes"
    agent.press("Space")
    agent.page.wait_for_url("**/customer/*/")

    agent.press("n")
    agent.type("Просит звонить после шести")
    agent.press("Control+Enter")
    agent.page.get_by_text("Просит звонить после шести").wait_for()
    note = agent.page.locator(".timeline .note").first
    assert "Iva Marinova" in note.inner_text()
    assert agent.page.locator("#note-text").input_value() == ""


def test_the_history_goes_on_in_place_and_the_focus_with_it(reader):
    vera = tell().vera
    agent = reader()
    sign_in(agent, reverse("crm:customer", args=[vera.pk]))
    before = agent.page.locator(".timeline > li:not(.day, .turn)").count()

    agent.press("m")
    agent.page.locator(".timeline li:focus").wait_for()

    assert agent.page.locator(".timeline > li:not(.day, .turn)").count() > before

    days = agent.page.locator(".timeline .day").all_inner_texts()
    assert len(days) == len(set(days))


def test_a_day_is_jumped_to_and_later_days_are_shown_again(reader):
    vera = tell().vera
    agent = reader()
    sign_in(agent, reverse("crm:customer", args=[vera.pk]))
    oldest = vera.entries.earliest("occurred_at").occurred_at.date()

    agent.page.fill("#day", str(oldest))
    agent.page.locator("#newer").wait_for()
    assert agent.page.locator(".timeline .day").count() == 1
    agent.page.locator("#newer a").press("Enter")
    agent.page.locator(".timeline .day").nth(1).wait_for()

    days = agent.page.locator(".timeline .day").evaluate_all("all => all.map(one => one.id)")
    assert days == sorted(set(days), reverse=True)


def test_without_script_everything_works_by_links_and_forms(reader):
    vera = tell().vera
    agent = reader(java_script_enabled=False)
    agent.page.goto(agent.address + reverse("crm:customer", args=[vera.pk]))
    agent.page.fill("input[name=login]", "iva@lipa.example")
    agent.page.fill("input[name=password]", PASSWORD)
    agent.page.click(".door .primary")

    agent.page.click("label:has(#group-notes)")
    agent.page.click("noscript button")
    assert agent.page.locator(".timeline > li:not(.day)").count() == 1
    agent.page.fill("#note-text", "Без скрипта")
    agent.page.click(".writer button")
    assert "Без скрипта" in agent.page.locator(".timeline").inner_text()
    agent.page.click("#older a")
    assert agent.page.locator("#newer").count() == 1


@pytest.mark.parametrize(("key", "code"), [("т", "KeyN"), ("n", "KeyN"), ("n", "KeyL")])
def test_a_key_works_in_a_cyrillic_layout_too(reader, key, code):
    vera = tell().vera
    agent = reader()
    sign_in(agent, reverse("crm:customer", args=[vera.pk]))

    agent.page.evaluate(
        "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))",
        [key, code],
    )

    assert agent.page.evaluate("document.activeElement.id") == "note-text"


def test_the_map_of_keys_names_every_key_of_the_page(reader):
    vera = tell().vera
    agent = reader()
    sign_in(agent, reverse("crm:customer", args=[vera.pk]))

    agent.press("?")

    shown = agent.page.locator("#keys dt").evaluate_all("all => all.map(one => one.textContent.trim())")
    assert {"/", "g c", "n", "e", "d", "m", "?", "Ctrl Enter", "Esc"} <= set(shown)
    agent.press("Escape")
    assert not agent.page.locator("#keys").is_visible()
    agent.press("g", "o")
    agent.page.wait_for_url("**/order/")


def test_language_and_colours_are_chosen_in_the_menu(reader):
    tell()
    agent = reader()
    sign_in(agent)

    agent.page.click(".menu summary")
    agent.page.click(".menu button[value=dark]")
    assert agent.page.locator("html").get_attribute("data-theme") == "dark"
    agent.page.click(".menu summary")
    agent.page.click(".menu button[value=bg]")
    assert agent.page.locator("html").get_attribute("lang") == "bg"

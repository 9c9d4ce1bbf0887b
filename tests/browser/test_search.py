"""The one search box, with the keyboard alone and in the wrong layout."""

import pytest

from tests.browser.story import tell
from tests.browser.test_desk import sign_in


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_a_person_is_suggested_in_the_wrong_layout_and_opened_by_keys(reader, language):
    vera = tell().vera
    agent = reader(locale=language)
    sign_in(agent)

    agent.press("/")
    agent.type("Cjrjkjdf Dthf")
    agent.page.locator(".suggestions a").first.wait_for()
    agent.press("ArrowDown")
    assert "Соколова" in agent.page.evaluate("document.activeElement.textContent")
    agent.press("ArrowUp")
    assert agent.page.evaluate("document.activeElement.id") == "find"
    agent.press("ArrowDown", "Enter")
    agent.page.wait_for_url(f"**/customer/{vera.pk}/")


def test_suggestions_go_when_the_box_is_left_and_the_results_are_accessible(reader):
    tell()
    agent = reader(locale="en")
    sign_in(agent)

    agent.press("/")
    agent.type("Sokolova Vera")
    agent.page.locator(".suggestions a").first.wait_for()
    assert not agent.serious_faults()
    agent.press("Escape")
    agent.page.locator(".suggestions").wait_for(state="hidden")

    agent.press("/")
    agent.type("Sokolova Vera")
    agent.press("Enter")
    agent.page.wait_for_url("**/search/?q=**")
    assert agent.page.locator(".found a").first.inner_text() == "Вера Андреевна Соколова"
    assert not agent.serious_faults()

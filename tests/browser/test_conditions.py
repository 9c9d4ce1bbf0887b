"""A tree of conditions is built with the keyboard alone, on a phone as on a desk, and as JSON without JavaScript."""

from __future__ import annotations

import json
import os

import pytest

from crm.models import Category
from tests.browser.story import tell
from tests.browser.test_desk import sign_in

TEA = {"field": "line.name", "op": "contains", "value": "чай"}


def take_picture(page, name):
    """For the eye, where VEREN_PICTURES names a folder."""
    if folder := os.environ.get("VEREN_PICTURES"):
        page.screenshot(path=f"{folder}/conditions-{name}.png", full_page=True)


@pytest.fixture(autouse=True)
def page(settings):
    settings.ROOT_URLCONF = "tests.browser.condition_page"


def test_a_rule_is_built_by_keys_and_says_itself(reader):
    tell()
    manager = reader(width=1440)
    sign_in(manager)
    manager.open("/rule/")

    manager.tab_to("[data-add=comparison]")
    manager.press("Enter")
    assert manager.page.evaluate("document.activeElement.matches('[data-what]')")
    manager.page.locator("[data-what]").select_option("order.net")
    manager.tab_to("[data-rest] input")
    manager.type("100,50")

    manager.page.get_by_text("Goods amount of the order: at least 100.50").wait_for()
    assert not manager.serious_faults()
    manager.press("Enter")
    manager.page.locator("#kept:not(:empty)").wait_for()
    kept = json.loads(manager.page.locator("#kept").inner_text())
    assert kept == {"all": [{"field": "order.net", "op": "gte", "value": "100.50"}]}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "language"), [(360, "ru"), (1440, "en")])
def test_groups_and_lists_fit_any_screen_and_faults_stand_in_their_row(reader, width, language, theme):
    tell()
    Category.objects.create(name="Улун")
    manager = reader(width=width, theme=theme, locale=language)
    sign_in(manager)
    manager.open("/rule/")
    page = manager.page

    page.locator("[data-add=group]").click()
    page.locator(".group .group [data-join]").select_option("none")
    page.locator(".group .group [data-what]").select_option("[]order.lines")
    page.locator("[data-how]").select_option("sum")
    page.locator("[data-where] > button").click()
    page.locator("[data-where] [data-what]").select_option("product.category")
    page.locator("[data-fault-here]:visible").wait_for()
    assert page.locator("[data-where] [data-fault-here]:visible").count() == 0

    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    assert not manager.serious_faults()
    take_picture(page, f"{width}-{language}-{theme}")

    page.locator("[data-how]").select_option("count")
    page.locator("[data-rest] input").fill("2")
    page.locator("[data-said]").get_by_text("Улун").wait_for()
    take_picture(page, f"{width}-{language}-{theme}-said")
    page.locator("[data-where] [data-remove]").first.click()
    assert page.evaluate("document.activeElement.matches('[data-add]')")


def test_a_tree_survives_the_editor(reader):
    tell()
    manager = reader()
    sign_in(manager)
    trees = [
        {"all": [{"not": {"any": [{"field": "order.paid_at", "op": "is_set"}]}}]},
        {"any": [{"field": "order.placed_at", "op": "weekday_in", "value": [6, 7]}]},
        {"all": [{"count": "customer.orders", "op": "gte", "value": 3}]},
        {"all": [{"field": "order.channel", "op": "in", "value": ["online"]}]},
        {
            "all": [
                {
                    "some": "order.lines",
                    "where": {"all": [{"field": "line.name", "op": "contains", "value": "чай"}]},
                }
            ]
        },
    ]
    for tree in trees:
        manager.open("/rule/")
        manager.page.evaluate(
            """tree => {
              const box = document.querySelector("[data-conditions]");
              const field = box.querySelector("textarea");
              field.hidden = false;
              field.value = tree;
              field.form.submit();
            }""",
            json.dumps(tree),
        )
        manager.page.locator("#kept:not(:empty)").wait_for()
        manager.page.locator("[data-tree] .cond").first.wait_for()
        assert json.loads(manager.page.locator("textarea").input_value()) == tree


def test_without_javascript_the_json_is_written_by_hand(reader):
    tell()
    manager = reader(java_script_enabled=False)
    manager.open("/rule/")

    manager.page.locator("textarea").fill('{"all": [{"field": "order.net", "op": "gte", "value": "x"}]}')
    manager.page.locator("button:has-text('Save')").click()

    assert "(/all/0/value)" in manager.page.locator(".errorlist").inner_text()

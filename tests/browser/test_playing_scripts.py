"""An agent plays a script at the desk by keys alone, in Russian."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import ChannelAccount, Message
from support.models import AgentProfile, Promise, ScriptLine, ScriptRun, Ticket
from support.scripts import ready
from tests.browser.story import tell
from tests.browser.test_desk import sign_in
from tests.browser.test_desk_day import wrote
from tests.factories.played_scripts import ScenarioFactory, in_use

FIRST = "Вера, вижу, как вас это расстроило"


def angry_ticket(language: str) -> Ticket:
    """Vera writes in anger, and the ready script for it is in use."""
    story, now = tell(language), timezone.now()
    AgentProfile.objects.create(user=story.colleague)
    mailbox = ChannelAccount.objects.create(
        channel="email", name="Post", address="shop@lipa.example", is_main=True, opened_at=now
    )
    told = next(one for one in ready.scripts() if one.slug == "angry")
    scenario = ScenarioFactory(slug=told.slug, names=told.names, words=told.words)
    in_use(told.tree("ru"), slug=told.slug, names=told.names, scenario=scenario)
    text = "Это безобразие! Посылки нет третий день!!"
    ticket = wrote(mailbox, text, who="vera@example.org", at=now - timedelta(hours=1))
    Ticket.objects.filter(pk=ticket.pk).update(assignee=story.colleague, language="ru")
    return ticket


@pytest.fixture
def ticket() -> Ticket:
    return angry_ticket("ru")


def says(agent, words: str) -> None:
    """The step's words are there, and its keys listen."""
    expect(agent.page.locator("#script-words")).to_contain_text(words)
    agent.settle()


def came(agent, steps: int) -> None:
    """So many steps of the way are behind, the one now among them."""
    expect(agent.page.locator("#script .path li")).to_have_count(steps)
    agent.settle()


def at_the(ticket: Ticket, agent) -> None:
    sign_in(agent)
    agent.open(reverse("support:ticket", args=[ticket.pk]))


def test_the_angry_customers_script_is_played_by_keys(reader, ticket):
    agent = reader(locale="ru")
    at_the(ticket, agent)
    expect(agent.page.locator(".suggested")).to_contain_text("Покупатель сердится")
    agent.settle()

    agent.page.locator("#messages").focus()
    agent.press("1")
    says(agent, FIRST)
    agent.press("i")
    expect(agent.page.locator("#text")).to_have_value(
        f"{FIRST}, и мне жаль, что так вышло. Останусь с вами, пока всё не исправим."
    )
    agent.type(" Сейчас разберусь.")
    agent.press("Escape")
    agent.press("1")
    came(agent, 2)
    expect(agent.page.locator("#script")).to_be_focused()

    agent.press("3")
    came(agent, 3)
    agent.press("0")
    came(agent, 2)
    agent.press("1")
    says(agent, "это наша ошибка")
    agent.page.reload()
    says(agent, "это наша ошибка")

    agent.press("1")
    came(agent, 4)
    # She has no account of points: what gives some is not offered.
    expect(agent.page.locator("#script button[data-keys='2']")).to_have_count(0)
    agent.press("1")
    came(agent, 5)
    agent.press("2")
    expect(agent.page.locator("#script ul li")).to_contain_text(["Написать, что сделано"])
    agent.settle()
    assert not Promise.objects.exists()
    agent.press("1")
    expect(agent.page.locator("section#script")).to_have_count(0)
    expect(agent.page.locator("#head .lines")).to_contain_text("Написать, что сделано")

    agent.press("r")
    agent.press("Control+Enter")
    expect(agent.page.locator("#text")).to_have_value("")
    expect(agent.page.locator(".message.ours")).to_contain_text("Сейчас разберусь")

    run, line = ScriptRun.objects.get(), ScriptLine.objects.get()
    assert (run.outcome, run.suggested) == ("waiting", "mood")
    assert list(run.path.order_by("turn").values_list("came_by", flat=True)).count("back") == 1
    assert (line.step, line.edited_ratio) == ("name_it", 0.0)
    assert Message.objects.filter(direction="out").count() == 1


def test_a_slash_and_its_shortcut_begin_a_script_and_escape_leaves_it(reader, ticket):
    agent = reader(locale="ru")
    at_the(ticket, agent)
    agent.press("r")
    agent.type("/an")
    expect(agent.page.locator("#shortcuts [role=option]")).to_have_count(1)
    agent.press("Enter")
    says(agent, FIRST)
    expect(agent.page.locator("#text")).to_have_value("")

    agent.press("Escape")
    expect(agent.page.locator("section#script")).to_have_count(0)
    assert ScriptRun.objects.get().outcome == "stopped"
    assert not Message.objects.filter(direction="out").exists()


def test_the_menu_is_searched_and_played_by_keys(reader, ticket):
    agent = reader(locale="ru")
    at_the(ticket, agent)
    agent.page.locator("#messages").focus()
    agent.press(";")
    expect(agent.page.locator("#script-find")).to_be_focused()
    agent.type("сердит")
    agent.press("Enter")
    says(agent, FIRST)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("language", "width"), [("ru", 1440), ("bg", 360)])
def test_the_player_is_read_by_everybody_and_fits(reader, language, theme, width):
    ticket = angry_ticket(language)
    agent = reader(locale=language, theme=theme, width=width)
    at_the(ticket, agent)
    agent.page.locator(".suggested button").click()
    says(agent, FIRST)
    agent.settle()

    assert agent.serious_faults() == []
    assert agent.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

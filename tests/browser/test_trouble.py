"""What was asked for and not done is said on the page, in words that tell what to do."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.test_desk import sign_in
from tests.browser.test_late_parcel_script import veras_ticket

TROUBLES = {
    500: "Сервер не справился",
    403: "Отказано",
    404: "Этого здесь уже нет",
    429: "Слишком много сразу",
}


@pytest.fixture
def agent(reader):
    """In front of Vera's ticket, with words that are not sent yet."""
    ticket = veras_ticket("ru")
    agent = reader(locale="ru", width=360, theme="dark")
    sign_in(agent)
    agent.open(reverse("support:ticket", args=[ticket.pk]))
    agent.page.locator("#text").fill("Сейчас посмотрю.")
    return agent


def send(agent) -> None:
    agent.page.locator("#text").press("Control+Enter")


def expected(agent, *said: str) -> None:
    """The browser's console says so too; nothing else may have gone wrong."""
    assert len(agent.complaints) >= 1
    assert all(any(words in one for words in said) for one in agent.complaints)
    agent.complaints.clear()


@pytest.mark.parametrize("status", TROUBLES)
def test_what_the_server_refused_is_said_and_the_words_stay(agent, status):
    agent.page.route("**/replies/", lambda route: route.fulfill(status=status, body=""))
    send(agent)

    trouble = agent.page.locator("#trouble")
    expect(trouble).to_be_visible()
    expect(trouble).to_contain_text(TROUBLES[status])
    expect(agent.page.locator("#text")).to_have_value("Сейчас посмотрю.")
    assert agent.serious_faults() == []
    expected(agent, str(status), "Response Status Error")

    agent.page.unroute("**/replies/")
    send(agent)
    expect(agent.page.locator(".message.ours")).to_contain_text("Сейчас посмотрю.")
    expect(trouble).to_be_hidden()


def test_a_lost_connection_is_said_until_it_is_back(agent):
    agent.page.context.set_offline(True)
    send(agent)
    trouble = agent.page.locator("#trouble")
    expect(trouble).to_contain_text("Ответа нет")

    agent.page.context.set_offline(False)
    expect(trouble).to_be_hidden(timeout=20_000)
    expect(agent.page.locator("#text")).to_have_value("Сейчас посмотрю.")
    expected(agent, "ERR_INTERNET_DISCONNECTED", "htmx:")


def test_who_is_signed_out_meanwhile_is_led_to_the_door_and_back(agent):
    agent.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    send(agent)

    trouble = agent.page.locator("#trouble")
    expect(trouble).to_contain_text("Вы вышли")
    trouble.get_by_role("link").click()
    expect(agent.page).to_have_url(re.compile("next="))

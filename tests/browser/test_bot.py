"""In the chat of a shop's site the bot helps a customer in Bulgarian, and hands them over when they want a person."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from crm.messages import receiving, sending
from crm.models import ChannelAccount, Message, RawDelivery
from support.bot import answering, duty
from support.help import writing
from support.models import Article, ArticleCategory, BotConversation, BotTurn, Ticket
from tests.browser.test_accessibility import sign_in
from tests.factories.channel_accounts import ChannelAccountFactory
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON
from tests.factories.tickets import agent

LENGTH = "Точките за покупка важат 12 месеца."


@pytest.fixture
def account() -> ChannelAccount:
    account = ChannelAccountFactory(channel="chat")
    duty.turn_on(account, by=None, at=NOON)
    return account


@pytest.fixture
def article() -> Article:
    shelf = ArticleCategory.objects.create(slug="points")
    article = Article.objects.create(slug="points-expire", category=shelf)
    wording = {
        "title": "Кога изтичат точките?",
        "summary": LENGTH,
        "body": LENGTH,
        "keywords": ["срок на точките"],
    }
    writing.write(article, told={"bg": wording, "ru": wording, "en": wording}, by=None, at=NOON)
    writing.publish(article, by=None, at=NOON)
    return article


def house_works() -> None:
    """What workers and the relay do beside the pages."""
    for pk in RawDelivery.objects.filter(processed_at=None).values_list("pk", flat=True):
        receiving.work_off(pk, at=timezone.now())
    for message in BotTurn.objects.waiting().values_list("message", flat=True):
        answering.answer_message(message, at=timezone.now())
    while sending.send_next(at=timezone.now()):
        pass


@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1440)])
def test_the_bot_helps_in_bulgarian_and_hands_over(reader, account, article, theme, width):
    visitor = reader(locale="bg", theme=theme, width=width)
    page = visitor.page
    visitor.open(f"/chat/{account.key}/?language=bg")
    expect(page.locator("[data-listens]")).to_have_count(1)

    page.locator("#chat-text").fill("Кога изтичат точките ми?")
    page.keyboard.press("Enter")
    expect(page.locator(".message small:not([hidden])")).to_have_count(0)
    house_works()

    expect(page.get_by_text(LENGTH)).to_be_visible(timeout=10_000)
    choices = page.locator("[data-chat-choices] button")
    expect(choices).to_have_count(3)
    assert visitor.serious_faults() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not Ticket.objects.exists()

    choices.last.click()
    expect(page.locator(".message small:not([hidden])")).to_have_count(0)
    house_works()

    expect(page.locator(".message")).to_have_count(5, timeout=10_000)
    expect(page.locator("[data-chat-choices]")).to_have_count(0)
    ticket = Ticket.objects.get()
    assert ticket.subject == "Кога изтичат точките ми?"
    assert ticket.placed.count() == Message.objects.count() == 4


@pytest.mark.parametrize(("locale", "theme", "width"), [("ru", "light", 1280), ("bg", "dark", 1440)])
def test_a_lead_reads_what_it_could_not_answer(reader, account, article, locale, theme, width):
    for number, asked in enumerate(
        ("Есть ли у вас парковка?", "а парковка у вас есть", "Вы продаёте самовары?")
    ):
        talk = BotConversation.objects.create(
            customer=CustomerFactory(),
            key=f"k{number}",
            language="ru",
            started_at=NOON,
            last_at=timezone.now(),
        )
        BotTurn.objects.create(
            conversation=talk, asked=asked, reason="not_known", asked_at=timezone.now(), answered_at=NOON
        )
    lead = reader(locale=locale, theme=theme, width=width)
    sign_in(lead, agent(role="team lead", language=locale))

    lead.open("/admin/support/bot/")

    expect(lead.page.get_by_role("heading", level=3)).to_have_count(2)
    assert lead.serious_faults() == []
    assert lead.page.evaluate("document.documentElement.scrollWidth") <= width

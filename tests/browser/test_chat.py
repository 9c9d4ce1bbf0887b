"""The chat on somebody else's page: another origin, a strict policy of its own, one script tag."""

from contextlib import AbstractContextManager

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from crm.channels import channel_named
from crm.channels.base import Letter
from crm.channels.proving import signature
from crm.messages import receiving
from crm.models import ChannelAccount, Message, RawDelivery
from tests.browser.shop_page import shop_page
from tests.factories.channel_accounts import SECRET, ChannelAccountFactory
from tests.factories.customers import IdentityFactory


def shop_site(house: str, key: str, attributes: str = "") -> AbstractContextManager[str]:
    tag = f'<script src="{house}/static/js/chat-widget.js" data-key="{key}" {attributes} defer></script>'
    return shop_page(house, tag)


@pytest.fixture
def account() -> ChannelAccount:
    return ChannelAccountFactory(channel="chat")


def let_in(account: ChannelAccount, site: str) -> None:
    account.settings = {"sites": [site]}
    account.save()


def work_off() -> None:
    for pk in RawDelivery.objects.filter(processed_at=None).values_list("pk", flat=True):
        receiving.work_off(pk, at=timezone.now())


def answer(text: str) -> None:
    """As a worker sends what a colleague wrote."""
    asked = Message.objects.filter(direction="in").latest("pk")
    reply = Message.objects.create(
        customer=asked.customer, account=asked.account, direction="out", author_kind="rule", state="sending",
        identity_kind="chat", address=asked.address, thread=asked.thread, source="t", source_id=text, text=text,
        occurred_at=timezone.now(), recorded_at=timezone.now(),
    )  # fmt: skip
    receipt = channel_named("chat").send(asked.account, Letter(id=reply.pk, to=asked.address, text=text))
    Message.objects.filter(pk=reply.pk).update(state="sent", external_id=receipt.external_id)


def test_a_visitor_asks_on_the_shops_page_and_reads_the_answer(reader, account):
    visitor = reader(locale="ru", width=360)
    with shop_site(visitor.address, account.key) as site:
        let_in(account, site)
        visitor.page.goto(site)
        visitor.page.get_by_role("button", name="Напишите нам").click()
        window = visitor.page.frame_locator("iframe")
        expect(window.locator("[data-listens]")).to_have_count(1)
        window.locator("#chat-text").fill("Есть ли <b>улун</b>?")
        visitor.page.keyboard.press("Enter")
        expect(window.get_by_text("Есть ли <b>улун</b>?")).to_be_visible()

        expect(window.locator(".message small:not([hidden])")).to_have_count(0)
        work_off()
        answer("Есть, молочный и тёмный.")

        expect(window.get_by_text("Есть, молочный и тёмный.")).to_be_visible(timeout=10_000)
        expect(window.locator(".message", has_text="улун")).to_have_count(1)
        visitor.page.reload()
        visitor.page.get_by_role("button", name="Напишите нам").click()
        expect(window.get_by_text("Есть, молочный и тёмный.")).to_be_visible(timeout=10_000)
        visitor.page.keyboard.press("Escape")
    assert Message.objects.get(direction="out").state == "read"
    assert Message.objects.filter(direction="in").count() == 1


def test_whoever_is_signed_in_at_the_shop_is_known_at_once(reader, account):
    person = IdentityFactory(external=True, namespace=account.shop.slug).customer
    until = int(timezone.now().timestamp()) + 600
    proof = signature(SECRET, f"c-1:{until}".encode())
    visitor = reader(locale="ru")
    told = f'data-customer="c-1" data-until="{until}" data-proof="{proof}"'
    with shop_site(visitor.address, account.key, told) as site:
        let_in(account, site)
        visitor.page.goto(site)
        visitor.page.get_by_role("button", name="Напишите нам").click()
        window = visitor.page.frame_locator("iframe")
        expect(window.locator("[data-listens]")).to_have_count(1)
        window.locator("#chat-text").fill("Где мой заказ?")
        window.locator("[data-chat-form] button").click()
        visitor.page.wait_for_timeout(1500)
        work_off()
        assert Message.objects.get().customer == person
        # Nothing of theirs stays for the next one at this computer.
        assert visitor.page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize(("locale", "theme", "width"), [("ru", "light", 360), ("bg", "dark", 1440)])
def test_the_window_is_usable_by_everybody(reader, account, locale, theme, width):
    visitor = reader(locale=locale, theme=theme, width=width)

    visitor.open(f"/chat/{account.key}/?language={locale}")

    assert visitor.serious_faults() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    visitor.tab_to("#chat-text")

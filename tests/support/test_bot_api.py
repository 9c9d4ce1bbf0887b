"""A shop's own chat asks the bot over HTTP."""

from __future__ import annotations

import pytest

from crm.models import ChannelAccount, Customer, Message
from support.models import BotConversation, BotTurn, Ticket
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ShopSystem:
    ChannelAccount.objects.create(channel="email", name="mail", opened_at=NOON, is_main=True)
    return ShopSystem()


@pytest.fixture
def vera() -> Customer:
    return CustomerFactory(language="bg")


def begin(shop: ShopSystem, vera: Customer, **more: object) -> str:
    told = {"customer": vera.pk, "external_id": "c-1", "language": "bg", **more}
    key: str = shop.post("bot/sessions/", told).body["session"]
    return key


def says(shop: ShopSystem, session: str, text: str, external_id: str = "m-1") -> dict[str, object]:
    told = {"external_id": external_id, "text": text}
    answer: dict[str, object] = shop.post(f"bot/sessions/{session}/messages/", told).body
    return answer


def test_a_signed_in_customer_is_told_of_their_own_order(shop, vera):
    order = placed_order(shop=shop.shop, customer=vera, number="LP-77")
    session = begin(shop, vera, is_signed_in=True)

    answer = says(shop, session, "Къде е поръчката ми?")

    assert (answer["kind"], answer["given"]) == ("tool", "tool:order-status")
    assert order.number in str(answer["text"])


def test_without_the_shops_word_nothing_of_an_account_is_told(shop, vera):
    order = placed_order(shop=shop.shop, customer=vera, number="LP-77")

    answer = says(shop, begin(shop, vera), "Къде е поръчката ми?")

    assert answer["kind"] == "asked_back"
    assert order.number not in str(answer["text"])


def test_said_twice_it_is_heard_once(shop, vera):
    session = begin(shop, vera)
    assert begin(shop, vera) == session

    assert says(shop, session, "Здравейте") == says(shop, session, "Здравейте")
    assert BotTurn.objects.count() == 1


def test_handed_over_it_is_a_ticket_with_the_whole_conversation(shop, vera):
    session = begin(shop, vera)
    says(shop, session, "Здравейте")
    answer = says(shop, session, "искам да говоря с човек", "m-2")
    says(shop, session, "Спешно е", "m-3")

    ticket = Ticket.objects.get()
    assert (answer["kind"], ticket.customer) == ("handed_over", vera)
    words = "\n".join(Message.objects.filter(direction="in").order_by("pk").values_list("text", flat=True))
    assert "Здравейте" in words
    assert "> " in words
    assert "Спешно е" in words
    assert shop.get(f"bot/sessions/{session}/").body["ticket"] == ticket.pk


def test_a_session_belongs_to_its_shop_and_its_customer(shop, vera):
    session = begin(shop, vera)

    assert ShopSystem(ShopFactory()).get(f"bot/sessions/{session}/").status == 404
    told = {"customer": CustomerFactory().pk, "external_id": "c-1"}
    assert shop.post("bot/sessions/", told).status == 409


def test_what_was_said_is_read_page_by_page(shop, vera, django_assert_max_num_queries):
    session = begin(shop, vera)
    for number in range(3):
        says(shop, session, "Здравейте", f"m-{number}")

    with django_assert_max_num_queries(9):
        items = shop.get(f"bot/sessions/{session}/messages/").body["items"]
    assert [one["asked"] for one in items] == ["Здравейте"] * 3
    assert BotConversation.objects.get().account is None

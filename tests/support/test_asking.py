"""A question typed on our page arrives like any message, once, and shows nobody's data to whoever typed an address."""

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from crm.models import ChannelAccount, Message, TimelineEntry
from crm.purchases import order_links
from support.models import Ticket, Topic
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory
from tests.factories.tickets import agent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox() -> ChannelAccount:
    cache.clear()
    ShopFactory()
    return ChannelAccount.objects.create(
        channel="email", name="Mail", address="help@lipa.example", opened_at=NOON, is_main=True
    )


def typed(client, *, after=10, query="", **more):
    with time_machine.travel(NOON, tick=False) as now:
        form = client.get(reverse("ask") + query).context["form"]
        now.shift(after)
        told = {
            "name": "Вера",
            "address": "vera@example.org",
            "text": "Где моя посылка?",
            "since": form.initial["since"],
        }
        return client.post(reverse("ask") + query, told | more)


def test_a_question_opens_a_ticket_that_is_answered_by_mail(client):
    topic = Topic.objects.create(slug="delivery", names={"en": "Delivery"})

    assert typed(client, topic=topic.pk).url == reverse("asked")

    ticket = Ticket.objects.get()
    assert (ticket.topic, ticket.channel, ticket.address) == (topic, "email", "vera@example.org")
    assert not Message.objects.get().is_proved
    with time_machine.travel(NOON):
        assert str(ticket) in client.get(reverse("asked")).content.decode()


def test_colleagues_read_that_it_came_by_the_form_and_is_answered_by_mail(client):
    typed(client)
    ticket = Ticket.objects.get()
    client.force_login(agent(language="en"))

    page = client.get(reverse("support:ticket", args=[ticket.pk])).text

    assert "Opened: Form on our site" in page
    assert "Answer: E-mail" in page
    assert "<span>Form on our site</span>" in page
    entry = TimelineEntry.objects.get(kind="crm.message_received")
    assert entry.channel == "form"
    assert entry.fact.aloud() == "Wrote to us: Form on our site"


def test_sent_twice_it_is_one_question(client):
    with time_machine.travel(NOON, tick=False) as now:
        form = client.get(reverse("ask")).context["form"]
        now.shift(10)
        told = {"name": "V", "address": "v@example.org", "text": "?", "since": form.initial["since"]}
        for _ in range(2):
            client.post(reverse("ask"), told)

    assert Message.objects.count() == 1


@pytest.mark.parametrize("how", [{"after": 1}, {"website": "http://spam.example"}])
def test_what_a_machine_sends_is_answered_alike_and_thrown_away(client, how):
    assert typed(client, **how).url == reverse("asked")
    assert not Message.objects.exists()


def test_a_page_that_was_open_for_days_keeps_the_words(client):
    shown = typed(client, after=25 * 60 * 60).content.decode()

    assert "Где моя посылка?" in shown
    assert "send them again" in shown


def test_many_questions_from_one_place_have_to_wait(client):
    answers = [typed(client, text=f"{n}?").status_code for n in range(12)]

    assert answers[:10] == [302] * 10
    assert answers[-1] == 429


def test_a_phone_is_refused_where_no_sms_can_be_sent(client):
    shown = typed(client, address="+359 88 812 3456").content.decode()

    assert "Write an e-mail address, please." in shown
    assert "Где моя посылка?" in shown


def test_a_question_from_the_page_of_an_order_of_theirs_stands_with_it(client):
    order = placed_order("o-7", customer=CustomerFactory())

    typed(client, query=f"?order={order_links.token_of(order)}")

    ticket = Ticket.objects.get()
    assert "o-7" in Message.objects.get().subject
    # Whoever has the link is not proved to be the buyer.
    assert list(ticket.orders.all()) == []

"""A part of a ticket is chosen, what it brings is read, then it goes on by itself, and can be put back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from support.models import Team, Ticket, TicketMessage
from tests.factories.customers import CustomerFactory
from tests.factories.tickets import after, agent, ticket_of, wrote

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(client):
    one = agent(language="en", name="Iva Marinova")
    client.force_login(one)
    return one


@pytest.fixture
def messages():
    """About a parcel by Telegram, then about a vase by SMS: one ticket."""
    person = CustomerFactory()
    return [
        wrote("Где посылка?", customer=person),
        wrote("И ещё: ваза с трещиной", customer=person, by="sms", at=after(hours=1)),
    ]


def page_of(ticket: Ticket) -> str:
    return reverse("support:splitting", args=[ticket.pk])


def test_what_it_brings_is_read_before_anything_is_done(client, colleague, messages):
    ticket = ticket_of(messages[0])

    page = client.post(page_of(ticket), {"message": messages[1].pk, "how": "look"}).text

    assert "1 message goes on in a ticket of its own: “И ещё: ваза с трещиной”." in page
    assert "1 message stays here." in page
    assert "There we answer by: SMS." in page
    assert Ticket.objects.count() == 1


def test_the_part_goes_on_by_itself_and_is_put_back(client, colleague, messages):
    ticket = ticket_of(messages[0])

    done = client.post(page_of(ticket), {"message": messages[1].pk, "how": "split"}, follow=True)

    part = ticket_of(messages[1])
    assert part != ticket
    assert f"That part goes on in ticket {part.pk}." in done.text
    client.post(reverse("support:merger", args=[ticket.pk]), {"other": part.pk})
    assert TicketMessage.objects.filter(ticket=ticket).count() == 2
    assert "That part goes on" not in client.get(done.redirect_chain[0][0]).text


@pytest.mark.parametrize("chosen", [[], [0, 1], ["x", "999999999"]])
@pytest.mark.parametrize("how", ["look", "split"])
def test_nothing_or_everything_is_no_part(client, colleague, messages, chosen, how):
    asked = [messages[one].pk if isinstance(one, int) else one for one in chosen]

    page = client.post(page_of(ticket_of(messages[0])), {"message": asked, "how": how}).text

    assert "leave at least one" in page
    assert Ticket.objects.count() == 1


def test_the_same_form_sent_twice_splits_once(client, colleague, messages):
    ticket = ticket_of(messages[0])
    for _time in range(2):
        client.post(page_of(ticket), {"message": messages[1].pk, "how": "split"})

    assert Ticket.objects.count() == 2


def test_of_a_long_conversation_the_earlier_messages_are_one_click_away(client, colleague, messages):
    person = messages[0].customer
    for minute in range(50):
        wrote(f"Ещё {minute}", customer=person, at=after(hours=2, minutes=minute))
    page = client.get(page_of(ticket_of(messages[0])))

    assert "Где посылка?" not in page.text
    earlier = client.get(page_of(ticket_of(messages[0])), {"before": page.context["earlier"]})
    assert "Где посылка?" in earlier.text
    assert "Ещё 0" not in earlier.text


def test_a_foreign_ticket_is_not_there_to_be_split(client, colleague, messages):
    Ticket.objects.update(team=Team.objects.create(slug="w", names={"en": "W"}), assignee=None)

    assert client.get(page_of(ticket_of(messages[0]))).status_code == 404


def test_a_part_that_was_never_split_off_here_is_not_told_of(client, colleague, messages):
    ticket = ticket_of(messages[0])
    other = ticket_of(wrote("Другое"))

    assert "That part goes on" not in client.get(page_of(ticket), {"part": other.pk}).text

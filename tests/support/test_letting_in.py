"""Who only guessed a token is held, changes nothing, and is let in or sent away by people."""

from __future__ import annotations

import pytest

from crm.models import Customer, Message
from support import states
from support.answering import letting_in
from support.models import Ticket
from support.models.tagging import Category
from tests.factories.customers import CustomerFactory
from tests.factories.tickets import after, agent, ticket_of, wrote

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> tuple[Ticket, Message]:
    """A stranger shows the token of somebody's conversation."""
    first = wrote("Где посылка?", customer=CustomerFactory(given_name="Ирина"))
    its = ticket_of(first)
    message = wrote("Это я, пришлите на другой адрес", token_thread=first.thread, at=after(minutes=5))
    return its, message


def test_a_stranger_stands_in_the_ticket_and_changes_nothing(held: tuple[Ticket, Message]) -> None:
    its, message = held
    before = its.address, its.last_words, its.category

    its.refresh_from_db()
    assert message.state == Message.State.HELD
    assert ticket_of(message) == its
    assert (its.address, its.last_words, its.category) == before
    assert its.clocks.filter(kind="next_response").count() == 0


def test_a_second_word_of_the_stranger_is_held_too(held: tuple[Ticket, Message]) -> None:
    its, message = held
    stranger = message.customer

    again = wrote("Ау?", customer=stranger, token_thread=message.thread, at=after(minutes=6))

    assert again.state == Message.State.HELD
    assert ticket_of(again) == its


def test_let_in_it_counts_and_is_answered_where_it_came_from(held: tuple[Ticket, Message]) -> None:
    its, message = held

    its = letting_in.let_in(message, by=agent(), at=after(hours=1))

    message.refresh_from_db()
    assert message.state == Message.State.RECEIVED
    assert (its.address, its.last_words) == (message.address, message.text)
    with pytest.raises(letting_in.NotHeld):
        letting_in.let_in(message, by=agent(), at=after(hours=2))


def test_sent_away_it_is_a_conversation_of_whoever_wrote_it(held: tuple[Ticket, Message]) -> None:
    its, message = held

    theirs = letting_in.send_away(message, by=agent(), at=after(hours=1))

    assert theirs != its
    assert theirs.customer == message.customer != its.customer
    assert theirs.category == Category.NEW
    assert its.placed.count() == 1
    assert Customer.objects.count() == 2


def test_let_in_after_its_ticket_was_closed_it_is_a_new_one(held: tuple[Ticket, Message]) -> None:
    its, message = held
    states.move(its, to=Category.CLOSED, by=agent(), at=after(minutes=30))

    counts_in = letting_in.let_in(message, by=agent(), at=after(hours=1))

    assert counts_in != its
    assert ticket_of(message) == counts_in
    assert counts_in.category == Category.NEW

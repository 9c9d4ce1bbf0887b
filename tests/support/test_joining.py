"""Two tickets are one matter, or one is two; whatever is joined can be given back whole."""

from __future__ import annotations

import pytest

from crm.models import Customer
from crm.people import merging
from support import joining, labelling, snoozing, states
from support.answering import noting
from support.changing import TicketIsClosed
from support.models import Note, Ticket, TicketMessage
from support.models.tagging import Category
from tests.factories.customers import CustomerFactory
from tests.factories.tickets import after, agent, ticket, ticket_of, wrote

pytestmark = pytest.mark.django_db


def two_tickets(person: Customer) -> tuple[Ticket, Ticket]:
    """One that was split off the other."""
    first = ticket("Где посылка?", customer=person)
    second = wrote("И ещё: вернуть вазу", customer=person, by="sms", at=after(hours=1))
    begun = joining.split(first, messages=[second], by=agent(), at=after(hours=2))
    first.refresh_from_db()
    return first, begun


def test_a_part_goes_on_by_itself_and_answers_go_where_it_was_written() -> None:
    first, begun = two_tickets(CustomerFactory())

    assert (first.channel, begun.channel) == ("telegram", "sms")
    assert (first.last_words, begun.last_words) == ("Где посылка?", "И ещё: вернуть вазу")
    assert begun.opened_at == after(hours=1)
    assert begun.clocks.filter(kind="first_response", began_at=after(hours=1)).exists()


def test_nothing_is_split_where_nothing_would_be_left() -> None:
    message = wrote()

    with pytest.raises(joining.NothingToSplit):
        joining.split(ticket_of(message), messages=[message], by=agent(), at=after(hours=1))


def test_later_words_follow_a_merged_ticket() -> None:
    person = CustomerFactory()
    first, begun = two_tickets(person)
    joining.merge(begun, into=first, by=agent(), at=after(hours=3))

    again = ticket("Ну что?", customer=person, by="sms", at=after(hours=4))

    assert again == first
    assert TicketMessage.objects.filter(ticket=first).count() == 3


def test_undoing_gives_back_state_messages_and_notes_and_leaves_what_came_since() -> None:
    person, colleague = CustomerFactory(), agent()
    first, begun = two_tickets(person)
    noting.write_note(begun, text="Ваза с трещиной", by=colleague, key="n", at=after(hours=2))
    states.move(begun, to=Category.WAITING_US, by=colleague, at=after(hours=2))
    snoozing.snooze(begun, until=after(days=1), by=colleague, at=after(hours=2))
    begun.refresh_from_db()
    joining.merge(begun, into=first, by=colleague, at=after(hours=3))
    wrote("Ну что?", customer=person, by="sms", at=after(hours=4))

    joining.unmerge(begun, by=colleague, at=after(hours=5))

    stands, first = Ticket.objects.get(pk=begun.pk), Ticket.objects.get(pk=first.pk)
    assert stands.merged_into is None
    assert (stands.category, stands.snoozed_until) == (Category.WAITING_US, after(days=1))
    assert stands.last_words == "И ещё: вернуть вазу"
    assert Note.objects.get().ticket == stands
    assert first.last_words == "Ну что?"
    assert first.placed.count() == 2


def test_undone_twice_is_refused() -> None:
    first, begun = two_tickets(CustomerFactory())
    joining.merge(begun, into=first, by=agent(), at=after(hours=3))
    joining.unmerge(begun, by=agent(), at=after(hours=4))

    with pytest.raises(joining.NotMerged):
        joining.unmerge(begun, by=agent(), at=after(hours=5))


def test_tickets_of_two_people_are_one_only_when_the_people_are() -> None:
    first, second = ticket("Где?"), ticket("Когда?", by="sms")
    with pytest.raises(joining.TicketOfAnother):
        joining.merge(second, into=first, by=agent(), at=after(hours=1))

    merging.merge(first.customer, other=second.customer, by=None, at=after(hours=1))
    joining.merge(second, into=first, by=agent(), at=after(hours=1))

    second.refresh_from_db()
    assert second.merged_into == first


def test_a_closed_ticket_takes_in_nothing() -> None:
    first, begun = two_tickets(CustomerFactory())
    states.move(first, to=Category.CLOSED, by=agent(), at=after(hours=3))

    with pytest.raises(TicketIsClosed):
        joining.merge(begun, into=first, by=agent(), at=after(hours=4))


def test_a_chain_of_merges_ends_in_the_last() -> None:
    person, colleague = CustomerFactory(), agent()
    first, second = two_tickets(person)
    labelling.add_tag(second, name="ваза", by=colleague, at=after(hours=2))
    message = wrote("Третье", customer=person, by="viber", at=after(hours=3))
    third = joining.split(ticket_of(message), messages=[message], by=colleague, at=after(hours=3))
    joining.merge(second, into=first, by=colleague, at=after(hours=4))
    joining.merge(first, into=third, by=colleague, at=after(hours=5))

    assert noting.write_note(second, text="!", by=colleague, key="n", at=after(hours=6)).ticket == third
    assert [tag.name for tag in third.tags.all()] == ["ваза"]
    joining.unmerge(first, by=colleague, at=after(hours=7))
    assert Ticket.objects.get(pk=first.pk).placed.count() == 2

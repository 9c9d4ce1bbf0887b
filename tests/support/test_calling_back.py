"""Whoever said elsewhere that something was wrong is somebody's, and spoken to before long."""

from datetime import timedelta
from typing import Any

import pytest

from crm.models import Customer
from crm.people.tombstones import PersonErased
from support import states
from support.answering import calling_back
from support.models import Clock, Ticket
from support.models.tagging import Category
from support.timekeeping import clocks
from support.timekeeping.deadlines import Kind
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import ShopFactory
from tests.factories.tickets import AccountFactory, after, agent, ticket
from tests.factories.tickets import account as account_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def person() -> Customer:
    ShopFactory()
    customer = CustomerFactory()
    IdentityFactory(customer=customer, value="irina@mail.example", verified=True)
    AccountFactory(channel="email", address="hello@lipa.example")
    return customer


def called(person: Customer, **more: Any) -> Ticket:
    told = {
        "subject": "2 of 5",
        "text": "Ваза разбилась",
        "source": "surveys",
        "source_id": "entry:17",
        "channel": "email",
        "until": after(hours=24),
        "at": after(),
    }
    return Ticket.objects.get(pk=calling_back.call_back(person, **{**told, **more}))


def test_an_unhappy_word_is_a_ticket_with_an_owner_and_a_moment_though_nobody_is_on_a_shift(
    person: Customer,
) -> None:
    ana = agent()
    its = called(person)

    assert (its.priority, its.assignee) == (Ticket.Priority.HIGH, ana)
    assert (its.next_due_at, its.next_due_kind) == (after(hours=24), Kind.CONTACT)
    assert (its.subject, its.last_words, its.address) == ("2 of 5", "Ваза разбилась", "irina@mail.example")


def test_without_agents_a_lead_has_it(person: Customer) -> None:
    lead = agent(role="team lead")
    lead.agent_profile.delete()

    assert called(person).assignee == lead


def test_the_same_word_again_changes_nothing(person: Customer) -> None:
    agent()
    its = called(person)

    assert called(person, at=after(hours=1)) == its
    assert Clock.objects.filter(kind=Kind.CONTACT).get().due_at == after(hours=24)


def test_who_has_an_open_conversation_is_spoken_to_in_that(person: Customer) -> None:
    agent()
    account_of("telegram")
    its = ticket(customer=person)

    assert called(person, at=after(hours=1)) == its
    its.refresh_from_db()
    assert its.priority == Ticket.Priority.HIGH


def test_a_human_answer_or_a_resolution_ends_the_waiting(person: Customer) -> None:
    ana = agent()
    answered = called(person)
    clocks.answered(answered, at=after(hours=2))
    assert Clock.objects.get(kind=Kind.CONTACT).fulfilled_at == after(hours=2)

    again = called(person, source_id="entry:18", at=after(hours=3), until=after(hours=27))
    states.move(again, to=Category.RESOLVED, by=ana, at=after(hours=4))
    assert not Clock.objects.filter(kind=Kind.CONTACT, fulfilled_at=None).exists()


def test_of_two_words_the_earlier_moment_stands(person: Customer) -> None:
    agent()
    its = called(person)
    called(person, source_id="entry:18", until=after(hours=5), at=after(hours=1))
    its.refresh_from_db()
    assert its.next_due_at == after(hours=5)

    called(person, source_id="entry:19", until=after(hours=48), at=after(hours=2))
    its.refresh_from_db()
    assert its.next_due_at == after(hours=5)


def test_nothing_is_opened_about_who_was_forgotten(person: Customer) -> None:
    person.erased_at = after()
    person.save()

    with pytest.raises(PersonErased):
        called(person)
    assert not Ticket.objects.exists()

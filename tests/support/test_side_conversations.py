"""Departments are asked beside the conversation; who looks at a ticket is seen; calls have their place in it."""

from __future__ import annotations

import pytest
from django.core import mail

from crm.models import Call
from support import opening, states
from support.answering import presence, side_conversations
from support.models import TicketCall
from support.models.tagging import Category
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON
from tests.factories.tickets import TeamFactory, account, after, agent, ticket, wrote

pytestmark = pytest.mark.django_db


def asked(team, its=None, **more):
    told = {
        "subject": "Где посылка?",
        "text": "Когда отправим?",
        "by": agent(),
        "key": "k",
        "at": after(hours=1),
    }
    return side_conversations.ask(its or ticket(), team=team, **{**told, **more})


def test_a_department_is_mailed_once_what_was_typed_and_no_more() -> None:
    team = TeamFactory(email="warehouse@lipa.example")
    asked(team, ticket("Меня зовут Ирина"))

    assert [side_conversations.send_due(at=after(hours=1)) for _time in range(2)] == [1, 0]
    sent = mail.outbox[-1]
    assert (sent.to, sent.subject) == (["warehouse@lipa.example"], "Где посылка?")
    assert "Когда отправим?" in sent.body
    assert "Ирина" not in sent.body


def test_what_the_department_answers_is_not_mailed_to_it() -> None:
    team = TeamFactory(email="warehouse@lipa.example")
    its = asked(team)
    side_conversations.send_due(at=after(hours=1))

    side_conversations.say(its, text="Завтра", by=agent(team), key="a", at=after(hours=2))

    assert side_conversations.send_due(at=after(hours=2)) == 0
    assert its.messages.count() == 2


def test_one_without_an_address_is_asked_on_our_pages_alone() -> None:
    asked(TeamFactory())

    assert side_conversations.send_due(at=after(hours=1)) == 0


def test_asked_twice_it_is_one_question_and_settled_it_is_over() -> None:
    team, its, by = TeamFactory(), ticket(), agent()
    one = asked(team, its, by=by)
    assert asked(team, its, by=by) == one
    side_conversations.settle(one, by=by, at=after(hours=2))

    with pytest.raises(side_conversations.AlreadySettled):
        side_conversations.say(one, text="Ещё", by=by, key="b", at=after(hours=3))
    with pytest.raises(side_conversations.NothingAsked):
        asked(team, its, text=" ", key="c")


def test_colleagues_see_who_else_is_here_and_who_types() -> None:
    its, one, other = ticket(), agent(), agent()
    assert presence.here(its, user=one, at=NOON, is_typing=True) == []

    seen = presence.here(its, user=other, at=after(seconds=10), is_typing=False)

    assert [(user, user.is_typing) for user in seen] == [(one, True)]
    assert presence.here(its, user=other, at=after(seconds=55), is_typing=False) == []
    presence.leave(its, user=other)
    assert presence.here(its, user=one, at=after(seconds=56), is_typing=False) == []


def call_of(person, **more):
    told = {
        "external_id": f"c{Call.objects.count()}",
        "direction": "in",
        "phone": "+359888123456",
        "recorded_at": NOON,
    }
    return Call.objects.create(account=account("phone"), customer=person, rang_at=NOON, **{**told, **more})


def test_who_wrote_and_then_rings_has_one_conversation() -> None:
    person = CustomerFactory()
    its = ticket(customer=person)

    rang = opening.hear_call(call_of(person), at=after(minutes=1))

    assert rang == its
    assert TicketCall.objects.get().ticket == its


def test_a_first_call_opens_a_ticket_and_what_follows_joins_it() -> None:
    person = CustomerFactory()
    call = call_of(person)
    its = opening.hear_call(call, at=NOON)

    assert opening.hear_call(call, at=after(minutes=3)) == its
    assert its.channel == "phone"
    assert its.placed.count() == 0
    wrote("Как договорились, пишу", customer=person, at=after(minutes=5))
    its.refresh_from_db()
    assert (its.channel, its.placed.count()) == ("telegram", 1)


def test_a_missed_call_waits_for_us_and_nobody_knows_whose_it_is_opens_nothing() -> None:
    person = CustomerFactory()
    its = ticket(customer=person)
    states.move(its, to=Category.WAITING_CUSTOMER, by=agent(), at=after(minutes=1))

    its = opening.hear_call(call_of(person, missed_at=NOON), at=after(minutes=2))

    assert its.unread_since == NOON
    assert opening.hear_call(call_of(None), at=NOON) is None

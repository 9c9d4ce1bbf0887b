"""By phone two things are asked that only the customer knows, before anything personal is told."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core import mail

from crm.models import Call
from crm.people.identity_kinds import IdentityKind
from support import opening
from support.answering import identity_checks
from support.models import IdentityCheck, Ticket
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON
from tests.factories.tickets import account, after, agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def rings() -> Ticket:
    person = CustomerFactory(birthday=date(1990, 5, 31))
    placed_order(customer=person, number="LP-100234")
    IdentityFactory(customer=person, kind=IdentityKind.CARD, value="2900000012345", verified=True)
    IdentityFactory(customer=person, value="irina@mail.example", verified=True)
    call = Call.objects.create(
        account=account("phone"),
        external_id="c1",
        customer=person,
        direction="in",
        phone="+359888123456",
        rang_at=NOON,
        answered_at=NOON,
        recorded_at=NOON,
    )
    its = opening.hear_call(call, at=NOON)
    assert its
    return its


def asked(its: Ticket, key: str = "k", **answers: str) -> IdentityCheck:
    return identity_checks.check(its, answers=answers, by=agent(), key=key, at=after(minutes=1))


def test_two_right_answers_are_enough(rings: Ticket) -> None:
    assert identity_checks.is_needed(rings, at=after(minutes=1))

    made = asked(rings, birthday="31.05.1990", order="lp 100234")

    assert (made.right, made.wrong, made.passed_at) == (["birthday", "order"], [], after(minutes=1))
    assert not identity_checks.is_needed(rings, at=after(minutes=2))
    assert identity_checks.is_needed(rings, at=after(hours=24))


def test_one_right_answer_is_not(rings: Ticket) -> None:
    made = asked(rings, birthday="1990-05-31", card="9999")

    assert (made.right, made.wrong, made.passed_at) == (["birthday"], ["card"], None)
    assert identity_checks.is_needed(rings, at=after(minutes=2))


def test_one_question_is_too_few(rings: Ticket) -> None:
    with pytest.raises(identity_checks.TooFewAnswers):
        asked(rings, birthday="1990-05-31")


def test_guessing_ends_after_five(rings: Ticket) -> None:
    for guess in range(5):
        asked(rings, key=str(guess), birthday="1991-01-01", card=str(1000 + guess))

    with pytest.raises(identity_checks.TooManyChecks):
        asked(rings, key="6", birthday="1990-05-31", card="2345")


def test_a_code_sent_to_them_counts_once(rings: Ticket) -> None:
    identity_checks.send_code(rings, at=NOON)
    sent = mail.outbox[-1]
    code = re.search(r"\d{6}", sent.body)[0]

    assert sent.to == ["irina@mail.example"]
    assert asked(rings, key="1", code=code, card="2345").passed_at
    assert not asked(rings, key="2", code=code, card="2345").passed_at


def test_what_can_be_asked_is_what_we_know(rings: Ticket) -> None:
    assert identity_checks.possible(rings.customer) == ["birthday", "order", "card", "code"]
    assert identity_checks.possible(CustomerFactory()) == []
    with pytest.raises(identity_checks.NoAddressForCode):
        identity_checks.send_code(Ticket(customer=CustomerFactory()), at=NOON)


def test_nothing_that_was_said_is_kept(rings: Ticket) -> None:
    asked(rings, birthday="1991-01-01", card="7777")

    assert "7777" not in str(IdentityCheck.objects.values().get())

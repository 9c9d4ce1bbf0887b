"""An unhappy answer is called back, and asked again once it was put right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm import relay
from crm.models import Customer, TimelineEntry, User
from support import joining, states
from support.answering import replying
from support.models import Ticket
from support.models.tagging import Category
from surveys.answers import answering, settling
from surveys.answers.scanning import SETTLES_AFTER
from surveys.asking import inviting
from surveys.closing import again, recovering
from surveys.closing.recovering import CONTACT_WITHIN, NothingWasDone
from surveys.models import Invitation, Recovery, Response
from tests.factories import surveys, tickets
from tests.factories.shops import NOON
from tests.factories.survey_answers import anonymous, invitation
from tests.factories.surveys_asked import mailbox, reachable

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


@pytest.fixture
def ana() -> User:
    """She answers, and the house has a mailbox."""
    mailbox()
    return tickets.agent()


@pytest.fixture
def asked(ana: User) -> Invitation:
    """By mail, how it was."""
    found = inviting.invite(surveys.published(), customer=reachable(), source="test", source_id="1", at=NOON)
    assert isinstance(found, Invitation)
    return found


def answered(asked: Invitation, score: int, *words: str, at: datetime = NOON) -> Response:
    given: dict[str, Any] = {"score": score, **({"word": words[0]} if words else {})}
    response = answering.answer(asked, answers=given, at=at, language="ru", channel="email")
    settling.settle_due(at=at + SETTLES_AFTER)
    pump()
    return response


def pump() -> None:
    while relay.pump():
        pass


def resolved(its: Ticket, by: User | None, *, at: datetime) -> None:
    states.move(its, to=Category.RESOLVED, by=by, at=at)
    pump()


def test_three_by_mail_is_a_ticket_with_an_owner_and_a_moment_within_a_minute(
    ana: User, asked: Invitation
) -> None:
    answered(asked, 3, "Курьер опоздал на два дня")

    its = Ticket.objects.get()
    recovery = Recovery.objects.get()
    assert (recovery.ticket_id, its.customer, its.assignee) == (its.pk, asked.customer, ana)
    assert its.priority == Ticket.Priority.HIGH
    assert recovery.opened_at - NOON < timedelta(minutes=1) or recovery.opened_at <= timezone.now()
    assert (its.next_due_at, recovery.due_at - recovery.opened_at) == (recovery.due_at, CONTACT_WITHIN)
    assert "Курьер опоздал" in its.last_words
    assert asked.message is not None
    assert its.address == asked.message.address
    told = TimelineEntry.objects.filter(customer=asked.customer).values_list("kind", flat=True)
    assert {"surveys.survey_answered", "support.ticket_opened"} <= set(told)


@pytest.mark.parametrize("score", [7, 9])
def test_who_is_not_unhappy_is_left_alone(asked: Invitation, score: int) -> None:
    answered(asked, score)

    assert not Ticket.objects.exists()


def test_a_survey_may_open_no_tickets(asked: Invitation) -> None:
    asked.version.survey.opens_tickets = False
    asked.version.survey.save()
    answered(asked, 3)

    assert not Ticket.objects.exists()


def test_of_an_anonymous_answer_nobody_is_called(ana: User) -> None:
    answered(invitation(anonymous()), 1)

    assert not Ticket.objects.exists()


def test_who_thinks_again_and_is_unhappy_is_called_then(asked: Invitation) -> None:
    answered(asked, 9)
    answered(asked, 2, at=after(minutes=5))

    assert Recovery.objects.get().ticket_id == Ticket.objects.get().pk


def test_words_added_later_stand_in_the_same_ticket(asked: Invitation) -> None:
    answered(asked, 3)
    answered(asked, 3, "И коробка мокрая", at=after(minutes=5))

    assert "коробка мокрая" in Ticket.objects.get().last_words
    assert Recovery.objects.count() == 1


def test_two_unhappy_answers_are_one_conversation_and_two_recoveries(asked: Invitation) -> None:
    answered(asked, 3)
    other = invitation(
        surveys.published(surveys.survey("other", budget="relationship")), customer=asked.customer
    )
    answered(other, 2, at=after(hours=1))

    assert Ticket.objects.count() == 1
    assert Recovery.objects.count() == 2


def test_the_reaction_may_run_twice(asked: Invitation) -> None:
    response = answered(asked, 3)
    entry = TimelineEntry.objects.get(kind="surveys.survey_answered")
    recovering.recover(response.pk, fact=entry.fact, key=f"entry:{entry.pk}", at=entry.recorded_at)

    assert Ticket.objects.get().placed.count() == 1
    assert Recovery.objects.count() == 1


def test_a_colleagues_answer_is_a_contact(ana: User, asked: Invitation) -> None:
    answered(asked, 3)
    its = Ticket.objects.get()
    its.address = its.address or "somebody@mail.example"
    message = replying.reply(
        its, text="Простите нас", by=ana, key="k", at=timezone.now(), version=its.version
    )
    assert Recovery.objects.get().contacted_at is None

    recovering.spoken_to(asked.customer_id, at=message.occurred_at)
    recovering.spoken_to(asked.customer_id, at=message.occurred_at + DAY)
    assert Recovery.objects.get().contacted_at == message.occurred_at


def test_what_was_wrong_and_what_was_done_are_both_said(asked: Invitation) -> None:
    answered(asked, 3)
    its = Recovery.objects.get()

    with pytest.raises(NothingWasDone):
        recovering.explain(its, cause="Курьер", action=" ", spoken_at=NOON)
    kept = recovering.explain(its, cause="Курьер опоздал", action="Вернули доставку", spoken_at=NOON)
    assert (kept.cause, kept.action, kept.contacted_at) == ("Курьер опоздал", "Вернули доставку", NOON)


# ── Asked again ──────────────────────────────────────────────────────────────


def put_right(asked: Invitation, by: User) -> datetime:
    answered(asked, 3)
    at = timezone.now()
    resolved(Ticket.objects.get(), by, at=at)
    return at


def test_a_day_after_it_was_resolved_they_are_asked_again_once(ana: User, asked: Invitation) -> None:
    at = put_right(asked, ana)

    assert again.ask_due(at=at + timedelta(hours=23)) == 0
    assert again.ask_due(at=at + DAY) == 1
    assert again.ask_due(at=at + 2 * DAY) == 0
    its = Recovery.objects.get().asked_again
    assert its is not None
    assert (its.customer, its.budget, its.version) == (asked.customer, "recovery", asked.version)


def test_a_survey_made_for_it_is_asked_where_there_is_one(ana: User, asked: Invitation) -> None:
    made = surveys.published(surveys.survey("put-right", budget="recovery"))
    again.ask_due(at=put_right(asked, ana) + DAY)

    assert Invitation.objects.get(source=again.SOURCE).version == made


@pytest.mark.parametrize(("score", "is_recovered"), [(9, True), (4, False)])
def test_their_second_answer_tells_whether_it_helped(
    ana: User, asked: Invitation, score: int, is_recovered: bool
) -> None:
    at = put_right(asked, ana) + DAY
    again.ask_due(at=at)
    answered(Invitation.objects.get(source=again.SOURCE), score, at=at + DAY)

    assert Recovery.objects.order_by("pk")[0].is_recovered is is_recovered


def test_what_time_alone_resolved_asks_nobody(asked: Invitation) -> None:
    answered(asked, 3)
    at = timezone.now()
    resolved(Ticket.objects.get(), None, at=at)

    assert again.ask_due(at=at + 3 * DAY) == 0


def test_what_was_opened_again_asks_nobody_before_it_is_over(ana: User, asked: Invitation) -> None:
    at = put_right(asked, ana)
    states.move(Ticket.objects.get(), to=Category.OPEN, by=ana, at=at + timedelta(hours=1))
    pump()

    assert again.ask_due(at=at + 3 * DAY) == 0


def test_of_a_merged_ticket_the_other_ones_end_counts(ana: User, asked: Invitation) -> None:
    answered(asked, 3)
    one = Ticket.objects.get()
    tickets.account("telegram")
    Ticket.objects.filter(pk=one.pk).update(category=Category.CLOSED)
    other = tickets.ticket(customer=asked.customer)
    Ticket.objects.filter(pk=one.pk).update(category=Category.OPEN)
    joining.merge(one, into=other, by=ana, at=timezone.now())
    pump()

    assert Recovery.objects.get().ticket_id == other.pk
    assert again.ask_due(at=timezone.now() + 3 * DAY) == 0


def test_nobody_is_asked_again_who_was_forgotten(ana: User, asked: Invitation) -> None:
    at = put_right(asked, ana)
    Customer.objects.filter(pk=asked.customer_id).update(erased_at=at)

    assert again.ask_due(at=at + DAY) == 0
    assert Recovery.objects.get().again_at == at + DAY

"""A wave asks each person once, a share a day, and makes up for days that were missed; then it reminds, once."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from crm.consents import consenting
from crm.models import Customer, Message
from surveys.answers import answering
from surveys.asking import drawing, reminding, waves
from surveys.models import Invitation, Skip, Survey, Wave
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON
from tests.factories.surveys import published, survey
from tests.factories.surveys_asked import ask, mailbox, reachable

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
FIRST, DAYS = NOON.date(), 10


@pytest.fixture(autouse=True)
def _mailbox() -> None:
    mailbox()


def wave(**more: Any) -> Wave:
    its = published(survey("nps", budget=Survey.Budget.RELATIONSHIP)).survey
    told = {"name": "Q1", "starts_on": FIRST, "ends_on": FIRST + timedelta(days=DAYS - 1)}
    return Wave.objects.create(survey=its, **{**told, **more})


def people(number: int, **more: Any) -> list[Customer]:
    found = [reachable(**more) for _n in range(number)]
    for person in found:
        consenting.give(
            person,
            purpose="advertising",
            channel="",
            source="test",
            occurred_at=NOON - A_DAY,
            at=NOON - A_DAY,
        )
    return found


def pass_days(number: int, *, since: datetime = NOON) -> None:
    for n in range(number):
        at = since + n * A_DAY
        while waves.ask_due(at=at):
            pass


def asked_on() -> Counter[date]:
    return Counter(one.asked_at.date() for one in Invitation.objects.all())


def test_a_day_asks_its_share_and_the_whole_wave_everybody_once() -> None:
    wave()
    everybody = people(30)
    pass_days(DAYS + 3)

    asked = Invitation.objects.values_list("customer", flat=True)
    assert sorted(asked) == sorted(person.pk for person in everybody)
    assert max(asked_on().values()) < 12
    assert len(asked_on()) >= 5
    assert not Skip.objects.exists()


def test_days_that_were_missed_are_made_up_for() -> None:
    wave()
    people(20)
    pass_days(1, since=NOON + 7 * A_DAY)

    its = Wave.objects.get()
    assert its.asked_until == FIRST + 7 * A_DAY
    assert 10 < Invitation.objects.count() < 20


def test_a_run_that_was_cut_off_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    its = wave(ends_on=FIRST)
    people(7)
    monkeypatch.setattr(waves, "AT_ONCE", 3)

    assert waves.ask_due(at=NOON) == 3
    assert Invitation.objects.count() == 3
    pass_days(1)
    assert Invitation.objects.count() == 7
    its.refresh_from_db()
    assert (its.asked_until, its.asked_pk) == (FIRST, 0)


def test_only_those_are_asked_whom_it_is_about() -> None:
    wave(conditions={"field": "customer.language", "op": "eq", "value": "bg"})
    people(3, language="ru")
    about = people(3, language="bg")
    pass_days(DAYS)

    assert set(Invitation.objects.values_list("customer", flat=True)) == {person.pk for person in about}


def test_a_share_of_a_wave_has_a_row_for_each_who_was_not_drawn() -> None:
    its = wave(probability=Decimal("0.5"))
    people(20)
    pass_days(DAYS)

    assert Invitation.objects.count() + Skip.objects.filter(reason=Skip.Reason.NOT_DRAWN).count() == 20
    assert 2 < Invitation.objects.filter(wave=its, probability=Decimal("0.5")).count() < 18


def test_nobody_is_asked_before_it_begins_or_after_it_ended() -> None:
    wave()
    pass_days(DAYS)
    people(5)
    pass_days(3, since=NOON - 5 * A_DAY)
    pass_days(5, since=NOON + DAYS * A_DAY)

    assert not Invitation.objects.exists()


def test_the_database_and_the_rule_say_the_same_day() -> None:
    its = wave()
    for _n in range(40):
        CustomerFactory()
    turn = waves.DayOf(waves.beginning_of_key(its), F("pk"), days=DAYS)

    for pk, day in Customer.objects.annotate(turn=turn).values_list("pk", "turn"):
        assert day == drawing.day_of(f"{waves.beginning_of_key(its)}{pk}", days=DAYS)


# ── one reminder ─────────────────────────────────────────────────────────────
def asked(**more: Any) -> Invitation:
    its = ask(published(survey(reminder_days=3, **more)))
    assert isinstance(its, Invitation)
    return its


def remind(at: datetime) -> int:
    return reminding.remind_due(at=at)


def test_whoever_did_not_answer_is_reminded_once() -> None:
    its = asked()

    assert remind(NOON + 3 * A_DAY - timedelta(minutes=1)) == 0
    assert [remind(NOON + n * A_DAY) for n in (3, 4, 5)] == [1, 0, 0]
    its.refresh_from_db()
    assert its.reminder
    assert its.reminder.notice == "survey_reminder"
    assert Message.objects.count() == 2


def test_an_answer_ends_it() -> None:
    answering.answer(asked(), answers={"score": 9}, at=NOON + A_DAY, language="bg", channel="email")

    assert remind(NOON + 3 * A_DAY) == 0


def test_an_anonymous_answer_ends_it_too() -> None:
    answering.answer(
        asked(is_anonymous=True), answers={"score": 9}, at=NOON + A_DAY, language="bg", channel="email"
    )

    assert remind(NOON + 3 * A_DAY) == 0


@pytest.mark.parametrize(
    "ended", [{"withdrawn_at": NOON}, {"expires_at": NOON + 3 * A_DAY + timedelta(hours=2)}]
)
def test_what_can_hardly_be_answered_any_more_reminds_nobody(ended: dict[str, Any]) -> None:
    Invitation.objects.filter(pk=asked().pk).update(**ended)

    assert remind(NOON + 3 * A_DAY) == 0


def test_what_never_arrived_reminds_nobody() -> None:
    its = asked()
    Message.objects.filter(pk=its.message_id).update(state=Message.State.FAILED, ended_at=NOON)

    assert remind(NOON + 3 * A_DAY) == 0


def test_whoever_cannot_be_reached_any_more_is_thought_of_once() -> None:
    its = asked()
    its.customer.identities.all().delete()

    assert [remind(NOON + n * A_DAY) for n in (3, 4)] == [1, 0]
    its.refresh_from_db()
    assert (its.reminder, its.reminded_at) == (None, NOON + 3 * A_DAY)


def test_a_survey_without_a_reminder_reminds_nobody() -> None:
    ask(published())

    assert remind(NOON + 3 * A_DAY) == 0

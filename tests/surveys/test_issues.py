"""What is wrong is measured, planned, changed, and told to those who said so."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from crm.colleagues.tasking import NotAColleague
from crm.consents import consenting
from crm.models import Customer, Message
from crm.people import merging
from surveys.closing import issues, measuring, planning, telling
from surveys.closing.issues import IssueIsClosed, IssueWithoutName, NoEffectYet
from surveys.closing.planning import EmptyStep
from surveys.closing.telling import NotChangedYet, NothingToTell
from surveys.models import Feedback, Issue, IssueTold, Survey
from surveys.reports.narrowing import UnusableFigure
from tests.factories.issues import DELIVERY, delivery_survey, issue, said, scored, told
from tests.factories.shops import NOON, UserFactory
from tests.factories.surveys_asked import mailbox, reachable

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CHANGED = {"ru": "Теперь курьер звонит заранее.", "en": "The courier now calls ahead."}


def answers(satisfied: int, others: int, *, at: datetime) -> None:
    version = Survey.objects.filter(slug="delivery").first()
    its = version.versions.get() if version else delivery_survey()
    for number in range(satisfied + others):
        scored(its, 5 if number < satisfied else 2, at=at)


# ── The figure ───────────────────────────────────────────────────────────────


def test_the_figure_of_then_stands_with_its_n_and_its_days() -> None:
    answers(3, 2, at=NOON - DAY)
    its = issue(figure=DELIVERY, since=date(2026, 3, 1), until=date(2026, 3, 1))

    assert its.before is not None
    assert (its.before["value"], its.before["n"]) == (60.0, 5)
    assert (its.before["since"], its.before["until"]) == ("2026-03-01", "2026-03-01")
    assert its.before["low"] < 60 < its.before["high"]


def test_no_answers_are_no_figure_and_never_nought() -> None:
    its = issue(figure=DELIVERY)

    assert its.before is not None
    assert (its.before["value"], its.before["n"]) == (None, 0)
    assert measuring.score_of(its.before) is None


def test_a_figure_that_there_is_not_opens_nothing() -> None:
    with pytest.raises(UnusableFigure):
        issue(figure={"measure": "happiness"})
    assert not Issue.objects.exists()


# ── The issue ────────────────────────────────────────────────────────────────


def test_an_issue_has_a_name_and_a_colleague() -> None:
    with pytest.raises(IssueWithoutName):
        issue(title="  ")
    with pytest.raises(NotAColleague):
        issue(owner=UserFactory(is_staff=False))


def test_feedback_stands_under_one_issue() -> None:
    one, other = said(), said("Опять поздно")
    first = issue(feedback=[one.pk, other.pk])
    second = issue()

    assert issues.gather(second, [one.pk]) == 1
    assert issues.gather(second, [one.pk]) == 0
    assert set(Feedback.objects.values_list("issue", flat=True)) == {first.pk, second.pk}
    assert issues.leave_out(second, [one.pk, other.pk]) == 1


def test_what_was_measured_stays_while_the_figure_does() -> None:
    answers(3, 2, at=NOON - DAY)
    its = issue(figure=DELIVERY)
    answers(5, 0, at=NOON + DAY)

    kept = issues.change(its, told(figure=DELIVERY, title="Late in Varna"), at=NOON + 2 * DAY)
    assert kept.before == its.before
    again = issues.change(its, told(figure={"measure": "csat"}), at=NOON + 2 * DAY)
    assert again.before != its.before


# ── The plan ─────────────────────────────────────────────────────────────────


def test_the_first_step_plans_it_and_the_first_done_acts() -> None:
    its, ana = issue(), UserFactory()
    step = planning.add_step(its, what="Второй курьер", owner=ana)
    its.refresh_from_db()
    assert its.state == Issue.State.PLANNED

    planning.do(step, by=ana, at=NOON + DAY)
    assert planning.do(step, by=UserFactory(), at=NOON + 2 * DAY).done_by == ana
    its.refresh_from_db()
    assert its.state == Issue.State.ACTING


def test_the_same_step_is_planned_once_and_needs_words() -> None:
    its, ana = issue(), UserFactory()
    step = planning.add_step(its, what="Второй курьер", owner=ana)

    assert planning.add_step(its, what="Второй  курьер", owner=ana) == step
    with pytest.raises(EmptyStep):
        planning.add_step(its, what=" ", owner=ana)
    planning.drop(step)
    assert not its.plan.exists()


# ── The end ──────────────────────────────────────────────────────────────────


def test_without_an_effect_it_closes_with_a_reason_alone() -> None:
    its, ana = issue(figure=DELIVERY), UserFactory()

    with pytest.raises(NoEffectYet):
        issues.close(its, by=ana, at=NOON + DAY)
    closed = issues.close(its, by=ana, at=NOON + DAY, reason="Курьерская служба другая")
    assert (closed.state, closed.closing_reason) == ("closed", "Курьерская служба другая")
    with pytest.raises(IssueIsClosed):
        issues.gather(its, [said().pk])
    assert issues.open_again(its).state == Issue.State.OPEN


def test_an_effect_is_a_rise_that_is_no_chance() -> None:
    answers(20, 20, at=NOON - DAY)
    its, ana = issue(figure=DELIVERY), UserFactory()
    planning.do(planning.add_step(its, what="Второй курьер", owner=ana), by=ana, at=NOON)
    answers(22, 18, at=NOON + 2 * DAY)
    with pytest.raises(NoEffectYet):
        issues.close(its, by=ana, at=NOON + 3 * DAY)

    answers(60, 0, at=NOON + 3 * DAY)
    closed = issues.close(its, by=ana, at=NOON + 4 * DAY)
    assert closed.after is not None
    assert (closed.after["n"], closed.after["since"]) == (100, "2026-03-03")
    found = measuring.effect(closed.before, closed.after)
    assert found is not None
    assert found.is_change


def test_few_answers_prove_nothing_however_good() -> None:
    answers(0, 10, at=NOON - DAY)
    its = issue(figure=DELIVERY)
    answers(10, 0, at=NOON + 2 * DAY)

    with pytest.raises(NoEffectYet):
        issues.close(its, by=UserFactory(), at=NOON + 3 * DAY)


# ── You said, we did ─────────────────────────────────────────────────────────


@pytest.fixture
def irina() -> Customer:
    mailbox()
    person = reachable("irina@mail.example", language="ru")
    agrees(person)
    return person


def agrees(person: Customer) -> None:
    consenting.give(
        person,
        purpose="advertising",
        channel="email",
        source="test",
        occurred_at=NOON - DAY,
        at=NOON - DAY,
    )


def changed(*people: Customer) -> Issue:
    its, ana = issue(feedback=[said(customer=one).pk for one in people]), UserFactory()
    planning.do(planning.add_step(its, what="Второй курьер", owner=ana), by=ana, at=NOON)
    return telling.say(its, words=CHANGED)


def test_exactly_those_who_said_it_hear_of_it_once(irina: Customer) -> None:
    somebody_else = reachable()
    agrees(somebody_else)
    its = changed(irina)
    assert telling.foresee(its, at=NOON).people == 1

    assert telling.tell(its, at=NOON) == 1
    assert telling.tell(its, at=NOON + DAY) == 0
    assert telling.go_on(at=NOON + DAY) == 0
    message = Message.objects.get()
    assert (message.customer, message.notice) == (irina, "issue_changed")
    assert CHANGED["ru"] in message.text


def test_who_did_not_agree_is_not_told_and_it_is_known_why(irina: Customer) -> None:
    its = changed(irina, reachable(language="ru"))
    ahead = telling.foresee(its, at=NOON)
    assert (ahead.by_channel, ahead.why_not) == ({"email": 1}, {"no-consent": 1})

    telling.tell(its, at=NOON)
    assert Message.objects.count() == 1
    assert sorted(IssueTold.objects.values_list("why_not", flat=True)) == ["", "no-consent"]


def test_two_ids_of_one_person_are_told_once(irina: Customer) -> None:
    other = reachable("irina2@mail.example", language="ru")
    its = changed(irina, other)
    merging.merge(irina, other=other, by=None, at=NOON)

    telling.tell(its, at=NOON)
    assert Message.objects.count() == 1


def test_nobody_is_told_before_something_was_changed_nor_without_words(irina: Customer) -> None:
    its = issue(feedback=[said(customer=irina).pk])
    with pytest.raises(NotChangedYet):
        telling.tell(telling.say(its, words=CHANGED), at=NOON)

    done = changed(irina)
    telling.say(done, words={"bg": "Само на български"})
    with pytest.raises(NothingToTell):
        telling.tell(done, at=NOON)
    assert not Message.objects.exists()

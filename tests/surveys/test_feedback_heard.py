"""Words on surveys and to the desk become feedback, once; nothing tells whose the anonymous ones are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm import relay
from crm.models import TimelineEntry
from support import states
from support.models.tagging import Category
from surveys.answers import answering, settling
from surveys.answers.answering import Voice
from surveys.feedback import hearing
from surveys.models import Feedback, Survey, SurveyVersion
from tests.factories import survey_answers, surveys, tickets
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db

TOMORROW = NOON + timedelta(days=1)


def comment(
    version: SurveyVersion, number: int, text: str = "The courier was rude, but the soup was cold"
) -> None:
    voice = Voice(source="test", source_id=str(number), channel="web")
    answers = {"score": "9", "word": text}
    answering.answer_openly(version, voice=voice, answers=answers, at=NOON, language="en")


def pump() -> None:
    while relay.pump():
        pass


def test_a_comment_becomes_feedback_when_the_answer_has_settled():
    asked = survey_answers.invitation()
    answers = {"score": "9", "word": "The courier was late"}
    response = answering.answer(asked, answers=answers, at=NOON, language="en", channel="email")
    settling.settle_due(at=NOON + timedelta(hours=1))

    pump()

    its = Feedback.objects.get()
    assert (its.response, its.customer, its.theme.slug) == (response, asked.customer, "delivery")
    assert (its.source, its.source_name, its.rating) == ("survey", "how-was-it", None)


def test_an_answer_without_words_is_no_feedback():
    asked = survey_answers.invitation()
    response = answering.answer(asked, answers={"score": "9"}, at=NOON, language="en", channel="email")

    assert hearing.hear_answer(response.pk, at=NOON) is None


def test_satisfaction_from_one_to_five_is_its_rating():
    version = surveys.published(content=_rated())
    asked = survey_answers.invitation(version)
    answers = {"score": "2", "word": "Cold"}
    response = answering.answer(asked, answers=answers, at=NOON, language="en", channel="email")

    assert hearing.hear_answer(response.pk, at=NOON).rating == 2


@pytest.mark.parametrize(
    ("text", "waits"),
    [("Где моя посылка?", False), ("Ужас, курьер опоздал на неделю, я возмущена!", True)],
)
def test_what_was_written_to_the_desk_is_heard_when_a_colleague_has_resolved_it(text, waits):
    ana = tickets.agent()
    its = tickets.ticket(text)
    assert not Feedback.objects.exists()

    states.move(its, to=Category.RESOLVED, by=ana, at=NOON)
    pump()

    heard = Feedback.objects.get()
    assert (heard.source, heard.source_id, heard.customer) == ("ticket", str(its.pk), its.customer)
    assert (heard.theme.slug, heard.text) == ("delivery", text)
    assert heard.settled_by == (None if waits else ana)


def test_what_time_alone_resolved_tells_nothing():
    states.move(tickets.ticket(), to=Category.RESOLVED, by=None, at=NOON)
    pump()

    assert not Feedback.objects.exists()


def test_anonymous_words_are_taken_in_when_the_day_is_over_and_enough_have_answered():
    version = survey_answers.anonymous()
    for number in range(4):
        comment(version, number)
    assert hearing.hear_anonymous(at=TOMORROW) == 0

    comment(version, 4)
    assert hearing.hear_anonymous(at=NOON) == 0
    assert hearing.hear_anonymous(at=TOMORROW) == 5
    assert hearing.hear_anonymous(at=TOMORROW) == 0

    days = {(its.occurred_at, its.recorded_at, its.customer) for its in Feedback.objects.all()}
    assert days == {(NOON.replace(hour=0), TOMORROW.replace(hour=0), None)}
    assert not TimelineEntry.objects.filter(kind__startswith="surveys.").exists()


def test_what_colleagues_say_is_not_feedback_of_customers():
    version = survey_answers.anonymous()
    Survey.objects.update(budget=Survey.Budget.STAFF)
    for number in range(6):
        comment(version, number)

    assert hearing.hear_anonymous(at=TOMORROW) == 0


def _rated():
    return {
        **surveys.content(),
        "questions": [
            surveys.question("score", "csat", then="word", settings={"aspect": "quality"}),
            surveys.question("word", "text"),
        ],
    }

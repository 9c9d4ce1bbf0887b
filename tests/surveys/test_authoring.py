"""A survey is written, published once, and never changes after that."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string

from surveys import content, questions, showing
from surveys.content import UnusableSurvey
from surveys.models import SurveyVersion
from surveys.questions import Given
from surveys.writing import authoring
from surveys.writing.authoring import NoPublishedSurvey, NoSurveyDraft, SurveyDraftChanged
from tests.factories import surveys
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db


def test_a_draft_is_begun_once_and_written_on() -> None:
    its, who = surveys.survey(), UserFactory()
    draft = authoring.begin(its, by=who, at=NOON)

    assert authoring.begin(its, by=None, at=NOON) == draft
    kept = authoring.write(draft, told={"questions": [surveys.question("a")]}, by=who, at=NOON)
    assert content.read(kept.content).questions[0].key == "a"


def test_two_who_write_at_once_do_not_overwrite_each_other() -> None:
    draft = surveys.draft()
    seen = authoring.digest(draft)
    authoring.write(draft, told={}, by=None, at=NOON, seen=seen)

    with pytest.raises(SurveyDraftChanged):
        authoring.write(draft, told=surveys.only("nps"), by=None, at=NOON, seen=seen)


def test_what_is_published_takes_the_place_of_the_version_before_and_is_frozen() -> None:
    first = surveys.published()
    second = authoring.begin(first.survey, by=None, at=NOON)
    who = UserFactory()

    authoring.publish(second, by=who, at=NOON)
    authoring.publish(second, by=who, at=NOON)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.retired_at) == ("retired", NOON)
    assert (second.number, second.state, second.published_by) == (2, "published", who)
    assert second.content_hash == authoring.digest(second)
    with pytest.raises(NoSurveyDraft):
        authoring.write(second, told={}, by=None, at=NOON)
    with pytest.raises(NoSurveyDraft):
        authoring.publish(first, by=who, at=NOON)


def test_the_database_itself_refuses_other_words_for_what_was_published() -> None:
    version = surveys.published()

    with pytest.raises(DatabaseError), transaction.atomic():
        SurveyVersion.objects.filter(pk=version.pk).update(content={})


def test_what_is_not_fit_is_not_published() -> None:
    draft = surveys.draft(content=surveys.only("single"))

    with pytest.raises(UnusableSurvey) as refused:
        authoring.publish(draft, by=None, at=NOON)

    assert [fault.pointer for fault in refused.value.faults] == ["/questions/0/settings/options"]


def test_a_draft_is_thrown_away_and_what_was_asked_is_not() -> None:
    draft = surveys.draft()
    authoring.throw_away(draft)
    authoring.throw_away(draft)
    assert not SurveyVersion.objects.exists()

    with pytest.raises(NoSurveyDraft):
        authoring.throw_away(surveys.published(draft.survey))


def test_a_survey_is_taken_back_once_it_was_asked() -> None:
    its = surveys.survey()
    with pytest.raises(NoPublishedSurvey):
        authoring.retire(its, at=NOON)

    surveys.published(its)
    authoring.retire(its, at=NOON)
    authoring.retire(its, at=NOON)

    assert authoring.published(its) is None


@pytest.mark.parametrize("kind", questions.KINDS)
def test_each_kind_is_shown_with_what_was_chosen_before(kind: str) -> None:
    settings = surveys.options("late", "cold") if kind in ("single", "multiple") else {}
    its = content.read(surveys.only(kind, **settings)).questions[0]
    given = Given(text="<b>words</b>") if kind == "text" else its.asked.examples()[-1]

    shown = showing.show(its, language="bg", given=given, fault="No.")
    html = render_to_string(shown.template, {"shown": shown})

    assert 'lang="bg"' in html and "Question score? (bg)" in html and 'id="fault-score"' in html
    assert "&lt;b&gt;" in html if kind == "text" else html.count(" checked") == 1


def test_a_form_sends_answers_by_the_keys_of_their_questions() -> None:
    assert showing.sent({"q-score": ["7"], "csrfmiddlewaretoken": ["x"]}) == {"score": ["7"]}

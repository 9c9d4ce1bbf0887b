"""How it is to work here: nobody can tell who said what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm.models import TimelineEntry, User
from surveys.answers.answering import SurveyOver
from surveys.models import StaffAnswer, StaffAsked, Survey, SurveyVersion
from surveys.questions import UnusableAnswer
from surveys.scores import FEWEST_ANONYMOUS
from surveys.staff import answering, asking, results
from surveys.staff.answering import AnsweredAlready, NotAsked
from surveys.staff.asking import NotAmongColleagues
from surveys.writing import adopting, authoring
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.factories.surveys import only, published, question, survey

MONDAY = date(2026, 3, 2)
A_WEEK = timedelta(days=7)
database = pytest.mark.django_db


@pytest.fixture
def version() -> SurveyVersion:
    adopting.adopt(by=None, at=NOON)
    draft = SurveyVersion.objects.get(survey__slug="colleagues")
    authoring.publish(draft, by=None, at=NOON)
    return SurveyVersion.objects.select_related("survey").get(pk=draft.pk)


def say(version: SurveyVersion, *scores: int, on: date = MONDAY, **more: Any) -> list[User]:
    """So many new colleagues answer."""
    people = [UserFactory() for _ in scores]
    asking.ask_colleagues(version, on=on)
    for person, score in zip(people, scores, strict=True):
        answering.answer(version, by=person, answers={"score": score}, on=on, **more)
    return people


# ── Asking ───────────────────────────────────────────────────────────────────


@database
def test_everybody_who_works_here_is_asked_once(version: SurveyVersion) -> None:
    ana = UserFactory()
    UserFactory(is_staff=False), UserFactory(is_active=False)

    assert asking.ask_colleagues(version, on=MONDAY) == 1
    assert asking.ask_colleagues(version, on=MONDAY) == 0
    assert asking.waiting_for(ana).get().version == version


@database
def test_what_customers_are_asked_is_not_asked_of_colleagues() -> None:
    with pytest.raises(NotAmongColleagues):
        asking.ask_colleagues(published(), on=MONDAY)


# ── Answering ────────────────────────────────────────────────────────────────


@database
def test_of_an_answer_only_the_week_and_the_place_are_kept(version: SurveyVersion) -> None:
    (ana,) = say(version, 9, on=MONDAY + timedelta(days=3), group="Varna")

    kept = StaffAnswer.objects.get()
    assert (kept.value, kept.week_on, kept.group) == (9, MONDAY, "Varna")
    columns = {field.name for field in StaffAnswer._meta.get_fields()}
    assert columns == {"id", "version", "group", "week_on", "value", "scores", "text"}
    assert not asking.waiting_for(ana).exists()
    assert not TimelineEntry.objects.exists()


@database
@pytest.mark.django_db(transaction=True)
def test_neither_a_transaction_nor_a_place_in_the_table_tells_whose_a_row_is(version: SurveyVersion) -> None:
    say(version, 1, 5, 9, 10, 3, 7)

    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT xmin::text FROM surveys_staffanswer")
        assert len(cursor.fetchall()) == 1
        cursor.execute("SELECT DISTINCT xmin::text FROM surveys_staffasked")
        assert len(cursor.fetchall()) == 1
        cursor.execute("SELECT id FROM surveys_staffanswer ORDER BY ctid")
        found = [row[0] for row in cursor.fetchall()]
    assert found == sorted(found)


@database
def test_everybody_answers_once_and_only_who_was_asked(version: SurveyVersion) -> None:
    (ana,) = say(version, 9)

    with pytest.raises(AnsweredAlready):
        answering.answer(version, by=ana, answers={"score": 1}, on=MONDAY)
    with pytest.raises(NotAsked):
        answering.answer(version, by=UserFactory(), answers={"score": 1}, on=MONDAY)
    assert StaffAnswer.objects.get().value == 9


@database
def test_what_cannot_be_an_answer_leaves_them_free_to_answer(version: SurveyVersion) -> None:
    ana = UserFactory()
    asking.ask_colleagues(version, on=MONDAY)

    with pytest.raises(UnusableAnswer):
        answering.answer(version, by=ana, answers={"score": 11}, on=MONDAY)
    assert asking.waiting_for(ana).exists()


@database
def test_what_is_over_takes_no_answers(version: SurveyVersion) -> None:
    ana = UserFactory()
    asking.ask_colleagues(version, on=MONDAY)
    Survey.objects.update(ended_at=NOON)

    with pytest.raises(SurveyOver):
        answering.answer(
            SurveyVersion.objects.get(pk=version.pk), by=ana, answers={"score": 9}, on=MONDAY + A_WEEK
        )


# ── Results ──────────────────────────────────────────────────────────────────


@database
def test_under_five_nothing_is_shown(version: SurveyVersion) -> None:
    say(version, 9, 9, 9, 9)

    its = results.results(version, on=MONDAY + A_WEEK)
    assert (its.score, its.words, its.counts) == (None, [], {})


@database
def test_five_of_a_week_that_is_over_are_a_score(version: SurveyVersion) -> None:
    say(version, 9, 10, 9, 3, 7)

    assert results.results(version, on=MONDAY + timedelta(days=6)).score is None
    score = results.results(version, on=MONDAY + A_WEEK).score
    assert score is not None
    assert (score.n, score.value) == (5, 40.0)


@database
def test_who_comes_later_is_shown_when_five_came(version: SurveyVersion) -> None:
    say(version, 9, 10, 9, 3, 7)
    say(version, 0, on=MONDAY + A_WEEK)

    score = results.results(version, on=MONDAY + 3 * A_WEEK).score
    assert score is not None
    assert score.n == 5


@database
def test_groups_are_shown_at_the_end_and_only_those_of_five(version: SurveyVersion) -> None:
    say(version, 9, 9, 9, 9, 9, group="Varna")
    say(version, 1, 1, 1, 1, 1, 1, group="Sofia")
    say(version, 5, group="Plovdiv")
    assert results.results(version, on=MONDAY + A_WEEK).groups == []

    authoring.retire(version.survey, at=NOON)
    over = SurveyVersion.objects.select_related("survey").get(pk=version.pk)
    shown = dict(results.results(over, on=MONDAY + A_WEEK).groups)
    # Plovdiv is one; with Varna hidden beside it, it cannot be what is left.
    assert shown["Plovdiv"] is None
    assert shown["Varna"] is None
    assert shown["Sofia"] is not None


def of_several(*more: dict[str, Any]) -> SurveyVersion:
    """Asked of colleagues: whether they would recommend us, and more."""
    told = only("enps")
    told["questions"][0]["then"] = "day"
    told["questions"] += more
    its = survey("day", budget=Survey.Budget.STAFF, is_anonymous=True)
    return published(its, content=told)


@database
def test_every_question_with_a_scale_has_its_figure() -> None:
    day = question("day", "csat", then="easy")
    version = of_several(day, question("easy", "ces"))
    people = [UserFactory() for _ in range(6)]
    asking.ask_colleagues(version, on=MONDAY)
    for number, person in enumerate(people):
        told = {"score": 9, "day": 5, **({"easy": 6} if number < 4 else {})}
        answering.answer(version, by=person, answers=told, on=MONDAY)

    found = results.results(version, on=MONDAY + A_WEEK, language="en")

    assert found.counts == {9: 6}
    day_said, easy_said = found.questions
    assert (day_said.counts, day_said.score and day_said.score.value) == ({5: 6}, 100)
    # Four answered this one: too few to be shown, although six answered the rest.
    assert (easy_said.counts, easy_said.score) == ({}, None)


@database
def test_a_survey_of_colleagues_without_enps_is_counted_too() -> None:
    its = survey("day", budget=Survey.Budget.STAFF, is_anonymous=True)
    version = published(its, content=only("csat"))
    say(version, 5, 5, 4, 2, 1)

    found = results.results(version, on=MONDAY + A_WEEK, language="en")

    assert found.score is None
    assert [one.n for one in found.questions] == [5]


@given(
    st.dictionaries(st.integers(0, 30).map(lambda n: MONDAY + n * A_WEEK), st.integers(1, 9)),
    st.integers(0, 30),
)
def test_whoever_looks_each_week_never_learns_of_fewer_than_five(answers: dict[date, int], last: int) -> None:
    before: set[date] = set()
    for week in range(last + 1):
        monday = MONDAY + week * A_WEEK
        known = {one: n for one, n in answers.items() if one <= monday}
        shown = set(results.shown_weeks(known, monday=monday))
        assert before <= shown
        new = sum(answers[one] for one in shown - before)
        assert new == 0 or new >= FEWEST_ANONYMOUS
        before = shown


# ── The pages ────────────────────────────────────────────────────────────────


def somebody(role: str) -> User:
    user: User = UserFactory(language="en")
    user.groups.add(Group.objects.get(name=role))
    return user


@database
def test_a_manager_asks_a_colleague_answers_and_only_managers_read(
    client: Client, version: SurveyVersion
) -> None:
    ShopFactory(slug="varna", name="Varna")
    agent = somebody("agent")
    client.force_login(somebody("manager"))
    client.post(reverse("staff-surveys:questions", args=[version.pk]))
    assert StaffAsked.objects.count() == 2

    client.force_login(agent)
    assert 'name="q-score"' in client.get(reverse("staff-surveys:mine")).content.decode()
    page = reverse("staff-surveys:answers", args=[version.pk])
    assert client.post(page, {"group": "varna"}).status_code == 422
    client.post(page, {"q-score": "8", "q-words": "More light", "group": "varna"})
    assert StaffAnswer.objects.values_list("value", "text", "group").get() == (8, "More light", "Varna")
    assert 'name="q-score"' not in client.get(reverse("staff-surveys:mine")).content.decode()
    assert client.get(reverse("staff-surveys:results", args=[version.pk])).status_code == 403
    assert client.post(reverse("staff-surveys:questions", args=[version.pk])).status_code == 403


@database
def test_the_page_of_results_hides_what_is_few(client: Client, version: SurveyVersion) -> None:
    say(version, 9, 9, 9, 2)
    client.force_login(somebody("manager"))
    page = client.get(reverse("staff-surveys:results", args=[version.pk])).content.decode()

    assert "Nothing can be shown yet" in page
    assert "<table" not in page


@database
def test_what_customers_are_asked_has_no_page_here(client: Client) -> None:
    client.force_login(somebody("manager"))

    assert client.get(reverse("staff-surveys:results", args=[published().pk])).status_code == 404

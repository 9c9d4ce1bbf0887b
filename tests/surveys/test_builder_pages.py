"""Managers write surveys on pages of their own: a list, a survey with its faults, a preview; then they publish."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from surveys import content, ready
from surveys.models import Survey, SurveyVersion
from surveys.writing import authoring, editing
from tests.factories import surveys
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db


def signed_in(client: Any, role: str) -> Any:
    user = UserFactory(language="en", name="Elena Petrova")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


@pytest.fixture
def manager(client):
    return signed_in(client, "manager")


def go(client, name: str, *args: object, **values: object):
    return client.post(reverse(f"survey-builder:{name}", args=args), values, follow=True)


def keys(draft: SurveyVersion) -> list[str]:
    draft.refresh_from_db()
    return [question["key"] for question in draft.content["questions"]]


def text_of(response: Any) -> str:
    return response.content.decode()


def typed(draft: SurveyVersion, key: str, **changes: object) -> dict[str, object]:
    """What the form of a question would send, with something changed."""
    page = reverse("survey-builder:survey", args=[draft.survey_id])
    its = content.read(draft.content)
    question = its.question(key)
    assert question and page
    values: dict[str, object] = {"then": question.then or "-", "seen": authoring.digest(draft)}
    values |= {f"text_{language}": text for language, text in question.text.items()}
    if question.is_required:
        values["is_required"] = "on"
    for number, option in enumerate(getattr(question.asked, "options", ())):
        values |= {f"label_{number}_{language}": label for language, label in option.label.items()}
    conditions = list(question.asked.conditions())
    for number, way in enumerate(question.ways):
        values[f"when_{number}"] = conditions.index((way.op, way.value)) + 1
        values[f"to_{number}"] = way.to or "-"
    values |= {f"to_{number}": "-" for number in (len(question.ways),)}
    return {**values, **changes}


def test_the_list_takes_the_same_few_questions_however_long_it_is(
    client, manager, django_assert_max_num_queries
):
    go(client, "ready")
    assert Survey.objects.count() == len(ready.READY)

    with django_assert_max_num_queries(20):
        page = text_of(client.get(reverse("survey-builder:list")))

    assert "After delivery" in page and "Take the ready surveys" not in page


def test_a_survey_is_written_from_nothing_previewed_and_published(client, manager):
    its = surveys.survey()
    go(client, "drafts", its.pk)
    draft = SurveyVersion.objects.get()
    go(client, "questions", its.pk, kind="csat")
    go(client, "questions", its.pk, kind="text")
    page = go(client, "way", its.pk, 1, "publication")
    assert "are to be put right first" in text_of(page)

    go(client, "whole", its.pk, title_en="Delivery", thanks_en="Thank you!")
    draft.refresh_from_db()
    asked = typed(draft, "csat-1", text_en="How was the delivery?", aspect="delivery", is_required="on")
    go(client, "question", its.pk, "csat-1", **asked, when_0="2")
    draft.refresh_from_db()
    go(client, "question", its.pk, "text-1", **typed(draft, "text-1", text_en="What happened?"))
    page = go(client, "way", its.pk, 1, "publication")

    draft.refresh_from_db()
    assert draft.state == "published", text_of(page)
    score = content.read(draft.content).questions[0]
    assert (score.asked.settings()["aspect"], score.is_required, score.then) == ("delivery", True, "text-1")
    assert [(way.op, way.value, way.to) for way in score.ways] == [("lte", 2, None)]
    assert go(client, "questions", its.pk, kind="text").status_code == 404


def test_what_the_form_of_each_question_sends_unchanged_changes_nothing(client, manager):
    draft = surveys.draft()
    for key in keys(draft):
        opened = client.get(reverse("survey-builder:survey", args=[draft.survey_id]), {"question": key})
        assert opened.context["form"].question.key == key
        go(client, "question", draft.survey_id, key, **typed(draft, key))

    before = draft.content
    draft.refresh_from_db()
    assert content.write(content.read(before)) == content.write(content.read(draft.content))


def test_options_keep_their_keys_and_new_ones_get_one(client, manager):
    draft = surveys.draft()
    told = typed(
        draft,
        "wrong",
        label_0_en="Too late",
        label_1_en="",
        label_1_ru="",
        label_1_bg="",
        label_3_en="A tin!",
    )

    go(client, "question", draft.survey_id, "wrong", **told)

    draft.refresh_from_db()
    options = draft.content["questions"][1]["settings"]["options"]
    assert [option["key"] for option in options] == ["late", "rude", "a-tin"]


def test_what_cannot_be_kept_is_said_in_the_form(client, manager):
    draft = surveys.draft(content=surveys.only("scale", low=1, high=5))
    told = typed(draft, "score", low="3", high="2")

    page = go(client, "question", draft.survey_id, "score", **told)

    assert page.status_code == 422
    assert "Write a number above the lowest" in text_of(page)


def test_somebody_elses_change_is_not_overwritten(client, manager):
    draft = surveys.draft()
    told = typed(draft, "word", text_en="Mine")
    authoring.write(draft, told=surveys.only("nps"), by=None, at=draft.written_at)

    assert go(client, "question", draft.survey_id, "score", **{**told, "then": "-"}).status_code == 200
    assert keys(draft) == ["score"]


def test_questions_move_and_go_with_the_ways_to_them(client, manager):
    draft = surveys.draft()
    go(client, "place", draft.survey_id, "word", to="up")
    assert keys(draft) == ["score", "word", "wrong"]

    go(client, "removal", draft.survey_id, "wrong")
    assert keys(draft) == ["score", "word"]
    assert draft.content["questions"][0]["ways"][0]["to"] == "word"


def test_two_questions_in_a_row_change_places_in_being_asked() -> None:
    told = {"start": "a", "questions": [surveys.question("a", then="b"), surveys.question("b", then="c")]}
    its = content.read({**told, "questions": [*told["questions"], surveys.question("c")]})

    moved = editing.moved(its, "b", up=True)

    assert (moved.start, [(one.key, one.then) for one in moved.questions]) == (
        "b",
        [("b", "a"), ("a", "c"), ("c", None)],
    )
    assert editing.moved(moved, "b", up=True) == moved
    assert editing.moved(moved, "a", up=True) == its


@pytest.mark.parametrize("language", content.LANGUAGES)
def test_the_preview_asks_as_people_are_asked_and_keeps_nothing(client, manager, language):
    version = surveys.draft()
    address = reverse("survey-builder:preview", args=[version.survey_id, 1])

    first = client.get(address, {"language": language})
    assert [one.key for one in first.context["shown"]] == ["score"]
    refused = client.get(address, {"language": language, "page": 1})
    assert [one.fault for one in refused.context["shown"]] == ["Please answer this question."]
    low = client.get(address, {"language": language, "page": 1, "q-score": "3", "frame": "desktop"})
    assert [one.key for one in low.context["shown"]] == ["score", "wrong", "word"]
    done = client.get(address, {"language": language, "page": 2, "q-score": "3", "q-wrong": ["late"]})

    assert done.context["is_done"]
    assert content.read(version.content).thanks_in(language) in text_of(done)


def test_a_preview_with_nonsense_in_its_address_is_a_page_all_the_same(client, manager):
    version = surveys.draft(content={})
    address = reverse("survey-builder:preview", args=[version.survey_id, 1])

    for asked in ({"page": "9" * 30, "language": "xx"}, {"q-score": "\0", "q-none": "1"}, {"page": "-1"}):
        assert client.get(address, asked).status_code == 200


@pytest.mark.parametrize(
    ("role", "writes", "publishes"), [("marketer", True, False), ("team lead", False, False)]
)
def test_marketers_write_and_managers_publish(client, role, writes, publishes):
    signed_in(client, role)
    draft = surveys.draft()
    page = text_of(client.get(reverse("survey-builder:survey", args=[draft.survey_id])))

    assert ("Add the question" in page) is writes
    assert ("Publish it" in page) is publishes
    assert go(client, "way", draft.survey_id, 1, "publication").status_code == 403


def test_the_form_of_a_survey_leads_to_its_questions(client, manager):
    told = {
        "name_en": "After delivery",
        "slug": "after-delivery",
        "budget": "transactional",
        "valid_days": 14,
    }
    page = client.post(reverse("admin:surveys_survey_add"), told | {"channels": ["email", "sms"]})

    its = Survey.objects.get()
    assert page["Location"] == reverse("survey-builder:survey", args=[its.pk])
    assert (its.names, its.channels) == ({"en": "After delivery"}, ["email", "sms"])
    listed = client.get(reverse("admin:surveys_survey_changelist"))
    assert listed["Location"] == reverse("survey-builder:list")
    change = client.get(reverse("admin:surveys_survey_change", args=[its.pk]))
    assert change.status_code == 200

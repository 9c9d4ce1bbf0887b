"""A shop's own form posts answers, and reads them; anonymous ones are told in figures alone."""

from __future__ import annotations

import pytest
from django.utils import timezone

from surveys.models import Answer, Response, SurveyVersion
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.survey_answers import anonymous, invitation
from tests.factories.surveys import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ShopSystem:
    published()
    return ShopSystem()


def told(**more: object) -> dict[str, object]:
    answers = {"score": 2, "wrong": ["late"], "word": "Мокро"}
    return {"survey": "how-was-it", "external_id": "f-1", "language": "bg", "answers": answers, **more}


def test_an_answer_of_a_shops_form_is_kept_with_its_person(shop):
    person = CustomerFactory()
    answer = shop.post("responses/", told(customer=person.pk))

    assert answer.status == 201
    assert (answer.body["customer"], answer.body["channel"]) == (person.pk, "api")
    assert [one["question"] for one in answer.body["answers"]] == ["score", "wrong", "word"]
    assert shop.get(f"responses/{answer.body['id']}/").body == answer.body


def test_sent_again_it_takes_the_place_of_what_was_answered(shop):
    shop.post("responses/", told())
    shop.post("responses/", told(answers={"score": 9}))

    assert Response.objects.count() == 1
    assert list(Answer.objects.values_list("value", flat=True)) == [9]


def test_an_invitation_is_answered(shop):
    asked = invitation(SurveyVersion.objects.get(), at=timezone.now())
    answer = shop.post("responses/", told(survey=None, invitation=asked.pk))

    assert (answer.status, answer.body["customer"]) == (201, asked.customer_id)
    assert shop.post("responses/", told(invitation=10**9)).problem == (422, "unknown-invitation")


def test_what_is_no_answer_is_refused_with_its_place(shop):
    answer = shop.post("responses/", told(answers={"score": 11, "more": 1}))

    assert answer.problem == (422, "unusable-answer")
    assert sorted(answer.pointers) == ["/answers/more", "/answers/score"]
    assert shop.post("responses/", told(survey="nothing")).problem == (422, "unknown-survey")
    assert shop.post("responses/", told(customer=10**9)).problem == (422, "unknown-customer")
    assert Response.objects.count() == 0


@pytest.mark.parametrize("hostile", [1e30, "9" * 5000, [[]], {"a": {}}, "\0", True, [1, 2], 1.5])
def test_hostile_answers_are_no_answers(shop, hostile):
    assert shop.post("responses/", told(answers={"score": hostile})).status in (400, 422)
    assert shop.post("responses/", told(answers={"score": 1, "wrong": hostile})).status in (400, 422)


def test_anonymous_answers_are_kept_and_not_listed(shop):
    anonymous()
    answer = shop.post("responses/", told(survey="anonymous", customer=CustomerFactory().pk))

    assert (answer.status, answer.body["customer"]) == (201, None)
    assert shop.get("responses/").body["items"] == []
    assert shop.get(f"responses/{answer.body['id']}/").status == 404


def test_another_shop_does_not_see_them(shop):
    pk = shop.post("responses/", told()).body["id"]
    other = ShopSystem()

    assert other.get(f"responses/{pk}/").status == 404
    assert other.get("responses/?survey=how-was-it").body["items"] == []


def test_a_longer_list_asks_no_more_of_the_database(shop, django_assert_max_num_queries):
    for number in range(3):
        shop.post("responses/", told(external_id=f"f-{number}"))
    shop.warm("responses/")

    with django_assert_max_num_queries(5):
        assert len(shop.get("responses/").body["items"]) == 3

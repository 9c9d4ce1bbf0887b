"""A shop's own form reads what is to be asked."""

from __future__ import annotations

import pytest

from surveys.models import Survey
from tests.api_client import ShopSystem
from tests.factories import surveys
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ShopSystem:
    return ShopSystem(scopes="surveys:read")


def test_what_is_asked_now_is_listed_with_its_version(shop):
    its = surveys.survey("after-delivery")
    surveys.draft(its, number=1, state="retired", published_at=NOON)
    surveys.published(its, number=2)
    surveys.draft(surveys.survey("written-yet"))
    surveys.published(surveys.survey("over", ended_at=NOON))
    surveys.published(surveys.survey("colleagues", budget=Survey.Budget.STAFF))

    (one,) = shop.get("surveys/").body["items"]

    assert (one["slug"], one["version"], one["occasion"]) == ("after-delivery", 2, "transactional")


def test_the_list_is_read_with_as_many_questions_however_long_it_is(shop, django_assert_max_num_queries):
    for number in range(12):
        surveys.published(surveys.survey(f"survey-{number}"))

    with django_assert_max_num_queries(8):
        assert len(shop.get("surveys/?limit=10").body["items"]) == 10


def test_its_questions_are_read_in_the_language_that_is_asked_for(shop):
    surveys.published()

    its = shop.get("surveys/how-was-it/?language=bg").body
    score, wrong, word = its["questions"]

    assert (its["language"], its["title"], its["start"]) == ("bg", "How was it? (bg)", "score")
    assert [point["value"] for point in score["points"]] == [str(number) for number in range(11)]
    assert (score["ways"], score["then"]) == ([{"op": "lte", "value": "6", "to": "wrong"}], "word")
    assert wrong["points"][0] == {"value": "late", "label": "Late (bg)"}
    assert (word["kind"], word["points"], word["then"]) == ("text", [], None)


def test_what_nobody_is_asked_cannot_be_read(shop):
    surveys.draft()
    surveys.published(surveys.survey("colleagues", budget=Survey.Budget.STAFF))

    assert shop.get("surveys/how-was-it/").status == 404
    assert shop.get("surveys/colleagues/").status == 404
    assert shop.get("surveys/nothing/").status == 404

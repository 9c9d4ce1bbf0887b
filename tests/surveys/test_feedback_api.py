"""A shop tells of reviews, one or many, and reads whose it is to act on every word about it."""

from __future__ import annotations

import pytest

from crm.api.bulk_tasks import work_off
from surveys.models import Feedback
from tests.api_client import ShopSystem
from tests.factories import feedback
from tests.factories.customers import CustomerFactory
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ShopSystem:
    feedback.ready()
    return ShopSystem()


def told(external_id: str = "r-1", **more: object) -> dict[str, object]:
    return {
        "external_id": external_id,
        "where": "market.example",
        "text": "Куриерът закъсня",
        "rating": 2,
        "occurred_at": "2026-01-05T10:00:00+02:00",
        **more,
    }


def test_a_review_is_read_back_with_its_department(shop):
    vera = CustomerFactory()

    answer = shop.post("feedback/", told(customer={"id": vera.pk}))

    assert answer.status == 201
    its = Feedback.objects.get()
    assert (its.customer, its.shop, its.language) == (vera, shop.shop, "bg")
    said = {
        name: answer.body[name]
        for name in ("came_from", "where", "theme", "department", "routed_by", "state")
    }
    assert said == {
        "came_from": "api",
        "where": "market.example",
        "theme": "delivery",
        "department": "logistics",
        "routed_by": "rule",
        "state": "waiting",
    }
    assert shop.get(f"feedback/{its.pk}/").body == answer.body


def test_told_again_it_is_the_same(shop):
    shop.post("feedback/", told())

    again = shop.post("feedback/", told(text="A queue at the till", rating=1))

    assert (again.body["theme"], again.body["rating"]) == ("shop", 1)
    assert Feedback.objects.count() == 1


def test_two_shops_may_number_their_reviews_alike(shop):
    shop.post("feedback/", told())
    ShopSystem(shop=ShopFactory()).post("feedback/", told())

    assert Feedback.objects.count() == 2
    assert len(shop.get("feedback/").body["items"]) == 1


def test_the_list_is_narrowed(shop):
    vera = CustomerFactory()
    shop.post("feedback/", told("r-1", customer={"id": vera.pk}))
    shop.post("feedback/", told("r-2", text="Hmm"))

    def found(query: str) -> list[str]:
        return [one["text"] for one in shop.get(f"feedback/?{query}").body["items"]]

    assert found("theme=delivery") == found(f"customer={vera.pk}") == ["Куриерът закъсня"]
    assert found("department=care") == ["Hmm"]
    assert len(found("state=waiting")) == 2 and found("state=settled") == found("came_from=ticket") == []


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"rating": 6}, "/rating"),
        ({"text": ""}, "/text"),
        ({"language": "de"}, "/language"),
        ({"occurred_at": "2199-01-01T00:00:00Z"}, "/occurred_at"),
        ({"customer": {"id": 999_999_999}}, "/customer"),
        ({"theme": "delivery"}, "/theme"),
    ],
)
def test_what_cannot_be_true_is_pointed_at(shop, more, pointer):
    answer = shop.post("feedback/", told(**more))

    assert answer.status in (400, 422)
    assert [error["pointer"] for error in answer.body["errors"]] == [pointer]


def test_many_are_told_of_at_once(shop):
    items = [told("r-1"), told("r-2", text="A queue"), told("r-3", rating=9)]

    job = shop.post("feedback/bulk/", {"items": items})
    work_off(job.body["id"])

    assert job.status == 202
    assert [its.theme.slug for its in Feedback.objects.order_by("pk")] == ["delivery", "shop"]


def test_the_list_takes_as_many_questions_however_long_it_is(shop, django_assert_max_num_queries):
    for number in range(12):
        shop.post("feedback/", told(f"r-{number}"))

    with django_assert_max_num_queries(8):
        assert len(shop.get("feedback/?limit=10").body["items"]) == 10

"""A shop's own system opens an issue and follows it; what is another shop's is not there."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.models import Department, Issue
from tests.api_client import ShopSystem
from tests.factories.issues import department, issue, said
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ShopSystem:
    return ShopSystem(scopes="issues:read,issues:write")


@pytest.fixture
def delivery() -> Department:
    return department(owner=UserFactory())


def test_an_issue_is_opened_with_its_feedback_and_its_figure(shop: ShopSystem, delivery: Department) -> None:
    words = said(shop=shop.shop)
    sent = {
        "title": "Late in Varna",
        "department": "delivery",
        "figure": {"measure": "csat", "aspect": "delivery"},
        "feedback": [words.pk],
    }
    answer = shop.post("issues/", sent, **{"Idempotency-Key": "k1"})

    assert answer.status == 201
    assert answer.body["figure"] == {"measure": "csat", "aspect": "delivery", "shop": shop.shop.pk}
    assert (answer.body["before"]["value"], answer.body["before"]["n"]) == (None, 0)
    assert (answer.body["state"], answer.body["feedback"]) == ("open", 1)
    assert shop.post("issues/", sent, **{"Idempotency-Key": "k1"}).body == answer.body
    its = Issue.objects.get()
    assert (its.owner, its.opened_by, its.shop) == (delivery.owner, None, shop.shop)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"department": "nobody"}, "unknown-department"),
        ({"feedback": [987_654]}, "unknown-feedback"),
    ],
)
def test_what_is_not_known_opens_nothing(
    shop: ShopSystem, delivery: Department, wrong: dict[str, Any], code: str
) -> None:
    answer = shop.post("issues/", {"title": "Late", "department": "delivery", **wrong})

    assert (answer.status, answer.body["type"].rsplit("/", 1)[-1]) == (422, code)
    assert not Issue.objects.exists()


def test_feedback_of_another_shop_is_not_known(shop: ShopSystem, delivery: Department) -> None:
    words = said(shop=ShopFactory())
    its = issue(shop=shop.shop)

    assert shop.post(f"issues/{its.pk}/feedback/", {"feedback": [words.pk]}).status == 422
    ours = said(shop=shop.shop)
    assert shop.post(f"issues/{its.pk}/feedback/", {"feedback": [ours.pk]}).body["feedback"] == 1


def test_issues_of_another_shop_are_not_there(shop: ShopSystem) -> None:
    ours, theirs = issue(shop=shop.shop), issue(shop=ShopFactory())

    assert [one["id"] for one in shop.get("issues/").body["items"]] == [ours.pk]
    assert shop.get(f"issues/{theirs.pk}/").status == 404
    assert shop.get("issues/?state=closed").body["items"] == []


def test_the_list_costs_as_much_however_long_it_is(
    shop: ShopSystem, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        issue(shop=shop.shop)
    shop.warm("issues/")

    with django_assert_max_num_queries(8):
        shop.get("issues/")

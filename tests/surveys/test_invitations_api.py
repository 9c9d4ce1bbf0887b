"""A shop asks one or many, hears why somebody was not asked, and gets the link for a receipt."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm.api.bulk_tasks import work_off
from surveys.models import Invitation, Skip, Survey
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.survey_answers import Browser
from tests.factories.surveys import published, survey
from tests.factories.surveys_asked import mailbox, reachable

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ShopSystem:
    published(survey("delivery"))
    mailbox()
    return ShopSystem()


def told(person: int, **more: object) -> dict[str, object]:
    return {"survey": "delivery", "external_id": "p-1", "customer": {"id": person}, **more}


def test_somebody_is_asked_once_about_an_order(shop):
    person = reachable()
    order = placed_order("o-1", shop=shop.shop, customer=person)
    answer = shop.post("invitations/", told(person.pk, order=order.pk))

    assert answer.status == 201
    assert (answer.body["state"], answer.body["channel"], answer.body["is_answered"]) == (
        "asked",
        "email",
        False,
    )
    asked = Invitation.objects.get()
    assert (asked.about_type, asked.about_id, asked.shop) == ("crm.order", order.pk, shop.shop)
    again = shop.post("invitations/", told(person.pk, order=order.pk))
    assert again.body == answer.body
    assert shop.get(f"invitations/{asked.pk}/").body == answer.body
    assert [
        one["id"] for one in shop.get(f"invitations/?customer={person.pk}&survey=delivery").body["items"]
    ] == [asked.pk]


def test_its_link_is_the_persons_own(shop):
    url = shop.post("invitations/", told(reachable().pk)).body["url"]

    assert Browser().open(url.split("/s/")[1].strip("/")).status_code == 200


def test_whoever_is_not_asked_has_a_reason(shop):
    nobody = CustomerFactory()
    answer = shop.post("invitations/", told(nobody.pk))

    assert (answer.status, answer.body["id"], answer.body["state"]) == (201, None, "skipped")
    assert answer.body["why_not"] == Skip.Reason.NO_WAY
    assert shop.get("invitations/").body["items"] == []


def test_what_is_unknown_is_refused_with_its_place(shop):
    published(survey("colleagues", budget=Survey.Budget.STAFF))
    person, foreign = reachable(), placed_order("o-9")

    for wrong, code, pointer in [
        ({"survey": "nothing"}, "unknown-survey", "/survey"),
        ({"survey": "colleagues"}, "unknown-survey", "/survey"),
        ({"customer": {"id": 10**9}}, "unknown-customer", "/customer"),
        ({"order": foreign.pk}, "unknown-order", "/order"),
    ]:
        answer = shop.post("invitations/", told(person.pk, **wrong))
        assert answer.problem == (422, code)
        assert answer.pointers == [pointer]
    assert not Invitation.objects.exists()


def test_another_shop_sees_none_of_it(shop):
    asked = shop.post("invitations/", told(reachable().pk)).body["id"]
    other = ShopSystem()

    assert other.get(f"invitations/{asked}/").status == 404
    assert other.get("invitations/").body["items"] == []


def test_many_are_asked_in_the_background_each_with_a_result(shop):
    people = [reachable(), CustomerFactory(), reachable()]
    items = [told(person.pk, external_id=f"p-{n}") for n, person in enumerate(people)]
    job = shop.post("invitations/bulk/", {"items": [*items, {"survey": "delivery"}]})
    assert job.status == 202
    work_off(job.body["id"])

    done = shop.get(f"jobs/{job.body['id']}/").body
    assert (done["items_done"], done["items_failed"]) == (4, 1)
    assert Invitation.objects.count() == 2
    assert Skip.objects.get().reason == Skip.Reason.NO_WAY


def test_a_receipt_has_a_link_of_its_order(shop):
    now = timezone.now()
    order = placed_order("o-1", shop=shop.shop, customer=reachable(), placed_at=now, at=now)
    url = shop.get(f"surveys/delivery/link/?order={order.pk}").body["url"]

    assert Browser().open(url.split("/s/")[1].strip("/")).status_code == 200
    assert url != shop.get("surveys/delivery/link/").body["url"]
    assert ShopSystem().get(f"surveys/delivery/link/?order={order.pk}").status == 404
    assert shop.get("surveys/nothing/link/").status == 404


def test_the_list_costs_the_same_whatever_its_length(shop, django_assert_max_num_queries):
    version = published(survey("other"))
    for n in range(4):
        shop.post("invitations/", told(reachable().pk, survey=version.survey.slug, external_id=f"x-{n}"))
    shop.warm("invitations/")

    with django_assert_max_num_queries(3):
        assert len(shop.get("invitations/").body["items"]) == 4

"""Segments in the hands of those who build them, and of a shop's system."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.models import ListTaken, Segment, SegmentMember
from crm.segments import membership
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.segments import filled, written
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db
SPEAKS_BULGARIAN = {"field": "customer.language", "op": "eq", "value": "bg"}
LIST = reverse("segments:list")
NEW = reverse("segments:new")
BEHIND = reverse("segments:behind")


@pytest.fixture
def marketer(client):
    marketer = UserFactory(is_superuser=True, language="en")
    client.force_login(marketer)
    return marketer


@pytest.fixture
def anna():
    return CustomerFactory(language="bg", given_name="Анна", family_name="Костова")


def test_a_segment_is_built_and_read_aloud(client, marketer):
    told = {"name": "Who reads Bulgarian", "conditions": json.dumps(SPEAKS_BULGARIAN), "is_shared": "on"}

    answer = client.post(NEW, told, follow=True)

    segment = Segment.objects.get()
    assert (segment.owner, segment.conditions, segment.version) == (marketer, SPEAKS_BULGARIAN, 1)
    assert "Language of the customer: Bulgarian" in answer.text
    assert "Who reads Bulgarian" in client.get(LIST).text


def test_what_cannot_be_kept_comes_back_with_the_reason(client, marketer):
    for changes in ({"name": ""}, {"conditions": '{"field": "customer.shoe"}'}, {"conditions": "[["}):
        told = {"name": "One", "conditions": json.dumps(SPEAKS_BULGARIAN), **changes}
        assert client.post(NEW, told).status_code == 422
    written(name="One", owner=marketer)
    taken = client.post(NEW, {"name": "One", "conditions": json.dumps(SPEAKS_BULGARIAN)})
    assert "You have a segment of this name already." in taken.text
    assert Segment.objects.count() == 1


def test_while_one_builds_customers_are_counted_and_a_few_are_named(client, marketer, anna):
    CustomerFactory(language="ru")

    answer = client.post(reverse("segments:count"), {"tree": json.dumps(SPEAKS_BULGARIAN)})
    unfinished = client.post(reverse("segments:count"), {"tree": '{"all": [{"field": "customer.language"}]}'})

    assert "1 customer fits." in answer.text
    assert "Анна Костова" in answer.text
    assert "as soon as the conditions are complete" in unfinished.text


def test_its_page_tells_who_is_in_it_and_why(client, marketer, anna):
    boris = CustomerFactory(language="ru")
    segment = filled(SPEAKS_BULGARIAN)
    page = reverse("segments:segment", args=[segment.pk])

    hers = client.get(page, {"customer": anna.pk}).text
    his = client.get(page, {"customer": boris.pk}).text

    assert "Анна Костова" in hers and "in the segment since" in hers
    assert "not in the segment" in his and "not true" in his
    assert "Nobody has this number." in client.get(page, {"customer": "99999999"}).text


def test_a_page_of_people_costs_the_same_however_many_there_are(client, marketer):
    segment = filled(SPEAKS_BULGARIAN)
    page = reverse("segments:segment", args=[segment.pk])

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(page).status_code == 200
        return len(asked)

    client.get(page)
    of_nobody = queries()
    people = [CustomerFactory(language="bg") for _n in range(30)]
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=segment, customer=one, since=segment.created_at) for one in people
    )
    assert queries() == of_nobody
    assert "?before=" in client.get(page).text


def test_another_colleagues_own_segment_is_not_there(client, marketer):
    own = written(is_shared=False)

    assert client.get(reverse("segments:segment", args=[own.pk])).status_code == 404
    assert own.name not in client.get(LIST).text


def test_its_people_leave_as_a_file_and_it_is_noted_who_took_them(client, marketer, anna):
    anna.given_name = '=HYPERLINK("x")'
    anna.save()
    segment = filled(SPEAKS_BULGARIAN)

    file = client.get(reverse("segments:export", args=[segment.pk]))

    text = b"".join(file.streaming_content).decode()
    assert "\"'=HYPERLINK" in text
    assert ListTaken.objects.get().customers == [anna.pk]


def test_a_segment_is_put_away_by_its_button(client, marketer, anna):
    segment = filled(SPEAKS_BULGARIAN)

    client.post(reverse("segments:archiving", args=[segment.pk]))

    assert Segment.objects.get().archived_at is not None
    assert not SegmentMember.objects.exists()
    assert segment.name not in client.get(LIST).text


def test_a_shop_reads_shared_segments_and_their_people_page_by_page(anna):
    api = ShopSystem()
    others = [CustomerFactory(language="bg") for _n in range(2)]
    segment = filled(SPEAKS_BULGARIAN)
    own = written(name="mine", is_shared=False)

    [told] = api.get("segments/").body["items"]
    assert (told["id"], told["people"], told["is_filled"]) == (segment.pk, 3, True)
    assert told["conditions"] == SPEAKS_BULGARIAN
    assert api.get(f"segments/{segment.pk}/").body == told
    assert api.get(f"segments/{own.pk}/").status == 404
    assert api.get(f"segments/{own.pk}/members/").status == 404

    first = api.get(f"segments/{segment.pk}/members/?limit=2").body
    second = api.get(f"segments/{segment.pk}/members/?limit=2&cursor={first['next_cursor']}").body
    ids = [one["customer"] for one in (*first["items"], *second["items"])]
    assert (sorted(ids), second["next_cursor"]) == (sorted(p.pk for p in (anna, *others)), None)


def test_an_address_can_hold_the_conditions_that_one_begins_with(client, marketer):
    page = client.get(NEW, {"conditions": json.dumps(SPEAKS_BULGARIAN)})

    assert page.context["form"].initial["conditions"] == SPEAKS_BULGARIAN
    assert not Segment.objects.exists()


@pytest.mark.parametrize("typed", ["[[", "{}", '{"field": "customer.shoe", "op": "eq"}', "9" * 70_000])
def test_conditions_of_an_address_that_cannot_be_used_are_refused_in_words(client, marketer, typed):
    begun = client.get(NEW, {"conditions": typed})
    behind = client.get(BEHIND, {"conditions": typed})

    assert begun.status_code == 200 and "Build them anew." in begun.text
    assert behind.status_code == 422 and "cannot be used" in behind.text


def test_who_is_behind_conditions_is_seen_without_a_segment(client, marketer, anna):
    CustomerFactory(language="ru", given_name="Борис")

    page = client.get(BEHIND, {"conditions": json.dumps(SPEAKS_BULGARIAN)}).text

    assert "Language of the customer: Bulgarian" in page
    assert "Анна Костова" in page and "Борис" not in page
    assert f"{NEW}?conditions=" in page
    assert not Segment.objects.exists()


def test_those_behind_conditions_are_read_page_by_page(client, marketer):
    CustomerFactory.create_batch(27, language="bg")

    first = client.get(BEHIND, {"conditions": json.dumps(SPEAKS_BULGARIAN)})
    second = client.get(
        BEHIND, {"conditions": json.dumps(SPEAKS_BULGARIAN), "before": first.context["before"]}
    )

    assert (len(first.context["people"]), len(second.context["people"])) == (25, 2)
    assert (first.context["counted"], second.context["counted"]) == (27, 27)
    assert second.context["before"] is None


def test_a_customers_page_tells_their_segments_since_when_and_leads_to_the_why(client, marketer, anna):
    segment = filled(SPEAKS_BULGARIAN, name="Who reads Bulgarian")
    hidden = filled(SPEAKS_BULGARIAN, name="Not yours")
    Segment.objects.filter(pk=hidden.pk).update(shared_at=None)

    page = client.get(reverse("crm:customer", args=[anna.pk])).text

    assert "Who reads Bulgarian" in page and "Not yours" not in page
    assert f"{reverse('segments:segment', args=[segment.pk])}?customer={anna.pk}#why" in page


def test_segments_stand_in_the_bar_of_whoever_may_see_them(client, marketer):
    assert f'href="{LIST}"' in client.get(reverse("admin:index")).text

    client.force_login(UserFactory(is_staff=True))
    assert f'href="{LIST}"' not in client.get(reverse("admin:index")).text


def test_a_language_put_right_on_the_form_of_a_customer_reaches_segments_at_once(client, marketer, anna):
    segment = filled(SPEAKS_BULGARIAN)
    rows = {"addresses-TOTAL_FORMS": "0", "addresses-INITIAL_FORMS": "0"}
    address = reverse("admin:crm_customer_change", args=[anna.pk])

    answer = client.post(address, {"given_name": "Анна", "language": "ru", **rows})

    assert answer.status_code == 302
    assert membership.settle_due(at=timezone.now()) == 1
    assert not SegmentMember.objects.filter(segment=segment).exists()


def test_who_came_to_a_company_is_looked_at(client, marketer, anna):
    of_companies = filled({"some": "customer.companies"})
    rows = {
        "roles-TOTAL_FORMS": "1",
        "roles-INITIAL_FORMS": "0",
        "roles-0-customer": str(anna.pk),
        "roles-0-role": "",
        "agreements-TOTAL_FORMS": "0",
        "agreements-INITIAL_FORMS": "0",
    }

    answer = client.post(reverse("admin:crm_company_add"), {"name": "Чайна ООД", **rows})

    assert answer.status_code == 302
    assert membership.settle_due(at=timezone.now()) == 1
    assert SegmentMember.objects.get(segment=of_companies).customer == anna

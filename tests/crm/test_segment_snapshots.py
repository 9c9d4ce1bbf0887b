"""Moments of a segment beside each other, on a page and as files; and who comes and goes by day."""

from __future__ import annotations

import pytest
from django.urls import reverse

from crm.models import Customer, ListTaken, SegmentSize
from crm.segments import comparing, membership, snapshots, waiting
from tests.factories.customers import CustomerFactory
from tests.factories.segments import colleague, filled, written
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db
SPEAKS_BULGARIAN = {"field": "customer.language", "op": "eq", "value": "bg"}


@pytest.fixture
def manager(client):
    manager = UserFactory(is_superuser=True, language="en")
    client.force_login(manager)
    return manager


@pytest.fixture
def anna():
    return CustomerFactory(language="bg", given_name="Анна", family_name="Костова")


@pytest.fixture
def boris():
    return CustomerFactory(language="ru", given_name="Борис", family_name="Иванов")


@pytest.fixture
def segment(anna, boris):
    return filled(SPEAKS_BULGARIAN)


def speaks(customer, language):
    Customer.objects.filter(pk=customer.pk).update(language=language)
    waiting.look_at([customer.pk], at=NOON)
    while membership.settle_due(at=NOON):
        pass


def taken(segment, name):
    return snapshots.take(segment, name=name, by=colleague(), at=NOON)


def test_who_came_and_who_went_between_a_snapshot_and_now(segment, anna, boris):
    before = taken(segment, "before")
    speaks(anna, "ru")
    speaks(boris, "bg")
    segment.refresh_from_db()

    both = comparing.compared(segment, before, None)

    assert ([*both.came], [*both.went], both.stayed, both.size) == ([boris], [anna], 0, 1)


def test_two_snapshots_stand_in_the_order_of_time_whichever_is_named_first(segment, anna, boris):
    first = taken(segment, "first")
    speaks(boris, "bg")
    second = snapshots.take(segment, name="second", by=colleague(), at=NOON.replace(hour=15))

    both = comparing.compared(segment, second, first)

    assert (both.earlier, both.later) == (first, second)
    assert ([*both.came], [*both.went], both.stayed) == ([boris], [], 1)


def test_a_day_counts_who_came_and_who_went_and_a_filling_counts_nobody(segment, anna, boris):
    assert list(SegmentSize.objects.values_list("size", "came", "went")) == [(1, 0, 0)]

    speaks(boris, "bg")
    speaks(anna, "ru")
    speaks(anna, "bg")

    assert list(SegmentSize.objects.values_list("size", "came", "went")) == [(2, 2, 1)]


def test_a_page_sets_a_snapshot_beside_now(client, manager, segment, anna, boris):
    before = taken(segment, "before")
    speaks(anna, "ru")
    speaks(boris, "bg")

    page = client.get(reverse("segments:snapshot", args=[segment.pk, before.pk])).text

    assert "Came in between: 1" in page and "Борис Иванов" in page
    assert "Went in between: 1" in page and "Анна Костова" in page
    assert "who is in it now" in page


def test_a_page_of_many_who_came_is_read_on(client, manager, segment):
    before = taken(segment, "before")
    for person in CustomerFactory.create_batch(27):
        speaks(person, "bg")
    address = reverse("segments:snapshot", args=[segment.pk, before.pk])

    first = client.get(address)
    [part] = [one for one in first.context["parts"] if one["name"] == "came"]
    rest = client.get(address, {"came_before": part["before"]})

    assert (part["count"], len(part["people"])) == (27, 25)
    assert [len(one["people"]) for one in rest.context["parts"] if one["name"] == "came"] == [2]


@pytest.mark.parametrize(("part", "whose"), [("people", "Анна"), ("came", "Борис"), ("went", "Анна")])
def test_each_part_leaves_as_a_file_and_it_is_noted_who_took_it(
    client, manager, segment, anna, boris, part, whose
):
    before = taken(segment, "before")
    speaks(anna, "ru")
    speaks(boris, "bg")

    file = client.get(reverse("segments:snapshot-export", args=[segment.pk, before.pk, part]))

    text = b"".join(file.streaming_content).decode()
    assert whose in text and len(text.splitlines()) == 2
    assert ListTaken.objects.get().colleague == manager


def test_whoever_was_erased_stands_in_no_file_and_has_no_name(client, manager, segment, anna):
    before = taken(segment, "before")
    Customer.objects.filter(pk=anna.pk).update(erased_at=NOON)
    waiting.look_at([anna.pk], at=NOON)
    membership.settle_due(at=NOON)

    page = client.get(reverse("segments:snapshot", args=[segment.pk, before.pk])).text
    file = client.get(reverse("segments:snapshot-export", args=[segment.pk, before.pk, "went"]))

    assert "Анна" not in page and f"№ {anna.pk}" in page
    assert len(b"".join(file.streaming_content).decode().splitlines()) == 1


def test_a_snapshot_of_another_segment_or_an_unknown_part_is_not_there(client, manager, segment):
    others = taken(filled(SPEAKS_BULGARIAN, name="other"), "others")
    own = taken(segment, "own")
    hidden = written(name="theirs", is_shared=False)

    for path in (
        reverse("segments:snapshot", args=[segment.pk, others.pk]),
        reverse("segments:snapshot", args=[segment.pk, own.pk]) + f"?with={others.pk}",
        reverse("segments:snapshot-export", args=[segment.pk, own.pk, "shoes"]),
        reverse("segments:snapshot", args=[hidden.pk, own.pk]),
    ):
        assert client.get(path).status_code == 404, path

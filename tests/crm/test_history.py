"""A timeline is read by key: nothing is skipped and nothing comes twice, wherever a page is cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import history, timeline
from crm.facts import NoteWritten, OrderPlaced
from crm.facts.base import Group
from crm.history import BadCursor, Place
from crm.models import Customer, TimelineEntry
from crm.people.same_person import with_ids
from crm.timeline import Told

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def maria(db: None) -> Customer:
    return Customer.objects.create(given_name="Мария", created_at=NOON)


def lived(customer: Customer, hours: list[int], **more: Any) -> list[TimelineEntry]:
    """Entries at these hours after noon, in the order of being told; many may share an hour."""
    return timeline.record_all(
        [
            Told(
                fact=NoteWritten(text=f"{hour}"),
                customer_id=customer.pk,
                occurred_at=NOON + timedelta(hours=hour),
                source="test",
                source_id=f"{customer.pk}:{n}",
                **more,
            )
            for n, hour in enumerate(hours)
        ]
    )


def newest_first(entries: list[TimelineEntry]) -> list[int]:
    return [entry.pk for entry in sorted(entries, key=lambda one: (one.occurred_at, one.pk), reverse=True)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_older_pages_together_are_the_whole_timeline(maria: Customer, limit: int) -> None:
    wanted = newest_first(lived(maria, [3, 1, 1, 1, 2, 0, 3, 3]))
    page = history.page(history.of(maria), limit=limit)
    read = [entry.pk for entry in page.entries]

    while page.older:
        page = history.page(history.of(maria), older_than=page.older, limit=limit)
        read += [entry.pk for entry in page.entries]

    assert read == wanted


@pytest.mark.parametrize("limit", [1, 3])
def test_newer_pages_lead_back_to_the_top(maria: Customer, limit: int) -> None:
    entries = lived(maria, [3, 1, 1, 1, 2, 0, 3, 3])
    wanted = newest_first(entries)
    page = history.page(history.of(maria), at=NOON, limit=limit)
    read = [entry.pk for entry in page.entries]

    while page.newer:
        page = history.page(history.of(maria), newer_than=page.newer, limit=limit)
        read = [entry.pk for entry in page.entries] + read

    assert read == wanted


def test_a_date_jumps_to_the_last_thing_before_it(maria: Customer) -> None:
    early, late = lived(maria, [1, 5])

    page = history.page(history.of(maria), at=NOON + timedelta(hours=2))

    assert page.entries == [early]
    assert page.newer == Place.of(early)
    assert history.page(history.of(maria), newer_than=page.newer).entries == [late]


def test_an_empty_timeline_has_no_pages_beside_it(maria: Customer) -> None:
    assert history.page(history.of(maria)) == history.Page([], None, None)


def test_a_filter_shows_its_group_and_channel_only(maria: Customer) -> None:
    by_phone = lived(maria, [1], channel="phone")
    order = timeline.record(
        maria,
        OrderPlaced(order_number="1", amount=Decimal(1), currency="EUR", lines_count=1, goods="Чай"),
        source="test",
        source_id="order",
        occurred_at=NOON,
        channel="online",
    )

    assert list(history.only(history.of(maria), groups=[Group.ORDERS])) == [order]
    assert list(history.only(history.of(maria), channels=["phone"])) == by_phone
    assert list(history.only(history.of(maria), groups=[Group.CALLS])) == []
    assert history.counts(history.of(maria)) == {
        "orders": 1,
        "notes": 1,
        "channel:phone": 1,
        "channel:online": 1,
    }


@pytest.mark.parametrize("entries", [1, 60])
def test_a_page_is_one_query_however_long_the_timeline(
    maria: Customer, entries: int, django_assert_num_queries: Any
) -> None:
    lived(maria, list(range(entries)))
    maria = with_ids(Customer.objects.filter(pk=maria.pk)).get()

    with django_assert_num_queries(1):
        history.page(history.of(maria), limit=10)


@given(text=st.text(max_size=80))
def test_a_place_we_did_not_make_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        Place.parse(text)


def test_a_place_survives_the_way_to_the_browser_and_back() -> None:
    place = Place(NOON, 48_120)

    assert Place.parse(str(place)) == place

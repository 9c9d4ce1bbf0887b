"""What is due happens to everybody it is due for, in chunks, once, and is told."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import TimelineEntry
from loyalty import ledger
from loyalty.models import Programme, Wallet
from loyalty.points import confirmation, expiry
from tests.loyalty.ledger_world import DAY, NOON, a_member, balances, earn, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_ledger_is_right():
    yield
    assert wrong() == []


def told(kind):
    entries = TimelineEntry.objects.filter(kind=f"loyalty.{kind}").order_by("customer_id", "pk")
    return [entry.fact.aloud("en") for entry in entries]


def test_everything_that_is_due_expires_in_chunks_and_is_told():
    people = [a_member(10, expires_in=DAY) for _ in range(5)]
    earn(people[0], 7)

    assert expiry.expire_due(at=NOON + DAY, chunk=2) == 50
    assert expiry.expire_due(at=NOON + DAY, chunk=2) == 0

    assert sum(Wallet.objects.values_list("available", flat=True)) == 7
    assert told("points_expired") == ["10 points expired"] * 5


def test_idle_points_expire_too():
    maria = a_member(10)
    Programme.objects.update(expiry=Programme.Expiry.AFTER_ACTIVITY, expiry_months=6)
    ledger.set_idle_months(maria.programme_id, 6)

    assert expiry.expire_due(at=NOON + 182 * DAY) == 10
    assert expiry.expire_due(at=NOON + 182 * DAY) == 0


def test_everything_whose_time_has_come_is_available_and_told():
    people = [a_member() for _ in range(3)]
    for one in people:
        earn(one, 10, available_in=DAY)
        earn(one, 5, available_in=2 * DAY)

    assert confirmation.confirm_due(at=NOON + DAY, chunk=2) == 30
    assert confirmation.confirm_due(at=NOON + DAY, chunk=2) == 0

    assert {balances(one) for one in people} == {(10, 5, 0, 0)}
    assert told("points_available") == ["10 points can be spent now"] * 3


def test_who_loses_points_soon_is_told_once_for_each_moment():
    maria = a_member(10, expires_in=3 * DAY)
    earn(maria, 5, expires_in=3 * DAY)
    earn(maria, 5, expires_in=10 * DAY)
    earn(maria, 5, expires_in=15 * DAY)
    a_member(10)

    expiry.tell_of_expiry(at=NOON)
    expiry.tell_of_expiry(at=NOON)

    assert [said.split(" on ")[0] for said in told("points_expire_soon")] == [
        "15 points expire",
        "5 points expire",
    ]


def test_a_chunk_asks_the_database_as_much_for_many_as_for_one():
    def queries_for(count):
        for _ in range(count):
            a_member(10, expires_in=DAY)
        with CaptureQueriesContext(connection) as asked:
            expiry.expire_due(at=NOON + DAY)
        return len(asked)

    assert queries_for(1) == queries_for(12)

"""In which open hours nobody answers in a language: worked out by hand, and as the team lead reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm import company
from support.measures.coverage import Presence, covered, joined, without
from support.models import Calendar, Holiday, Shift
from tests.factories.support import calendar_of_weekdays
from tests.factories.tickets import agent

SOFIA = ZoneInfo("Europe/Sofia")
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
T0 = datetime(2026, 11, 23, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SOFIA)


def stretch(begins: int, ends: int) -> tuple[datetime, datetime]:
    return T0 + timedelta(minutes=begins), T0 + timedelta(minutes=ends)


stretches = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(lambda its: stretch(its[0], its[0] + its[1]))
)


def minutes(of) -> set[datetime]:
    return {
        begins + timedelta(minutes=n)
        for begins, ends in of
        for n in range(int((ends - begins).total_seconds()) // 60)
    }


@given(stretches, stretches)
def test_what_is_left_is_minute_by_minute_what_was_not_taken(whole, taken) -> None:
    left = without(joined(whole), joined(taken))

    assert minutes(left) == minutes(whole) - minutes(taken)
    assert left == joined(left)


@pytest.mark.django_db
def test_a_day_is_open_and_nobody_speaks_the_language_for_a_while() -> None:
    hours = calendar_of_weekdays((9, 18)).hours()
    presences = [
        Presence(begins=at(23, 8), ends=at(23, 14), languages=frozenset({"bg"})),
        Presence(begins=at(23, 13), ends=at(23, 17)),
    ]

    (day,) = covered(MONDAY, 1, hours=hours, presences=presences, languages=["bg", "ru"])

    assert list(day.opened) == [(at(23, 9), at(23, 18))]
    assert list(day.gaps["bg"]) == [(at(23, 17), at(23, 18))]
    assert list(day.gaps["ru"]) == [(at(23, 9), at(23, 13)), (at(23, 17), at(23, 18))]


@pytest.mark.django_db
def test_a_closed_day_has_no_gap() -> None:
    calendar = calendar_of_weekdays((9, 18))
    Holiday.objects.create(calendar=calendar, on=MONDAY)

    days = covered(MONDAY, 7, hours=calendar.hours(), presences=[], languages=["bg"])

    assert [bool(day.opened) for day in days] == [False, True, True, True, True, False, False]
    assert not days[0].gaps["bg"]


@pytest.fixture
def lead(client):
    company.forget()
    with time_machine.travel(NOW, tick=False):
        one = agent(role="team lead", language="en", languages=["bg"])
        client.force_login(one)
        yield one


def plan(one, day: int, begins: int, ends: int, **more) -> Shift:
    return Shift.objects.create(agent=one, starts_at=at(day, begins), ends_at=at(day, ends), **more)


@pytest.mark.django_db
def test_the_team_lead_reads_the_gaps_in_words_and_drawn(client, lead) -> None:
    calendar_of_weekdays((9, 18))
    plan(lead, 23, 9, 18)
    plan(agent(languages=["ru", "en"]), 23, 9, 17, left_at=at(23, 12))

    page = client.get(reverse("support:coverage"), {"week": "2026-11-25"})

    row = page.context["rows"][0]
    assert row.day == "Monday, 23\N{NO-BREAK SPACE}Nov"
    assert [cell.words for cell in row.cells] == [
        *("somebody is there all the time", "nobody: 12:00–18:00", "nobody: 12:00–18:00"),
    ]
    assert (row.cells[1].gaps[0].x, row.cells[1].gaps[0].width) == ("50.00%", "25.00%")
    assert "12:00–18:00: nobody is there for Russian, English." in page.text
    assert page.context["rows"][5].cells[0].words == "closed"


@pytest.mark.django_db
def test_without_a_calendar_the_page_says_what_to_make(client, lead) -> None:
    Calendar.objects.all().delete()

    assert "No calendar of opening hours" in client.get(reverse("support:coverage")).text


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["nonsense", "9999-12-31", "0001-01-01", ""])
def test_a_week_that_cannot_be_is_this_one(client, lead, asked) -> None:
    calendar_of_weekdays((9, 18))

    assert client.get(reverse("support:coverage"), {"week": asked}).context["first"] == MONDAY


@pytest.mark.django_db
def test_many_shifts_ask_the_database_no_more_than_one(client, lead) -> None:
    calendar_of_weekdays((9, 18))
    plan(lead, 23, 9, 18)
    client.get(reverse("support:coverage"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("support:coverage"))
    for _each in range(5):
        one = agent()
        for day in (23, 24, 25):
            plan(one, day, 9, 18)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("support:coverage"))

    assert len(many) == len(few)

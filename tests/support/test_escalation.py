"""Clocks that run out climb their ladder, each rung once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.utils.translation import override

from crm.facts import fact_from
from crm.models import TimelineEntry
from support import happenings
from support.clock_tasks import climb_ladders
from support.models import Clock, ClockEvent, Team, Ticket, TicketEvent
from support.models.tagging import Category
from support.timekeeping import clocks, escalation
from support.timekeeping.deadlines import Kind
from tests.factories.shops import UserFactory
from tests.factories.support import SlaPolicyFactory, TicketFactory, calendar_of_weekdays

pytestmark = pytest.mark.django_db

SOFIA = ZoneInfo("Europe/Sofia")
LADDER_KINDS = ("support.clock_warned", "support.clock_missed", "support.clock_escalated")


def monday(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 6, 8, hour, minute, second, tzinfo=SOFIA)


@pytest.fixture(autouse=True)
def shop_hours():
    return calendar_of_weekdays((9, 13), (14, 18))


@pytest.fixture
def ticket():
    """A chat that is promised an answer within a minute: the agent is Ilya, the lead is Raya."""
    SlaPolicyFactory(first_response_minutes=1)
    lead, agent = UserFactory(name="Рая Цветкова"), UserFactory(name="Илья Громов")
    team = Team.objects.create(slug="desk", names={"en": "Desk"}, lead=lead)
    ticket = TicketFactory(channel="chat", team=team, assignee=agent)
    clocks.opened(ticket, at=monday(9, 30))
    return ticket


def climbed() -> list[tuple[str, datetime]]:
    events = ClockEvent.objects.filter(kind__in=("warn", "breach", "escalate")).order_by("pk")
    return [(event.kind, event.at) for event in events]


def told_on_timeline(ticket: Ticket) -> list[tuple[str, str]]:
    entries = TimelineEntry.objects.filter(customer=ticket.customer, kind__in=LADDER_KINDS).order_by("pk")
    facts = [fact_from(entry.kind, entry.payload) for entry in entries]
    with override("en"):
        return [(fact.aloud(), fact.aloud_more()) for fact in facts]


def test_a_minute_is_missed_at_its_sixtieth_second_and_not_before(ticket):
    escalation.climb_due(at=monday(9, 30, 44))
    assert climbed() == []
    escalation.climb_due(at=monday(9, 30, 59))
    assert climbed() == [("warn", monday(9, 30, 45))]
    escalation.climb_due(at=monday(9, 31, 1))
    assert climbed()[-1] == ("breach", monday(9, 31))


def test_hours_in_which_the_shop_is_closed_miss_nothing():
    SlaPolicyFactory(first_response_minutes=60)
    ticket = TicketFactory()
    clocks.opened(ticket, at=monday(17, 30))

    escalation.climb_due(at=monday(23))
    assert climbed() == []
    escalation.climb_due(at=monday(9, 31) + timedelta(days=1))
    assert [kind for kind, _at in climbed()] == ["warn", "breach"]


def test_the_agent_the_lead_and_the_manager_hear_of_it_in_turn(ticket):
    escalation.climb_due(at=monday(9, 40))

    assert told_on_timeline(ticket) == [
        ("The first answer is due soon", f"Ticket {ticket.pk}; told to Илья Громов"),
        ("The first answer is late", f"Ticket {ticket.pk}; told to Рая Цветкова"),
        ("The first answer is still missing", f"Ticket {ticket.pk}"),
    ]
    with override("en"):
        said = [happenings.aloud(event) for event in TicketEvent.objects.order_by("pk")]
    assert said == [
        "The first answer is due soon",
        "The first answer is late",
        "The first answer is still missing",
    ]


def test_each_rung_is_told_once_however_often_it_is_looked_at(ticket):
    assert escalation.climb_due(at=monday(9, 40)) == 3
    assert escalation.climb_due(at=monday(9, 50)) == 0
    assert escalation.climb(ticket, at=monday(9, 50)) == 0

    assert len(climbed()) == len(told_on_timeline(ticket)) == TicketEvent.objects.count() == 3


def test_an_answer_in_time_tells_nothing(ticket):
    clocks.answered(ticket, at=monday(9, 30, 30))

    assert escalation.climb_due(at=monday(12)) == 0


def test_a_late_answer_ends_the_climb(ticket):
    escalation.climb_due(at=monday(9, 31))
    clocks.answered(ticket, at=monday(9, 31, 10))

    assert escalation.climb_due(at=monday(12)) == 0
    assert [kind for kind, _at in climbed()] == ["warn", "breach"]


def test_a_ticket_that_waits_for_the_customer_is_not_hurried():
    SlaPolicyFactory(resolution_minutes=60)
    ticket = TicketFactory()
    clocks.opened(ticket, at=monday(9))
    ticket.category = Category.WAITING_CUSTOMER
    ticket.save()
    clocks.state_changed(ticket, at=monday(9, 10))

    assert escalation.climb_due(at=monday(17)) == 0


def test_of_merged_tickets_one_is_told(ticket):
    other = TicketFactory(customer=ticket.customer, team=ticket.team)
    clocks.opened(other, at=monday(9, 30, 10))
    ticket.merged_into = other
    ticket.save()
    clocks.merged(ticket, other, at=monday(9, 30, 20))

    assert escalation.climb_due(at=monday(9, 31)) == 2
    assert set(TicketEvent.objects.values_list("ticket", flat=True)) == {other.pk}


def test_without_an_agent_the_lead_is_warned(ticket):
    Ticket.objects.update(assignee=None)

    escalation.climb_due(at=monday(9, 30, 50))

    assert told_on_timeline(ticket)[0][1].endswith("told to Рая Цветкова")


def test_a_promise_warns_and_its_breaking_is_told_where_promises_are_kept(ticket):
    clocks.answered(ticket, at=monday(9, 30, 10))
    clocks.promised(ticket, promise=1, due_at=monday(11), at=monday(10))

    escalation.climb_due(at=monday(11))

    assert climbed() == [("warn", monday(10, 45)), ("breach", monday(11))]
    assert [sentence for sentence, _more in told_on_timeline(ticket)] == ["What was promised is due soon"]


def test_the_ticket_stays_as_it_was_to_who_writes_an_answer(ticket):
    before = Ticket.objects.get(pk=ticket.pk).version

    escalation.climb_due(at=monday(9, 40))

    assert Ticket.objects.get(pk=ticket.pk).version == before


def test_the_task_tells_what_is_due_now(ticket):
    climb_ladders()

    assert len(climbed()) == 3


@pytest.fixture
def someone_else(dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(dsn) as other:
        yield other


@pytest.mark.django_db(transaction=True)
def test_a_person_whom_somebody_works_with_is_left_for_the_next_time(ticket, someone_else):
    someone_else.execute("SELECT 1 FROM crm_customer WHERE id = %s FOR NO KEY UPDATE", [ticket.customer_id])
    assert escalation.climb_due(at=monday(9, 31)) == 0

    someone_else.rollback()
    assert escalation.climb_due(at=monday(9, 31)) == 2


def test_looking_for_what_is_due_reads_the_index(ticket, django_assert_num_queries):
    clocks.answered(ticket, at=monday(9, 30, 30))

    with django_assert_num_queries(1):
        escalation.climb_due(at=monday(12))
    assert Clock.objects.filter(kind=Kind.RESOLUTION, next_rung_at=None).exists()

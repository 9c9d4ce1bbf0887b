"""Whoever keeps watch proposes an incident once for each burst, and nothing on a usual day."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from support.incidents import watching
from support.models import Incident, IncidentProposal, Ticket, Topic
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, UserFactory
from tests.factories.support import TicketFactory

_numbers = count(1)
pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def delivery() -> Topic:
    return Topic.objects.create(slug="delivery", names={"en": "Delivery", "bg": "Доставка"})


def tickets(number: int, topic: Topic | None, *, until: datetime = NOON, **more: Any) -> None:
    customer = CustomerFactory()
    Ticket.objects.bulk_create(
        TicketFactory.build(
            customer=customer,
            topic=topic,
            opened_at=until - (n + 1) * MINUTE / 2,
            source_id=f"{next(_numbers)}",
            **more,
        )
        for n in range(number)
    )


def usual_weeks(topic: Topic | None, *, each: int = 7) -> None:
    for n in range(1, 7):
        tickets(each, topic, until=NOON - timedelta(weeks=n))
    tickets(1, None, until=NOON - timedelta(weeks=8))


def test_a_burst_is_proposed_once_however_often_it_is_looked_at(delivery) -> None:
    usual_weeks(delivery)
    tickets(20, delivery)

    for later in range(0, 60, 3):
        tickets(4, delivery, until=NOON + later * MINUTE)
        watching.watch(at=NOON + later * MINUTE)

    (proposal,) = watching.open_proposals()
    assert (proposal.topic, proposal.tickets >= 20) == (delivery, True)
    assert float(proposal.expected) == pytest.approx(1.0, abs=0.1)


def test_a_usual_day_proposes_nothing(delivery) -> None:
    usual_weeks(delivery, each=70)
    tickets(12, delivery)

    assert watching.watch(at=NOON) == []


def test_another_topic_is_another_burst(delivery) -> None:
    usual_weeks(delivery)
    tickets(20, delivery)
    tickets(20, None)

    assert {one.topic for one in watching.watch(at=NOON)} == {delivery, None}


def test_a_house_that_only_began_proposes_nothing(delivery) -> None:
    tickets(40, delivery)

    assert watching.watch(at=NOON) == []


def test_what_we_began_ourselves_is_no_burst(delivery) -> None:
    usual_weeks(delivery)
    tickets(40, delivery, opened_by=UserFactory())

    assert watching.watch(at=NOON) == []


def test_calm_is_looked_at_with_one_query(delivery, django_assert_num_queries) -> None:
    usual_weeks(delivery)
    with django_assert_num_queries(3):  # its transaction's two, and the question
        watching.watch(at=NOON + timedelta(hours=3))


def test_a_proposal_becomes_a_draft_once_and_is_no_longer_open(delivery) -> None:
    usual_weeks(delivery)
    tickets(20, delivery)
    (proposal,) = watching.watch(at=NOON)
    lead = UserFactory()

    incident = watching.draft_of(proposal, by=lead, at=NOON)

    assert watching.draft_of(proposal, by=lead, at=NOON) == incident
    assert incident.links == {"field": "ticket.topic", "op": "in", "value": [delivery.pk]}
    assert Incident.objects.count() == 1
    assert watching.open_proposals() == []


def test_what_was_dismissed_is_not_proposed_again_while_it_lasts(delivery) -> None:
    usual_weeks(delivery)
    tickets(20, delivery)
    (proposal,) = watching.watch(at=NOON)

    watching.dismiss(proposal, by=UserFactory(), at=NOON)
    watching.watch(at=NOON + 3 * MINUTE)

    assert IncidentProposal.objects.count() == 1
    assert watching.open_proposals() == []

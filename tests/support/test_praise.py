"""Who was praised for what, and by whom; and that nobody but a lead reads of others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from support.colleagues import recognition
from support.models import QualityReview, Recognition, TicketEvent
from tests.factories.support import TicketFactory
from tests.factories.tickets import agent

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def resolved(one, *, times: int, by=None, mark: int = 5) -> None:
    """So many tickets of October, each read and judged by a colleague where one is named."""
    for number in range(times):
        ticket = TicketFactory(assignee=one)
        at = datetime(2026, 10, 5, 9, tzinfo=UTC) + timedelta(hours=number)
        TicketEvent.objects.create(ticket=ticket, kind="resolved", actor=one, at=at)
        if by:
            marks = dict.fromkeys(QualityReview.MARKS, mark)
            QualityReview.objects.create(
                ticket=ticket, agent=one, reviewer=by, reviewed_at=at, comment="Точно и тепло", **marks
            )


def page(client, reader, **query) -> str:
    client.force_login(reader)
    return client.get(reverse("support:praise"), query).text


def test_a_lead_reads_who_gave_what_to_whom(client):
    lead, iva = agent(role="team lead", language="en", name="Lena"), agent(name="Iva Marinova")
    resolved(iva, times=4, by=lead)
    recognition.decide_last_month(at=NOW)

    shown = page(client, lead)

    assert "for work that was good" in shown
    assert "Lena to Iva Marinova: 100 of 100" in shown
    assert "Точно и тепло" in shown


def test_speed_alone_earns_nothing_and_the_page_says_so(client):
    lead, hasty = agent(role="team lead", language="en"), agent(name="Hasty Hare")
    resolved(hasty, times=40)
    recognition.decide_last_month(at=NOW)

    shown = page(client, lead)

    assert Recognition.objects.get(agent=hasty).kudos == 0
    assert "too few marks to know" in shown
    assert "speed alone earns nothing" in shown


def test_who_answers_reads_their_own_and_nothing_of_others(client):
    lead = agent(role="team lead", name="Lena")
    iva, boris = agent(language="en", name="Iva Marinova"), agent(name="Boris Iliev")
    for one in (iva, boris):
        resolved(one, times=3, by=lead)
    recognition.decide_last_month(at=NOW)

    shown = page(client, iva)

    assert "Lena: 100 of 100" in shown
    assert "Boris Iliev" not in shown


def test_a_month_with_many_reviews_goes_on(client):
    lead, iva = agent(role="team lead", language="en"), agent()
    resolved(iva, times=52, by=lead)
    client.force_login(lead)
    first = client.get(reverse("support:praise")).context["reviews"]
    second = client.get(reverse("support:praise"), {"before": first.earlier}).context["reviews"]

    assert (len(first.shown), len(second.shown), second.earlier) == (50, 2, None)


@pytest.mark.parametrize("month", ["2026-13", "x", "0001-01", "9999-12"])
def test_a_month_that_cannot_be_is_the_last(client, month):
    client.force_login(agent(language="en"))

    assert client.get(reverse("support:praise"), {"month": month}).context["month"] == OCTOBER

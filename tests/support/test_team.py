from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import ChannelAccount, Message
from support.colleagues import reviewing, shifts, team
from support.models import AgentProfile, QualityReview, TicketMessage
from tests.factories.shops import UserFactory
from tests.factories.support import TicketFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = reverse("support:lead")
GOOD = {"understood": 5, "right": 4, "tone": 5, "complete": 4}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def colleague(role: str = "agent", **more):
    one = UserFactory(language="en", **more)
    one.groups.add(Group.objects.get(name=role))
    AgentProfile.objects.create(user=one)
    return one


@pytest.fixture
def lead(client):
    one = colleague("team lead", name="Lead")
    client.force_login(one)
    return one


def answered(agent, **more):
    ticket = TicketFactory(assignee=agent, **more)
    account = ChannelAccount.objects.get_or_create(channel="email", defaults={"name": "m", "opened_at": NOW})[
        0
    ]
    message = Message.objects.create(
        customer=ticket.customer,
        account=account,
        direction="out",
        author_kind="colleague",
        author=agent,
        state="sent",
        identity_kind="email",
        source="test",
        source_id=str(ticket.pk),
        text="Уже везут",
        occurred_at=NOW,
        recorded_at=NOW,
    )
    TicketMessage.objects.create(ticket=ticket, message=message, placed_at=NOW)
    return ticket


def standing_of(agent) -> team.Standing:
    found = team.standings(at=NOW, month=date(2026, 10, 1))
    return next(one for one in found if one.profile.user == agent)


def test_a_standing_says_what_waits_for_whom():
    agent = colleague()
    TicketFactory(assignee=agent, next_due_at=NOW - timedelta(hours=1))
    TicketFactory(assignee=agent, category="waiting_customer")
    TicketFactory(assignee=agent, category="closed")
    shifts.begin(agent, until=NOW + timedelta(hours=4), at=NOW)

    its = standing_of(agent)

    assert (its.open_tickets, its.waiting_for_us, its.late, its.load_percent) == (2, 1, 1, 20)
    assert its.shift


def test_few_reviews_say_nothing_in_hundredths():
    agent, lead = colleague(), colleague("team lead")
    for _number in range(2):
        reviewing.review(answered(agent), agent=agent, marks=GOOD, comment="", by=lead, at=NOW)
    assert (standing_of(agent).reviews, standing_of(agent).score_percent) == (2, None)

    reviewing.review(answered(agent), agent=agent, marks=GOOD, comment="", by=lead, at=NOW)
    assert standing_of(agent).score_percent == 88


def test_nobody_reviews_themselves_nor_whoever_answered_nothing(lead):
    agent = colleague()
    with pytest.raises(reviewing.ReviewsThemselves):
        reviewing.review(answered(lead), agent=lead, marks=GOOD, comment="", by=lead, at=NOW)
    with pytest.raises(reviewing.DidNotAnswer):
        reviewing.review(TicketFactory(), agent=agent, marks=GOOD, comment="", by=lead, at=NOW)
    with pytest.raises(reviewing.UnusableMarks):
        reviewing.review(answered(agent), agent=agent, marks={"tone": 9}, comment="", by=lead, at=NOW)

    assert not QualityReview.objects.exists()


def test_a_lead_reads_an_answer_and_judges_it(client, lead):
    agent = colleague(name="Iva Marinova")
    ticket = answered(agent, category="resolved", resolved_at=NOW - timedelta(days=1))
    assert f"№ {ticket.pk}" in client.get(PAGE).text

    form = reverse("support:review", args=[ticket.pk, agent.pk])
    assert "Уже везут" in client.get(form).text
    assert "Give every mark" in client.post(form, {"tone": "5", "comment": "Тепло"}).text
    client.post(form, {**GOOD, "comment": "Тепло и точно"})

    assert QualityReview.objects.get().comment == "Тепло и точно"
    assert team.to_review(lead, at=NOW) == []


def test_the_page_asks_the_database_no_more_for_many_colleagues(client, lead):
    client.get(PAGE)
    few = queries_of(client)
    for number in range(12):
        answered(colleague(name=f"N {number}"), category="resolved", resolved_at=NOW - timedelta(days=1))

    assert queries_of(client) <= few + 1


def queries_of(client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(PAGE).status_code == 200
    return len(queries)


def test_an_agent_does_not_see_how_colleagues_are_judged(client):
    client.force_login(colleague())

    assert client.get(PAGE).status_code == 403


def test_a_shift_is_begun_interrupted_and_ended_from_the_inbox(client):
    agent = colleague()
    client.force_login(agent)
    for how, words in (
        ("begin", "has begun"),
        ("away", "away"),
        ("back", "You are back"),
        ("end", "is over"),
    ):
        assert words in client.post(reverse("support:shift"), {"how": how}, follow=True).text

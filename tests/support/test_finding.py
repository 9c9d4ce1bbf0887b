import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.channels.base import Incoming, Sender
from crm.messages import receiving
from crm.models import ChannelAccount
from support import finding, opening
from support.answering import noting
from support.models import AgentProfile, Team, Ticket
from support.sight import Sight
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    one = UserFactory(language="en")
    one.groups.add(Group.objects.get(name="agent"))
    AgentProfile.objects.create(user=one)
    return one


@pytest.fixture
def ticket() -> Ticket:
    ShopFactory()
    now = timezone.now()
    account = ChannelAccount.objects.create(channel="email", name="Post", opened_at=now)
    incoming = Incoming(
        external_id="1",
        sender=Sender(kind="email", value="maria@mail.example", name="Мария Ковалёва"),
        text="Чайник подтекает у носика",
        subject="Возврат",
        occurred_at=now,
        thread="1",
    )
    message = receiving.receive(account, incoming, raw=None, at=now)
    return opening.hear(message, at=now)


@pytest.mark.parametrize(
    "typed", ["{pk}", "№ {pk}", "#{pk}", "maria@mail.example", "Ковалева", "чайники", "носик"]
)
def test_a_ticket_is_found_by_number_person_and_words(agent, ticket, typed):
    found = finding.tickets(typed.format(pk=ticket.pk), sight=Sight(agent), at=timezone.now())

    assert found == [ticket]


@pytest.mark.parametrize("typed", ["", "кофе", "999999999999999999999", "№", "\0"])
def test_what_is_not_there_is_not_found(agent, ticket, typed):
    assert finding.tickets(typed, sight=Sight(agent), at=timezone.now()) == []


def test_a_foreign_ticket_is_not_found(agent, ticket):
    Ticket.objects.update(team=Team.objects.create(slug="w", names={"en": "W"}), assignee=None)

    for typed in (str(ticket.pk), "maria@mail.example", "чайник"):
        assert finding.tickets(typed, sight=Sight(agent), at=timezone.now()) == []


@pytest.mark.parametrize("typed", ["склад", "трещину", "трещин пискунов"])
def test_what_a_colleague_noted_is_found_by_whoever_may_read_it(agent, ticket, typed):
    noting.write_note(ticket, text="Пискунов со склада видел трещину", by=agent, key="1", at=timezone.now())

    assert finding.tickets(typed, sight=Sight(agent), at=timezone.now()) == [ticket]

    agent.groups.clear()
    agent.user_permissions.add(Permission.objects.get(codename="view_ticket"))
    sees_no_notes = Sight(type(agent).objects.get(pk=agent.pk))
    assert sees_no_notes.sees_any
    assert finding.tickets(typed, sight=sees_no_notes, at=timezone.now()) == []


def test_a_note_of_a_foreign_ticket_is_not_found(agent, ticket):
    noting.write_note(ticket, text="Пискунов со склада", by=agent, key="1", at=timezone.now())
    Ticket.objects.update(team=Team.objects.create(slug="w", names={"en": "W"}), assignee=None)

    assert finding.tickets("Пискунов", sight=Sight(agent), at=timezone.now()) == []


def test_notes_are_looked_for_by_their_index(agent, ticket):
    noting.write_note(ticket, text="Пискунов со склада", by=agent, key="1", at=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        finding.tickets("Пискунов", sight=Sight(agent), at=timezone.now())
    asked = next(query["sql"] for query in queries if "support_note_words" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked.replace('%', '%%')}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "note_by_words" in plan


def test_the_search_box_shows_tickets_in_a_bounded_number_of_queries(client, agent, ticket):
    client.force_login(agent)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("crm:search"), {"q": "чайник"})

    assert reverse("support:ticket", args=[ticket.pk]) in page.text
    assert len(queries) <= 40


def test_the_inbox_finds_too(client, agent, ticket):
    client.force_login(agent)

    assert f"ticket-{ticket.pk}" in client.get(reverse("support:inbox"), {"q": "чайник"}).text

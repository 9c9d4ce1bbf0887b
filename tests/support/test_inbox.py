from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from support.inbox import BY_NAME, Choice, Place, counts, read
from support.models import AgentProfile, Promise, Tag, Team, Ticket, Topic
from support.sight import Sight, seen_by
from tests.factories.customers import CustomerFactory
from tests.factories.shops import UserFactory
from tests.factories.support import TicketFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
INBOX = reverse("support:inbox")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def colleague(role: str = "agent", *teams: Team):
    one = UserFactory(language="en")
    one.groups.add(Group.objects.get(name=role))
    profile = AgentProfile.objects.create(user=one)
    profile.teams.set(teams)
    return one


def team(slug: str) -> Team:
    return Team.objects.create(slug=slug, names={"en": slug})


def view(name: str, **more: object) -> Choice:
    return Choice(view=BY_NAME[name], **more)


def ids(choice: Choice, reader, **more: object) -> list[int]:
    return [line.ticket.pk for line in read(choice, Sight(reader), at=NOW, **more).lines]


def hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


def test_each_view_holds_what_its_name_says():
    ours = team("ours")
    reader = colleague("agent", ours)
    mine = TicketFactory(assignee=reader)
    nobodys = TicketFactory()
    late = TicketFactory(
        team=ours, assignee=UserFactory(), next_due_at=hours(-1), next_due_kind="next_response"
    )
    asleep = TicketFactory(assignee=reader, snoozed_until=hours(3))
    promised = TicketFactory(team=ours, assignee=UserFactory())
    Promise.objects.create(ticket=promised, what="ring", due_at=hours(1), made_by=reader, made_at=NOW)
    resolved = TicketFactory(category="resolved", resolved_at=hours(-2))
    TicketFactory(category="closed", assignee=reader)

    assert ids(view("mine"), reader) == [mine.pk]
    assert set(ids(view("team"), reader)) == {late.pk, promised.pk}
    assert set(ids(view("team"), colleague())) == {nobodys.pk}
    assert set(ids(view("unassigned"), reader)) == {nobodys.pk}
    assert ids(view("breaching"), reader) == [late.pk]
    assert ids(view("snoozed"), reader) == [asleep.pk]
    assert ids(view("promises"), reader) == [promised.pk]
    assert ids(view("resolved"), reader) == [resolved.pk]


def test_what_is_due_soonest_comes_first_and_what_is_not_due_last():
    reader = colleague()
    none = TicketFactory(last_message_at=hours(-5))
    newer_none = TicketFactory(last_message_at=hours(-4))
    later = TicketFactory(next_due_at=hours(2), last_message_at=hours(-3))
    sooner = TicketFactory(next_due_at=hours(1), last_message_at=hours(-6))

    assert ids(view("team"), reader) == [sooner.pk, later.pk, newer_none.pk, none.pk]
    assert ids(view("team", sorting="newest"), reader) == [later.pk, newer_none.pk, none.pk, sooner.pk]


@pytest.mark.parametrize("sorting", ["urgent", "newest"])
def test_pages_by_key_show_every_ticket_once(sorting):
    reader = colleague()
    for number in range(12):
        TicketFactory(
            next_due_at=hours(number // 3) if number % 2 else None, last_message_at=hours(-(number // 4))
        )
    choice, seen, place = view("team", sorting=sorting), [], None
    while True:
        page = read(choice, Sight(reader), at=NOW, after=place, size=5)
        seen += [line.ticket.pk for line in page.lines]
        if page.next is None:
            break
        place = Place.parse(str(page.next))

    assert len(seen) == len(set(seen)) == 12
    assert seen == ids(choice, reader)


def test_a_ticket_that_went_on_in_another_is_in_no_view():
    reader = colleague()
    TicketFactory(merged_into=TicketFactory())

    assert len(ids(view("team"), reader)) == 1


def test_filters_narrow_a_view():
    reader = colleague()
    returns = Topic.objects.create(slug="returns", names={"en": "Returns"})
    tag = Tag.objects.create(name="holiday")
    by_mail = TicketFactory(channel="email", language="bg", topic=returns)
    by_chat = TicketFactory(channel="chat", language="ru")
    by_chat.tags.add(tag)

    assert ids(view("team", channel="chat"), reader) == [by_chat.pk]
    assert ids(view("team", topic=returns.pk), reader) == [by_mail.pk]
    assert ids(view("team", tag=tag.pk), reader) == [by_chat.pk]
    assert ids(view("team", language="bg"), reader) == [by_mail.pk]


def test_a_list_is_narrowed_by_tier_and_shows_it():
    from loyalty.models import MemberTier, Tier
    from tests.factories.loyalty import MemberFactory

    reader = colleague()
    member = MemberFactory()
    gold = Tier.objects.create(programme=member.programme, slug="gold", name="Gold", level=3)
    MemberTier.objects.create(member=member, tier=gold, since_at=NOW - timedelta(days=30))
    hers = TicketFactory(customer=member.customer)
    TicketFactory()

    assert ids(view("team", tier="gold"), reader) == [hers.pk]
    (line,) = read(view("team", tier="gold"), Sight(reader), at=NOW).lines
    assert (line.mark.text, line.mark.level) == ("Gold", 3)


def test_the_tier_of_a_merged_person_stands_at_their_tickets_too():
    from loyalty.models import MemberTier, Tier
    from tests.factories.loyalty import MemberFactory

    reader = colleague()
    member = MemberFactory()
    gold = Tier.objects.create(programme=member.programme, slug="gold", name="Gold", level=3)
    MemberTier.objects.create(member=member, tier=gold, since_at=NOW - timedelta(days=30))
    TicketFactory(customer=CustomerFactory(merged_into=member.customer))

    (line,) = read(view("team"), Sight(reader), at=NOW).lines
    assert line.mark.text == "Gold"


def test_an_agent_sees_their_teams_tickets_and_nobodys_teams_and_their_own():
    returns, wholesale = team("returns"), team("wholesale")
    reader, lead = colleague("agent", returns), colleague("team lead")
    ours, free = TicketFactory(team=returns), TicketFactory()
    given, foreign = TicketFactory(team=wholesale, assignee=reader), TicketFactory(team=wholesale)

    assert set(seen_by(reader, Ticket.objects.all())) == {ours, free, given}
    assert set(seen_by(lead, Ticket.objects.all())) == {ours, free, given, foreign}
    assert not seen_by(UserFactory(), Ticket.objects.all())
    assert foreign.pk not in ids(view("unassigned"), reader)


def test_counts_are_those_of_the_views_up_to_a_bound():
    reader = colleague()
    TicketFactory.create_batch(3, assignee=reader)
    TicketFactory.create_batch(101)
    asked = {name: view(name) for name in ("mine", "unassigned", "snoozed")}

    with CaptureQueriesContext(connection) as queries:
        found = counts(asked, Sight(reader), at=NOW)

    assert len(queries) <= 4
    assert (found["mine"].number, found["mine"].is_cut) == (3, False)
    assert (found["unassigned"].number, found["unassigned"].is_cut) == (99, True)
    assert found["snoozed"].number == 0


def test_the_page_asks_the_database_no_more_for_many_tickets_than_for_one(client):
    reader = colleague()
    client.force_login(reader)
    TicketFactory(next_due_at=hours(1))
    client.get(INBOX)
    one = queries_of(client, f"{INBOX}?view=team")
    for number in range(60):
        TicketFactory(next_due_at=hours(number) if number % 2 else None, assignee=UserFactory())

    assert queries_of(client, f"{INBOX}?view=team") <= one + 1
    assert one <= 22


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_a_row_says_who_by_what_about_what_and_until_when(client):
    client.force_login(colleague())
    TicketFactory(
        customer=CustomerFactory(given_name="Мария", family_name="Ковалёва"),
        subject="Баллы не пришли",
        last_words="Проверьте, пожалуйста",
        unread_since=NOW,
        next_due_at=NOW + timedelta(minutes=12),
        next_due_kind="first_response",
    )

    page = client.get(f"{INBOX}?view=team").text

    for words in (
        "Мария Ковалёва",
        "Баллы не пришли",
        "Проверьте, пожалуйста",
        "answer within 12 min",
        "E-mail, unread",
        "Assigned to nobody",
    ):
        assert words in page


def test_an_open_page_hears_of_changed_rows_alone(client):
    client.force_login(colleague())
    first, second = TicketFactory(last_message_at=hours(-1)), TicketFactory(last_message_at=hours(-2))
    page = client.get(f"{INBOX}?view=team")
    have = ",".join(f"{row.pk}:{row.have}" for row in page.context["rows"])
    told = {"view": "team", "have": have, "counts": page.context["counts_told"]}
    news = reverse("support:inbox-news")

    assert client.get(news, told).status_code == 204

    Ticket.objects.filter(pk=second.pk).update(last_words="Ещё вопрос")
    answer = client.get(news, told).text
    assert f'id="row-{second.pk}"' in answer
    assert f'id="row-{first.pk}"' not in answer

    TicketFactory(last_message_at=hours(0))
    assert 'id="rows"' in client.get(news, told).text


def test_a_view_is_saved_with_its_count_and_forgotten(client):
    reader = colleague()
    client.force_login(reader)
    TicketFactory(channel="chat")
    client.post(reverse("support:views"), {"name": "Chats", "query": "view=team&channel=chat"})

    page = client.get(INBOX)
    (link,) = page.context["saved"]
    assert (link.label, link.count.number) == ("Chats", 1)

    client.post(reverse("support:view-removal", args=[link.saved.pk]))
    assert client.get(INBOX).context["saved"] == []


def test_somebody_elses_view_is_not_there_to_be_forgotten(client):
    client.force_login(colleague())
    client.post(reverse("support:views"), {"name": "Chats", "query": "view=team"})
    (link,) = client.get(INBOX).context["saved"]
    client.force_login(colleague())

    assert client.post(reverse("support:view-removal", args=[link.saved.pk])).status_code == 404


def test_a_manager_takes_the_list_out_as_it_is_narrowed(client):
    client.force_login(colleague("manager"))
    TicketFactory(channel="chat", subject="=SUM(A1)")
    TicketFactory(channel="email", subject="Other")

    answer = client.get(f"{reverse('support:export', args=['csv'])}?view=team&channel=chat")
    words = b"".join(answer.streaming_content).decode()

    assert "'=SUM(A1)" in words
    assert "Other" not in words
    file = client.get(reverse("support:export", args=["xlsx"]))
    assert b"".join(file.streaming_content)[:2] == b"PK"
    file.close()


def test_an_agent_takes_no_list_out(client):
    client.force_login(colleague())

    assert client.get(reverse("support:export", args=["csv"])).status_code == 403


@pytest.mark.parametrize("role", ["marketer", "cashier"])
def test_who_answers_nobody_has_no_inbox(client, role):
    one = UserFactory()
    one.groups.add(Group.objects.get(name=role))
    client.force_login(one)

    assert client.get(INBOX).status_code == 403


@pytest.mark.parametrize(
    "query", ["p=nonsense", "view=nope&topic=x&tag=999999999999999999999&tier=%00", "sort=no"]
)
def test_nothing_typed_into_the_address_breaks_the_page(client, query):
    client.force_login(colleague())

    assert client.get(f"{INBOX}?{query}").status_code in (200, 400)

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.colleagues.desk import Morning, lists
from crm.colleagues.tasking import complete
from crm.models import ParkedEntry, Shipment, Task, TimelineEntry
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import UserFactory
from tests.factories.tasks import task

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DESK = reverse("admin:index")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def colleague(role: str):
    one = UserFactory(language="en")
    one.groups.add(Group.objects.get(name=role))
    return one


@pytest.fixture
def agent(client):
    one = colleague("agent")
    client.force_login(one)
    return one


@pytest.fixture
def manager(client):
    one = colleague("manager")
    client.force_login(one)
    return one


def rows(page, title: str) -> list[tuple[str, str]]:
    """(what stands there, where it leads) of each row of a list."""
    card = next(part for part in page.text.split("<section") if title in part.split("</h2>")[0])
    found = []
    for row in re.findall(r"<li>(.*?)</li>", card, re.S):
        words = " ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split())
        found.append((words, re.search(r'href="([^"]+)"', row).group(1)))
    return found


def late_order(days: int = 3):
    order = placed_order(f"o-{days}", customer=CustomerFactory())
    Shipment.objects.create(order=order, external_id="p", promised_on=NOW.date() - timedelta(days=days))
    return order


def test_the_desk_shows_what_is_due_today_and_every_row_opens_it(client, agent):
    maria = CustomerFactory(given_name="Maria", family_name="")
    late = task("Call Maria", owner=agent, customer=maria, due_at=NOW - timedelta(hours=1))
    task("Tonight", owner=agent, due_at=NOW + timedelta(hours=6))
    task("Another day", owner=agent, due_at=NOW + timedelta(days=2))
    task("Somebody else's", due_at=NOW)
    complete(task(owner=agent, due_at=NOW), outcome=Task.Outcome.DONE, by=agent, at=NOW)

    found = rows(client.get(DESK), "Your tasks")

    assert [words.split(" Maria")[0].split(" today")[0] for words, _ in found] == ["Call", "Tonight"]
    assert found[0][1] == reverse("crm:task", args=[late.pk])
    assert all(client.get(url).status_code == 200 for _, url in found)


def test_orders_past_their_promise_stand_with_the_longest_late_first(client, agent):
    shorter, longer = late_order(2), late_order(5)

    found = rows(client.get(DESK), "past their promised day")

    assert [url for _, url in found] == [
        reverse("admin:crm_order_change", args=[order.pk]) for order in (longer, shorter)
    ]
    assert "5 days late" in found[0][0]
    assert client.get(found[0][1]).status_code == 200


def test_birthdays_of_today_and_tomorrow_begin_with_ones_own_customers(client, agent):
    def born(name: str, month: int, day: int, **more):
        return CustomerFactory(given_name=name, family_name="", birthday=date(1990, month, day), **more)

    born("Today", 11, 22)
    born("Yesterday", 11, 21)
    born("Mine", 11, 23, account_manager=agent)

    found = rows(client.get(DESK), "Birthdays")

    assert [words.split()[0] for words, _ in found] == ["Mine", "Today"]
    assert all(client.get(url).status_code == 200 for _, url in found)


def test_who_was_born_on_a_leap_day_is_not_forgotten(agent):
    CustomerFactory(birthday=date(1992, 2, 29))

    def found(year: int) -> int:
        morning = Morning(reader=agent, at=datetime(year, 2, 28, 9, tzinfo=UTC))
        return len(next(one for one in lists(morning) if one.title == "Birthdays").rows)

    assert (found(2026), found(2028)) == (1, 1)


def test_parked_failures_are_for_those_who_may_replay_them(client, agent):
    late_order()
    entry = TimelineEntry.objects.first()
    parked = ParkedEntry.objects.create(reaction="crm.x", entry=entry, customer=entry.customer, parked_at=NOW)

    assert "Parked failures" not in client.get(DESK).text

    client.force_login(colleague("manager"))
    found = rows(client.get(DESK), "Parked failures")

    assert [url for _, url in found] == [reverse("admin:crm_parkedentry_change", args=[parked.pk])]
    assert client.get(found[0][1]).status_code == 200


def test_a_full_desk_asks_the_database_no_more_than_an_empty_one(client, manager):
    client.get(DESK)
    counts = []
    for more in (1, 12):
        for number in range(more):
            late_order(number + more)
            task(owner=manager, due_at=NOW, customer=CustomerFactory(birthday=date(1990, 11, 22)))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(DESK)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert len(rows(page, "Your tasks")) == 8
    assert page.text.count("There are more than stand here.") == 3


def test_a_task_is_set_on_a_customers_page_and_completed_on_its_own(client, agent):
    maria = CustomerFactory()
    new = reverse("crm:task-new", args=[maria.pk])
    form = {"title": "Call", "due_on": "2026-11-23", "owner": agent.pk, "key": "k"}
    assert client.get(new).status_code == 200
    for _ in range(2):
        assert client.post(new, form).status_code == 302
    one = Task.objects.get()
    assert "Call" in client.get(reverse("crm:customer", args=[maria.pk])).text

    client.post(reverse("crm:task-completion", args=[one.pk]), {"outcome": "done", "note": "Glad"})

    one.refresh_from_db()
    assert (one.outcome, one.completed_by, one.customer) == ("done", agent, maria)
    assert "Glad" in client.get(reverse("crm:task", args=[one.pk])).text


def test_a_task_is_put_off_and_handed_over(client, agent):
    boris = colleague("agent")
    one = task(owner=agent, due_at=NOW)
    client.post(reverse("crm:task-postponement", args=[one.pk]), {"days": "3"})
    client.post(reverse("crm:task-handover", args=[one.pk]), {"to": boris.pk})

    one.refresh_from_db()
    assert (one.owner, one.due_at.date()) == (boris, date(2026, 11, 25))


@pytest.mark.parametrize("deed", ["completion", "postponement", "handover"])
def test_what_cannot_be_read_changes_nothing_and_says_so(client, agent, deed):
    one = task(owner=agent, due_at=NOW)

    page = client.post(reverse(f"crm:task-{deed}", args=[one.pk]), {"days": "x", "to": "0"}, follow=True)

    assert page.status_code == 200
    assert "Choose" in page.text
    one.refresh_from_db()
    assert (one.completed_at, one.owner, one.due_at) == (None, agent, NOW)


def test_the_list_of_tasks_is_narrowed_to_ones_own_open_ones(client, agent):
    task("Mine", owner=agent)
    task("Theirs")
    tasks = reverse("admin:crm_task_changelist")

    assert "Theirs" in client.get(tasks).text
    page = client.get(tasks, {"whose": "mine", "state": "open"}).text
    assert "Mine" in page
    assert "Theirs" not in page


def test_from_each_list_one_comes_to_all_of_it_and_nothing_else(client, agent):
    due, late = task("Ring about the order", owner=agent, due_at=NOW), placed_order("late")
    task("Later", owner=agent, due_at=NOW + timedelta(days=3))
    task("Of a colleague", due_at=NOW)
    placed_order("in-time")
    Shipment.objects.create(order=late, external_id="1", promised_on=NOW.date() - timedelta(days=2))

    of_crm = [found for found in lists(Morning(reader=agent, at=NOW)) if "/crm/" in found.url]
    tasks, orders = of_crm[:2]

    assert [row.pk for row in client.get(tasks.url).context["cl"].result_list] == [due.pk]
    assert [row.pk for row in client.get(orders.url).context["cl"].result_list] == [late.pk]

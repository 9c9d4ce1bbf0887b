from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm import timeline
from crm.facts import NoteWritten
from crm.models import Address, Customer, Message
from crm.people import noting
from crm.purchases import figures
from crm.purchases.shipping import note_shipment
from crm.worth import valuing
from crm.worth.counting import Asked
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.paper_channels import PaperAccountFactory
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def agent(client):
    agent = UserFactory(is_superuser=True, language="en", name="Iva Marinova")
    client.force_login(agent)
    return agent


def url(customer: Customer, **query: str) -> str:
    return reverse("crm:customer", args=[customer.pk], query=query)


def tell(customer: Customer, text: str, *, days_ago: float, **more: object) -> None:
    at = NOW - timedelta(days=days_ago)
    with transaction.atomic():
        timeline.record(
            customer,
            NoteWritten(text=text),
            source="test",
            source_id=text,
            occurred_at=at,
            **{"recorded_at": at, **more},
        )


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_a_long_history_asks_the_database_no_more_than_a_short_one(client, agent):
    shop = ShopFactory()
    short, long = CustomerFactory(), CustomerFactory()
    for customer, orders, notes in ((short, 1, 1), (long, 50, 200)):
        IdentityFactory(customer=customer)
        Address.objects.create(customer=customer, country="BG", city="Варна", is_main=True)
        for number in range(orders):
            order = placed_order(
                f"{customer.pk}-{number}",
                shop=shop,
                customer=customer,
                placed_at=NOW - timedelta(days=number),
                at=NOW,
            )
            note_shipment(
                order,
                external_id="1",
                details={"carrier": "BoxPoint", "promised_on": NOW.date()},
                source="test",
                at=NOW,
            )
        for number in range(notes):
            tell(customer, f"{customer.pk} {number}", days_ago=number)
    figures.recount([short.pk, long.pk])

    client.get(url(short))
    assert queries_of(client, url(short)) == queries_of(client, url(long)) <= 24


def test_a_person_without_anything_has_a_page_that_says_what_will_come(client, agent):
    page = client.get(url(CustomerFactory()))

    assert "Nothing has happened yet" in page.text
    assert "No orders yet" in page.text
    assert "no data yet" in page.text


def test_phones_and_addresses_are_masked(client, agent):
    identity = IdentityFactory(kind="phone", value="+359888456102")

    page = client.get(url(identity.customer))

    assert "61\N{NO-BREAK SPACE}02" in page.text
    assert "888456102" not in page.text


def test_a_late_parcel_is_the_first_thing_one_reads(client, agent):
    customer = CustomerFactory()
    order = placed_order(customer=customer, number="LO-7", placed_at=NOW - timedelta(days=9), at=NOW)
    promised = (NOW - timedelta(days=2)).date()
    note_shipment(order, external_id="1", details={"promised_on": promised}, source="test", at=NOW)

    page = client.get(url(customer))

    assert "Order LO-7 has not arrived: 2 days late" in page.text


def test_what_was_told_long_after_it_happened_says_when_we_heard(client, agent):
    customer = CustomerFactory()
    tell(customer, "offline till", days_ago=3, recorded_at=NOW)
    tell(customer, "in time", days_ago=4)

    assert client.get(url(customer)).text.count("arrived later") == 1


def test_an_imported_past_is_marked_and_not_called_late(client, agent):
    customer = CustomerFactory()
    tell(customer, "from the old system", days_ago=300, recorded_at=NOW, is_history=True)

    page = client.get(url(customer))

    assert "imported" in page.text
    assert "arrived later" not in page.text


def test_the_history_turns_both_ways_without_losing_or_repeating(client, agent):
    customer = CustomerFactory()
    for number in range(120):
        tell(customer, f"note-{number:03}.", days_ago=number)

    seen: list[str] = []
    address = url(customer)
    for _turn in range(3):
        page = client.get(address)
        seen += [f"note-{number:03}." for number in range(120) if f"note-{number:03}." in page.text]
        older = page.context["older"]
        address = f"{url(customer)}?{older}"
    back = client.get(f"{url(customer)}?{page.context['newer']}")

    assert older == ""
    assert sorted(seen) == [f"note-{number:03}." for number in range(120)]
    assert "note-050." in back.text
    assert "note-100." not in back.text


def test_a_turn_for_htmx_is_only_the_rows(client, agent):
    customer = CustomerFactory()
    for number in range(60):
        tell(customer, f"note-{number}.", days_ago=number / 24)
    first = client.get(url(customer))

    turn = client.get(
        f"{url(customer)}?{first.context['older']}", headers={"hx-request": "true", "hx-target": "older"}
    )

    assert "<html" not in turn.text
    assert "note-59." in turn.text
    last_day_above = first.context["days"][-1].on
    assert f'id="day-{last_day_above}"' not in turn.text


def test_chips_filter_by_group_and_channel(client, agent):
    customer = CustomerFactory()
    placed_order(customer=customer, number="LO-7", placed_at=NOW, at=NOW)
    tell(customer, "a note", days_ago=1)

    notes = client.get(url(customer, group="notes"), headers={"hx-request": "true", "hx-target": "history"})
    online = client.get(
        url(customer, channel="online"), headers={"hx-request": "true", "hx-target": "history"}
    )

    assert ("a note" in notes.text, "LO-7" in notes.text) == (True, False)
    assert ("a note" in online.text, "LO-7" in online.text) == (False, True)


def test_a_day_is_jumped_to(client, agent):
    customer = CustomerFactory()
    tell(customer, "before", days_ago=20)
    tell(customer, "after", days_ago=2)

    page = client.get(url(customer, day=str((NOW - timedelta(days=10)).date())))

    assert ("before" in page.text, ">after<" in page.text) == (True, False)
    assert page.context["newer"]


@pytest.mark.parametrize("query", ["older=x", "newer=1:2:3", "older=%00"])
def test_a_broken_link_into_the_history_is_refused(client, agent, query):
    assert client.get(f"{url(CustomerFactory())}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["day=2026-02-31", "day=x", "group=x", "channel=%F0", "kind=nothing"])
def test_a_filter_that_means_nothing_does_no_harm(client, agent, query):
    assert client.get(f"{url(CustomerFactory())}?{query}").status_code == 200


def test_a_note_is_written_and_read(client, agent):
    customer = CustomerFactory()
    address = reverse("crm:customer-notes", args=[customer.pk])

    for _twice in range(2):
        answer = client.post(address, {"text": "<b>Call</b> after six", "key": "k1"}, follow=True)

    assert answer.text.count("&lt;b&gt;Call&lt;/b&gt; after six") == 1
    assert "Iva Marinova" in answer.text


def test_a_note_by_htmx_answers_with_the_history_and_keeps_what_was_refused(client, agent):
    customer = CustomerFactory()
    address = reverse("crm:customer-notes", args=[customer.pk])
    headers = {"hx-request": "true", "hx-target": "history"}

    written = client.post(address, {"text": "Call after six", "key": "k1"}, headers=headers)
    refused = client.post(address, {"text": "x" * (noting.LONGEST + 1), "key": "k2"}, headers=headers)

    assert "<html" not in written.text
    assert "Call after six" in written.text
    assert "too long" in refused.text
    assert "x" * (noting.LONGEST + 1) in refused.text


def test_whoever_may_only_look_cannot_write(client, django_user_model):
    reader = UserFactory()
    client.force_login(reader)
    customer = CustomerFactory()

    assert client.get(url(customer)).status_code == 403
    assert client.post(reverse("crm:customer-notes", args=[customer.pk]), {"text": "x"}).status_code == 403


def test_a_stranger_is_shown_the_door(client):
    answer = client.get(url(CustomerFactory()))

    assert answer.headers["Location"].startswith(reverse("admin:login"))


def test_a_merged_person_s_page_leads_to_who_they_are(client, agent):
    survivor = CustomerFactory()
    merged = CustomerFactory(merged_into=survivor)

    assert client.get(url(merged)).headers["Location"] == url(survivor)


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_the_page_speaks_the_reader_s_language(client, language):
    client.force_login(UserFactory(is_superuser=True, language=language))

    page = client.get(url(CustomerFactory()))

    assert f'<html lang="{language}"' in page.text


def test_the_channel_on_which_they_answer_is_said_with_what_it_was_learned_from(client, agent):
    ShopFactory()
    anna = CustomerFactory()
    account = PaperAccountFactory(channel="viber")
    page = url(anna)
    assert "Answers most by" not in client.get(page).text
    same = {
        "customer": anna,
        "account": account,
        "identity_kind": "viber",
        "address": "v-1",
        "source": "test",
    }
    for number in range(3):
        at = NOW - timedelta(days=number)
        sent = {"direction": "out", "author_kind": "rule", "state": "read", "text": "…"}
        Message.objects.create(**same, **sent, source_id=str(number), occurred_at=at, recorded_at=at)
    asked = Asked(as_of=NOW.date(), clock="UTC", horizon_days=90)
    valuing.value_everybody(asked=asked, at=NOW)

    assert "Answers most by: Viber (3 of 3 messages answered)" in client.get(page).text

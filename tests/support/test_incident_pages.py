"""Incidents as colleagues and customers see them: drafted, looked at twice, let out, ended; and the status page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import Message, User
from support.incidents import announcing, drafting, linking
from support.models import Incident, IncidentGoodwill, IncidentNotice, IncidentProposal
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.incidents import OF_VARNA, announced, draft_notice, drafted, told, waits_for
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.paper_channels import PaperAccountFactory, paper_channels
from tests.factories.shops import ShopFactory
from tests.factories.tickets import agent, ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _papers() -> Iterator[None]:
    ShopFactory()
    with paper_channels():
        PaperAccountFactory()
        yield


@pytest.fixture
def lead(client: Client) -> User:
    user = agent(role="team lead", language="en", name="Georgi Stoyanov")
    client.force_login(user)
    return user


def at(name: str, *args: object) -> str:
    return reverse(f"incidents:{name}", args=args)


def person() -> Any:
    customer = CustomerFactory(language="en")
    IdentityFactory(customer=customer, verified=True)
    return customer


FORM = {
    "name_en": "No electricity in Varna",
    "name_bg": "Няма ток във Варна",
    "began_at": "2026-03-02T12:00",
    "summary": "Back at six, they say.",
    "affected": json.dumps(OF_VARNA),
    "links": "",
    "link_words": "varna, варн",
    "title_en": "No electricity",
    "text_en": "Orders leave later.",
}


def test_an_incident_is_drafted_looked_at_twice_and_let_out(client, lead) -> None:
    waits_for(customer=person())
    waits_for(customer=CustomerFactory())

    drafted_page = client.post(at("new"), FORM, follow=True).text
    incident = Incident.objects.get()
    assert "2 people are affected now" in drafted_page
    assert "Warehouse that the order leaves from" in drafted_page
    look = client.get(at("announcement", incident.pk)).text
    assert "2 people are told" in look
    assert "Cannot be told: no address or number is known" in look
    assert "Order LP-100234 will be late" in look
    assert not Message.objects.exists()

    client.post(at("announcement", incident.pk))
    told(incident.notices.get())

    page = client.get(at("incident", incident.pk)).text
    assert "told 1, could not be told 1, still to be told 0" in page
    assert Message.objects.count() == 1


def test_words_are_kept_one_language_at_a_time_and_refused_with_a_reason(client, lead) -> None:
    incident = drafted(by=lead)
    address = f"{at('words', incident.pk)}?language=bg"
    words = {"subject": "Закъснение", "long": "Няма ток.", "short": "Няма ток.", "purpose": "service"}

    refused = client.post(address, {**words, "long": "{{ card.number }}"}).text
    assert "There is nothing called like this to fill in: card.number" in refused
    client.post(address, words)

    assert draft_notice(incident).texts["bg"]["long"] == "Няма ток."
    assert "Something went wrong" in draft_notice(incident).texts["en"]["long"]


def test_a_tree_that_cannot_be_read_is_refused_in_the_form(client, lead) -> None:
    page = client.post(at("new"), {**FORM, "affected": '{"field": "order.colour", "op": "eq", "value": "x"}'})

    assert page.status_code == 200
    assert not Incident.objects.exists()


def test_what_is_unfinished_says_in_which_language(client, lead) -> None:
    incident = drafted(by=lead)
    notice = draft_notice(incident)
    notice.texts["ru"]["short"] = ""
    notice.save()

    page = client.post(at("announcement", incident.pk), follow=True).text

    assert "The words are not finished in every language. Russian" in page


def test_how_far_it_is_shows_until_it_is_done(client, lead) -> None:
    waits_for(customer=person())
    incident = drafted(by=lead)
    notice = announcing.let_out(draft_notice(incident), by=lead, at=timezone.now())
    announcing._chunk(notice.pk, at=timezone.now())

    assert "0 %" in client.get(at("progress", incident.pk)).text
    assert "Tell nobody further" in client.get(at("incident", incident.pk)).text
    told(notice)
    assert client.get(at("progress", incident.pk)).headers["HX-Refresh"] == "true"


def test_stopped_from_the_page_it_goes_to_nobody(client, lead) -> None:
    waits_for(customer=person())
    incident = drafted(by=lead)
    announcing.let_out(draft_notice(incident), by=lead, at=timezone.now())

    client.post(at("stop", incident.pk))
    told(incident.notices.get())

    assert not Message.objects.exists()
    assert "stopped" in client.get(at("incident", incident.pk)).text


def test_the_last_word_is_written_and_ends_it(client, lead) -> None:
    waits_for(customer=person())
    incident = drafted(by=lead)
    announced(incident, by=lead)
    Message.objects.update(state=Message.State.SENT, sent_at=timezone.now())

    client.post(at("notices", incident.pk), {"kind": "resolved"})
    assert "Resolve it and tell them" in client.get(at("announcement", incident.pk)).text
    client.post(at("announcement", incident.pk))

    incident.refresh_from_db()
    assert incident.state == Incident.State.RESOLVED
    assert incident.resolved_by == lead


def test_tickets_are_linked_by_their_number_and_taken_out(client, lead) -> None:
    its, incident = ticket("Где посылка?"), drafted(by=lead)
    announced(incident, by=lead)

    client.post(at("tickets", incident.pk), {"ticket": f"№ {its.pk}"})
    page = client.get(reverse("support:ticket", args=[its.pk])).text
    assert "The Varna warehouse has no electricity" in page
    assert "There is no such ticket." in client.post(
        at("tickets", incident.pk), {"ticket": "99"}, follow=True
    ).text.replace("&#x27;", "'")

    client.post(at("removal", incident.pk, its.pk))
    assert linking.incident_of(its) is None


def test_what_goes_on_stands_above_the_inbox(client, lead) -> None:
    incident = drafted(by=lead, summary="Back at six.")
    assert "Back at six." not in client.get(reverse("support:inbox")).text

    announced(incident, by=lead)

    assert "Back at six." in client.get(reverse("support:inbox")).text


def test_goodwill_is_asked_for_on_the_page_and_a_second_person_decides(client, lead, settings) -> None:
    settings.INCIDENT_GOODWILL_ALONE = 0
    ProgrammeFactory()
    customer = MemberFactory().customer
    IdentityFactory(customer=customer, verified=True)
    waits_for(customer=customer)
    incident = drafted(by=lead)
    announced(incident, by=lead)

    short = client.post(at("goodwill", incident.pk), {"points": "50", "budget": "0.49"}, follow=True).text
    assert "It needs €0.50." in short
    client.post(at("goodwill", incident.pk), {"points": "50", "budget": "0.50"})
    assert "Approve it" not in client.get(at("incident", incident.pk)).text
    client.force_login(agent(role="manager", language="en"))
    assert "Approve it" in client.get(at("incident", incident.pk)).text
    client.post(at("decision", incident.pk), {"yes": "1"})

    assert IncidentGoodwill.objects.get().state == IncidentGoodwill.State.GIVING


def test_a_burst_becomes_a_draft_or_nothing(client, lead) -> None:
    now = timezone.now()
    one, other = (
        IncidentProposal.objects.create(noticed_at=now, last_seen_at=now, tickets=9, minutes=15, expected=1)
        for _n in range(2)
    )
    assert "9 tickets within 15 minutes, usually 1" in client.get(at("list")).text
    assert "9 tickets within 15 minutes, usually 1" in client.get(reverse("support:inbox")).text

    client.post(at("proposal", one.pk), {"how": "dismiss"})
    answer = client.post(at("proposal", other.pk), {"how": "draft"})

    assert answer.url == at("change", Incident.objects.get().pk)
    assert "This looks like an incident" not in client.get(at("list")).text


def test_the_list_is_turned_by_keys_and_costs_the_same_however_long(
    client, lead, django_assert_max_num_queries
) -> None:
    for _n in range(52):
        drafted(by=lead)
    with django_assert_max_num_queries(12):
        first = client.get(at("list")).text

    assert first.count("<tr><th><a") == 50
    after = first.split('href="?after=')[1].split('"')[0]
    assert client.get(f"{at('list')}?after={after}").text.count("<tr><th><a") == 2
    for broken in (
        "x",
        "2026-13-01|1",
        "|",
        "2026-03-02T12:00:00|1",
        f"{timezone.now().isoformat()}|9{'9' * 30}",
    ):
        assert client.get(at("list"), {"after": broken}).status_code == 200


# ── for everybody ────────────────────────────────────────────────────────────
def test_the_status_page_tells_what_is_wrong_in_the_readers_language_and_nobodys_name(client) -> None:
    lead = agent(role="team lead")
    customer = person()
    waits_for(customer=customer)
    incident = drafted(by=lead, summary="Secret of ours")
    drafting.show(incident, on=True, at=timezone.now())
    assert "Everything works" in client.get(reverse("status"), headers={"Accept-Language": "en"}).text

    announced(incident, by=lead)

    page = client.get(reverse("status"), headers={"Accept-Language": "bg"}).text
    assert "Складът във Варна е без ток" in page
    for word in ("Secret of ours", customer.family_name, "Georgi"):
        assert word not in page


def test_what_is_put_right_stays_there_for_a_while(client) -> None:
    lead = agent(role="team lead")
    incident = drafted(by=lead)
    drafting.show(incident, on=True, at=timezone.now())
    announced(incident, by=lead)
    now = timezone.now()
    Incident.objects.update(state="resolved", resolved_at=now)

    assert "Put right lately" in client.get(reverse("status"), headers={"Accept-Language": "en"}).text
    Incident.objects.update(resolved_at=now - timedelta(days=20))
    assert "Put right lately" not in client.get(reverse("status"), headers={"Accept-Language": "en"}).text


def test_an_incident_that_is_not_shown_is_nobodys_to_read(client) -> None:
    incident = drafted()
    announced(incident, by=agent(role="team lead"))

    assert "Varna" not in client.get(reverse("status"), headers={"Accept-Language": "en"}).text
    assert IncidentNotice.objects.count() == 1

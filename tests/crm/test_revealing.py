"""Phones and e-mails stay masked; showing one in full takes a reason and leaves a row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Customer, Identity, Look
from crm.people import revealing
from crm.people.revealing import NoReason
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

EMAIL = "vera.sokolova@mail.example"


@pytest.fixture
def email():
    return IdentityFactory(value=EMAIL)


def colleague(role):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def agent(client):
    user = colleague("agent")
    client.force_login(user)
    return user


def page_of(identity):
    return reverse("crm:identity", args=[identity.customer_id, identity.pk])


def test_the_row_says_who_whom_what_why_and_when(email):
    looker = UserFactory()

    assert revealing.reveal(email, colleague=looker, reason=" To call  back ", at=NOON) == EMAIL

    look = Look.objects.get()
    assert (look.customer, look.colleague, look.identity_id) == (email.customer, looker, email.pk)
    assert (look.reason, look.looked_at) == ("To call back", NOON)


@pytest.mark.parametrize("reason", ["", "  ", "a", "\0\0\0"])
def test_without_a_reason_nothing_is_shown(email, reason):
    with pytest.raises(NoReason):
        revealing.reveal(email, colleague=UserFactory(), reason=reason, at=NOON)

    assert not Look.objects.exists()


def test_the_page_shows_it_in_full_only_in_answer_to_a_post(client, agent, email):
    assert EMAIL not in client.get(page_of(email)).content.decode()

    answer = client.post(page_of(email), {"reason": "To call back"})

    assert EMAIL in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_by_htmx_only_the_line_itself_is_answered(client, agent, email):
    answer = client.post(page_of(email), {"reason": "To call back"}, headers={"HX-Request": "true"})

    assert answer.content.decode().strip().startswith("<li")
    assert EMAIL in answer.content.decode()


def test_a_missing_reason_is_said_and_nothing_is_shown(client, agent, email):
    answer = client.post(page_of(email), {"reason": ""}, headers={"HX-Request": "true"})

    assert str(NoReason.title) in answer.content.decode()
    assert EMAIL not in answer.content.decode()


def test_the_customers_page_keeps_it_masked(client, agent, email):
    page = client.get(reverse("crm:customer", args=[email.customer_id]))

    assert EMAIL not in page.content.decode()
    assert page_of(email) in page.content.decode()


def test_somebody_elses_identity_is_not_found_under_a_customer(client, agent, email):
    other = CustomerFactory()

    answer = client.post(reverse("crm:identity", args=[other.pk, email.pk]), {"reason": "To call back"})

    assert answer.status_code == 404
    assert not Look.objects.exists()


@pytest.mark.parametrize("role", ["marketer", "cashier", "auditor"])
def test_who_need_not_speak_to_people_cannot_reveal_them(client, email, role):
    client.force_login(colleague(role))

    assert client.post(page_of(email), {"reason": "To call back"}).status_code == 403


def test_opening_a_page_is_noted_once_an_hour():
    person, looker = CustomerFactory(), UserFactory()

    for minutes in (0, 1, 59, 61):
        revealing.note_opening(person, colleague=looker, at=NOON + timedelta(minutes=minutes))
    revealing.note_opening(person, colleague=UserFactory(), at=NOON)

    assert Look.objects.filter(colleague=looker).count() == 2
    assert Look.objects.count() == 3


def test_opening_a_customers_page_is_noted(client, agent, email):
    client.get(reverse("crm:customer", args=[email.customer_id]))
    client.get(reverse("crm:customer", args=[email.customer_id]))

    assert Look.objects.filter(customer=email.customer, colleague=agent, identity_id=None).count() in (1, 2)


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("auditor", 200), ("agent", 403)])
def test_who_looked_is_for_those_who_watch_over_it(client, email, role, status):
    revealing.reveal(email, colleague=UserFactory(name="Нина"), reason="To call back", at=NOON)
    client.force_login(colleague(role))

    page = client.get(reverse("crm:looks", args=[email.customer_id]))

    assert page.status_code == status
    assert ("To call back" in page.content.decode()) == (status == 200)


def test_the_list_of_looks_asks_no_more_for_many_than_for_few(client, email):
    client.force_login(colleague("manager"))
    page = reverse("crm:looks", args=[email.customer_id])
    client.get(page)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(page)
        return len(asked)

    few = queries()
    for hours in range(60):
        revealing.note_opening(email.customer, colleague=UserFactory(), at=NOON + timedelta(hours=hours))

    assert queries() == few
    first = client.get(page).context
    assert len(first["looks"]) == 50
    assert len(client.get(page, {"before": first["before"]}).context["looks"]) == 10


def test_a_row_is_never_rewritten(email):
    revealing.reveal(email, colleague=UserFactory(), reason="To call back", at=NOON)

    with pytest.raises(Exception, match="permission denied"):
        Look.objects.update(reason="nothing")


def test_what_somebody_says_on_the_phone_is_added_as_typed(client, agent):
    ShopFactory()
    person = CustomerFactory()

    client.post(reverse("crm:identities", args=[person.pk]), {"kind": "phone", "value": "088 812 3456"})

    added = Identity.objects.get(customer=person)
    assert (added.value, added.evidence, added.verified_at) == ("+359888123456", "typed", None)


def test_what_cannot_be_read_is_not_added(client, agent):
    ShopFactory()
    person = CustomerFactory()

    client.post(reverse("crm:identities", args=[person.pk]), {"kind": "phone", "value": "call me"})

    assert not Identity.objects.filter(customer=person).exists()


def test_a_number_in_a_shops_system_is_not_added_by_hand(client, agent):
    ShopFactory()
    person = CustomerFactory()

    client.post(reverse("crm:identities", args=[person.pk]), {"kind": "external", "value": "c-1"})

    assert not Identity.objects.filter(customer=person).exists()


def test_who_looked_at_somebody_merged_stands_with_the_one_they_were_merged_into(client, email):
    survivor = CustomerFactory()
    revealing.reveal(email, colleague=UserFactory(), reason="To call back", at=NOON)
    Customer.objects.filter(pk=email.customer_id).update(merged_into=survivor)
    client.force_login(colleague("manager"))

    page = client.get(reverse("crm:looks", args=[survivor.pk]))

    assert [look.reason for look in page.context["looks"]] == ["To call back"]

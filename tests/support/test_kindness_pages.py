"""Macros, goodwill, departments and callers, as the forms of a ticket's page do them."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from crm.models import ChannelAccount
from support.models import AgentProfile, Goodwill, IdentityCheck, Macro, SideConversation, Team, Ticket
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.factories.support import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(client) -> Ticket:
    agent = UserFactory(language="en", name="Iva Marinova")
    agent.groups.add(Group.objects.get(name="agent"))
    AgentProfile.objects.create(user=agent)
    client.force_login(agent)
    ShopFactory()
    account = ChannelAccount.objects.create(channel="email", name="Post", opened_at=NOON)
    return TicketFactory(account=account, address="maria@mail.example")


def post(client, ticket: Ticket, name: str, *more: object, **values: object):
    address = reverse(f"support:{name}", args=[ticket.pk, *more])
    return client.post(address, values, headers={"HX-Request": "true"})


def test_a_macro_says_what_it_does_before_it_does_it_and_its_words_come_into_the_field(client, ticket):
    macro = Macro.objects.create(
        names={"en": "Late parcel"},
        texts={"en": "Your parcel is on its way.", "ru": "Посылка уже едет."},
        actions=[{"kind": "add_tag", "settings": {"name": "late"}}],
    )
    offered = client.get(reverse("support:macros", args=[ticket.pk])).text
    assert "Посылка уже едет." in offered
    assert "late" in offered
    assert not ticket.tags.exists()

    answer = post(client, ticket, "macro-run", macro=macro.pk, key="1")

    assert ticket.tags.get().name == "late"
    assert "macro-words" in answer.headers["HX-Trigger-After-Settle"]


def test_goodwill_that_cannot_be_given_is_refused_at_once_with_words(client, ticket):
    answer = post(client, ticket, "gifts", points="50", reason="the parcel was late", key="1")

    assert 'role="alert"' in answer.text
    assert not Goodwill.objects.exists()


def test_a_department_is_asked_and_the_question_settled(client, ticket):
    stock = Team.objects.create(slug="stock", names={"en": "Stock"}, answers_customers=False)
    post(client, ticket, "questions", team=stock.pk, subject="Pot", text="Is there one left?", key="1")
    question = SideConversation.objects.get()
    assert "Is there one left?" in client.get(reverse("support:ticket", args=[ticket.pk])).text

    post(client, ticket, "question", question.pk, text="Two, even", key="2")
    post(client, ticket, "question", question.pk, how="settled")
    question.refresh_from_db()
    assert question.settled_at
    assert question.messages.count() == 2


def test_a_question_that_asks_nothing_is_refused_with_words(client, ticket):
    assert "not yours to see" in post(client, ticket, "questions", team="7777", text="?").text


def test_a_caller_is_asked_who_they_are_before_anything_is_shown(client, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(channel="phone")
    page = client.get(reverse("support:ticket", args=[ticket.pk])).text
    assert "Who is calling?" in page
    assert "Tell nothing of it yet" in page

    answer = post(client, ticket, "identity-check", birthday="1990-12-03", card="0101", key="1")
    assert "not enough to be sure" in answer.text
    assert IdentityCheck.objects.get().passed_at is None

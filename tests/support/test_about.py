"""What a ticket is about: orders of the customer, and the shop whose matter it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from support import labelling
from support.models import Ticket, TicketEvent
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import ShopFactory
from tests.factories.support import SlaPolicyFactory, calendar_of_weekdays
from tests.factories.tickets import after, agent
from tests.factories.tickets import ticket as ticket_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(client):
    one = agent(language="en")
    client.force_login(one)
    return one


@pytest.fixture
def ticket() -> Ticket:
    return ticket_with("Где посылка?")


def say(client, ticket: Ticket, **values: object) -> str:
    """As the page's own script does."""
    page = reverse("support:orders", args=[ticket.pk])
    return client.post(page, values, headers={"HX-Request": "true"}).text


def test_an_order_is_added_by_a_button_and_taken_away_again(client, colleague, ticket):
    order = placed_order("o-1", number="LP-100", customer=ticket.customer)
    side = reverse("support:side", args=[ticket.pk])
    assert "About this" in client.get(side).text

    said = say(client, ticket, order=order.pk, how="about")

    assert "The ticket is about order LP-100." in said
    assert list(ticket.orders.all()) == [order]
    assert "Not about this" in client.get(side).text
    say(client, ticket, order=order.pk, how="away")
    assert not ticket.orders.exists()


def test_an_order_is_added_by_its_number(client, colleague, ticket):
    order = placed_order("o-1", number="LP-100", customer=ticket.customer)

    say(client, ticket, number=" lp-100 ")

    assert list(ticket.orders.all()) == [order]


@pytest.mark.parametrize("named", ["LP-200", "nothing", "", "\0"])
def test_an_order_of_somebody_else_or_of_nobody_is_refused_with_words(client, colleague, ticket, named):
    placed_order("o-2", number="LP-200", customer=CustomerFactory())

    assert "is not there" in say(client, ticket, number=named)
    assert not ticket.orders.exists()


def test_an_order_of_a_shop_that_the_colleague_does_not_see_is_not_there(client, ticket):
    order = placed_order("o-1", number="LP-100", customer=ticket.customer, shop=ShopFactory(slug="other"))
    newcomer = agent(language="en")
    newcomer.groups.clear()
    rights = Permission.objects.filter(codename__in=("view_ticket", "answer_ticket"))
    newcomer.user_permissions.set(rights)
    client.force_login(newcomer)

    for values in ({"order": order.pk}, {"number": "LP-100"}):
        assert "is not there" in say(client, ticket, **values)
    assert not ticket.orders.exists()


def test_a_ticket_is_moved_to_another_shop_with_its_promises_of_service(client, colleague, ticket):
    varna = ShopFactory(slug="varna", name="Lipa, Varna")
    calendar_of_weekdays((0, 24))
    is_varna = {"field": "ticket.shop", "op": "eq", "value": varna.pk}
    SlaPolicyFactory(conditions={"all": [is_varna]}, first_response_minutes=5)
    SlaPolicyFactory(first_response_minutes=240, position=1)
    page = reverse("support:labels", args=[ticket.pk])

    client.post(page, {"shop": varna.pk}, headers={"HX-Request": "true"})

    ticket.refresh_from_db()
    assert ticket.shop == varna
    assert ticket.clocks.get(kind="first_response").target == timedelta(minutes=5)
    assert TicketEvent.objects.get(kind="shop_moved").figures == {"shop": "Lipa, Varna"}
    again = labelling.move_to_shop(ticket, shop=varna, by=colleague, at=after(hours=1))
    assert again.version == ticket.version


def test_a_closed_shop_is_not_offered_and_not_taken(client, colleague, ticket):
    closed = ShopFactory(slug="closed", name="Long gone", is_active=False)
    ShopFactory(slug="varna", name="Lipa, Varna")
    page = client.get(reverse("support:ticket", args=[ticket.pk])).text

    assert "Lipa, Varna" in page
    assert "Long gone" not in page
    client.post(
        reverse("support:labels", args=[ticket.pk]), {"shop": closed.pk}, headers={"HX-Request": "true"}
    )
    ticket.refresh_from_db()
    assert ticket.shop != closed

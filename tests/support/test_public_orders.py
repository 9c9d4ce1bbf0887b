"""By the link of their order customers see where it is, and ask for a return in three clicks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import Order
from crm.purchases import order_links
from crm.purchases.ordering import advance_order
from support.answering import return_cases
from support.models import ReturnCase, ReturnPolicy
from tests.factories.customers import CustomerFactory
from tests.factories.orders import line, placed_order
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    now = timezone.now()
    placed = placed_order("o-1", customer=CustomerFactory(), lines=[line("1")], placed_at=now, at=now)
    advance_order(placed, moment="delivered", occurred_at=now, source="api:x", at=now)
    placed.refresh_from_db()
    return placed


def page(order, name="order") -> str:
    return reverse(name, args=[order_links.token_of(order)])


def wish(order, client, button, quantity="1", **more):
    form = client.get(page(order, "order-return")).context["wish"].form
    told = {
        "why": "damaged",
        "key": form.initial["key"],
        f"line-{order.lines.get().pk}": quantity,
        button: "1",
    }
    return client.post(page(order, "order-return"), told | more)


def test_whoever_has_the_link_sees_the_order_and_nobody_else_does(client, order):
    assert client.get(page(order)).status_code == 200
    forged = order_links.token_of(order)[:-1] + "~"
    assert client.get(reverse("order", args=[forged])).status_code == 404


def test_what_a_return_brings_is_shown_before_anything_is_asked_for(client, order):
    shown = wish(order, client, "look")

    assert "You get €4.90 back." in shown.content.decode()
    assert not ReturnCase.objects.exists()


def test_a_return_is_asked_for_once_however_often_the_form_is_sent(client, order):
    form = client.get(page(order, "order-return")).context["wish"].form
    told = {"why": "damaged", "key": form.initial["key"], f"line-{order.lines.get().pk}": "1", "ask": "1"}

    for _ in range(2):
        assert client.post(page(order, "order-return"), told).status_code == 302

    assert ReturnCase.objects.get().opened_by is None


def test_nothing_chosen_and_too_much_are_refused_with_what_was_typed(client, order):
    assert "Choose at least one thing" in wish(order, client, "look", quantity="0").content.decode()
    shown = wish(order, client, "ask", quantity="7", comment="My words").content.decode()

    assert "My words" in shown
    assert not ReturnCase.objects.exists()


def test_a_customer_withdraws_their_own_return_and_no_other(client, order):
    wish(order, client, "ask")
    case = ReturnCase.objects.get()
    other = placed_order("o-2", customer=CustomerFactory(), placed_at=timezone.now(), at=timezone.now())

    foreign = reverse("order-return-withdraw", args=[order_links.token_of(other), case.pk])
    assert client.post(foreign).status_code == 404
    client.post(reverse("order-return-withdraw", args=[order_links.token_of(order), case.pk]))

    case.refresh_from_db()
    assert case.state == "withdrawn"


def test_the_policy_in_force_is_the_last_that_was_published(client):
    assert client.get(reverse("return-policy")).status_code == 404
    colleague, now = UserFactory(is_staff=True), timezone.now()
    for number in (1, 2, 3):
        ReturnPolicy.objects.create(number=number, texts={"en": f"Text {number}."})
    for number in (1, 2):
        return_cases.publish(ReturnPolicy.objects.get(number=number), by=colleague, at=now)

    shown = client.get(reverse("return-policy")).content.decode()

    assert "Text 2." in shown
    assert "Version 2" in shown


def test_after_the_last_day_the_button_is_gone(client, order):
    ReturnPolicy.objects.create(number=1, days=14, texts={"en": "x"}, published_at=timezone.now())
    assert page(order, "order-return") in client.get(page(order)).content.decode()
    Order.objects.filter(pk=order.pk).update(delivered_at=timezone.now() - timedelta(days=16))

    assert page(order, "order-return") not in client.get(page(order)).content.decode()


def test_what_has_not_come_yet_cannot_go_back(client, order):
    Order.objects.filter(pk=order.pk).update(delivered_at=None)

    assert page(order, "order-return") not in client.get(page(order)).content.decode()
    assert client.get(page(order, "order-return")).url == page(order)

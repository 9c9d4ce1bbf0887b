"""A cashier sees every customer, and of orders those of the shops they work in."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from crm.colleagues import inviting
from crm.models import User
from crm.search import searching
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def varna():
    return ShopFactory(slug="varna", name="Varna")


@pytest.fixture
def cashier(varna, client):
    colleague = UserFactory()
    colleague.groups.add(Group.objects.get(name="cashier"))
    colleague.shops.add(varna)
    client.force_login(colleague)
    return colleague


@pytest.fixture
def buyer(varna):
    """Somebody who bought VARNA-1 here and RUSE-1 elsewhere."""
    customer = CustomerFactory()
    placed_order("varna-1", number="VARNA-1", shop=varna, customer=customer)
    placed_order("ruse-1", number="RUSE-1", shop=ShopFactory(slug="ruse"), customer=customer)
    return customer


@pytest.mark.parametrize("page", ["admin:crm_order_changelist", "admin:crm_timelineentry_changelist"])
def test_lists_hold_the_orders_of_the_own_shop(client, cashier, buyer, page):
    words = client.get(reverse(page)).content.decode()

    assert "VARNA-1" in words
    assert "RUSE-1" not in words


def test_the_page_of_a_customer_tells_of_the_own_shop(client, cashier, buyer):
    words = client.get(reverse("crm:customer", args=[buyer.pk])).content.decode()

    assert "VARNA-1" in words
    assert "RUSE-1" not in words


def test_a_search_for_an_order_of_another_shop_finds_nobody(cashier, buyer):
    cashier = User.objects.get(pk=cashier.pk)

    assert searching.search("VARNA-1", reader=cashier, at=NOON).people == [buyer]
    assert not searching.search("RUSE-1", reader=cashier, at=NOON)


def test_without_a_shop_a_cashier_sees_no_orders(client, cashier, buyer):
    cashier.shops.clear()

    words = client.get(reverse("admin:crm_order_changelist")).content.decode()

    assert "VARNA-1" not in words


def test_an_agent_sees_the_orders_of_every_shop(client, buyer):
    agent = UserFactory()
    agent.groups.add(Group.objects.get(name="agent"))
    client.force_login(agent)

    words = client.get(reverse("admin:crm_order_changelist")).content.decode()

    assert "VARNA-1" in words
    assert "RUSE-1" in words


def test_whoever_accepts_works_in_the_shops_of_the_invitation(varna):
    administrator = UserFactory()
    _, token = inviting.invite(
        email="iva@lipa.example",
        name="Ива",
        role=Group.objects.get(name="cashier"),
        invited_by=administrator,
        shops=[varna],
        at=NOON,
    )

    colleague = inviting.accept(token, name="Ива", password="a linden in bloom 7", at=NOON)

    assert list(colleague.shops.all()) == [varna]


def test_the_shops_of_a_colleague_are_ticked_on_their_form(client, varna):
    administrator = UserFactory()
    administrator.groups.add(Group.objects.get(name="administrator"))
    client.force_login(administrator)
    colleague = UserFactory()

    page = client.get(reverse("admin:crm_user_change", args=[colleague.pk])).content.decode()

    assert f'name="shops" value="{varna.pk}"' in page
    assert "team lead" in page

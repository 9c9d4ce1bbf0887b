"""A member turns points into a code for the cart of an online shop, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from crm.connectors import connecting
from loyalty.members import cards
from loyalty.models import CartCode, Member
from tests.factories.shops import NOON, ShopFactory
from tests.fakes import woocommerce as woo
from tests.fakes.woocommerce_shop import WooShop, a_shop
from tests.loyalty.ledger_world import a_member, balances

WHERE = [("ru", "dark", 360), ("bg", "light", 360), ("bg", "dark", 1440), ("ru", "light", 1440)]


@pytest.fixture
def store() -> Iterator[WooShop]:
    with a_shop() as open_:
        yield open_


@pytest.fixture
def maria(store: WooShop) -> Member:
    """She buys at Lipa, which runs WooCommerce."""
    connecting.connect(
        shop=ShopFactory(name="Липа Онлайн"),
        vendor="woocommerce",
        secrets={"webhook_secret": woo.SECRET, **store.access},
        address=store.address,
        at=NOON,
    )
    return a_member(1284)


def card_of(member: Member) -> str:
    return reverse("card", args=[cards.token_of(cards.link_of(member, at=NOON))])


@pytest.mark.parametrize(("language", "theme", "width"), WHERE)
def test_points_become_a_code_and_come_back(reader, maria, store, language, theme, width):
    guest = reader(locale=language, theme=theme, width=width)
    guest.open(card_of(maria))

    guest.page.locator('a[href$="/carts/"]').click()
    guest.page.get_by_role("spinbutton").fill("300")
    guest.page.locator("main form.card button").click()

    code = CartCode.objects.get()
    expect(guest.page.get_by_text(code.code)).to_be_visible()
    assert len(store.coupons) == 1
    assert balances(maria) == (984, 0, 300, 0)
    assert guest.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert guest.serious_faults() == []

    guest.page.locator('form[action$="/withdrawals/"] button').click()

    expect(guest.page.get_by_text(code.code)).to_have_count(0)
    assert balances(maria) == (1284, 0, 0, 0)


def test_more_points_than_there_are_are_refused_in_the_field(reader, maria, store):
    guest = reader(locale="ru", theme="light", width=360)
    guest.open(card_of(maria) + "carts/")

    guest.page.get_by_role("spinbutton").fill("5000")
    guest.page.locator("main form.card button").click()

    expect(guest.page.locator("main .error")).to_be_visible()
    assert store.coupons == {}
    assert all("422" in said for said in guest.complaints)
    guest.complaints.clear()

"""On a phone somebody says what they want of us; in the office notices are put into the company's words."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from crm.consents import consenting, contact_preferences, preference_links
from crm.models import Customer
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON, ShopFactory, UserFactory

WHERE = [("ru", "light", 360), ("bg", "dark", 360), ("ru", "dark", 1440), ("bg", "light", 1440)]


def elena() -> Customer:
    ShopFactory()
    elena = CustomerFactory(language="bg")
    IdentityFactory(customer=elena, value="elena@mail.example")
    IdentityFactory(customer=elena, kind="phone", value="+359888123456")
    consenting.give(elena, purpose="advertising", channel="email", source="agent", occurred_at=NOON, at=NOON)
    return elena


def fits(reader):
    return reader.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def sign_in(reader, client: Client) -> None:
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": reader.address}
    reader.page.context.add_cookies([cookie])


@pytest.mark.parametrize(("locale", "theme", "width"), WHERE)
def test_wishes_are_said_on_a_phone(reader, locale, theme, width):
    person = elena()
    at = reader(locale=locale, theme=theme, width=width)
    at.open(reverse("contact-preferences", args=[preference_links.token_of(person.pk)]))
    assert fits(at)
    assert at.serious_faults() == []

    at.page.get_by_role("checkbox").first.uncheck()
    at.page.locator("#id_delivery").select_option("locker")
    at.page.locator("form:has(#id_delivery) button.primary").click()

    expect(at.page.get_by_role("status")).to_be_visible()
    assert fits(at)
    known = contact_preferences.wishes_of(Customer.objects.get(pk=person.pk))
    assert (known.advertising, known.delivery) == (frozenset(), "locker")


@pytest.mark.parametrize(("locale", "theme", "width"), [("ru", "light", 1440), ("bg", "dark", 1280)])
def test_a_notice_is_put_into_other_words(reader, locale, theme, width):
    client = Client()
    client.force_login(UserFactory(is_superuser=True, language=locale))
    at = reader(locale=locale, theme=theme, width=width)
    sign_in(at, client)
    at.open(reverse("crm:notices"))
    assert fits(at)
    assert at.serious_faults() == []

    at.open(reverse("crm:notice", args=["order_paid"]) + f"?language={locale}")
    at.page.locator("#id_short").fill("Заказ {{ order.number }}!")
    at.page.locator("button[name=look]").click()

    expect(at.page.get_by_text("Заказ LP-100234!")).to_be_visible()
    assert fits(at)
    assert at.serious_faults() == []

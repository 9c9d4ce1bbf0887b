"""From an empty house to a colleague at the desk: setup, second factor, invitation, passkey; in a real browser."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse

from crm.models import Invitation, Look
from tests.factories.customers import IdentityFactory
from tests.factories.shops import UserFactory

PASSWORD = "a linden in bloom 7"


@pytest.fixture(autouse=True)
def strict(settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    cache.clear()


@pytest.fixture
def roles(db):
    return Group.objects.get(name="administrator")


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def set_up_an_app(person):
    person.page.wait_for_url("**/second-factor/app/**")
    secret = person.page.locator("#secret").input_value()
    assert person.page.locator(".qr img").evaluate("image => image.naturalWidth") > 0
    assert not person.serious_faults()
    person.page.fill("#id_code", code_of(secret))
    person.press("Enter")
    person.page.wait_for_url("**/second-factor/codes/")
    assert person.page.locator("#recovery-codes li").count() == 10
    assert not person.serious_faults()
    return secret


def with_authenticator(person):
    """A security key that says yes to everything, in the browser itself."""
    devtools = person.page.context.new_cdp_session(person.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    # A passkey belongs to a name, never to an address.
    person.address = person.address.replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_a_shop_moves_in_without_a_shell(reader, roles, language):
    person = reader(locale=language)
    with_authenticator(person)
    person.open("/")
    assert urlsplit(person.page.url).path == "/setup/"
    assert not person.serious_faults()

    page = person.page
    page.fill("#id_company", "Липа")
    page.select_option("#id_time_zone", "Europe/Sofia")
    page.fill("#id_shop", "Липа, Варна")
    page.fill("#id_slug", "varna")
    page.fill("#id_region", "BG")
    page.fill("#id_name", "Калина Димова")
    page.fill("#id_email", "kalina@lipa.example")
    page.fill("#id_password", PASSWORD)
    page.locator("form[enctype] button.primary").click()
    set_up_an_app(person)

    page.locator(f"a[href='{reverse('crm:invitations')}']").click()
    page.fill("#id_name", "Ива Маринова")
    page.fill("#id_email", "iva@lipa.example")
    page.locator("main form button.primary").click()
    link = page.locator("#invitation-link").input_value()
    assert not person.serious_faults()

    colleague = reader(locale=language)
    colleague.page.goto(link)
    assert not colleague.serious_faults()
    colleague.page.fill("#id_password", PASSWORD)
    colleague.press("Enter")
    set_up_an_app(colleague)
    colleague.page.locator("main a.primary").click()
    colleague.page.locator(".topbar .menu").wait_for()
    assert Invitation.objects.get().accepted_by.email == "iva@lipa.example"


def test_a_passkey_is_added_and_then_opens_the_desk_alone(reader, roles):
    colleague = UserFactory(email="iva@lipa.example")
    colleague.set_password(PASSWORD)
    colleague.save()
    colleague.groups.add(roles)
    person = reader()
    with_authenticator(person)
    person.open("/admin/")
    person.page.fill("#id_login", colleague.email)
    person.page.fill("#id_password", PASSWORD)
    person.press("Enter")
    person.page.wait_for_url("**/second-factor/app/**")

    person.page.locator(f"a[href='{reverse('mfa_add_webauthn')}']").click()
    assert not person.serious_faults()
    person.page.locator("form[data-passkey] button").click()
    person.page.wait_for_url("**/second-factor/codes/")
    person.page.locator("main a.primary").click()
    person.page.locator(".topbar .menu").wait_for()

    person.page.context.clear_cookies()
    person.open("/admin/")
    person.page.locator("form[data-passkey] button").click()
    person.page.locator(".topbar .menu").wait_for()


def test_a_phone_is_shown_in_its_place_after_a_reason(reader, roles, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    email = IdentityFactory(value="vera.sokolova@mail.example")
    agent = UserFactory(email="iva@lipa.example")
    agent.set_password(PASSWORD)
    agent.save()
    agent.groups.add(Group.objects.get(name="agent"))
    person = reader()
    person.open(reverse("crm:customer", args=[email.customer_id]))
    person.page.fill("#id_login", agent.email)
    person.page.fill("#id_password", PASSWORD)
    person.press("Enter")
    person.page.locator(".way summary").click()
    person.page.fill(f"#reason-{email.pk}", "To call back about an order")
    person.page.locator(".way button").click()
    person.page.get_by_text("vera.sokolova@mail.example").wait_for()

    assert urlsplit(person.page.url).path == reverse("crm:customer", args=[email.customer_id])
    assert not person.serious_faults()
    assert Look.objects.exclude(identity_id=None).get().reason == "To call back about an order"

"""The admin is shut without a second factor shown in this very session."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse

from crm.colleagues.sign_in import SecondFactorAdapter
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "a linden in bloom 7"
DESK = "/admin/"


@pytest.fixture(autouse=True)
def required(settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    cache.clear()


@pytest.fixture
def colleague():
    user = UserFactory()
    user.set_password(PASSWORD)
    user.save()
    user.groups.add(Group.objects.get(name="administrator"))
    return user


@pytest.fixture
def secret(colleague):
    """A colleague's authenticator app."""
    secret = generate_totp_secret()
    TOTP.activate(colleague, secret)
    return secret


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client, colleague):
    return client.post(reverse("account_login"), {"login": colleague.email, "password": PASSWORD})


def test_a_password_alone_leads_to_setting_a_second_factor_up(client, colleague):
    sign_in(client, colleague)

    answer = client.get(DESK, follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("mfa_activate_totp"))


@pytest.mark.parametrize("page", ["/admin/crm/customer/", "/admin/crm/invitation/", "/admin/crm/user/"])
def test_no_page_of_the_admin_opens_with_a_password_alone(client, colleague, page):
    sign_in(client, colleague)

    assert client.get(page).status_code == 302
    assert client.post(page, {}).status_code == 302


def test_setting_an_app_up_opens_the_admin_and_shows_recovery_codes_once(client, colleague):
    sign_in(client, colleague)
    client.get(DESK, follow=True)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})

    assert answer.url == reverse("mfa_view_recovery_codes")
    codes = client.get(answer.url).context["unused_codes"]
    assert len(codes) == 10
    assert codes[0].encode() not in client.get(answer.url).content
    assert client.get(DESK).status_code == 200


def test_a_wrong_code_sets_nothing_up(client, colleague):
    sign_in(client, colleague)
    client.get(DESK, follow=True)

    client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert not Authenticator.objects.exists()


def test_with_an_app_nobody_is_signed_in_before_its_code(client, colleague, secret):
    assert sign_in(client, colleague).url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert client.get(DESK).status_code == 200


def test_a_code_works_once(client, colleague, secret):
    code = code_of(secret)
    sign_in(client, colleague)
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.logout()

    sign_in(client, colleague)
    client.post(reverse("mfa_authenticate"), {"code": code})

    assert "_auth_user_id" not in client.session


def test_a_recovery_code_opens_the_admin_once(client, colleague, secret):
    code = RecoveryCodes.activate(colleague).generate_codes()[0]

    for opens in (True, False):
        sign_in(client, colleague)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert ("_auth_user_id" in client.session) is opens
        client.logout()


def test_a_session_without_the_factor_is_asked_for_it_though_one_exists(client, colleague, secret):
    client.force_login(colleague)

    answer = client.get(DESK, follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("mfa_reauthenticate"))


@pytest.mark.parametrize(
    "name", ["mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"]
)
def test_a_session_without_the_factor_can_neither_add_one_nor_take_one_away(client, colleague, secret, name):
    client.force_login(colleague)

    answer = client.post(reverse(name), {"code": "123456"})

    assert answer.url.startswith(reverse("mfa_reauthenticate"))
    assert Authenticator.objects.filter(user=colleague).count() == 1


def test_no_browser_is_trusted_for_longer(client, colleague, secret):
    sign_in(client, colleague)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert "mfa_trusted" not in client.cookies


def test_secrets_are_encrypted_where_they_rest(colleague, secret):
    kept = Authenticator.objects.get(user=colleague).data["secret"]

    assert secret not in kept
    assert SecondFactorAdapter().decrypt(kept) == secret


def test_secrets_stay_readable_when_the_key_of_the_house_changes(settings):
    kept = SecondFactorAdapter().encrypt("JBSWY3DP")
    settings.SECRET_KEY_FALLBACKS = [django_settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" + "1" * 50

    assert SecondFactorAdapter().decrypt(kept) == "JBSWY3DP"


def test_development_may_relax_it_and_every_page_says_so(client, colleague, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    sign_in(client, colleague)

    page = client.get(DESK)

    assert page.status_code == 200
    assert b"Second factor off" in page.content


def test_a_customer_never_gets_in(client):
    stranger = UserFactory(is_staff=False)
    client.force_login(stranger)

    assert client.get(DESK, follow=True).status_code == 403


@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "account_login"]
)
def test_no_page_of_signing_in_carries_a_script_or_a_style_of_its_own(client, colleague, name):
    if name != "account_login":
        sign_in(client, colleague)

    page = client.get(reverse(name)).content.decode()

    assert "style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
    assert "data-allauth" not in page

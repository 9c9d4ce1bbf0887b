import re

import pytest
from django.urls import reverse
from django.utils import timezone

from crm import api_keys
from crm.models import ApiKey
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

NEW = reverse("crm:new-api-key")
LIST = reverse("admin:crm_apikey_changelist")


@pytest.fixture
def administrator(client):
    administrator = UserFactory(is_superuser=True, language="en")
    client.force_login(administrator)
    return administrator


def form(**changes):
    return {
        "shop": ShopFactory().pk,
        "name": "server",
        "scopes": ["orders:read"],
        "expires_on": "",
        **changes,
    }


def test_a_key_is_shown_once_and_works(client, administrator):
    answer = client.post(NEW, form())

    [text] = re.findall(r"vrn_live_\w+", answer.text)
    key = ApiKey.objects.get()
    assert api_keys.live_key(text, at=timezone.now()).pk == key.pk
    assert (key.created_by, key.scopes) == (administrator, ["orders:read"])
    assert "no-store" in answer.headers["Cache-Control"]
    assert text not in client.get(LIST).text


@pytest.mark.parametrize(
    "changes",
    [{"scopes": ["root"]}, {"scopes": []}, {"expires_on": "2001-01-01"}, {"shop": "0"}, {"name": ""}],
)
def test_a_form_that_cannot_be_makes_no_key(client, administrator, changes):
    answer = client.post(NEW, form(**changes))

    assert answer.status_code == 200
    assert not ApiKey.objects.exists()


def test_a_revoked_key_opens_nothing(client, administrator):
    key, text = api_keys.issue_key(shop=ShopFactory(), scopes=["*"])

    page = client.post(LIST, {"action": "revoke", "_selected_action": [key.pk]}, follow=True)

    assert api_keys.live_key(text, at=timezone.now()) is None
    assert "1 key is revoked." in page.text


def test_whoever_may_not_make_keys_is_refused(client):
    client.force_login(UserFactory())

    assert client.get(NEW).status_code == 403


def test_the_list_s_button_leads_to_the_page(client, administrator):
    assert client.get(reverse("admin:crm_apikey_add")).headers["Location"] == NEW

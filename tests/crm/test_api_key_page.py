import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.integrations import api_keys
from crm.integrations.api_keys import KeyHasSuccessor, KeyIsOver
from crm.models import ApiKey
from tests.api_client import ShopSystem
from tests.factories.shops import NOON, ShopFactory, UserFactory

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


# ── One key ──────────────────────────────────────────────────────────────────
@pytest.fixture
def system(db):
    """A shop's system with its key; nothing was asked yet."""
    cache.clear()
    api_keys._remembered.clear()
    return ShopSystem()


def page_of(key, room=""):
    return reverse(f"crm:api-key{room}", args=[key.pk])


def test_a_key_s_page_tells_its_latest_requests_and_their_errors(client, administrator, system):
    system.get("customers/777/")
    system.get("orders/?number=Elena")
    page = client.get(page_of(ApiKey.objects.get()))

    assert "GET /api/v1/customers/{id}/" in page.text
    assert "not-found" in page.text
    assert "GET /api/v1/orders/" in page.text
    assert not any(typed in page.text for typed in ("777", "Elena"))
    assert [
        one.status for one in client.get(page_of(ApiKey.objects.get()), {"only": "refused"}).context["latest"]
    ] == [404]


def test_the_page_asks_no_more_for_many_requests_than_for_none(client, administrator, system):
    key = ApiKey.objects.get()

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(key))
        return len(queries)

    asked()
    before = asked()
    for _ in range(100):
        system.get("orders/?nonsense=1")
    assert asked() == before


def test_without_the_cache_the_page_says_so(client, administrator, system):
    nowhere = {"BACKEND": "crm.caching.SharedCache", "LOCATION": "unix:///nowhere/valkey.sock?db=1"}
    with override_settings(CACHES={"default": nowhere}):
        page = client.get(page_of(ApiKey.objects.get()))

    assert (page.status_code, page.context["knows_latest"]) == (200, False)


def test_limits_are_set_on_the_page_and_hold(client, administrator, system):
    key = ApiKey.objects.get()
    client.post(page_of(key, "-limits"), {"reads_per_minute": "0", "writes_per_minute": ""})

    key.refresh_from_db()
    assert (key.reads_per_minute, key.writes_per_minute) == (0, None)
    assert system.get("orders/").status == 429


def test_limits_that_cannot_be_change_nothing(client, administrator, system):
    key = ApiKey.objects.get()
    page = client.post(page_of(key, "-limits"), {"reads_per_minute": "-1", "writes_per_minute": "many"})

    key.refresh_from_db()
    assert (page.status_code, key.reads_per_minute, key.writes_per_minute) == (200, None, None)
    assert page.context["limits"].errors.keys() == {"reads_per_minute", "writes_per_minute"}


def test_a_successor_is_shown_once_and_both_keys_open_for_a_while(client, administrator, system):
    old = ApiKey.objects.get()
    ApiKey.objects.update(reads_per_minute=7)
    answer = client.post(page_of(old, "-successor"), {"hours": "24", "expires_on": ""})

    [text] = set(re.findall(r"vrn_live_\w{60,}", answer.text))
    new = ApiKey.objects.get(replaces=old)
    now = timezone.now()
    assert api_keys.live_key(text, at=now).pk == new.pk
    assert api_keys.live_key(system.key, at=now).pk == old.pk
    assert api_keys.live_key(system.key, at=now + timedelta(hours=25)) is None
    assert (new.shop, new.scopes, new.reads_per_minute) == (old.shop, old.scopes, 7)
    assert "no-store" in answer.headers["Cache-Control"]
    assert text not in client.get(page_of(new)).text
    assert new.prefix in client.get(page_of(old)).text


def test_a_key_that_ends_sooner_is_not_kept_alive_by_its_successor():
    soon = NOON + timedelta(hours=1)
    key, _ = api_keys.issue_key(shop=ShopFactory(), scopes=["*"], expires_at=soon)
    succeed(key)

    key.refresh_from_db()
    assert key.expires_at == soon


def succeed(key):
    return api_keys.succeed_key(
        key, old_until=NOON + timedelta(days=7), expires_at=None, created_by=None, at=NOON
    )


def test_a_key_has_one_successor_unless_that_is_revoked():
    key, _ = api_keys.issue_key(shop=ShopFactory(), scopes=["*"])
    first, _ = succeed(key)
    with pytest.raises(KeyHasSuccessor):
        succeed(key)
    api_keys.revoke_keys([first], at=NOON)

    succeed(key)


@pytest.mark.parametrize("over", [{"revoked_at": NOON}, {"expires_at": NOON}])
def test_a_key_that_is_over_has_no_successor(over):
    key, _ = api_keys.issue_key(shop=ShopFactory(), scopes=["*"])
    ApiKey.objects.update(**over)

    with pytest.raises(KeyIsOver):
        succeed(key)


def test_a_second_successor_is_refused_on_the_page(client, administrator, system):
    old = ApiKey.objects.get()
    for _ in range(2):
        answer = client.post(page_of(old, "-successor"), {"hours": "24", "expires_on": ""})

    assert "has been replaced already" in answer.text
    assert ApiKey.objects.count() == 2


def test_a_key_is_revoked_on_its_page(client, administrator, system):
    key = ApiKey.objects.get()
    page = client.post(page_of(key, "-revocation"), follow=True)

    assert "revoked" in page.text
    assert api_keys.live_key(system.key, at=timezone.now()) is None
    assert page_of(key, "-revocation") not in page.text


def test_the_list_and_the_admin_s_own_address_lead_to_the_page(client, administrator, system):
    key = ApiKey.objects.get()

    assert page_of(key) in client.get(LIST).text
    assert client.get(reverse("admin:crm_apikey_change", args=[key.pk])).headers["Location"] == page_of(key)


def test_an_auditor_looks_and_changes_nothing(client, system):
    auditor = UserFactory()
    auditor.groups.add(Group.objects.get(name="auditor"))
    client.force_login(auditor)
    key = ApiKey.objects.get()

    assert client.get(page_of(key)).status_code == 200
    for room in ("-limits", "-successor", "-revocation"):
        assert client.post(page_of(key, room), {"hours": "24"}).status_code == 403


def test_an_agent_sees_no_keys(client, system):
    agent = UserFactory()
    agent.groups.add(Group.objects.get(name="agent"))
    client.force_login(agent)

    assert client.get(page_of(ApiKey.objects.get())).status_code == 403

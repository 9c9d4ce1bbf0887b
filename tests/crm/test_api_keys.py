from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm.api.urls import urlpatterns
from crm.integrations import api_keys
from crm.integrations.api_keys import UnknownScope, issue_key, live_key
from crm.models import ApiKey
from tests.api_client import ShopSystem
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered():
    api_keys._remembered.clear()


def test_a_key_opens_what_its_shop_may_and_only_its_hash_is_kept():
    key, text = issue_key(shop=ShopFactory(), scopes=["orders:read"])

    assert text.startswith(f"{key.prefix}_")
    assert text.split("_")[:2] == ["vrn", "live"]
    assert live_key(text, at=NOON).shop == key.shop  # type: ignore[union-attr]
    assert text.split("_")[-1].encode() not in bytes(ApiKey.objects.get().secret_sha256)


@pytest.mark.parametrize(
    "broken",
    [lambda text: text[:-1] + "x", lambda text: text[:17], lambda text: "", lambda text: text + "\0"],
)
def test_nearly_the_key_is_not_the_key(broken):
    _, text = issue_key(shop=ShopFactory(), scopes=["*"])

    assert live_key(broken(text), at=NOON) is None


def test_a_key_stops_when_it_expires_even_while_it_is_remembered():
    _, text = issue_key(shop=ShopFactory(), scopes=["*"], expires_at=NOON + timedelta(seconds=2))

    assert live_key(text, at=NOON)
    assert live_key(text, at=NOON + timedelta(seconds=2)) is None


def test_a_revoked_key_stops_within_five_seconds():
    key, text = issue_key(shop=ShopFactory(), scopes=["*"])
    assert live_key(text, at=NOON)
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=NOON)

    assert live_key(text, at=NOON + timedelta(seconds=5)) is None


def test_a_closed_shop_has_no_keys():
    _, text = issue_key(shop=ShopFactory(is_active=False), scopes=["*"])

    assert live_key(text, at=NOON) is None


def test_its_last_use_is_noted_at_most_once_a_minute(django_assert_num_queries):
    key, text = issue_key(shop=ShopFactory(), scopes=["*"])
    live_key(text, at=NOON)
    with django_assert_num_queries(0):
        live_key(text, at=NOON + timedelta(seconds=4))
    live_key(text, at=NOON + timedelta(seconds=30))

    key.refresh_from_db()
    assert key.last_used_at == NOON


def test_a_scope_that_does_not_exist_is_not_granted():
    with pytest.raises(UnknownScope):
        issue_key(shop=ShopFactory(), scopes=["orders:drop"])
    assert not ApiKey.objects.exists()


# ── at the door ──────────────────────────────────────────────────────────────
ROUTES = [
    (re.sub(r"<int:\w+>", "1", pattern.pattern._route), method, operation)
    for pattern in urlpatterns
    if hasattr(pattern.callback, "view_class")
    for method, operation in pattern.callback.view_class.operations.items()
]


@pytest.mark.parametrize(
    ("route", "method", "operation"), ROUTES, ids=lambda part: getattr(part, "summary", part)
)
def test_a_route_opens_to_its_own_scope_alone(route: str, method: str, operation):
    resource = operation.scope.partition(":")[0]
    shop = ShopFactory()
    for scope in api_keys.grantable():
        answer = ShopSystem(shop, scopes=scope).ask(method, f"/api/{route}", {})
        may = scope in (operation.scope, f"{resource}:*", "*")
        assert (answer.status != 403) == may, (scope, answer.body)
        if not may:
            assert answer.problem == (403, "scope-missing")
            assert answer.body["scope"] == operation.scope


@pytest.mark.parametrize(
    ("route", "method", "operation"), ROUTES, ids=lambda part: getattr(part, "summary", part)
)
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer vrn_live_00000000_00", "Basic dXNlcjpwYXNz", "Bearer \u0439"]
)
def test_nobody_without_a_key_comes_in(header: str, route: str, method: str, operation):
    answer = ShopSystem().ask(method, f"/api/{route}", {}, authorization=header)

    assert answer.problem == (401, "key-missing-or-unknown")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_key_in_the_address_is_not_read():
    system = ShopSystem()

    assert system.get(f"orders/?api_key={system.key}", authorization="").status == 401


# ── the command ──────────────────────────────────────────────────────────────
def test_the_command_prints_a_key_that_works(capsys):
    shop = ShopFactory(slug="lipa")
    call_command(
        "create_api_key", shop="lipa", scopes="orders:read, feed:*", name="till", expires="2099-01-01"
    )
    key = live_key(capsys.readouterr().out.strip(), at=timezone.now())

    assert key is not None
    assert (key.shop, key.scopes) == (shop, {"orders:read", "feed:*"})


@pytest.mark.parametrize(
    "options", [{"shop": "nowhere"}, {"scopes": "all"}, {"scopes": ""}, {"expires": "soon"}]
)
def test_the_command_says_what_is_wrong(options: dict[str, str]):
    ShopFactory(slug="lipa")

    with pytest.raises(CommandError):
        call_command("create_api_key", **{"shop": "lipa", "scopes": "*", **options})

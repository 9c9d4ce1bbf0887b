"""How much a key may ask, what it last asked, and whose word stands in the record of changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory, override_settings

from crm.audit import changes_of
from crm.integrations import key_requests, rate_limits
from crm.models import ApiKey, Customer, CustomerChange, Product
from crm.pages.requests import client_address
from tests.api_client import ShopSystem
from tests.crm.test_api_orders import an_order
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db
FEW = override_settings(API_REQUESTS_PER_MINUTE={"reads": 3, "writes": 2})
# Near the real clock's minute would be luck: the tests stand still.
AT = NOON + timedelta(seconds=18)


@pytest.fixture(autouse=True)
def _nothing_counted() -> Any:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


def key_of(api: ShopSystem) -> ApiKey:
    return ApiKey.objects.get(shop=api.shop)


@FEW
def test_each_answer_says_what_is_left(api: ShopSystem):
    with time_machine.travel(AT, tick=False):
        first, second = api.get("orders/"), api.get("orders/?nonsense=1")

    assert first.headers["RateLimit-Policy"] == '"reads";q=3;w=60'
    assert first.headers["RateLimit"] == '"reads";r=2;t=42'
    assert (second.status, second.headers["RateLimit"]) == (400, '"reads";r=1;t=42')


@FEW
def test_who_asks_too_much_waits_until_the_minute_is_over(api: ShopSystem):
    with time_machine.travel(AT, tick=False) as clock:
        answers = [api.get("orders/") for _ in range(4)]
        clock.shift(42)
        after = api.get("orders/")

    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[3].problem == (429, "too-many-requests")
    assert answers[3].headers["Retry-After"] == "42"
    assert answers[3].headers["RateLimit"] == '"reads";r=0;t=42'
    assert after.status == 200


@FEW
def test_a_write_too_much_has_no_effect(api: ShopSystem):
    with time_machine.travel(AT, tick=False):
        for name in "abc":
            api.post("customers/", {"given_name": name})

    assert Customer.objects.count() == 2


@FEW
def test_reads_and_writes_are_counted_apart(api: ShopSystem):
    with time_machine.travel(AT, tick=False):
        for _ in range(4):
            api.get("orders/")
        written = api.post("customers/", {"given_name": "Елена"})

    assert (written.status, written.headers["RateLimit"]) == (201, '"writes";r=1;t=42')


@FEW
def test_one_key_s_haste_does_not_slow_another(api: ShopSystem):
    other = ShopSystem(api.shop)
    with time_machine.travel(AT, tick=False):
        for _ in range(4):
            api.get("orders/")

        assert other.get("orders/").status == 200


@FEW
def test_a_key_may_have_figures_of_its_own(api: ShopSystem):
    ApiKey.objects.update(reads_per_minute=9, writes_per_minute=0)
    with time_machine.travel(AT, tick=False):
        assert api.get("orders/").headers["RateLimit-Policy"] == '"reads";q=9;w=60'
        assert api.post("customers/", {}).status == 429


@FEW
def test_what_is_refused_for_want_of_a_scope_is_counted_too(api: ShopSystem):
    narrow = ShopSystem(api.shop, scopes="feed:read")
    with time_machine.travel(AT, tick=False):
        assert [narrow.get("orders/").status for _ in range(4)] == [403, 403, 403, 429]


def test_two_hundred_at_once_are_all_counted():
    allowances = [rate_limits.count(key_pk=1, policy="reads", quota=100, at=NOON) for _ in range(200)]

    assert sum(allowance.is_exceeded for allowance in allowances if allowance) == 100


# ── The latest requests ──────────────────────────────────────────────────────
def test_a_key_s_latest_requests_tell_what_came_of_them_and_nothing_that_was_typed(api: ShopSystem):
    api.get("customers/lookup/?q=Elena Petrova")
    api.get("customers/777/")
    api.post("orders/", {"external_id": "secret-1"})

    latest = key_requests.latest(key_of(api).pk)
    assert latest is not None
    assert [(one.method, one.route, one.status, one.problem) for one in latest] == [
        ("POST", "api/v1/orders/", 422, "invalid-body"),
        ("GET", "api/v1/customers/<int:pk>/", 404, "not-found"),
        ("GET", "api/v1/customers/lookup/", 200, ""),
    ]
    assert latest[0].milliseconds >= 0
    assert not any(typed in repr(latest) for typed in ("Elena", "777", "secret-1"))


def test_a_hundred_are_kept(api: ShopSystem):
    for _ in range(103):
        api.get("orders/?nonsense=1")

    assert len(key_requests.latest(key_of(api).pk) or []) == 100


def test_a_failure_of_ours_stands_among_them(api: ShopSystem, monkeypatch: Any):
    api.http.raise_request_exception = False
    monkeypatch.setattr("crm.api.orders.Orders.page", lambda *_: 1 / 0)

    assert api.get("orders/").problem == (500, "internal-error")
    [failed] = key_requests.latest(key_of(api).pk) or []
    assert (failed.status, failed.problem) == (500, "internal-error")


def test_nobody_s_requests_are_nobody_s(api: ShopSystem):
    api.get("orders/", authorization="Bearer vrn_live_00000000_00")

    assert key_requests.latest(key_of(api).pk) == []


# ── Whose word it was ────────────────────────────────────────────────────────
def test_a_customer_changed_by_the_api_was_changed_by_its_key(api: ShopSystem):
    made = api.post("customers/", {"given_name": "Vera"}).body
    api.patch(f"customers/{made['id']}/", {"given_name": "Vesna"}, if_match="*")

    [change] = changes_of(Customer.objects.get(pk=made["id"]))
    assert (change.colleague, change.key) == (None, key_of(api).prefix)


def test_a_customer_changed_by_an_order_was_changed_by_its_key(api: ShopSystem):
    made = api.post("customers/", {"external_id": "c-1", "given_name": "Vera"}).body
    api.post("orders/", an_order(customer={"external_id": "c-1", "given_name": "Vesna"}))

    [change] = changes_of(Customer.objects.get(pk=made["id"]))
    assert change.key == key_of(api).prefix


def test_what_comes_after_a_write_of_the_api_is_nobody_s_word(api: ShopSystem, transactional_db: None):
    made = api.post("customers/", {"given_name": "Vera"}).body
    Customer.objects.filter(pk=made["id"]).update(given_name="Vesna")

    assert CustomerChange.objects.get(pgh_obj=made["id"]).pgh_context is None


# ── Nobody overwrites what they have not read ────────────────────────────────
def test_a_product_is_changed_by_whoever_read_it_last(api: ShopSystem):
    api.post("products/", {"sku": "TEA", "name": "Tea", "price": "4.90"})
    address = f"products/{Product.objects.get().pk}/"
    tag = api.get(address).headers["ETag"]

    changed = api.patch(address, {"price": "5.20"}, if_match=tag)
    assert changed.status == 200
    assert changed.headers["ETag"] == api.get(address).headers["ETag"] != tag
    assert api.patch(address, {"price": "6.00"}, if_match=tag).problem == (412, "precondition-failed")
    assert api.patch(address, {"price": "6.00"}).problem == (428, "precondition-missing")
    assert api.get(address).body["price"] == "5.20"


def test_a_tag_tells_of_everything_that_is_shown(api: ShopSystem):
    """An offer and an identity stand in rows of their own."""
    api.post("products/", {"sku": "TEA", "name": "Tea", "price": "4.90"})
    product = Product.objects.get()
    before = api.get(f"products/{product.pk}/").headers["ETag"]
    product.offerings.update(stock=3)
    assert api.get(f"products/{product.pk}/").headers["ETag"] != before

    made = api.post("customers/", {"identities": [{"kind": "email", "value": "vera@mail.example"}]}).body
    customer = Customer.objects.get(pk=made["id"])
    before = api.get(f"customers/{customer.pk}/").headers["ETag"]
    customer.identities.update(verified_at=NOON)
    assert api.get(f"customers/{customer.pk}/").headers["ETag"] != before
    assert api.patch(f"customers/{customer.pk}/", {"given_name": "V"}, if_match=before).status == 412


def test_a_tag_stays_while_nothing_changes(api: ShopSystem):
    made = api.post("customers/", {"given_name": "Vera"}).body

    assert len({api.get(f"customers/{made['id']}/").headers["ETag"] for _ in range(3)}) == 1


class TestPublicForms:
    def sent(self, times: int, **how: Any) -> list[bool]:
        told = {"form": "join", "most_an_hour": 2, "at": AT, **how}
        return [rate_limits.is_too_often("203.0.113.9", **told) for _ in range(times)]

    def test_each_address_may_send_a_form_so_often_in_an_hour(self) -> None:
        assert self.sent(3) == [False, False, True]
        assert self.sent(1, form="ask") == [False]
        assert self.sent(1, at=AT + timedelta(hours=1)) == [False]
        assert not rate_limits.is_too_often("203.0.113.10", form="join", most_an_hour=2, at=AT)

    def test_nobody_is_held_back_whose_address_is_not_known(self) -> None:
        assert not any(rate_limits.is_too_often("", form="join", most_an_hour=1, at=AT) for _ in range(3))

    @pytest.mark.parametrize(
        ("proxies", "told", "address"),
        [
            (0, "198.51.100.7", "127.0.0.1"),  # anybody may write that
            (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
            (2, "198.51.100.7, 203.0.113.9", "198.51.100.7"),
            (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
            (1, "", "127.0.0.1"),
            (1, "nobody", ""),
        ],
    )
    def test_who_asks_is_told_by_the_last_proxies(
        self, rf: RequestFactory, settings: Any, proxies: int, told: str, address: str
    ) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
        request = rf.get("/", headers={"X-Forwarded-For": told} if told else {})

        assert client_address(request) == address

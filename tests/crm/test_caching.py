"""What processes share for a while; and a cache that is away, which nobody notices but its owner."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import environ
import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from config import embedded
from crm.caching import OwnCache, SharedCache
from crm.integrations import key_requests, rate_limits
from tests.api_client import ShopSystem

NOWHERE = {"BACKEND": "crm.caching.SharedCache", "LOCATION": "unix:///nowhere/valkey.sock?db=1"}
PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def valkey() -> Iterator[embedded.Valkey]:
    with tempfile.TemporaryDirectory(prefix="veren-cache-") as folder:
        Path(folder).chmod(0o755)
        valkey = embedded.Valkey(Path(folder) / "state")
        embedded.hold_service(valkey)
        yield valkey
        embedded.release(valkey)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while valkey.is_kept() and time.monotonic() < deadline:
            time.sleep(0.05)


@pytest.fixture(params=["shared", "own"])
def cache(request: Any, valkey: embedded.Valkey) -> Any:
    cache: Any = (
        SharedCache(valkey.cache_url, {"KEY_PREFIX": "test"})
        if request.param == "shared"
        else OwnCache("test-caching", {})
    )
    cache.clear()
    return cache


def test_a_counter_counts_and_ends(cache: Any):
    assert [cache.tally("visits", seconds=1) for _ in range(3)] == [1, 2, 3]
    time.sleep(1.1)
    assert cache.tally("visits", seconds=1) == 1


def test_of_a_list_the_latest_stay(cache: Any):
    for number in range(25):
        cache.note("words", str(number), keep=10, seconds=60)

    assert cache.noted("words", keep=10) == [str(number) for number in range(24, 14, -1)]
    assert cache.noted("other-words", keep=10) == []


def test_a_shared_list_ends_one_day_and_never_grows_without_end(valkey: embedded.Valkey):
    cache = SharedCache(valkey.cache_url, {})
    for number in range(250):
        cache.note("many", str(number), keep=100, seconds=60)

    client = cache._cache.get_client(write=True)
    assert client.llen(cache.make_key("many")) < 200
    assert 0 < client.ttl(cache.make_key("many")) <= 60


def test_the_cache_is_another_database_than_the_broker_s(valkey: embedded.Valkey):
    SharedCache(valkey.cache_url, {}).set("mine", 1)

    assert valkey.cache_url.endswith("?db=1")
    assert valkey.url.endswith("valkey.sock")


def test_a_cache_that_is_away_knows_nothing_and_stops_nobody():
    cache = SharedCache("unix:///nowhere/valkey.sock?db=1", {})
    asked = [
        (cache.add("name", 1), True),
        (cache.get("name", "nothing"), "nothing"),
        (cache.set("name", 1), None),
        (cache.touch("name"), False),
        (cache.delete("name"), False),
        (cache.get_many(["name"]), {}),
        (cache.has_key("name"), False),
        (cache.incr("name"), 1),
        (cache.set_many({"name": 1}), []),
        (cache.delete_many(["name"]), None),
        (cache.clear(), None),
        (cache.tally("name", seconds=1), None),
        (cache.note("name", "text", keep=1, seconds=1), None),
        (cache.noted("name", keep=1), None),
    ]

    assert [answer for answer, _ in asked] == [expected for _, expected in asked]


def test_a_cache_that_failed_is_left_alone_and_then_asked_again(
    valkey: embedded.Valkey, monkeypatch: Any, caplog: Any
):
    cache = SharedCache("unix:///nowhere/valkey.sock?db=1", {})
    began = time.monotonic()
    for _ in range(1000):
        cache.get("name")
    assert time.monotonic() - began < 1
    assert [record.message for record in caplog.records] == ["the cache is away"]

    monkeypatch.setattr("crm.caching.monotonic", lambda: time.monotonic() + 60)
    cache._servers = [valkey.cache_url]
    del cache._cache
    assert cache.tally("back-again", seconds=5) == 1


def test_a_server_that_hangs_is_waited_for_half_a_second_at_most():
    import socket

    with tempfile.TemporaryDirectory(prefix="veren-hang-") as folder, socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(f"{folder}/deaf.sock")
        deaf.listen()
        began = time.monotonic()
        assert SharedCache(f"unix://{folder}/deaf.sock", {}).get("name", "nothing") == "nothing"

    assert time.monotonic() - began < 0.8


def test_the_cache_is_named_comes_with_the_package_or_is_each_process_s_own(monkeypatch: Any, tmp_path: Path):
    env = environ.Env()
    monkeypatch.delenv("CACHE_URL", raising=False)
    assert embedded.cache(env)["BACKEND"] == "crm.caching.OwnCache"
    assert embedded.cache(env, state=tmp_path)["LOCATION"] == embedded.Valkey(tmp_path).cache_url

    monkeypatch.setenv("CACHE_URL", "redis://cache.example/3")
    assert embedded.cache(env, state=tmp_path)["LOCATION"] == "redis://cache.example/3"


def test_the_embedded_server_is_held_for_its_cache_alone(tmp_path: Path):
    class Settings:
        EMBEDDED_STATE = tmp_path
        DATABASES = {"default": {}}
        CELERY_BROKER_URL = "redis://broker.example/0"
        CACHES = {"default": {"LOCATION": embedded.Valkey(tmp_path).cache_url}}

    assert embedded.pointed_at(Settings) == [embedded.Valkey(tmp_path)]


# ── Who rests on it ──────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_with_a_dead_cache_the_api_answers_as_ever():
    system = ShopSystem()
    with override_settings(CACHES={"default": NOWHERE}):
        answer = system.get("orders/")

    assert answer.status == 200
    assert "RateLimit" not in answer.headers
    assert "RateLimit-Policy" not in answer.headers


def test_with_a_dead_cache_nobody_is_counted_and_nothing_known():
    with override_settings(CACHES={"default": NOWHERE}):
        assert rate_limits.count(key_pk=1, policy="reads", quota=1, at=timezone.now()) is None
        assert key_requests.latest(1) is None


@pytest.fixture
def elsewhere(valkey: embedded.Valkey, child_environment: dict[str, str]) -> Any:
    """Run code in a process of its own, with the shared cache; what it printed."""

    def run(code: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            env={
                **child_environment,
                "DJANGO_SETTINGS_MODULE": "config.settings.development",
                "BROKER_URL": "memory://",
                "CACHE_URL": valkey.cache_url,
            },
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run


SPEND_A_CODE = """
from types import SimpleNamespace
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
secret = "JBSWY3DPEHPK3PXP"
code = format_hotp_value(hotp_value(secret, {counter}))
totp = TOTP(SimpleNamespace(user_id=7, data={{"secret": get_adapter().encrypt(secret)}}))
print(totp.validate_code(code))
"""
TRY_TO_SIGN_IN = """
from django.test import RequestFactory
from allauth.core.internal import ratelimit
asked = RequestFactory().post("/")
rates = {"login_failed": "3/m/key"}
for _ in range(2):
    usage = ratelimit.consume(asked, app="allauth.account", action="login_failed", config=rates, key="vera")
    print(usage is not None)
"""


def test_a_second_factor_s_code_is_spent_for_every_process(elsewhere: Any):
    code = SPEND_A_CODE.format(counter=int(time.time()) // 30)

    assert [elsewhere(code), elsewhere(code)] == [["True"], ["False"]]


def test_tries_to_sign_in_are_counted_over_all_processes(elsewhere: Any):
    assert elsewhere(TRY_TO_SIGN_IN) + elsewhere(TRY_TO_SIGN_IN) == ["True", "True", "True", "False"]

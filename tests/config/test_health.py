from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from config import health

pytestmark = pytest.mark.django_db
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    health._seen_migrated.cache_clear()


@pytest.fixture
def no_broker(monkeypatch: Any) -> None:
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", "redis+socket:///nowhere/valkey.sock")


def ask(path: str, **extra: Any) -> tuple[int, str]:
    response = Client().get(path, **extra)
    return response.status_code, response.content.decode()


def test_a_living_process_says_ok_without_asking_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert ask("/livez", **STRANGER) == (200, "ok\n")


def test_a_house_with_all_it_needs_is_ready() -> None:
    assert ask("/readyz", **STRANGER) == (200, "ok\n")


def test_this_machine_hears_what_was_looked_at() -> None:
    assert Client().get("/readyz").json() == {"database": "ok", "migrations": "ok", "broker": "ok"}


@pytest.mark.usefixtures("no_broker")
def test_without_a_broker_it_is_not_ready_and_strangers_hear_no_more() -> None:
    assert ask("/readyz", **STRANGER) == (503, "not ready\n")
    assert Client().get("/readyz").json()["broker"] == "failed"


@pytest.mark.usefixtures("no_broker")
def test_a_load_balancer_may_leave_the_broker_out() -> None:
    assert ask("/readyz?exclude=broker", **STRANGER) == (200, "ok\n")


def test_a_migration_that_waits_makes_it_unready() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE name = (SELECT max(name) FROM django_migrations WHERE app = 'crm')"
        )

    assert Client().get("/readyz").json()["migrations"] == "failed"


def test_once_migrated_it_does_not_look_again(django_assert_num_queries: Any) -> None:
    ask("/readyz")

    with django_assert_num_queries(0):  # it asks on a connection of its own
        ask("/readyz")


def test_without_a_database_it_is_not_ready_but_alive(monkeypatch: Any) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")
    try:
        assert ask("/readyz", **STRANGER) == (503, "not ready\n")
        assert ask("/livez", **STRANGER) == (200, "ok\n")
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_need_neither_tls_nor_a_session(path: str, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True

    response = Client().get(path)

    assert response.status_code == 200
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_nobody_can_write_to_a_probe(path: str) -> None:
    assert Client().post(path).status_code == 405

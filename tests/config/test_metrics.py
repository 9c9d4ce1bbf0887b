from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from crm import canary, feed, relay, relay_lag
from crm.facts import OrderPlaced
from crm.models import ParkedEntry, TimelineEntry
from crm.reactions import Reaction
from tests.factories.orders import placed_order
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


def figures(**extra: Any) -> dict[tuple[str, str], float]:
    """(name, labels in one word) → value."""
    text = Client().get("/metrics", **extra).content.decode()
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def a_reaction(monkeypatch: Any) -> Reaction:
    reaction = Reaction(name="test.counting", on=(OrderPlaced,), do=lambda entries: None)
    monkeypatch.setattr("config.reactions.AFTERWARDS", (reaction,))
    return reaction


def test_the_lag_of_the_relay_is_what_a_reaction_has_not_read(a_reaction: Reaction) -> None:
    placed_order()
    entries = TimelineEntry.objects.count()

    assert figures()["veren_outbox_entries", ""] == entries

    feed.sequence()
    seen = figures()
    assert seen["veren_outbox_entries", ""] == 0
    assert seen["veren_relay_lag_entries", a_reaction.name] == entries
    assert seen["veren_relay_lag_seconds", a_reaction.name] >= 0

    relay.pump()
    seen = figures()
    assert seen["veren_relay_lag_entries", a_reaction.name] == 0
    assert seen["veren_relay_lag_seconds", a_reaction.name] == 0


def test_the_lag_in_seconds_is_the_age_of_the_oldest_unread_entry(a_reaction: Reaction) -> None:
    placed_order()
    feed.sequence()
    recorded_at = TimelineEntry.objects.order_by("feed_row__position").first().recorded_at

    (lag,) = relay_lag.lags(at=recorded_at + timedelta(seconds=90))

    assert lag.seconds == 90


def test_parked_failures_are_counted_by_reaction(monkeypatch: Any) -> None:
    def fail(entries: Any) -> None:
        raise ValueError("Ирина")

    failing = Reaction(name="test.failing", on=(OrderPlaced,), do=fail)
    monkeypatch.setattr("config.reactions.AFTERWARDS", (failing,))
    assert figures()["veren_parked_entries", "test.failing"] == 0

    placed_order()
    relay.pump()

    assert ParkedEntry.objects.count() == 1
    assert figures()["veren_parked_entries", "test.failing"] == 1


def test_a_canary_that_never_sang_is_infinitely_old() -> None:
    assert figures()["veren_canary_age_seconds", ""] == float("inf")


def test_the_canary_ages_from_when_it_last_sang() -> None:
    canary.sing(at=NOON)
    canary.sing(at=NOON + timedelta(seconds=30))

    assert canary.age_seconds(at=NOON + timedelta(seconds=42)) == 12


def test_requests_are_counted_by_the_pattern_of_their_address() -> None:
    before = figures()
    Client().get("/api/v1/customers/7700770077/?q=irina@mail.example", headers={"X-Word": "Ирина"})
    Client().get("/no-such/irina@mail.example/")
    Client().generic("ИРИНА", "/livez")
    after = figures()

    grown = {
        labels
        for (name, labels), value in after.items()
        if name == "veren_http_requests_total" and value > before.get((name, labels), 0)
    }
    assert {labels.split()[0] for labels in grown} <= {"GET", "OTHER"}
    assert "GET (none) 404" in grown
    text = Client().get("/metrics").content.decode()
    assert not [word for word in ("irina", "Ирина", "ИРИНА", "7700770077") if word in text]


def test_the_figures_are_read_in_a_constant_number_of_queries(
    a_reaction: Reaction, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        placed_order(f"o-{number}")
    feed.sequence()

    with django_assert_max_num_queries(8):
        figures()


def test_without_a_database_the_page_says_just_that(monkeypatch: Any) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")
    try:
        seen = figures()
    finally:
        connection.close()

    assert seen["veren_database_up", ""] == 0
    assert not [name for name, _ in seen if name.startswith("veren_relay")]


class TestWhoMayLook:
    def test_a_stranger_finds_no_such_page(self) -> None:
        assert Client().get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
    def test_nor_does_one_behind_a_proxy_on_this_machine(self, header: str) -> None:
        assert Client().get("/metrics", headers={header: "203.0.113.9"}).status_code == 404

    def test_with_a_token_only_the_token_opens_from_anywhere(self, settings: Any) -> None:
        settings.METRICS_TOKEN = "a-long-token"

        assert Client().get("/metrics").status_code == 404
        assert Client().get("/metrics", headers={"Authorization": "Bearer a-long-toke"}).status_code == 404
        opened = Client().get(
            "/metrics", headers={"Authorization": "Bearer a-long-token"}, REMOTE_ADDR="203.0.113.9"
        )
        assert opened.status_code == 200

"""A shop's system is asked over the wire: what every vendor's answers have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import pytest
from django.utils import timezone

from crm.connectors import rounds, tasks
from crm.connectors.base import (
    AskedTooOften,
    CannotBeAsked,
    Connector,
    NotAnswering,
    NotThatSystem,
    Page,
    Parcel,
)
from crm.errors import Refusal
from crm.models import ConnectorRound
from tests.fakes.rest_shop import RestShop, Said

# What no vendor answers: another system, a page for people, a proxy that moved, a shop that is down.
NO_ANSWER: list[tuple[Said, type[Refusal]]] = [
    (Said(status=200, body=b"<!doctype html>"), NotThatSystem),
    (Said(status=200, body=b"[1, 2]"), NotThatSystem),
    (Said(status=200, body=b"[" * 100_000), NotThatSystem),
    (Said(status=200, body=b"\xff\xfe[]"), NotThatSystem),
    (Said(status=301, body=b"", headers={"Location": "https://elsewhere.example/"}), NotThatSystem),
    (Said(status=429, body=b""), AskedTooOften),
    (Said(status=500, body=b"<b>Fatal error</b>"), NotAnswering),
    (Said(status=503, body=b"<b>Down</b>"), NotAnswering),
]


def pages_of(connector: Connector, shop: RestShop, *, kind: str) -> list[Page]:
    """All of a kind, asked for until nothing follows."""
    pages = [connector.ask(shop.address, shop.access, kind=kind, since=None, turn="")]
    while turn := pages[-1].next:
        pages.append(connector.ask(shop.address, shop.access, kind=kind, since=None, turn=turn))
    return pages


def things_in(connector: Connector, parcels: Iterable[Parcel]) -> list[str]:
    return [one.thing for sent in parcels for one in connector.read(sent.topic, sent.body)]


def refuses(connector: Connector, shop: RestShop, refused: type[Refusal], said: Said) -> Refusal:
    """Asked on a day on which it says this."""
    shop.bad_days.append(said)
    with pytest.raises(refused) as caught:
        connector.ask(shop.address, shop.access, kind="order", since=None, turn="")
    return caught.value


def look_around_finds(
    connector: Connector, shop: RestShop, *, missing: list[str], wrong: Mapping[str, str]
) -> None:
    """Nothing while all is allowed; then all that is missing at once; and a wrong key once."""
    assert connector.look_around(shop.address, shop.access) == []
    shop.forbidden = {"orders", "customers"}
    found = [one.figures["permission"] for one in connector.look_around(shop.address, shop.access)]
    assert found == missing
    assert [one.code for one in connector.look_around(shop.address, wrong)] == ["wrong-secret"]


def cannot_be_asked_without_keys(connector: Connector, shop: RestShop) -> None:
    for address, access in ((shop.address, {}), ("", shop.access)):
        with pytest.raises(CannotBeAsked):
            connector.ask(address, access, kind="order", since=None, turn="")
    assert shop.asked == []


def walked(round: ConnectorRound, *, at: datetime | None = None) -> ConnectorRound:
    """As far as it comes by itself."""
    rounds.walk(round, tasks.TASKS[round.purpose], clock=lambda: at or timezone.now())
    return round

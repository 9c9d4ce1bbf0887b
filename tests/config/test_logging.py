"""Planted people: their names, phones, e-mails and notes pass through everything that can fail, and are looked for."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from celery import shared_task
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from kombu import Connection

from config import logs
from config.celery import app
from config.urls import urlpatterns as everywhere
from crm import relay
from crm.facts import OrderPlaced
from crm.models import Identity, ParkedEntry
from crm.reactions import Reaction
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db

PLANTED = (
    *("Аполлинария", "Заболоцкая", "Аполлинариевна", "Apollinaria", "Zabolotskaya"),
    *("+359888123456", "888123456", "0888 123 456", "359-888-123"),
    *("apollinaria@mail.example", "apollinaria%40mail.example", "apollinaria", "@zabolotskaya_a"),
    *("Аллергия на бергамот", "бергамот", "подарок для мужа", "ул. Гурко 17"),
    *("4111111111111111", "1971-03-09", "LIPA-CARD-9917"),
)
BODY = {
    "given_name": "Аполлинария",
    "family_name": "Заболоцкая",
    "birthday": "1971-03-09",
    "note": "Аллергия на бергамот",
    "identities": [
        {"kind": "phone", "value": "+359888123456"},
        {"kind": "email", "value": "apollinaria@mail.example"},
    ],
}


class Written:
    """What went out, line by line."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def from_logger(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == name]


@pytest.fixture
def written() -> Iterator[Written]:
    """Everything at INFO and above, through the formatter that production uses."""
    stream = io.StringIO()
    factory = settings.LOGGING["formatters"]["json"]
    told = {name: value for name, value in factory.items() if name != "()"}
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.structlog.stdlib.ProcessorFormatter(**told))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield Written(stream)
    root.removeHandler(handler)
    root.setLevel(before)


def nobody_in(text: str) -> bool:
    found = [value for value in PLANTED if value in text or json.dumps(value)[1:-1] in text]
    assert not found, f"{found} in {text}"
    return True


# ── Addresses that fail as badly as they can ─────────────────────────────────
def break_constraint(request: HttpRequest, name: str) -> HttpResponse:
    Identity.objects.create(
        customer_id=1, kind="email", value="apollinaria@mail.example", added_at="1971-03-09 Аполлинария"
    )
    raise AssertionError


def quote(request: HttpRequest, name: str) -> HttpResponse:
    logging.getLogger("some.package").error("Cannot send to %s: %s", "apollinaria@mail.example", "бергамот")
    logging.getLogger("some.package").warning("Cannot send to: apollinaria@mail.example")
    logging.getLogger("some.package").warning(ValueError("Заболоцкая"))
    logging.getLogger("some.package").warning(
        "Extra", extra={"customer": "Заболоцкая", "data": {"args": "x"}}
    )
    try:
        raise KeyError("Аполлинария")
    except KeyError as error:
        raise ValueError("ул. Гурко 17") from error


urlpatterns = [
    path("broken/<str:name>/", break_constraint),
    path("quoting/<str:name>/", quote),
    *everywhere,
]
handler500 = "config.problems.server_error"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["broken", "quoting"])
def test_a_page_that_breaks_on_a_person_does_not_name_them(address: str, written: Written) -> None:
    client = Client(raise_request_exception=False)

    response = client.post(
        f"/{address}/Аполлинария/?phone=%2B359888123456&q=apollinaria%40mail.example",
        BODY,
        "application/json",
        headers={"X-Request-ID": "apollinaria@mail.example", "Referer": "/?q=бергамот"},
    )

    assert response.status_code == 500
    assert nobody_in(written.text)
    assert nobody_in(response["X-Request-ID"])


@pytest.mark.urls(__name__)
def test_an_error_says_its_kind_its_cause_and_where_it_happened(written: Written) -> None:
    Client(raise_request_exception=False).get("/quoting/x/")

    (line,) = [line for line in written.from_logger("django.request") if "error" in line]
    assert line["error"] == "ValueError ← KeyError"
    assert "test_logging.py" in line["places"][0]
    assert line["places"][0].endswith("quote")
    assert line["route"] == "quoting/<str:name>/"


@pytest.mark.urls(__name__)
def test_a_request_whose_error_page_breaks_too_has_its_line(written: Written, monkeypatch: Any) -> None:
    def break_again(request: HttpRequest) -> HttpResponse:
        raise ValueError("Заболоцкая")

    monkeypatch.setattr(f"{__name__}.handler500", break_again)

    with pytest.raises(ValueError, match="Заболоцкая"):
        Client(raise_request_exception=False).get("/quoting/Аполлинария/")

    (line,) = written.from_logger("config.access")
    assert line["status"] == 500
    assert nobody_in(written.text)


def test_an_address_that_does_not_exist_is_not_written_down(written: Written) -> None:
    Client().get("/apollinaria@mail.example/Заболоцкая?q=бергамот")
    Client().get("/api/v1/customers/apollinaria@mail.example/")
    Client(headers={"Host": "apollinaria.mail.example"}).get("/")

    assert nobody_in(written.text)


def test_the_api_writes_who_asked_and_where_by_id(written: Written) -> None:
    shop = ShopSystem()

    answer = shop.get("customers/", X_Request_Id="proxy-4711-abc")

    assert answer.headers["X-Request-ID"] == "proxy-4711-abc"
    (line,) = written.from_logger("config.access")
    assert line["request_id"] == "proxy-4711-abc"
    assert line["route"] == "api/v1/customers/"
    assert line["shop"] == shop.shop.pk
    assert line["api_key"]
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line["milliseconds"] >= 0


def test_the_api_writes_nobody_it_accepts_or_refuses(written: Written) -> None:
    shop = ShopSystem()

    shop.post("customers/", BODY)
    shop.post("customers/", {**BODY, "birthday": "Аполлинария"})
    shop.post("customers/", None, raw=json.dumps(BODY, ensure_ascii=False).encode()[:-5])
    shop.get("customers/?q=apollinaria@mail.example&email=apollinaria@mail.example")

    assert nobody_in(written.text)
    assert shop.key not in written.text


def test_an_order_of_a_person_passes_without_a_trace(written: Written, monkeypatch: Any) -> None:
    def fail(entries: Any) -> None:
        raise ValueError(", ".join(str(entry.payload) for entry in entries))

    failing = Reaction(name="test.failing", on=(OrderPlaced,), do=fail)
    monkeypatch.setattr("config.reactions.AT_ONCE", (failing,))
    monkeypatch.setattr("config.reactions.AFTERWARDS", (failing,))
    shop = ShopSystem()
    line = {
        "external_id": "подарок для мужа",
        "name": "Аллергия на бергамот",
        "quantity": "1",
        "unit_price": "4",
    }
    order = {
        "external_id": "LIPA-CARD-9917",
        "number": "Заболоцкая",
        "customer": {name: BODY[name] for name in ("given_name", "family_name", "identities")},
        "lines": [line],
        "placed_at": "2026-03-02T12:00:00+02:00",
    }

    told = shop.post("orders/", order)
    cancelled = {"type": "cancelled", "occurred_at": "2026-03-02T13:00:00Z", "reason": "подарок для мужа"}
    shop.post(f"orders/{told.body['id']}/events/", cancelled)
    shop.post("orders/", {**order, "lines": [line, line]}, Idempotency_Key="apollinaria@mail.example")
    relay.pump()

    assert told.status == 201
    assert written.from_logger("crm.reactions")
    assert nobody_in(written.text)
    assert nobody_in(" ".join(ParkedEntry.objects.values_list("error", flat=True)))
    assert nobody_in(Client().get("/metrics").content.decode())


def test_an_agent_is_written_by_id(written: Written) -> None:
    agent = UserFactory(name="Аполлинария", email="apollinaria@mail.example", is_superuser=True)
    client = Client()
    client.force_login(agent)
    customer = CustomerFactory(given_name="Аполлинария", family_name="Заболоцкая")

    client.get(f"/admin/crm/customer/{customer.pk}/change/")
    client.get("/admin/crm/customer/?q=Заболоцкая")

    assert {line["actor"] for line in written.from_logger("config.access")} == {agent.pk}
    assert nobody_in(written.text)


def test_writing_a_line_asks_nobody_who_they_are(written: Written, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        Client().get("/livez", headers={"Cookie": "sessionid=abc"})


# ── Reactions ────────────────────────────────────────────────────────────────
def test_a_reaction_that_fails_on_a_person_does_not_name_them(written: Written, monkeypatch: Any) -> None:
    def fail(entries: Any) -> None:
        raise ValueError("Аполлинария Заболоцкая, +359888123456")

    failing = Reaction(name="test.failing", on=(OrderPlaced,), do=fail)
    monkeypatch.setattr("config.reactions.AFTERWARDS", (failing,))
    placed_order()
    relay.pump()

    assert nobody_in(written.text)
    assert nobody_in(ParkedEntry.objects.get().error)
    assert nobody_in(Client().get("/metrics").content.decode())
    assert [line["error"] for line in written.from_logger("crm.reactions")] == ["ValueError", "ValueError"]


# ── Tasks ────────────────────────────────────────────────────────────────────
@shared_task
def lose_a_person(name: str) -> None:
    logging.getLogger("crm.test").warning("at work")
    raise ValueError(f"{name} Заболоцкая")


def test_a_task_that_fails_on_a_person_does_not_name_them(written: Written) -> None:
    lose_a_person.apply(args=["Аполлинария"], throw=False)

    assert nobody_in(written.text)
    (failed,) = [line for line in written.lines if line["logger"].startswith("celery.") and "error" in line]
    assert failed["error"].startswith("ValueError")
    assert failed["task_name"].endswith("lose_a_person")
    (working,) = written.from_logger("crm.test")
    assert working["task"].endswith("lose_a_person")
    assert working["task_id"]


def test_after_a_task_its_name_is_forgotten(written: Written) -> None:
    lose_a_person.apply(args=["x"], throw=False)
    logging.getLogger("crm.test").warning("idle")

    assert "task" not in written.from_logger("crm.test")[-1]


def test_a_message_names_the_request_and_shows_no_arguments_in_its_headers() -> None:
    request = HttpRequest()
    request.request_id = "request-0815"  # type: ignore[attr-defined]
    request.resolver_match = None
    token = logs._request.set(request)
    try:
        with Connection("memory://") as broker:
            queue = broker.SimpleQueue("planted")
            app.send_task(
                "crm.tasks.sing", args=["Аполлинария"], connection=broker, queue="planted", retry=False
            )
            message = queue.get(timeout=5)
    finally:
        logs._request.reset(token)

    assert message.headers["request_id"] == "request-0815"
    assert nobody_in(json.dumps(message.headers, ensure_ascii=False))


def test_every_task_of_the_house_takes_ids_and_dates_only() -> None:
    """What stands in a message stands in the broker: tasks take a row's id or a date, never a value."""
    allowed = {"job_pk", "pk", "on", "customer_pk", "request_pk"}
    ours = [task for name, task in app.tasks.items() if logs.is_ours(name)]
    parameters = {
        name
        for task in ours
        for name in task.run.__code__.co_varnames[: task.run.__code__.co_argcount]
        if name != "self"
    }

    assert parameters
    assert parameters <= allowed | {name for name in parameters if name.endswith(("_pk", "_pks", "_on"))}


# ── The installation ─────────────────────────────────────────────────────────
def test_an_error_about_the_installation_keeps_its_message(written: Written) -> None:
    try:
        raise ImproperlyConfigured("SECRET_KEY is missing")
    except ImproperlyConfigured:
        logging.getLogger("gunicorn.error.test").exception("Exception in worker process")

    (line,) = written.lines
    assert (line["event"], line["reason"]) == ("Exception in worker process", "SECRET_KEY is missing")


def test_celery_leaves_our_handlers_in_place() -> None:
    before = list(logging.getLogger().handlers)

    app.log.setup(loglevel=logging.WARNING)

    assert logging.getLogger().handlers == before
    assert [type(it) for it in logging.getLogger("celery.task").handlers] in ([], [logging.NullHandler])

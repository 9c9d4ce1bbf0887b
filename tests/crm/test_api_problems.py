"""Whatever is sent is answered by a problem document, in the caller's language."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client, RequestFactory
from django.utils.translation import override

from config import problems
from crm.api.errors import NoSuchThing
from tests.api_client import Answer, ShopSystem
from tests.crm.test_api_orders import an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{}{}",
        b"\xff\xfe{}",
        b'{"external_id": NaN}',
        b'{"external_id": Infinity}',
        b'{"external_id": "a", "external_id": "b"}',
        b'{"external_id": "\\u0000"}',
        b'{"external_id": "\x00"}',
        b'{"external_id": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"[" * 100_000,
        b"[" * 40 + b"]" * 40,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"external_id": ' + b"9" * 5000 + b"}",
    ],
    ids=range(15),
)
def test_a_body_that_is_no_plain_json_is_malformed(api: ShopSystem, raw: bytes):
    assert api.ask("POST", "orders/", raw=raw).problem[0] in (400, 422)
    if raw:
        assert api.ask("POST", "orders/", raw=raw).problem == (400, "malformed-body")


@pytest.mark.parametrize("body", [[], "text", 1, None, True])
def test_a_body_that_is_no_object_is_invalid(api: ShopSystem, body: object):
    answer = api.ask("POST", "orders/", raw=json.dumps(body).encode())

    assert answer.problem == (422, "invalid-body")
    assert answer.pointers == [""]


def test_a_body_of_more_than_five_megabytes_is_too_large(api: ShopSystem):
    answer = api.post("orders/", an_order(external_id="x" * 5 * 1024 * 1024))

    assert answer.problem == (413, "body-too-large")


def test_a_body_of_nearly_five_megabytes_is_read_and_refused(api: ShopSystem):
    answer = api.post("orders/", an_order(external_id="x" * 5_000_000))

    assert answer.problem == (422, "invalid-body")


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "nonsense"]
)
def test_anything_but_json_is_not_read(api: ShopSystem, media_type: str):
    answer = api.ask("POST", "orders/", an_order(), content_type=media_type)

    assert answer.problem == (415, "unsupported-media-type")


def test_anything_but_json_is_not_answered(api: ShopSystem):
    assert api.get("orders/", accept="text/html").problem == (406, "not-acceptable")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_a_method_that_is_not_there_is_said_with_those_that_are(api: ShopSystem, method: str):
    answer = api.ask(method, "orders/", {})

    assert answer.problem == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "path",
    ["", "orders", "order/", "v2/orders/", "orders/x/", "orders/1/x/", "orders/%00/", "-1/", "orders/1.0/"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_an_address_that_is_not_there_is_a_problem_too(method: str, path: str):
    answer = Answer(Client().generic(method, f"/api/v1/{path}"))

    assert answer.problem == (404, "not-found")


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_a_title_is_in_the_language_of_the_caller(api: ShopSystem, language: str):
    answer = api.get("orders/1/", accept_language=language)

    assert answer.headers["Content-Language"] == language
    with override(language):
        assert answer.body["title"] == str(NoSuchThing.title)


def test_what_goes_wrong_on_our_side_is_a_problem_document_as_well():
    request = RequestFactory().get("/api/v1/orders/")

    assert Answer(problems.server_error(request)).problem == (500, "internal-error")
    assert Answer(problems.not_found(request, Exception())).problem == (404, "not-found")
    assert Answer(problems.bad_request(request, Exception())).problem == (400, "malformed-body")


def test_refusals_do_not_put_addresses_into_the_log(api: ShopSystem, caplog: pytest.LogCaptureFixture):
    api.get("customers/?email=planted@mail.example&x=1")

    assert "planted" not in caplog.text + str([vars(record) for record in caplog.records])


def test_the_reference_needs_nothing_from_elsewhere_and_nothing_inline():
    page = Client().get("/api/v1/docs/")
    html = page.content.decode()

    assert page.status_code == 200
    assert "<style" not in html
    assert "style=" not in html
    assert "http" not in html.replace("http-equiv", "")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert Client().get("/api/v1/schema/").json()["openapi"] == "3.1.0"


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_callers_are_asked_to_come_back(
    api: ShopSystem, owner_connection: psycopg.Connection[Any]
):
    body = an_order()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        owner_connection.execute("SELECT pg_terminate_backend(%s, 5000)", cursor.fetchone())

    away = api.post("orders/", body, idempotency_key="k1")
    connection.close()  # as the end of a request does outside of tests
    back = api.post("orders/", body, idempotency_key="k1")

    assert away.problem == (503, "away-for-a-moment")
    assert away.headers["Retry-After"] == "1"
    assert back.status == 201


def test_a_mistake_of_ours_in_a_statement_is_no_absence(api: ShopSystem):
    with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")

    assert problems.refusal_for(caught.value) is None

"""The API keeps to its schema, whatever is sent: schemathesis against a real server, and the schema against review."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.servers.basehttp import WSGIRequestHandler
from django.urls import get_resolver

from crm.api.bulk_items import acting_on
from crm.api.schema import whole_schema
from crm.integrations import bulk
from crm.integrations.api_keys import issue_key
from crm.models import Product, Shop
from crm.people.customers import enrol
from crm.people.identification import Hint
from crm.purchases.shipping import note_shipment
from tests.factories.catalogue import OfferingFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory

SNAPSHOT = settings.BASE_DIR / "docs" / "api-schema.yml"
NIGHTLY = bool(os.environ.get("VEREN_NIGHTLY"))
EXAMPLES = 300 if NIGHTLY else 12
EVERYTHING = "examples,coverage,fuzzing"
PHASES = {False: EVERYTHING if NIGHTLY else "fuzzing", True: EVERYTHING}
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
)


def test_the_contract_is_the_one_in_the_repository():
    """Written anew with VEREN_WRITE_SCHEMA=1, so that every change of the contract stands in a review."""
    text = yaml.safe_dump(whole_schema(), allow_unicode=True, sort_keys=False, width=110)
    if os.environ.get("VEREN_WRITE_SCHEMA"):
        SNAPSHOT.write_text(text, encoding="utf-8")

    assert SNAPSHOT.read_text(encoding="utf-8") == text


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in whole_schema()["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
    ]


def test_every_operation_has_a_scope_examples_and_its_problems():
    for path, method, operation in operations():
        answers = operation["responses"]
        success = next(answer for status, answer in answers.items() if status[0] == "2")
        assert "scope" in operation["description"], path
        assert success["content"]["application/json"]["examples"], (method, path)
        assert {"400", "401", "403", "406", "429", "503"} <= set(answers), path
        if method in ("post", "patch"):
            assert operation["requestBody"]["content"]["application/json"]["examples"], path
            assert {"409", "413", "415", "422"} <= set(answers), path
        if "{" in path:
            assert "404" in answers, path


def test_every_address_stands_in_the_schema():
    described = set(whole_schema()["paths"])
    for pattern in get_resolver("crm.api.urls").url_patterns:
        name = getattr(pattern, "name", None)
        if name not in (None, "schema", "docs"):
            shape = "/api/" + str(pattern.pattern).replace("<int:pk>", "{id}").replace("<int:", "{").replace(
                ">", "}"
            )
            assert shape in described


def test_examples_fit_their_own_schema():
    from jsonschema import Draft202012Validator

    schema = whole_schema()
    for path, _method, operation in operations():
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [answer.get("content", {}) for answer in operation["responses"].values()]
        for content in contents:
            for example in content.get("application/json", {}).get("examples", {}).values():
                shape = {**content["application/json"]["schema"], "components": schema["components"]}
                errors = [
                    error.message for error in Draft202012Validator(shape).iter_errors(example["value"])
                ]
                assert not errors, (path, errors)


@pytest.fixture
def shop(django_db_reset_sequences: None) -> Shop:
    """One of everything, with the id 1: the second run asks for that one only."""
    shop = ShopFactory(slug="lipa")
    told = {"shop": shop, "source": "api:lipa", "at": NOON}
    customer = enrol(hints=[Hint(kind="external", value="c-1")], details={}, **told).customer
    order = placed_order("o-1", shop=shop, customer=customer)
    note_shipment(order, external_id="p-1", details={}, source="api:lipa", at=NOON)
    OfferingFactory(shop=shop)
    key, _ = issue_key(shop=shop, scopes=["*"])
    sent = {"key_pk": key.pk, "kind": "customers", "body": '[{"given_name": 7}, {}]', "language": "en"}
    job = bulk.take_in(shop=shop, count=2, at=NOON, **sent)
    bulk.do_next(job, acting_on(job.body), at=NOON)
    pks = (customer.pk, order.pk, Product.objects.get().pk, order.shipments.get().pk, job.pk)
    assert pks == (1, 1, 1, 1, 1)
    return shop


@pytest.mark.parametrize("known_ids", [False, True], ids=["any-ids", "known-ids"])
def test_nothing_that_is_sent_breaks_the_contract(
    known_ids: bool, shop: Shop, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # The server writes head and body apart: waiting for the acknowledgement between them took most of the time.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    _, key = issue_key(shop=shop, scopes=["*"])
    config = tmp_path / "schemathesis.toml"
    config.write_text('[parameters]\n"path.id" = 1\n"path.shipment_id" = 1\n' if known_ids else "")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", f"{live_server.url}/api/v1/schema/", "--no-color", "--warnings", "off"),
            *("--header", f"Authorization: Bearer {key}", "--checks", ",".join(CHECKS)),
            *("--phases", PHASES[known_ids], "--max-examples", str(EXAMPLES)),
            *("--seed", "20260302", "--generation-database", ":memory:", "--max-failures", "5"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-12_000:] + run.stderr[-3000:]

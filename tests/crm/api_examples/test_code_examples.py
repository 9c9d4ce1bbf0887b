"""The code on the page of the reference, typed as it stands: it does what the page says, in each language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import Client

from crm.api.code_examples import LANGUAGES
from crm.api.code_examples.of_schema import Examples
from crm.api.code_examples.request import ExampleRequest, Language
from crm.api.schema import whole_schema
from crm.integrations.api_keys import issue_key
from tests.crm.api_examples import world
from tests.crm.api_examples.points import HELD_AS_WELL
from tests.crm.api_examples.receiver import receiver
from tests.crm.api_examples.running import RUNNER_OF, status_in

in_each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.LABEL)

# Nothing that an example reads is gone before.
TURNS = ("get", "post", "patch", "delete")
# What two examples cannot both use up.
INSTEAD = {("/api/v1/holds/{id}/releases/", "post"): {"id": HELD_AS_WELL}}
# What cannot succeed here: the documented refusal in place of it, and why.
REFUSED = {
    ("/api/v1/cart-codes/", "post"): ("422", "the shop's own system makes the code, and there is none"),
}

WHAT_TO_DO = "What these examples name has to stand in tests/crm/api_examples (see world.py):\n"
AWKWARD = "it's \"quoted\" $HOME `id` \\n \\' %s {x} ${y}\nnew line\tтаб, ёлка, ъгъл, 茶 🍵 ?> </script>"


@pytest.mark.django_db(transaction=True)
@in_each_language
def test_the_code_of_each_operation_does_what_the_reference_says(
    language: Language, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = RUNNER_OF[language.LANG]
    runner.skip_where_missing()
    # The server writes head and body apart: waiting for the acknowledgement between them took most of the time.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    _, key = issue_key(shop=world.build(), scopes=["*"])
    examples = Examples(whole_schema())
    asked = sorted(examples.operations(), key=lambda one: TURNS.index(one[1]))
    pieces = [language.source(examples.request(*one, **INSTEAD.get(one, {}))) for one in asked]

    said = runner.run(pieces, at=live_server.url, key=key, folder=tmp_path)

    faults = [
        f"{method.upper()} {path}: {words[:600]}"
        for (path, method), words in zip(asked, said, strict=True)
        if status_in(words) not in expected(examples, path, method)
    ]
    assert not faults, WHAT_TO_DO + "\n".join(faults)


def expected(examples: Examples, path: str, method: str) -> set[str]:
    documented = set(examples.schema["paths"][path][method]["responses"])
    if (path, method) in REFUSED:
        return documented & {REFUSED[path, method][0]}
    return {status for status in documented if status.startswith("2")}


def test_hardly_anything_is_let_off() -> None:
    assert len(REFUSED) < 5
    assert set(REFUSED) | set(INSTEAD) <= set(Examples(whole_schema()).operations())


@in_each_language
def test_what_is_asked_arrives_to_the_letter(language: Language, tmp_path: Path) -> None:
    runner = RUNNER_OF[language.LANG]
    runner.skip_where_missing()
    body = {AWKWARD: [AWKWARD, {}, [], None, True, False, 1, -2.5, {"empty": {}, "long": ["чай"] * 40}]}
    request = ExampleRequest(
        method="PATCH",
        address="/a%20b/?q=%D1%91%26",
        headers={"If-Match": "*"},
        body=body,
        needs_idempotency_key=True,
    )

    with receiver() as (address, received):
        (said,) = runner.run([language.source(request)], at=address, key="vrn_live_$1", folder=tmp_path)

    (came,) = received
    assert status_in(said) == "200", said
    assert (came.method, came.path, came.body) == ("PATCH", request.address, body)
    assert came.headers["Authorization"] == "Bearer vrn_live_$1"
    assert came.headers["Content-Type"] == "application/json"
    assert came.headers["If-Match"] == "*"
    assert len(came.headers["Idempotency-Key"]) >= 32


@in_each_language
def test_an_empty_body_arrives_as_an_object(language: Language, tmp_path: Path) -> None:
    runner = RUNNER_OF[language.LANG]
    runner.skip_where_missing()
    request = ExampleRequest(method="POST", address="/", body={})

    with receiver() as (address, received):
        runner.run([language.source(request)], at=address, key="k", folder=tmp_path)

    assert [came.body for came in received] == [{}]


def test_the_schema_carries_the_code_of_every_operation() -> None:
    paths = Client().get("/api/v1/schema/").json()["paths"]

    for methods in paths.values():
        for operation in methods.values():
            samples = {sample["label"]: sample["source"] for sample in operation["x-codeSamples"]}
            assert list(samples) == ["curl", "Python", "JavaScript", "PHP"]
            assert all(samples.values())


def test_the_contract_itself_is_left_as_it_was() -> None:
    Client().get("/api/v1/schema/")

    assert "x-codeSamples" not in str(whole_schema())

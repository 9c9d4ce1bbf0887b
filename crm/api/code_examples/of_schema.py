"""The requests of the schema's own examples. Their ids are those that its answers give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from crm.api.code_examples import LANGUAGES
from crm.api.code_examples.request import ExampleRequest

JSON = "application/json"
PARAMETER = re.compile(r"\{(\w+)\}")
METHODS = ("get", "post", "patch", "delete")
# What has to be asked for, by what it is asked of.
ASKED_FOR: dict[str, dict[str, Any]] = {
    "articles": {"q": "return"},
    "calls": {"customer": 17},
    "customers": {"q": "0888 12 34 56"},
    "messages": {"customer": 17},
    "prices": {"company": 3},
}
A_NUMBER = 7


@dataclass(frozen=True)
class Examples:
    """`schema` is the OpenAPI document."""

    schema: Mapping[str, Any]

    def operations(self) -> Iterator[tuple[str, str]]:
        """Path and method of each."""
        for path, methods in self.schema["paths"].items():
            yield from ((path, method) for method in METHODS if method in methods)

    def request(self, path: str, method: str, **values: Any) -> ExampleRequest:
        """`values` take the place of what the examples call the things in the path."""
        operation = self.schema["paths"][path][method]
        parameters = operation.get("parameters", ())
        needed = {each["name"] for each in parameters if each["in"] == "header" and each.get("required")}
        return ExampleRequest(
            method=method.upper(),
            address=self._filled(path, values) + _query(path, parameters),
            headers={"If-Match": "*"} if "If-Match" in needed else {},
            body=_example(operation.get("requestBody", {})),
            needs_idempotency_key="Idempotency-Key" in needed,
        )

    def _filled(self, path: str, values: Mapping[str, Any]) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1]
            given = values[name] if name in values else self._called(path[: found.end()], name)
            return quote(str(given), safe="")

        return PARAMETER.sub(value, path)

    def _called(self, beginning: str, name: str) -> Any:
        """What the examples call the thing at this address, or the first of the list that it stands in."""
        own, around = f"{beginning}/", beginning.removesuffix(f"{{{name}}}")
        thing = self._answers.get(own) or self._answers[around]
        return thing[name] if name in thing else next(iter(thing.values()))

    @cached_property
    def _answers(self) -> dict[str, dict[str, Any]]:
        """Path → the thing that is answered there; of a list, its first."""
        told: dict[str, dict[str, Any]] = {}
        for path, method in self.operations():
            answer = _success(self.schema["paths"][path][method])
            if answer and (thing := answer["items"][0] if "items" in answer else answer):
                told.setdefault(path, thing)
        return told


def with_code(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The document with each operation's `x-codeSamples`, which Redoc and others know as well."""
    examples = Examples(schema)
    paths = {path: dict(methods) for path, methods in schema["paths"].items()}
    for path, method in examples.operations():
        samples = _samples(examples.request(path, method))
        paths[path][method] = {**schema["paths"][path][method], "x-codeSamples": samples}
    return {**schema, "paths": paths}


def _samples(request: ExampleRequest) -> list[dict[str, str]]:
    return [
        {"lang": language.LANG, "label": language.LABEL, "source": language.source(request)}
        for language in LANGUAGES
    ]


def _query(path: str, parameters: Any) -> str:
    usual = ASKED_FOR.get(path.removeprefix("/api/v1/").split("/")[0], {})
    asked = {
        each["name"]: usual.get(each["name"], A_NUMBER)
        for each in parameters
        if each["in"] == "query" and each.get("required")
    }
    return f"?{urlencode(asked)}" if asked else ""


def _success(operation: Mapping[str, Any]) -> Any:
    return next(_example(answer) for status, answer in operation["responses"].items() if status[0] == "2")


def _example(body: Mapping[str, Any]) -> Any:
    examples = body.get("content", {}).get(JSON, {}).get("examples", {})
    return next((example["value"] for example in examples.values()), None)

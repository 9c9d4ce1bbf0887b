"""The section `webhooks` of the contract: what shops' own servers are sent, kind by kind, and what they may answer.

Bodies are those of crm.webhooks.describing, answers those that crm.webhooks.schedule knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crm.facts import Fact
from crm.outside.requests import PATIENCE_SECONDS
from crm.webhooks import describing, payloads, schedule

BODY, ITEM = "WebhookBody", "WebhookItem"
# What every request carries and what it may be answered, kept once: a hundred kinds refer to it.
HEADERS = {
    "WebhookId": ("webhook-id", "The same at every attempt: what came twice is known by it."),
    "WebhookTimestamp": ("webhook-timestamp", "When it was sent, in seconds since 1970 (UTC)."),
    "WebhookSignature": (
        "webhook-signature",
        "`v1,` and the HMAC-SHA256 of id, timestamp and raw body, joined by dots, in Base64. While the secret "
        "changes there are two, with a space between: one of them fits.",
    ),
}
TAKEN, GONE, BUSY, MISSED = "WebhookTaken", "WebhookGone", "WebhookBusy", "WebhookMissed"
ANSWERS = {
    TAKEN: f"It arrived. Answer within {PATIENCE_SECONDS:.0f} seconds and work on it afterwards.",
    GONE: "The webhook is disabled at once.",
    BUSY: "Nothing is sent to this address for as long as `Retry-After` says, an hour at most; then it is tried again.",
    MISSED: f"As silence and redirects: it is tried {schedule.MOST_ATTEMPTS} times in all, over some three days.",
}


def add_webhooks(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of the schema: drf-spectacular reads views only, and nobody here looks at these."""
    components = result.setdefault("components", {})
    components["schemas"] = _sorted(components.get("schemas", {}), {BODY: _body(), ITEM: describing.item()})
    components["parameters"] = {name: _header(*said) for name, said in HEADERS.items()}
    components["responses"] = {name: {"description": said} for name, said in ANSWERS.items()}
    told = {fact.kind: _told(fact) for fact in describing.kinds()}
    return {**result, "webhooks": {**told, payloads.TEST: _test()}}


def schema_of(fact: type[Fact]) -> dict[str, Any]:
    return {"allOf": [_component("schemas", BODY), _with_item(describing.of(fact))]}


def _with_item(its: Mapping[str, Any]) -> dict[str, Any]:
    properties = its["properties"]
    data = {"allOf": [_component("schemas", ITEM), properties["data"]]}
    return {"properties": {**properties, "data": data}}


def _body() -> dict[str, Any]:
    return {
        **describing.any_body(),
        "description": "Members may be added at any time: ignore what you do not know.",
    }


def _told(fact: type[Fact]) -> dict[str, Any]:
    said = describing.reads(fact)
    has_words = re.sub(r"\{\w+\}", "", said).strip()
    reads = f"On a timeline: {said}" if has_words else ""
    return _sent(fact.kind, schema_of(fact), summary=describing.called(fact), description=reads)


def _test() -> dict[str, Any]:
    schema = {"allOf": [_component("schemas", BODY), describing.of_test()]}
    return _sent(
        payloads.TEST, schema, summary="A test", description="It was asked for, and is about nobody."
    )


def _sent(kind: str, schema: Mapping[str, Any], *, summary: str, description: str) -> dict[str, Any]:
    operation = {
        "operationId": f"told_{kind.replace('.', '_')}",
        "summary": summary,
        "description": description,
        "parameters": [_component("parameters", name) for name in HEADERS],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        # Your server is not asked for a key: the signature says who sends.
        "security": [],
        "responses": _answers(),
    }
    return {"post": {name: value for name, value in operation.items() if value != ""}}


def _answers() -> dict[str, Any]:
    named = {"2XX": TAKEN, str(schedule.GONE): GONE}
    named |= {str(status): BUSY for status in sorted(schedule.SLOW_DOWN)} | {"default": MISSED}
    return {status: _component("responses", name) for status, name in named.items()}


def _header(name: str, said: str) -> dict[str, Any]:
    return {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": said}


def _component(room: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{room}/{name}"}


def _sorted(known: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted({**known, **added}.items()))

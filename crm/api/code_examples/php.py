"""For PHP 8 with its curl extension."""

from __future__ import annotations

from collections.abc import Iterator

from crm.api.code_examples.literals import Literals
from crm.api.code_examples.request import ExampleRequest

LANG, LABEL = "php", "PHP"


def source(request: ExampleRequest, /) -> str:
    options = "".join(f"    {option},\n" for option in _options(request))
    return (
        "<?php\n"
        f"$request = curl_init(getenv('VEREN') . {_quoted(request.address)});\n"
        f"curl_setopt_array($request, [\n{options}]);\n"
        "$answer = curl_exec($request);\n"
        "echo curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $answer, PHP_EOL;\n"
    )


def _options(request: ExampleRequest) -> Iterator[str]:
    yield f"CURLOPT_CUSTOMREQUEST => {_quoted(request.method)}"
    yield "CURLOPT_RETURNTRANSFER => true"
    headers = "".join(f"        {header},\n" for header in _headers(request))
    yield f"CURLOPT_HTTPHEADER => [\n{headers}    ]"
    if request.body is not None:
        yield f"CURLOPT_POSTFIELDS => json_encode({LITERALS.write(request.body, indent=4)})"


def _headers(request: ExampleRequest) -> Iterator[str]:
    yield "'Authorization: Bearer ' . getenv('KEY')"
    yield from (_quoted(f"{name}: {value}") for name, value in request.sent_headers.items())
    if request.needs_idempotency_key:
        yield "'Idempotency-Key: ' . bin2hex(random_bytes(16))"


def _quoted(text: str) -> str:
    """Between single quotes PHP reads everything as it stands but the quote and the backslash."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


# An empty array would be sent as a list.
LITERALS = Literals(text=_quoted, object_brackets=("[", "]"), colon=" => ", empty_object="new stdClass()")

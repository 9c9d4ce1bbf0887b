"""For Node 18 and later, as a module. Not for browsers: a key that everybody can read is no key."""

from __future__ import annotations

from collections.abc import Iterator

from crm.api.code_examples.literals import JSON, quoted
from crm.api.code_examples.request import ExampleRequest

LANG, LABEL = "javascript", "JavaScript"
# In Node 18 `crypto` is not yet there by itself.
IMPORT = 'import { randomUUID } from "node:crypto";\n\n'


def source(request: ExampleRequest, /) -> str:
    options = "".join(f"    {option},\n" for option in _options(request))
    return (
        f"{IMPORT if request.needs_idempotency_key else ''}"
        f"const answer = await fetch(process.env.VEREN + {quoted(request.address)}, {{\n{options}}});\n"
        "console.log(answer.status, await answer.text());\n"
    )


def _options(request: ExampleRequest) -> Iterator[str]:
    yield f"method: {quoted(request.method)}"
    headers = "".join(f"        {quoted(name)}: {value},\n" for name, value in _headers(request))
    yield f"headers: {{\n{headers}    }}"
    if request.body is not None:
        yield f"body: JSON.stringify({JSON.write(request.body, indent=4)})"


def _headers(request: ExampleRequest) -> Iterator[tuple[str, str]]:
    yield "Authorization", '"Bearer " + process.env.KEY'
    yield from ((name, quoted(value)) for name, value in request.sent_headers.items())
    if request.needs_idempotency_key:
        yield "Idempotency-Key", "randomUUID()"

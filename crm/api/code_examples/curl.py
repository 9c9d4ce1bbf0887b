"""For a POSIX shell with curl."""

from __future__ import annotations

from collections.abc import Iterator

from crm.api.code_examples.literals import JSON
from crm.api.code_examples.request import ExampleRequest

LANG, LABEL = "sh", "curl"
# Random wherever there is a shell: uuidgen is not everywhere.
FRESH_KEY = "$(od -An -N16 -tx1 /dev/urandom | tr -d ' ')"


def source(request: ExampleRequest, /) -> str:
    return " \\\n    ".join(_parts(request)) + "\n"


def _parts(request: ExampleRequest) -> Iterator[str]:
    yield f'curl --silent --show-error --fail-with-body -X {request.method} "$VEREN{request.address}"'
    yield '-H "Authorization: Bearer $KEY"'
    for name, value in request.sent_headers.items():
        yield f"-H {_quoted(f'{name}: {value}')}"
    if request.needs_idempotency_key:
        yield f'-H "Idempotency-Key: {FRESH_KEY}"'
    if request.body is not None:
        yield f"--data-raw {_quoted(JSON.write(request.body, indent=4))}"


def _quoted(text: str) -> str:
    """Between single quotes a shell reads everything as it stands but the quote itself."""
    return "'" + text.replace("'", "'\\''") + "'"

"""For Python 3.9 and later, with nothing but its standard library."""

from __future__ import annotations

from collections.abc import Iterator

from crm.api.code_examples.literals import Literals, quoted
from crm.api.code_examples.request import ExampleRequest

LANG, LABEL = "python", "Python"
LITERALS = Literals(true="True", false="False", nothing="None")


def source(request: ExampleRequest, /) -> str:
    modules = ["json", "os", *(["uuid"] if request.needs_idempotency_key else [])]
    imports = "".join(f"import {module}\n" for module in modules)
    arguments = "".join(f"    {argument},\n" for argument in _arguments(request))
    return (
        f"{imports}from urllib.error import HTTPError\n"
        "from urllib.request import Request, urlopen\n\n"
        f"request = Request(\n{arguments})\n"
        "try:\n"
        "    answer = urlopen(request)\n"
        "except HTTPError as refusal:  # it tells why, and is read as any answer\n"
        "    answer = refusal\n"
        "print(answer.status, json.load(answer))\n"
    )


def _arguments(request: ExampleRequest) -> Iterator[str]:
    yield f'os.environ["VEREN"] + {quoted(request.address)}'
    yield f"method={quoted(request.method)}"
    headers = "".join(f"        {quoted(name)}: {value},\n" for name, value in _headers(request))
    yield f"headers={{\n{headers}    }}"
    if request.body is not None:
        yield f"data=json.dumps({LITERALS.write(request.body, indent=4)}).encode()"


def _headers(request: ExampleRequest) -> Iterator[tuple[str, str]]:
    yield "Authorization", '"Bearer " + os.environ["KEY"]'
    yield from ((name, quoted(value)) for name, value in request.sent_headers.items())
    if request.needs_idempotency_key:
        yield "Idempotency-Key", "str(uuid.uuid4())"

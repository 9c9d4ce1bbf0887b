"""JSON as RFC 8259 has it and no further: what other systems read differently is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import IO, Any

from rest_framework.parsers import BaseParser

from crm.api.errors import BodyMalformed

DEEPEST = 32


class StrictJSONParser(BaseParser):
    """Refuses duplicate keys, NaN and Infinity, NUL and lone surrogates, and nesting deeper than DEEPEST.

    Numbers with a point become Decimal: nothing passes through a float.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            text = stream.read().decode("utf-8")
            body = decoded(text)
            _check_depth(body)
            if "\\u" in text:
                _check_text(body)
        except (ValueError, RecursionError) as error:
            raise BodyMalformed from error
        return body


def decoded(text: str) -> Any:
    """The JSON value that a text is. Raises ValueError, RecursionError."""
    return _decoder.decode(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate key")
    return members


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _check_depth(body: Any) -> None:
    """Level by level, so that the checking itself needs no stack."""
    level = [body]
    for _ in range(DEEPEST):
        level = [inner for value in level for inner in _members(value)]
        if not level:
            return
    raise ValueError("too deep")


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _check_text(value: Any) -> None:
    """Only an escape can smuggle a NUL or half a surrogate pair past the decoder: UTF-8 and JSON refuse them bare."""
    if isinstance(value, str):
        value.encode("utf-8")
        if "\0" in value:
            raise ValueError("NUL")
    elif isinstance(value, list):
        for member in value:
            _check_text(member)
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_text(name)
            _check_text(member)


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Decimal, parse_constant=_refuse_constant, strict=True
)

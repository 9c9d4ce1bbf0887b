"""Values as a language writes them: on one line where they fit, else a member a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WIDTH = 76
STEP = 4


def quoted(text: str) -> str:
    """As JSON quotes it, which JavaScript and Python read alike."""
    return json.dumps(text, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class Literals:
    """How a language writes what JSON can hold."""

    text: Callable[[str], str] = quoted
    true: str = "true"
    false: str = "false"
    nothing: str = "null"
    object_brackets: tuple[str, str] = ("{", "}")
    colon: str = ": "
    empty_object: str = "{}"

    def write(self, value: Any, *, indent: int = 0) -> str:
        """`indent`: where the line stands that the value ends on, in spaces."""
        if isinstance(value, dict) and value:
            return self._bracketed(self._members(value, indent + STEP), self.object_brackets, indent)
        if isinstance(value, list) and value:
            items = [self.write(item, indent=indent + STEP) for item in value]
            return self._bracketed(items, ("[", "]"), indent)
        return self._plain(value)

    def _members(self, value: dict[str, Any], indent: int) -> list[str]:
        return [
            f"{self.text(name)}{self.colon}{self.write(member, indent=indent)}"
            for name, member in value.items()
        ]

    def _bracketed(self, parts: list[str], brackets: tuple[str, str], indent: int) -> str:
        opening, closing = brackets
        line = f"{opening}{', '.join(parts)}{closing}"
        if "\n" not in line and indent + len(line) <= WIDTH:
            return line
        inner, outer = " " * (indent + STEP), " " * indent
        return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{outer}{closing}"

    def _plain(self, value: Any) -> str:
        if isinstance(value, str):
            return self.text(value)
        if value is None:
            return self.nothing
        if isinstance(value, bool):
            return self.true if value else self.false
        if isinstance(value, dict):
            return self.empty_object
        return json.dumps(value)


JSON = Literals()

"""Where something stands in a JSON body, as people write it: `client.email`. Pure.

Names are joined by dots, `0` is the first of a list, `fields[code=phone]` the one of a list whose `code` is phone.
`a | b` is the first of them that says something; `=EUR` is EUR itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

STEP = re.compile(r"(?P<name>[^.\[\]|=]*)(?:\[(?P<key>[^.\[\]|=]+)=(?P<value>[^\[\]|=]+)\])?")
SAYS_NOTHING: Sequence[object] = (None, "", [], {})


class Misspelt(ValueError):
    """Nobody can read this as a place."""


@dataclass(frozen=True)
class Step:
    name: str
    key: str = ""
    value: str = ""

    def of(self, told: Any) -> Any:
        found = _named(told, self.name) if self.name else told
        if not self.key:
            return found
        if not isinstance(found, Sequence) or isinstance(found, str):
            return None
        fitting = (one for one in found if isinstance(one, Mapping) and str(one.get(self.key)) == self.value)
        return next(fitting, None)


@dataclass(frozen=True)
class Place:
    """`constant` None: it is looked for."""

    steps: tuple[Step, ...] = ()
    constant: str | None = None

    def of(self, told: Any) -> Any:
        if self.constant is not None:
            return self.constant
        for step in self.steps:
            told = step.of(told)
        return told


@lru_cache(maxsize=2048)
def places(spelt: str) -> tuple[Place, ...]:
    """Raises Misspelt."""
    return tuple(_place(one.strip()) for one in spelt.split("|") if one.strip())


def found_at(spelt: str, told: Any) -> Any:
    """What stands there; None: nothing does.

    Raises:
        Misspelt
    """
    for place in places(spelt):
        found = place.of(told)
        if found not in SAYS_NOTHING:
            return found
    return None


def leaves(told: Any, *, most: int = 200) -> list[tuple[str, str]]:
    """Every place where a value stands, and the value; of a list, those of its first, also as seen from within it."""
    found: dict[str, str] = {}
    _gather(told, "", found)
    return list(found.items())[:most]


def _gather(told: Any, before: str, found: dict[str, str]) -> None:
    if isinstance(told, Mapping):
        for name, value in told.items():
            if STEP.fullmatch(str(name)) and name:
                _gather(value, f"{before}.{name}" if before else str(name), found)
    elif isinstance(told, list):
        if before:
            found.setdefault(before, "[ ]")
        for one in told[:1]:
            _gather(one, "", found)
    elif before:
        found.setdefault(before, str(told)[:60])


def _place(spelt: str) -> Place:
    if spelt.startswith("="):
        return Place(constant=spelt[1:].strip())
    return Place(steps=tuple(_step(one) for one in re.split(r"\.(?![^\[]*\])", spelt)))


def _step(spelt: str) -> Step:
    fits = STEP.fullmatch(spelt)
    if fits is None or not (fits["name"] or fits["key"]):
        raise Misspelt(spelt)
    return Step(fits["name"], fits["key"] or "", fits["value"] or "")


def _named(told: Any, name: str) -> Any:
    if isinstance(told, Mapping):
        return told.get(name)
    if isinstance(told, Sequence) and not isinstance(told, str) and name.isascii() and name.isdigit():
        return told[int(name)] if int(name) < len(told) else None
    return None

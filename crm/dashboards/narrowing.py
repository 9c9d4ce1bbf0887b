"""About whom a dashboard tells, as its address says it: so a page can be bookmarked and sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

LONGEST_WORD = 60


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """What is empty does not narrow. `segment`: who is in it now; `tier`: by its short name, as of what happened."""

    shop: int | None = None
    segment: int | None = None
    tier: str = ""
    channel: str = ""

    def __str__(self) -> str:
        return "&".join(f"{name}={value}" for name, value in self.told.items())

    @property
    def told(self) -> Mapping[str, str]:
        """The parts of an address."""
        its = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in its.items() if value}

    def without(self, *names: str) -> Narrowed:
        return narrowed_by({name: value for name, value in self.told.items() if name not in names})


EVERYBODY = Narrowed()


def narrowed_by(told: Mapping[str, str]) -> Narrowed:
    """What cannot be read does not narrow."""
    return Narrowed(
        shop=_number(told.get("shop", "")),
        segment=_number(told.get("segment", "")),
        tier=_word(told.get("tier", "")),
        channel=_word(told.get("channel", "")),
    )


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def _word(typed: str) -> str:
    return typed if len(typed) <= LONGEST_WORD else ""

"""What a system answers when it is asked: things of one kind, each in its own bytes, as its webhooks bring them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.connectors.base import NotThatSystem
from crm.outside.requests import Answer

PAUSE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 3600
BETWEEN = " \r\n\t,"
DECODER = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True)
class Thing:
    told: Mapping[str, Any]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Listed:
    things: Sequence[Thing]
    next: str
    total: int | None


def things_in(answer: Answer, *, under: str = "") -> list[Thing]:
    """Of a list, or of one that stands `under` a name. Raises NotThatSystem."""
    text = text_of(answer)
    found, place = [], _inside(text, under)
    try:
        if text[place : place + 1] != "[":
            raise NotThatSystem
        place += 1
        while (place := _after(text, place, BETWEEN)) < len(text) and text[place] != "]":
            told, end = DECODER.raw_decode(text, place)
            found.append(_thing(told, text[place:end]))
            place = end
        if place >= len(text):
            raise NotThatSystem  # cut off: what is missing would never be asked for again
    except (ValueError, RecursionError) as error:
        raise NotThatSystem from error
    return found


def thing_in(answer: Answer, *, under: str = "") -> Thing:
    """Raises NotThatSystem."""
    text = text_of(answer)
    try:
        start = _inside(text, under)
        told, end = DECODER.raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise NotThatSystem from error
    return _thing(told, text[start:end])


def text_of(answer: Answer) -> str:
    """Plugins of shops are known to put a byte order mark before it."""
    try:
        return answer.body.decode().lstrip("\ufeff \r\n\t").rstrip()
    except UnicodeDecodeError as error:
        raise NotThatSystem from error


def pause_in(answer: Answer) -> int:
    """As long as it asks for, and no longer than an hour."""
    asked = answer.headers.get("retry-after", "").partition(".")[0]
    return min(int(asked), LONGEST_PAUSE_SECONDS) if asked.isdecimal() else PAUSE_SECONDS


def _inside(text: str, under: str) -> int:
    """Where the value of the first name begins, which is to be this one."""
    if not under:
        return 0
    name = json.dumps(under)
    place = _after(text, 1, BETWEEN)
    if text[:1] != "{" or not text.startswith(name, place):
        raise NotThatSystem
    return _after(text, place + len(name), " \r\n\t:")


def _thing(told: object, text: str) -> Thing:
    if not isinstance(told, dict):
        raise NotThatSystem
    return Thing(told=told, body=text.encode())


def _after(text: str, place: int, passed_over: str) -> int:
    while place < len(text) and text[place] in passed_over:
        place += 1
    return place

"""Reading content kept as JSON (scripts, surveys): on past a fault, so that all are told at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from crm.typed_settings import Words

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)


class ContentReading:
    """Each `pointer` is a JSON pointer into the content. What is wrong is read as empty."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def object(self, told: Any, pointer: str, names: Sequence[str]) -> Mapping[str, Any]:
        if not isinstance(told, Mapping):
            self.fault(pointer, _("Write an object here."))
            return {}
        for name in told.keys() - set(names):
            self.fault(f"{pointer}/{name}", _("Nothing of this name belongs here."))
        return {name: told[name] for name in names if name in told}

    def list(self, told: Any, pointer: str, most: int) -> Sequence[Any]:
        if isinstance(told, list | tuple) and len(told) <= most:
            return told
        self.fault(pointer, str(_("Write a list of at most {most} here.")).format(most=most))
        return ()

    def words(self, told: Any, pointer: str, names: Sequence[str], longest: int) -> Words:
        words = self.object(told, pointer, names)
        for name, text in words.items():
            if not isinstance(text, str) or len(text) > longest or not can_be_kept(text):
                sentence = _("Write a text of at most {longest} characters.")
                self.fault(f"{pointer}/{name}", str(sentence).format(longest=longest))
        return {name: text for name, text in words.items() if isinstance(text, str)}

    def key(self, told: Any, pointer: str) -> str:
        if isinstance(told, str) and KEY.fullmatch(told):
            return told
        self.fault(
            pointer, _("Write a key of small Latin letters, digits and hyphens, beginning with a letter.")
        )
        return ""

    def one_of(self, names: Mapping[str, Any], told: Any, pointer: str) -> str:
        if isinstance(told, str) and told in names:
            return told
        known = ", ".join(name for name in names if name)
        self.fault(pointer, str(_("Write one of these: {names}.")).format(names=known))
        return ""

    def flag(self, told: Any, pointer: str) -> bool:
        if isinstance(told, bool):
            return told
        self.fault(pointer, _("Write true or false."))
        return False

    def fault(self, pointer: str, detail: str | Promise) -> None:
        self.faults.append(Fault(pointer=pointer, detail=detail))


def in_language(words: Words, language: str) -> str:
    """Else in English, else in whichever language there is."""
    found = [words.get(language[:2]), words.get("en"), *words.values()]
    return next((text for text in found if text), "")


def filled(words: Words) -> dict[str, str]:
    """What is written, in one order: the same content is always the same JSON."""
    return {name: words[name].strip() for name in sorted(words) if words[name].strip()}


def can_be_kept(text: str) -> bool:
    """PostgreSQL takes neither a NUL nor half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)

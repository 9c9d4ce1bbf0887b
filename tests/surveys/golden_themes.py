"""300 labelled texts in two halves, told apart by a fixed hash of the text.

Whoever writes the ready rules reads the half `SEEN` alone; what the rules are worth is counted on the other one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SEEN = 0
FILE = Path(__file__).parent / "golden" / "themes.json"


@dataclass(frozen=True, kw_only=True)
class Labelled:
    language: str
    text: str
    theme: str

    @property
    def half(self) -> int:
        return hashlib.sha256(self.text.encode()).digest()[0] % 2


def seen() -> list[Labelled]:
    return [one for one in _all() if one.half == SEEN]


def unseen() -> list[Labelled]:
    return [one for one in _all() if one.half != SEEN]


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Of (is, was said to be): the mean of the themes' F1 = 2·TP/(2·TP + FP + FN), each theme counting alike."""
    themes = {theme for theme, _said in pairs}
    return sum(_f1(theme, pairs) for theme in themes) / len(themes)


def _f1(theme: str, pairs: Sequence[tuple[str, str]]) -> float:
    right = sum(theme == one == said for one, said in pairs)
    wrong = sum((theme == one) != (theme == said) for one, said in pairs)
    return 2 * right / (2 * right + wrong) if right else 0.0


def _all() -> list[Labelled]:
    return [Labelled(**one) for one in json.loads(FILE.read_text(encoding="utf-8"))]

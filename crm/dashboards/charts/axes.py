"""Where values stand in a picture: x in per cent, y in pixels, as text for SVG. Pure; the templates draw.

No viewBox: words keep their size at 360 px and on a wall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

HEIGHT = 190
TOP, BOTTOM = 12, 166
LABELS_AT_MOST = 6
RULES = 4
LONGEST_LABEL = 36
FUZZ = 1e-13  # what dividing two floats may be off by; more would cut off what is drawn


@dataclass(frozen=True)
class Rule:
    y: str
    y_of_words: str
    words: str


@dataclass(frozen=True)
class Label:
    x: str
    words: str


@dataclass(frozen=True)
class Scale:
    low: float
    high: float

    def y(self, value: float) -> float:
        return BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP)


def unit_of(values: Iterable[float]) -> int:
    """1, a thousand or a million: so that the words of an axis stay short."""
    most = max(map(abs, values), default=0.0)
    return 1 if most < 20_000 else 1_000 if most < 20_000_000 else 1_000_000


def round_steps(low: float, high: float) -> list[float]:
    """Round numbers that span from `low` to `high`, about RULES of them."""
    if high - low <= FUZZ * max(1.0, abs(low)):
        high = low + (abs(low) if abs(low) > FUZZ else 1.0)
    rough = (high - low) / RULES
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = floor(low / step + FUZZ), ceil(high / step - FUZZ)
    return [round(number * step, 10) for number in range(first, last + 1)]


def rules_of(ticks: Sequence[float], scale: Scale, say: Callable[[float], str]) -> list[Rule]:
    return [Rule(said(scale.y(tick)), said(scale.y(tick) + 4), say(tick)) for tick in ticks]


def labelled(count: int) -> list[int]:
    """The indexes that carry words, counted back from the last, so that a small screen holds them."""
    stride = max(1, ceil(count / LABELS_AT_MOST))
    return list(range(count - 1, -1, -stride))[::-1]


def said(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def shortened(words: str) -> str:
    """What stands over a row on a phone; the table beneath has all of it."""
    return words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1].rstrip()}…"

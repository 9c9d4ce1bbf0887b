"""The figures that answers come to: how each is called, counted and told, and whom it parts from whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from surveys.scores.formulas import ces, csat, nps
from surveys.scores.score import Counts, Score

Words: TypeAlias = str | Promise


@dataclass(frozen=True, kw_only=True)
class Group:
    """Answers from `low` to `high` are one sort of people."""

    name: Words
    low: int
    high: int
    mood: Literal["good", "bad", ""] = ""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """`low` … `high`: the scale on which people answer; `least` … `most`: on which the score lies.

    `is_share`: it is told in per cent. `groups`: from the best to the worst.
    """

    name: str
    label: Words
    score: Callable[[Counts], Score | None]
    low: int
    high: int
    least: float
    most: float
    places: int = 0
    is_share: bool = False
    groups: Sequence[Group]
    definition: Sequence[Words]


_SURE = _("The band and the range show where the true figure lies with 95 % certainty.")

_ALL: Sequence[Measure] = (
    Measure(
        name="nps",
        label=_("Would they recommend us (NPS)"),
        score=nps,
        low=0,
        high=10,
        least=-100,
        most=100,
        groups=(
            Group(name=_("promoters, 9–10"), low=9, high=10, mood="good"),
            Group(name=_("passives, 7–8"), low=7, high=8),
            Group(name=_("detractors, 0–6"), low=0, high=6, mood="bad"),
        ),
        definition=(
            _("The share of promoters (9–10) less the share of detractors (0–6), from −100 to 100."),
            _SURE,
        ),
    ),
    Measure(
        name="csat",
        label=_("Satisfied customers (CSAT)"),
        score=csat,
        low=1,
        high=5,
        least=0,
        most=100,
        is_share=True,
        groups=(
            Group(name=_("satisfied, 4–5"), low=4, high=5, mood="good"),
            Group(name=pgettext_lazy("answers", "neither, 3"), low=3, high=3),
            Group(name=_("dissatisfied, 1–2"), low=1, high=2, mood="bad"),
        ),
        definition=(
            _("The share of 4 and 5 among the answers from 1 to 5; each aspect is counted by itself."),
            _SURE,
        ),
    ),
    Measure(
        name="ces",
        label=_("How easy it was (CES)"),
        score=ces,
        low=1,
        high=7,
        least=1,
        most=7,
        places=1,
        groups=(
            Group(name=_("easy, 5–7"), low=5, high=7, mood="good"),
            Group(name=pgettext_lazy("answers", "neither, 4"), low=4, high=4),
            Group(name=_("hard, 1–3"), low=1, high=3, mood="bad"),
        ),
        definition=(
            _("The mean answer, from 1 to 7, to whether we made it easy."),
            _("Where we asked how hard it was, answers are turned round and stand by themselves."),
            _SURE,
        ),
    ),
)

MEASURES: Mapping[str, Measure] = {measure.name: measure for measure in _ALL}

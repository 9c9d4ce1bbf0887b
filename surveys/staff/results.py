"""What colleagues say together: never of fewer than five, and never so that one could be told by subtraction. Pure but
for one read.

Answers are shown in lots: weeks that are over, as many together as make five. Whoever looks before and after a lot
learns of five at least. Groups are shown when it is over, for they would tell of fewer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from surveys import content
from surveys.content import Question
from surveys.models import StaffAnswer, StaffAsked, SurveyVersion
from surveys.questions import Scale
from surveys.reports import privacy
from surveys.scores import FEWEST_ANONYMOUS, Counts, Score, ces, csat, nps, turned
from surveys.staff.answering import MEASURE
from surveys.staff.asking import is_asked

# By what a question measures.
_SCORES: Mapping[str, Callable[[Counts], Score | None]] = {"enps": nps, "nps": nps, "csat": csat, "ces": ces}


@dataclass(frozen=True, kw_only=True)
class Results:
    """`score` None: nothing can be shown yet. `groups`: where people work, “” for who did not say; None: hidden."""

    asked: int
    score: Score | None
    counts: Counts
    groups: Sequence[tuple[str, Score | None]]
    words: Sequence[str]
    questions: Sequence[Asked] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question with a scale, from `low` to `high`. `counts` empty: nothing of it can be shown yet.

    `score`: of what has one (eNPS, satisfaction, ease); a plain scale has its counts alone.
    """

    text: str
    low: int
    high: int
    counts: Counts
    score: Score | None
    measure: str = ""

    @property
    def n(self) -> int:
        return sum(self.counts.values())


def results(version: SurveyVersion, *, on: date, language: str = "") -> Results:
    """`language`: in which questions are told."""
    monday = on - timedelta(days=on.weekday())
    answers = list(StaffAnswer.objects.filter(version=version).order_by("pk"))
    weeks = shown_weeks(Counter(one.week_on for one in answers), monday=monday)
    shown = [one for one in answers if one.week_on in weeks]
    counts = Counter(one.value for one in shown if one.value is not None)
    return Results(
        asked=StaffAsked.objects.filter(version=version).count(),
        score=nps(counts),
        counts=counts,
        groups=[] if is_asked(version, on=on) else _groups(shown),
        words=[one.text for one in shown if one.text],
        questions=_questions(version, answers, monday=monday, language=language),
    )


def shown_weeks(answers: Mapping[date, int], *, monday: date) -> Collection[date]:
    """Of these weeks, each with its number of answers, those that are shown in the week that began on `monday`."""
    shown: set[date] = set()
    lot: list[date] = []
    for week in sorted(week for week in answers if week < monday):
        lot.append(week)
        if sum(answers[one] for one in lot) >= FEWEST_ANONYMOUS:
            shown.update(lot)
            lot = []
    return shown


def _questions(
    version: SurveyVersion, answers: Iterable[StaffAnswer], *, monday: date, language: str
) -> list[Asked]:
    """Every question with a scale, but for the first eNPS, which is the whole's own.

    Not all answer each of them, so each has lots of five of its own.
    """
    found = []
    asked = content.read(version.content).questions
    whole = next((question.key for question in asked if question.kind == MEASURE), "")
    for question in asked:
        scale = question.asked.scale
        if scale is None or question.key == whole:
            continue
        theirs = [(one.week_on, one.scores[question.key]) for one in answers if question.key in one.scores]
        weeks = shown_weeks(Counter(week for week, _value in theirs), monday=monday)
        counts = Counter(value for week, value in theirs if week in weeks)
        found.append(_asked(question, scale, counts, language=language))
    return found


def _asked(question: Question, scale: Scale, counts: Counts, *, language: str) -> Asked:
    measure = question.asked.measure
    score_of = _SCORES.get(measure)
    as_asked = counts if scale.direction > 0 else turned(counts, low=scale.low, high=scale.high)
    return Asked(
        text=question.text_in(language),
        low=scale.low,
        high=scale.high,
        counts=counts,
        score=score_of(as_asked) if score_of and counts else None,
        measure=measure,
    )


def _groups(shown: Iterable[StaffAnswer]) -> list[tuple[str, Score | None]]:
    parts: dict[str, Counter[int]] = {}
    for one in shown:
        if one.value is not None:
            parts.setdefault(one.group, Counter())[one.value] += 1
    hidden = privacy.hidden(parts)
    return [(name, None if name in hidden else nps(counts)) for name, counts in sorted(parts.items())]

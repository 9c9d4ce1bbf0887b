"""What colleagues say together: never of fewer than five, and never so that one could be told by subtraction. Pure but
for one read.

Answers are shown in lots: weeks that are over, as many together as make five. Whoever looks before and after a lot
learns of five at least. Groups are shown when it is over, for they would tell of fewer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from surveys.models import StaffAnswer, StaffAsked, SurveyVersion
from surveys.reports import privacy
from surveys.scores import FEWEST_ANONYMOUS, Counts, Score, nps
from surveys.staff.asking import is_asked


@dataclass(frozen=True, kw_only=True)
class Results:
    """`score` None: nothing can be shown yet. `groups`: where people work, “” for who did not say; None: hidden."""

    asked: int
    score: Score | None
    counts: Counts
    groups: Sequence[tuple[str, Score | None]]
    words: Sequence[str]


def results(version: SurveyVersion, *, on: date) -> Results:
    monday = on - timedelta(days=on.weekday())
    answers = list(StaffAnswer.objects.filter(version=version).order_by("pk"))
    weeks = shown_weeks(Counter(one.week_on for one in answers), monday=monday)
    shown = [one for one in answers if one.week_on in weeks]
    counts = Counter(one.value for one in shown)
    return Results(
        asked=StaffAsked.objects.filter(version=version).count(),
        score=nps(counts),
        counts=counts,
        groups=[] if is_asked(version, on=on) else _groups(shown),
        words=[one.text for one in shown if one.text],
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


def _groups(shown: Iterable[StaffAnswer]) -> list[tuple[str, Score | None]]:
    parts: dict[str, Counter[int]] = {}
    for one in shown:
        parts.setdefault(one.group, Counter())[one.value] += 1
    hidden = privacy.hidden(parts)
    return [(name, None if name in hidden else nps(counts)) for name, counts in sorted(parts.items())]

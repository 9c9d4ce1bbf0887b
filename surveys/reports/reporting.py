"""A report: a score for a period, against the one before, step by step, part by part, with who kept silent.

Reads only, in a fixed number of questions to the database, however many answers there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from crm.among import Among
from crm.dashboards.dashboard import edges, edges_with_before
from crm.dashboards.periods import Period
from crm.measures.intervals import Difference, Share
from surveys.models import Answer, Invitation, Survey
from surveys.reports import counting, narrowing, privacy
from surveys.reports.narrowing import DIVIDED, Narrowed
from surveys.scores import MEASURES, Counts, Score

VERBATIMS_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Part:
    """Answers of one shop, one tier … `differs`: from all the others together; None where either side is few."""

    key: str
    counts: Counts
    score: Score | None
    before: Score | None
    differs: Difference | None
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    period: Period
    score: Score | None
    rate: Share | None = None
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """`score` None: no answers, or (`is_hidden`) too few of an anonymous survey. `rate` None: it is not known so."""

    narrowed: Narrowed
    by: str
    counts: Counts
    score: Score | None
    before: Score | None
    steps: Sequence[Step]
    parts: Sequence[Part]
    rate: Share | None
    is_anonymous: bool
    is_hidden: bool

    @property
    def change(self) -> Difference | None:
        return self.score.against(self.before) if self.score and self.before else None


def report(narrowed: Narrowed, *, period: Period, by: str, at: datetime) -> Report:
    """`by`: one of narrowing.DIVIDED.

    Raises:
        UnusableConditions: `narrowed.who` is no condition about customers.
    """
    steps = period.steps()
    moments, first = edges_with_before(period)
    every_aspect = narrowing.at_any_time(replace(narrowed, who={}), at=at)
    one_aspect = narrowing.of_its_aspect(every_aspect, narrowed)
    people = narrowing.people(narrowed, at=at) if narrowed.who else None
    asks_rate = _rate_is_known(narrowed)
    asked = [
        counting.question(one_aspect, edges=moments, column=DIVIDED[by][1]),
        *([_delivered(narrowed, moments[first:])] if asks_rate else []),
        *([_whole(every_aspect, moments, first)] if by == "aspect" else []),
    ]
    its_rows, *others = counting.by_stretch(asked, people=people)
    found = counting.counted(its_rows, first=first)
    divided = counting.counted(others[-1], first=2) if by == "aspect" else found
    now = found.within(range(first, first + len(steps)))
    hides = _hides(narrowed, now, found, moments, at)
    rates = _rates(others[0], len(steps)) if asks_rate else None
    return Report(
        narrowed=narrowed,
        by=by,
        counts={} if hides.all else narrowed.as_asked(now),
        score=None if hides.all else _score(narrowed, now),
        before=None if hides.all else hides.score_before(narrowed, found.stretches.get(0, {})),
        steps=_steps(narrowed, steps, found, first, hides=hides, rates=rates),
        parts=[] if hides.all else _parts(narrowed, divided, hides=hides),
        rate=None if rates is None else _sum(rates),
        is_anonymous=hides.is_anonymous,
        is_hidden=hides.all,
    )


def score(narrowed: Narrowed, *, since: datetime, until: datetime, at: datetime) -> Score | None:
    """The figure alone, such as an issue measures: from `since` until just before `until`.

    None: no answers, or too few of an anonymous survey to be shown. One question to the database.
    """
    rows = narrowing.answers(narrowed, since=since, until=until, at=at)
    counts: Counts = dict(rows.order_by().values_list("value").annotate(count=Count("*")))
    if _is_anonymous(narrowed) and privacy.is_hidden(counts, among=counts):
        return None
    return _score(narrowed, counts)


def usual_measure(*, period: Period, at: datetime) -> str:
    """The first of the measures that has answers; the first of all where none has."""
    since, until = edges([period])
    for name in MEASURES:
        if narrowing.of_every_aspect(Narrowed(measure=name), since=since, until=until, at=at).exists():
            return name
    return next(iter(MEASURES))


def usual_aspect(narrowed: Narrowed, *, period: Period, at: datetime) -> str:
    """Of which most answers tell: the aspects are never added up. Empty, too, where there are none."""
    since, until = edges([period])
    rows = narrowing.of_every_aspect(narrowed, since=since, until=until, at=at).order_by()
    counts = dict(rows.values_list("aspect").annotate(count=Count("*")))
    return min(counts, key=lambda aspect: (-counts[aspect], aspect), default="")


def verbatims(
    narrowed: Narrowed, *, period: Period, at: datetime, before: tuple[datetime, int] | None = None
) -> list[Answer]:
    """What people wrote, the latest first, each with the score beside it; one more than is shown tells of others.

    `before`: the last one seen. Words of an anonymous survey are told without their moment by whoever shows them.
    """
    since, until = edges([period])
    texts = Answer.objects.filter(kind="text", answered_at__gte=since, answered_at__lt=until).exclude(text="")
    its = narrowing.few_of_those(texts, narrowed, at=at)
    if before:
        moment, pk = before
        its = its.filter(Q(answered_at__lt=moment) | Q(answered_at=moment, pk__lt=pk))
    its = its.select_related("customer", "version__survey").prefetch_related("response__answers")
    return list(its.order_by("-answered_at", "-pk")[: VERBATIMS_SHOWN + 1])


@dataclass(frozen=True)
class _Hides:
    """What is not shown of an anonymous survey; of others nothing is hidden."""

    is_anonymous: bool
    all: bool = False

    def score_before(self, narrowed: Narrowed, counts: Counts) -> Score | None:
        too_few = self.is_anonymous and privacy.is_hidden(counts, among=counts)
        return None if too_few else _score(narrowed, counts)


def _hides(
    narrowed: Narrowed, now: Counts, found: counting.Counted, moments: Sequence[datetime], at: datetime
) -> _Hides:
    if not _is_anonymous(narrowed):
        return _Hides(is_anonymous=False)
    # What somebody narrowed is compared with the whole, which they see as well.
    whole = Narrowed(measure=narrowed.measure, survey=narrowed.survey, asks_how_hard=narrowed.asks_how_hard)
    rows = narrowing.at_any_time(whole, at=at)
    asked = counting.question(rows, edges=[moments[0], moments[1], moments[-1]])
    (found_of_all,) = counting.by_stretch([asked], people=None)
    every = counting.counted(found_of_all, first=1).stretches
    told = counting.added(list(found.stretches.values()))
    return _Hides(
        is_anonymous=True,
        all=privacy.is_hidden(now, among=now)
        or privacy.is_hidden(told, among=counting.added(list(every.values()))),
    )


def _is_anonymous(narrowed: Narrowed) -> bool:
    return bool(narrowed.survey) and Survey.objects.filter(slug=narrowed.survey, is_anonymous=True).exists()


def _score(narrowed: Narrowed, counts: Counts) -> Score | None:
    return narrowed.score(narrowed.as_asked(counts))


def _steps(
    narrowed: Narrowed,
    steps: Sequence[Period],
    found: counting.Counted,
    first: int,
    *,
    hides: _Hides,
    rates: Sequence[Share] | None,
) -> list[Step]:
    by_step = {number: found.stretches.get(first + number, {}) for number in range(len(steps))}
    hidden = set(by_step) if hides.all else privacy.hidden(by_step) if hides.is_anonymous else set()
    return [
        Step(
            period=step,
            score=None if number in hidden else _score(narrowed, by_step[number]),
            rate=rates[number] if rates else None,
            is_hidden=number in hidden,
        )
        for number, step in enumerate(steps)
    ]


def _parts(narrowed: Narrowed, found: counting.Counted, *, hides: _Hides) -> list[Part]:
    """By their keys: parts are not ranked, but each is held against all the others together."""
    hidden = privacy.hidden(found.parts) if hides.is_anonymous else set()
    whole = counting.added(list(found.parts.values()))
    return [
        Part(key=key, counts={}, score=None, before=None, differs=None, is_hidden=True)
        if key in hidden
        else _part(narrowed, key, counts, whole=whole, before=found.parts_before.get(key, {}), hides=hides)
        for key, counts in sorted(found.parts.items())
    ]


def _part(
    narrowed: Narrowed, key: str, counts: Counts, *, whole: Counts, before: Counts, hides: _Hides
) -> Part:
    its = _score(narrowed, counts)
    others = _score(narrowed, {value: count - counts.get(value, 0) for value, count in whole.items()})
    return Part(
        key=key,
        counts=narrowed.as_asked(counts),
        score=its,
        before=hides.score_before(narrowed, before),
        differs=its.against(others) if its and others else None,
    )


# ── Who kept silent ──────────────────────────────────────────────────────────
def _rate_is_known(narrowed: Narrowed) -> bool:
    """Of whoever kept silent nobody knows the tier, the colleague, the aspect … of an answer."""
    return not (narrowed.tier or narrowed.agent or narrowed.language or narrowed.asks_how_hard)


def _rates(rows: counting.Rows, steps: int) -> list[Share]:
    """Response rate: valid answers ÷ invitations that arrived, by the step in which they were asked.

    Votes of scanners are no answers. Those who answered without being invited (a code on a poster) do not count.
    """
    counts = {number: Share(answered, of) for number, *_alone, of, answered in rows}
    return [counts.get(number, Share(0, 0)) for number in range(steps)]


def _delivered(narrowed: Narrowed, moments: Sequence[datetime]) -> counting.Question:
    asks: dict[str, object] = {"kind": narrowed.measure}
    if narrowed.aspect:
        asks["settings"] = {"aspect": narrowed.aspect}
    versions = narrowing.versions(narrowed).filter(content__questions__contains=[asks])
    its = Invitation.objects.filter(Among("version", versions.values_list("pk", flat=True)))
    for name in ("shop", "channel", "wave"):
        if value := getattr(narrowed, name):
            its = its.filter(**{name: value})
    return counting.Question(
        rows=its,
        moment="delivered_at",
        edges=moments,
        columns=(),
        counts={"of": Count("*"), "answered": Count("answered_at")},
    )


def _whole(rows: QuerySet[Answer], moments: Sequence[datetime], first: int) -> counting.Question:
    """By aspect, before and now: parts have no steps."""
    return counting.question(rows, edges=[moments[0], moments[1], moments[first], moments[-1]])


def _sum(rates: Sequence[Share]) -> Share:
    return Share(sum(rate.count for rate in rates), sum(rate.of for rate in rates))

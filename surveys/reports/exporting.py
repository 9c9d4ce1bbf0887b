"""A report as a file, and the answers behind it: figures by the rules of their page, answers one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.dashboards.dashboard import edges
from crm.dashboards.periods import Period
from crm.errors import Refusal
from crm.exporting import Cell, Column
from crm.messages.channel_names import channel_name
from surveys.models import Answer, Survey
from surveys.reports import naming, narrowing
from surveys.reports.narrowing import DIVIDED, Narrowed
from surveys.reports.reporting import Report
from surveys.scores import Score


class AnonymousAnswers(Refusal):
    code = "anonymous-answers"
    title = gettext_lazy("Answers of an anonymous survey leave the house as figures only.")


HEAD: Sequence[str | Promise] = (
    gettext_lazy("Figure"),
    gettext_lazy("Divided by"),
    gettext_lazy("Part"),
    gettext_lazy("From"),
    gettext_lazy("Until"),
    gettext_lazy("Answers"),
    gettext_lazy("Score"),
    gettext_lazy("95 %, from"),
    gettext_lazy("95 %, to"),
    gettext_lazy("Reached"),
    gettext_lazy("Answered, of those reached"),
)

COLUMNS: Sequence[Column] = (
    Column(gettext_lazy("Answered"), lambda answer: answer.answered_at),
    Column(gettext_lazy("Survey"), lambda answer: str(answer.version.survey) if answer.version else ""),
    Column(gettext_lazy("Question"), lambda answer: answer.wording),
    Column(gettext_lazy("Aspect"), lambda answer: answer.aspect),
    Column(gettext_lazy("Answer"), lambda answer: answer.value),
    Column(gettext_lazy("Lowest"), lambda answer: answer.scale_low),
    Column(gettext_lazy("Highest"), lambda answer: answer.scale_high),
    Column(gettext_lazy("A low number is good"), lambda answer: "" if answer.direction > 0 else _("yes")),
    Column(gettext_lazy("Words"), lambda answer: _words(answer)),
    Column(gettext_lazy("Language"), lambda answer: answer.language),
    Column(gettext_lazy("Channel"), lambda answer: str(channel_name(answer.channel))),
    Column(gettext_lazy("Shop"), lambda answer: str(answer.shop) if answer.shop else ""),
    Column(gettext_lazy("Tier"), lambda answer: answer.tier),
    Column(gettext_lazy("Customer"), lambda answer: answer.customer_id),
)


def figures(report: Report, period: Period) -> Iterator[Sequence[Cell]]:
    """The whole, its steps, its parts, under HEAD. Of few answers their number alone stands there."""
    reached = (report.rate.of, report.rate.count) if report.rate else (None, None)
    whole = _("not shown") if report.is_hidden else _n(report.score)
    yield _line(report, "", "", period, whole, report.score, reached)
    for step in report.steps:
        reached = (step.rate.of, step.rate.count) if step.rate else (None, None)
        n = _("not shown") if step.is_hidden else _n(step.score)
        yield _line(report, _("time"), "", step.period, n, step.score, reached)
    names = naming.names(report.by, [part.key for part in report.parts])
    for part in report.parts:
        n = _("not shown") if part.is_hidden else _n(part.score)
        yield _line(
            report, str(DIVIDED[report.by][0]), str(names[part.key]), period, n, part.score, (None, None)
        )


def answers(narrowed: Narrowed, *, period: Period, at: datetime) -> QuerySet[Answer]:
    """The answers that the figure counts, for COLUMNS.

    Raises:
        AnonymousAnswers: the survey is anonymous.
    """
    if narrowed.survey and Survey.objects.filter(slug=narrowed.survey, is_anonymous=True).exists():
        raise AnonymousAnswers
    since, until = edges([period])
    its = narrowing.answers(narrowed, since=since, until=until, at=at)
    return its.select_related("version__survey", "shop").prefetch_related("response__answers")


def _line(
    report: Report,
    by: str,
    part: str,
    period: Period,
    n: Cell,
    score: Score | None,
    reached: tuple[int | None, int | None],
) -> Sequence[Cell]:
    told = score if score and not score.is_few else None
    figures: Sequence[Cell] = (
        [_rounded(value) for value in (told.value, told.low, told.high)] if told else [None] * 3
    )
    name = str(report.narrowed.its_measure.label)
    return (name, by, part, period.since, period.until, n, *figures, *reached)


def _n(score: Score | None) -> Cell:
    return score.n if score else _("no answers")


def _rounded(value: float) -> Decimal:
    return round(Decimal(value), 2)


def _words(answer: Answer) -> str:
    """What they wrote beside it."""
    return " ".join(one.text for one in answer.response.answers.all() if one.text)

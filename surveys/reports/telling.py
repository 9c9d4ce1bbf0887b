"""A report in words: the same for its page, the dashboard and a file, so that each keeps back what the others do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.dashboards.charts import BarChart, LineChart, bar_chart, line_chart
from crm.dashboards.dashboard import Change, Figure, Question, Table
from crm.dashboards.tile_words import (
    change_said,
    head,
    interval_said,
    label,
    plainly,
    points_said,
    rate_said,
    signed,
    step_said,
)
from crm.measures.intervals import Difference, Interval, Share
from crm.words.wording import number, percent
from surveys.reports import naming
from surveys.reports.reporting import Part, Report, Step
from surveys.reports.themes import Talked, loudest
from surveys.scores import Counts, Measure, Score, distribution, parts

Words = str | Promise


@dataclass(frozen=True, kw_only=True)
class PartSaid:
    """`differs`: from all the others together; empty where nothing can be told."""

    key: str
    name: Words
    n: str
    value: str
    interval: str
    change: Change
    differs: Change


@dataclass(frozen=True, kw_only=True)
class ThemeSaid:
    """`pk` and `department_pk` 0, `department` empty: it fits no theme."""

    pk: int
    name: str
    department: str
    department_pk: int
    n: str
    value: str
    interval: str
    change: Change


# ── One score ────────────────────────────────────────────────────────────────
def value_said(score: Score, measure: Measure) -> str:
    """“+30”, “84 %”, “5.6”."""
    return _size(score.value, measure, score.n, is_signed=measure.least < 0)


def score_interval_said(score: Score | None, measure: Measure) -> str:
    """“49…94”: in a table, and beside “95 %”. Of few it says nothing."""
    if score is None or score.is_few:
        return ""
    places = _places(measure, score.n)
    return f"{number(score.low, places)}…{number(score.high, places)}"


def told(score: Score | None, measure: Measure) -> str:
    """The score where there are enough answers for one; else nothing."""
    return "" if score is None or score.is_few else value_said(score, measure)


def n_said(score: Score | None) -> str:
    return number(score.n if score else 0)


def difference_said(found: Difference | None, measure: Measure, of: int) -> Change:
    return change_said(found, lambda value: _size(value, measure, of, is_signed=True, is_difference=True))


def groups_said(counts: Counts, measure: Measure) -> str:
    """“promoters, 9–10: 12; passives, 7–8: 3; …”."""
    return "; ".join(f"{part.group.name}: {number(part.share.count)}" for part in parts(counts, measure))


# ── A report ─────────────────────────────────────────────────────────────────
def figure(report: Report, question: Question, *, title: Words = "") -> Figure:
    """With its chart and its steps; few answers are told as counts, without a trend, and none in words."""
    measure = report.narrowed.its_measure
    change = None
    if report.score and report.before:
        change = difference_said(report.change, measure, report.score.n)
    return Figure(
        title=title or measure.label,
        value=_value(report, measure),
        basis=_basis(report, measure),
        change=change,
        chart=_chart(report.steps, measure, question),
        table=steps_table(report, question) if report.score else None,
        definition=measure.definition,
    )


def distribution_figure(report: Report) -> Figure | None:
    """How many gave which number; None: nothing can be shown."""
    measure = report.narrowed.its_measure
    if not report.counts:
        return None
    found = distribution(report.counts, low=measure.low, high=measure.high)
    return Figure(
        title=_("Who answered what"),
        value="",
        basis=groups_said(report.counts, measure),
        chart=_bars(found, measure),
        table=Table(
            head=(_("Answer"), _("People"), _("Share"), _("95 %")),
            rows=[
                (number(value), number(share.count), rate_said(share), interval_said(share))
                for value, share in found
            ],
        ),
        definition=(_("How many people gave each answer. Under 30 answers there are counts and no shares."),),
    )


def steps_table(report: Report, question: Question) -> Table:
    measure = report.narrowed.its_measure
    rate_head = (_("Answered, of those reached"),) if report.rate is not None else ()
    return Table(
        head=(head(question), _("Answers"), measure.label, _("95 %"), *rate_head),
        rows=[(step_said(step.period, question), *_step(step, measure)) for step in report.steps],
    )


def parts_said(report: Report) -> list[PartSaid]:
    """By their names. They are not ranked: each is only held against all the others together."""
    names = naming.names(report.by, [part.key for part in report.parts])
    said = [_part(part, names[part.key], report.narrowed.its_measure) for part in report.parts]
    return sorted(said, key=lambda part: str(part.name).casefold())


def themes_said(talked: Sequence[Talked]) -> list[ThemeSaid]:
    return [
        ThemeSaid(
            pk=one.theme.pk if one.theme else 0,
            name=str(one.theme) if one.theme else _("no theme"),
            department=str(one.theme.department) if one.theme else "",
            department_pk=one.theme.department_id if one.theme else 0,
            n=number(one.share.count),
            value=rate_said(one.share),
            interval=interval_said(one.share),
            change=_theme_change(one),
        )
        for one in talked
    ]


def loudest_said(talked: Sequence[Talked]) -> str:
    """Empty: nobody talks of anything yet."""
    if not any(one.theme for one in talked):
        return ""
    found = loudest(talked)
    if found is None or found.theme is None:
        return _("No theme is talked about more than the next one by more than chance.")
    return _("Most talked about: %(theme)s. It belongs to this department: %(department)s.") % {
        "theme": found.theme,
        "department": found.theme.department,
    }


def rate_of(report: Report) -> str:
    """“of 240 people reached 31 % answered”; empty: it is not known so."""
    rate = report.rate
    if rate is None:
        return ""
    if not rate.of:
        return _("nobody was invited in the period")
    if rate.is_few:
        words = {"count": number(rate.count), "of": number(rate.of)}
        return _("%(count)s of %(of)s people reached have answered") % words
    return _("%(rate)s of %(of)s people reached have answered (95 %%: %(interval)s)") % {
        "rate": rate_said(rate),
        "of": number(rate.of),
        "interval": interval_said(rate),
    }


def _value(report: Report, measure: Measure) -> str:
    score = report.score
    if report.is_hidden:
        return _("not shown")
    if score is None:
        return _("no answers")
    if score.is_few:
        return ngettext("%(count)s answer", "%(count)s answers", score.n) % {"count": number(score.n)}
    return value_said(score, measure)


def _basis(report: Report, measure: Measure) -> str:
    score = report.score
    if report.is_hidden:
        return _("Fewer than five anonymous answers, or so few others that they could be told apart.")
    if score is None:
        return rate_of(report)
    if score.is_few:
        few = _("fewer than 30 answers: no score and no trend are shown")
        said = [groups_said(report.counts, measure), few, rate_of(report)]
    else:
        said = [
            ngettext(
                "95 %%: %(interval)s; %(count)s answer", "95 %%: %(interval)s; %(count)s answers", score.n
            )
            % {"interval": score_interval_said(score, measure), "count": number(score.n)},
            rate_of(report),
        ]
    return "; ".join(words for words in said if words)


def _chart(steps: Sequence[Step], measure: Measure, question: Question) -> LineChart | None:
    """Of the steps that have enough answers; none where there are not two."""
    shown = [(step, step.score) for step in steps if step.score and not step.score.is_few]
    if len(shown) < 2:
        return None
    last = shown[-1][1]
    return line_chart(
        name=_("%(figure)s with its 95 %% interval") % {"figure": measure.label},
        values=[score.value for _step, score in shown],
        intervals=[Interval(score.low, score.high) for _step, score in shown],
        labels=[label(step.period, question) for step, _score in shown],
        say=plainly,
        last_words=value_said(last, measure),
        bounds=(measure.least, measure.most),
    )


def _bars(found: Sequence[tuple[int, Share]], measure: Measure) -> BarChart:
    return bar_chart(
        name=_("How many people gave each answer"),
        series=([share.count for _value, share in found],),
        labels=[number(value) for value, _share in found],
        say=plainly,
    )


def _step(step: Step, measure: Measure) -> tuple[str, ...]:
    rate = () if step.rate is None else (_rate_cell(step.rate),)
    if step.is_hidden:
        return (_("not shown"), "", "", *rate)
    return (n_said(step.score), told(step.score, measure), score_interval_said(step.score, measure), *rate)


def _rate_cell(rate: Share) -> str:
    counts = _("%(count)s of %(of)s") % {"count": number(rate.count), "of": number(rate.of)}
    return counts if rate.is_few else f"{counts} ({rate_said(rate)})"


def _part(part: Part, name: Words, measure: Measure) -> PartSaid:
    if part.is_hidden or part.score is None:
        nothing = Change(words="")
        shown = _("not shown") if part.is_hidden else number(0)
        return PartSaid(
            key=part.key, name=name, n=shown, value="", interval="", change=nothing, differs=nothing
        )
    found = part.score.against(part.before) if part.before else None
    return PartSaid(
        key=part.key,
        name=name,
        n=n_said(part.score),
        value=told(part.score, measure),
        interval=score_interval_said(part.score, measure),
        change=_quietly(found, measure, part.score.n),
        differs=_quietly(part.differs, measure, part.score.n),
    )


def _theme_change(one: Talked) -> Change:
    """That something is talked about more is neither good nor bad by itself."""
    found = one.share.against(one.before)
    if found is None:
        return Change(words="")
    said = change_said(found, lambda value: points_said(value, one.share.of))
    return Change(words=said.words, direction=said.direction)


def _quietly(found: Difference | None, measure: Measure, of: int) -> Change:
    """In a table a cell says nothing where nothing can be told."""
    if found is None:
        return Change(words="")
    return (
        difference_said(found, measure, of)
        if found.is_change
        else Change(words=_("no noticeable difference"))
    )


def _size(value: float, measure: Measure, of: int, *, is_signed: bool, is_difference: bool = False) -> str:
    """A difference of shares is in points, so it carries no per cent sign."""
    places = _places(measure, of)
    if measure.is_share and not is_difference:
        return percent(value / 100, of)
    rounded = round(value, places)
    return signed(rounded, lambda size: number(size, places)) if is_signed else number(rounded, places)


def _places(measure: Measure, of: int) -> int:
    return measure.places + (1 if of >= 1_000 else 0)

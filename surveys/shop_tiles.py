"""How customers of each shop feel: dots with their intervals, by the shops' names."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.dashboards.charts import DotChart, Dotted, dots
from crm.dashboards.dashboard import Figure, Question, Table, kept
from crm.dashboards.tile_words import plainly
from crm.measures.intervals import Interval
from surveys.reports import naming, reporting, telling
from surveys.reports.narrowing import Narrowed
from surveys.reports.reporting import Part, Report
from surveys.scores import Measure
from surveys.tiles import HEEDS, about_those, is_used, title_of, to_report, usual_satisfaction


@kept
def recommendation_by_shop(question: Question) -> Figure | None:
    return _by_shop(question, Narrowed(measure="nps")) if is_used(question) else None


@kept
def satisfaction_by_shop(question: Question) -> Figure | None:
    return _by_shop(question, usual_satisfaction(question)) if is_used(question) else None


def _by_shop(question: Question, narrowed: Narrowed) -> Figure | None:
    report = reporting.report(
        about_those(narrowed, question), period=question.period, by="shop", at=question.at
    )
    if not report.parts:
        return None
    return Figure(
        title=_("%(figure)s, by shop") % {"figure": title_of(narrowed)},
        value="",
        basis=_("Of each shop, with its 95 % interval; shops are not ranked."),
        chart=_chart(report),
        table=Table(
            head=(
                _("Shop"),
                _("Answers"),
                narrowed.its_measure.label,
                _("95 %"),
                _("Change"),
                _("Against the others"),
            ),
            rows=[
                (part.name, part.n, part.value, part.interval, part.change.words, part.differs.words)
                for part in telling.parts_said(report)
            ],
        ),
        heeds=HEEDS,
        behind=to_report(question, narrowed),
        definition=(
            *narrowed.its_measure.definition,
            _("Each shop is held against all the others together. Under 30 answers there is a count alone."),
        ),
    )


def _chart(report: Report) -> DotChart | None:
    measure = report.narrowed.its_measure
    names = naming.names("shop", [part.key for part in report.parts])
    parts = sorted(report.parts, key=lambda part: str(names[part.key]).casefold())
    return dots(
        name=_("%(figure)s with its 95 %% interval") % {"figure": measure.label},
        rows=[_dotted(str(names[part.key]), part, measure) for part in parts],
        say=plainly,
        legend=(_("now, with its 95 % interval"), pgettext("a figure", "before")),
        bounds=(measure.least, measure.most),
    )


def _dotted(name: str, part: Part, measure: Measure) -> Dotted:
    score = part.score
    if part.is_hidden or score is None or score.is_few:
        return Dotted(label=name, words=_("n = %(count)s") % {"count": telling.n_said(score)})
    before = part.before.value if part.before and not part.before.is_few else None
    return Dotted(
        label=name,
        words=telling.value_said(score, measure),
        value=score.value,
        interval=Interval(score.low, score.high),
        before=before,
    )

"""What customers say, on the managers' dashboard: as the report tells it, with the same kept back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.dashboards.dashboard import Figure, Question, Way, kept
from surveys.models import Survey
from surveys.reports import naming, reporting, telling
from surveys.reports.narrowing import Narrowed
from surveys.reports.reporting import Report

HEEDS = frozenset({"shop", "tier", "channel"})


@kept
def recommendation(question: Question) -> Figure | None:
    return _figure(question, Narrowed(measure="nps"))


@kept
def satisfaction(question: Question) -> Figure | None:
    """With what most people were asked about: aspects are never added up."""
    return _figure(question, usual_satisfaction(question)) if is_used(question) else None


@kept
def ease(question: Question) -> Figure | None:
    return _figure(question, Narrowed(measure="ces"))


def usual_satisfaction(question: Question) -> Narrowed:
    aspect = reporting.usual_aspect(Narrowed(measure="csat"), period=question.period, at=question.at)
    return Narrowed(measure="csat", aspect=aspect)


def about_those(narrowed: Narrowed, question: Question) -> Narrowed:
    """Of the shop, tier and channel that the page is about."""
    return replace(narrowed, **{name: getattr(question.narrowed, name) for name in HEEDS})


def title_of(narrowed: Narrowed) -> str:
    title = str(narrowed.its_measure.label)
    return (
        f"{title}: {naming.names('aspect', [narrowed.aspect])[narrowed.aspect]}" if narrowed.aspect else title
    )


def has_no_answers(report: Report) -> bool:
    """Neither now nor in the time before: what fell silent is still to be seen."""
    return report.score is None and report.before is None and not report.is_hidden


def usual_measure(question: Question) -> str:
    return reporting.usual_measure(period=question.period, at=question.at)


# As long as the question is asked: nothing outlives its page.
_USED: WeakKeyDictionary[Question, bool] = WeakKeyDictionary()


def is_used(question: Question) -> bool:
    """Asked once for all tiles."""
    if question not in _USED:
        _USED[question] = Survey.objects.in_use(question.at).exists()
    return _USED[question]


def _figure(question: Question, narrowed: Narrowed) -> Figure | None:
    if not is_used(question):
        return None
    report = reporting.report(
        about_those(narrowed, question), period=question.period, by="channel", at=question.at
    )
    if has_no_answers(report) and usual_measure(question) != narrowed.measure:
        return None
    its = telling.figure(report, question, title=title_of(narrowed))
    return replace(its, heeds=HEEDS, behind=to_report(question, narrowed))


def to_report(question: Question, narrowed: Narrowed) -> Sequence[Way]:
    """Who said what stands there, for the same time, shop, tier and channel."""
    told = {"period": question.period.key, "measure": narrowed.measure, "aspect": narrowed.aspect}
    its = {**told, **{name: value for name, value in question.narrowed.told.items() if name in HEEDS}}
    address = urlencode({name: value for name, value in its.items() if value})
    return [Way(words=_("See what people say"), url=f"{reverse('feedback-report:home')}?{address}")]

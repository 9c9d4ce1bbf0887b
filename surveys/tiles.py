"""What customers say, on the managers' dashboard: as the report tells it, with the same kept back."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from crm.dashboards.dashboard import Figure, Question, kept
from surveys.models import Survey
from surveys.reports import naming, reporting, telling
from surveys.reports.narrowing import Narrowed


@kept
def recommendation(question: Question) -> Figure | None:
    return _figure(question, Narrowed(measure="nps"))


@kept
def satisfaction(question: Question) -> Figure | None:
    """With what most people were asked about: aspects are never added up."""
    if not _is_used(question):
        return None
    aspect = reporting.usual_aspect(Narrowed(measure="csat"), period=question.period, at=question.at)
    return _figure(question, Narrowed(measure="csat", aspect=aspect))


@kept
def ease(question: Question) -> Figure | None:
    return _figure(question, Narrowed(measure="ces"))


def _figure(question: Question, narrowed: Narrowed) -> Figure | None:
    if not _is_used(question):
        return None
    report = reporting.report(narrowed, period=question.period, by="channel", at=question.at)
    title = str(narrowed.its_measure.label)
    if narrowed.aspect:
        title = f"{title}: {naming.names('aspect', [narrowed.aspect])[narrowed.aspect]}"
    return telling.figure(report, question, title=title)


# As long as the question is asked: nothing outlives its page.
_USED: WeakKeyDictionary[Question, bool] = WeakKeyDictionary()


def _is_used(question: Question) -> bool:
    """Asked once for all tiles."""
    if question not in _USED:
        _USED[question] = Survey.objects.in_use(question.at).exists()
    return _USED[question]

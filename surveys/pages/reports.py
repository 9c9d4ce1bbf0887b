"""What answers come to, for managers: a score, its parts, what people wrote; and all of it as a file."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm import exporting
from crm.dashboards.dashboard import Figure, Question
from crm.dashboards.periods import DEFAULT, Period, period_of
from crm.errors import Refusal
from crm.pages import dashboard
from crm.pages.dashboard_filters import of_own_shops
from crm.pages.files import KINDS, csv_file, xlsx_file
from crm.pages.requests import StaffRequest
from crm.people import revealing
from surveys.models import Answer, Survey
from surveys.pages.builder import number_of
from surveys.pages.report_form import ReportForm
from surveys.reports import exporting as files
from surveys.reports import reporting, telling, themes
from surveys.reports.narrowing import DIVIDED, Narrowed
from surveys.reports.reporting import VERBATIMS_SHOWN, Report
from surveys.scores import MEASURES

log = logging.getLogger(__name__)

SEES_FIGURES = "crm.view_dashboard"
SEES_ANSWERS = "surveys.see_answers"
TAKES_OUT = "crm.export_list"
LIST_NAME = "surveys.answer"


@dataclass(frozen=True, kw_only=True)
class Chip:
    words: str | Promise
    query: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Verbatim:
    """`at` and `customer` are None where the survey is anonymous."""

    text: str
    language: str
    score: int | None
    at: datetime | None
    customer: Any


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for, at a moment."""

    form: ReportForm
    period: Period
    at: datetime

    def report(self) -> Report:
        return reporting.report(self.form.narrowed, period=self.period, by=self.form.divided_by, at=self.at)


@require_GET
@permission_required(SEES_FIGURES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    report = asked.report()
    question = Question(period=asked.period, reader=request.user, at=asked.at)
    figures: Sequence[Figure | None] = (
        telling.figure(report, question),
        telling.distribution_figure(report),
    )
    talked = themes.counted(report.narrowed, period=asked.period)
    sees_answers = request.user.has_perm(SEES_ANSWERS)
    context = {
        **admin.site.each_context(request),
        "title": _("What customers say"),
        "tabs": dashboard.tabs("feedback", request.user),
        "form": asked.form,
        "report": report,
        "figures": [figure for figure in figures if figure],
        "parts": _parts(request.GET, report),
        "divided_by": DIVIDED[report.by][0],
        "measures": _measures(request.GET, asked.form),
        "themes": telling.themes_said(talked),
        "loudest": telling.loudest_said(talked),
        "sees_answers": sees_answers,
        "words": _words(request, asked, report) if sees_answers else None,
        "exports": _exports(request),
        "period": asked.period,
        **dashboard.period_choices(asked.period, timezone.localdate(asked.at), request.GET),
    }
    return TemplateResponse(request, "surveys/reports/page.html", context)


@require_GET
@permission_required((SEES_FIGURES, TAKES_OUT), raise_exception=True)
def figures(request: StaffRequest, kind: str) -> Any:
    """The figures as they are narrowed in the address, with what the page keeps back kept back."""
    asked = _asked(request)
    log.info("figures taken out", extra={"format": kind, "user_id": request.user.pk})
    rows = files.figures(asked.report(), asked.period)
    today = timezone.localdate(asked.at)
    if kind == "csv":
        return csv_file(exporting.csv_of_table(files.HEAD, rows), name="figures", on=today)
    return xlsx_file(exporting.xlsx_of_table(files.HEAD, rows), name="figures", on=today)


@require_GET
@permission_required((SEES_FIGURES, SEES_ANSWERS, TAKES_OUT), raise_exception=True)
def answers(request: StaffRequest, kind: str) -> Any:
    """The answers that the figure counts, one by one. Of whom they tell stands on the pages of those people."""
    asked = _asked(request)
    log.info("answers taken out", extra={"format": kind, "user_id": request.user.pk})

    def note(taken: Sequence[Any]) -> None:
        people = [answer.customer_id for answer in taken if answer.customer_id]
        revealing.note_list_taken(people, list_name=LIST_NAME, colleague=request.user, at=timezone.now())

    today = timezone.localdate(asked.at)
    try:
        rows = files.answers(asked.form.narrowed, period=asked.period, at=asked.at)
        if kind == "csv":
            return csv_file(exporting.csv_of(rows, files.COLUMNS, note=note), name="answers", on=today)
        return xlsx_file(exporting.xlsx_of(rows, files.COLUMNS, note=note), name="answers", on=today)
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return HttpResponseRedirect(f"{reverse('feedback-report:home')}?{request.GET.urlencode()}")


def _asked(request: StaffRequest) -> Asked:
    at = timezone.now()
    period = period_of(request.GET.get("period", DEFAULT), timezone.localdate(at))
    query = of_own_shops(request.GET, request.user)
    return Asked(form=ReportForm(_with_what_is_usual(query, period, at)), period=period, at=at)


def _with_what_is_usual(query: QueryDict, period: Period, at: datetime) -> QueryDict:
    """Where nobody chose a figure, one that has answers; of satisfaction, the aspect of which most of them tell."""
    chosen = query.copy()
    if "measure" not in query:
        chosen["measure"] = reporting.usual_measure(period=period, at=at)
    if chosen["measure"] == "csat" and "aspect" not in query:
        chosen["aspect"] = reporting.usual_aspect(Narrowed(measure="csat"), period=period, at=at)
    return chosen


def _measures(query: QueryDict, form: ReportForm) -> list[Chip]:
    return [
        Chip(
            words=measure.label,
            query=_with(query, measure=name, aspect="", asks_how_hard="", by=""),
            is_chosen=name == form.its_measure,
        )
        for name, measure in MEASURES.items()
    ]


def _parts(query: QueryDict, report: Report) -> list[dict[str, Any]]:
    """Each with the address of the same report narrowed to it; a part without a name has none."""
    its: dict[str, str] = {part.key: part.key for part in report.parts}
    if report.by == "survey":
        slugs = Survey.objects.filter(pk__in=[int(key) for key in its if key]).values_list("pk", "slug")
        its = {str(pk): slug for pk, slug in slugs}
    return [
        {"said": said, "query": _with(query, **{report.by: its[said.key]}) if its.get(said.key) else ""}
        for said in telling.parts_said(report)
    ]


def _words(request: StaffRequest, asked: Asked, report: Report) -> dict[str, Any] | None:
    """What people wrote. None: so few are anonymous that even words could tell who wrote them."""
    if report.is_hidden:
        return None
    seen = Answer.objects.filter(pk=number_of(request.GET.get("after", "")), kind="text").first()
    before = (seen.answered_at, seen.pk) if seen and not report.is_anonymous else None
    found = reporting.verbatims(report.narrowed, period=asked.period, at=asked.at, before=before)
    shown = found[:VERBATIMS_SHOWN]
    goes_on = len(found) > VERBATIMS_SHOWN and not report.is_anonymous
    its = [_verbatim(answer, report) for answer in shown]
    return {
        # In no order that would tell who wrote when.
        "shown": sorted(its, key=lambda one: one.text) if report.is_anonymous else its,
        "more": _with(request.GET, after=str(shown[-1].pk)) if goes_on else "",
    }


def _verbatim(answer: Answer, report: Report) -> Verbatim:
    its = (one.value for one in answer.response.answers.all() if one.kind == report.narrowed.measure)
    return Verbatim(
        text=answer.text,
        language=answer.language,
        score=None if report.is_anonymous else next(its, None),
        at=None if report.is_anonymous else answer.answered_at,
        customer=answer.customer,
    )


def _exports(request: StaffRequest) -> list[tuple[str, str]]:
    if not request.user.has_perm(TAKES_OUT):
        return []
    query = request.GET.urlencode()
    found = [(_("Figures"), "figures")]
    if request.user.has_perm(SEES_ANSWERS):
        found.append((_("Answers"), "answers"))
    return [
        (f"{words}, {kind.upper()}", f"{reverse(f'feedback-report:{name}-{kind}')}?{query}")
        for words, name in found
        for kind in KINDS
    ]


def _with(query: QueryDict, **more: str) -> str:
    """The address with these in place of what it says; empty ones are left out, and it begins at the first page."""
    changed = query.copy()
    changed.pop("after", None)
    for name, value in more.items():
        if value:
            changed[name] = value
        else:
            changed.pop(name, None)
    return str(changed.urlencode())

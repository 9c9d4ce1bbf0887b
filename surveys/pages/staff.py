"""Colleagues are asked how it is to work here, answer without a name, and read what all of them say together."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.errors import Refusal
from crm.models import Shop
from crm.pages.requests import StaffRequest
from crm.words.wording import number
from surveys import content, showing
from surveys.models import Survey, SurveyVersion
from surveys.questions import UnusableAnswer
from surveys.reports import telling
from surveys.scores import MEASURES
from surveys.staff import answering, asking, results
from surveys.writing.authoring import MAY_PUBLISH

SEES = "surveys.view_staffanswer"
SHOWN = 50


@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """What I am asked; for those who may, what is asked of all and what came of it."""
    return _page(request)


@require_POST
def answers(request: StaffRequest, pk: int) -> HttpResponse:
    version, fields = _version(pk), dict(request.POST.lists())
    try:
        answering.answer(
            version,
            by=request.user,
            answers=showing.sent(fields),
            on=timezone.localdate(),
            group=_place(request.POST.get("group", "")),
        )
    except UnusableAnswer as refused:
        faults = {fault.pointer.removeprefix("/"): str(fault.detail) for fault in refused.faults}
        return _page(request, faults=faults, status=422)
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        its = content.read(version.content)
        messages.success(request, its.thanks_in(_language()) or _("Thank you."))
    return HttpResponseRedirect(reverse("staff-surveys:mine"))


@require_POST
@permission_required(MAY_PUBLISH, raise_exception=True)
def questions(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask every colleague who was not asked yet."""
    try:
        asked = asking.ask_colleagues(_version(pk), on=timezone.localdate())
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        said = ngettext("{count} colleague is asked.", "{count} colleagues are asked.", asked)
        messages.success(request, said.format(count=asked))
    return HttpResponseRedirect(reverse("staff-surveys:mine"))


@require_GET
@permission_required(SEES, raise_exception=True)
def outcome(request: StaffRequest, pk: int) -> HttpResponse:
    version, today = _version(pk), timezone.localdate()
    its = results.results(version, on=today, language=_language())
    context = {
        **admin.site.each_context(request),
        "title": version.survey.name,
        "version": version,
        "its": its,
        "score": number(its.score.value) if its.score else "",
        "low": number(its.score.low) if its.score else "",
        "high": number(its.score.high) if its.score else "",
        "groups": [(name, number(one.value) if one else "", one) for name, one in its.groups],
        "distribution": [(value, its.counts.get(value, 0)) for value in range(11)],
        "questions": [_told(one) for one in its.questions],
        "words": its.words[:SHOWN],
        "is_asked": asking.is_asked(version, on=today),
    }
    return TemplateResponse(request, "surveys/staff/outcome.html", context)


def _page(request: StaffRequest, *, faults: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    asked = asking.waiting_for(request.user).first()
    may_ask, sees = request.user.has_perm(MAY_PUBLISH), request.user.has_perm(SEES)
    context = {
        **admin.site.each_context(request),
        "title": _("Asked among colleagues"),
        "asked": _shown(asked.version, faults or {}) if asked else None,
        "places": Shop.objects.filter(is_active=True).order_by("name")[:SHOWN] if asked else [],
        "versions": _versions() if may_ask or sees else [],
        "may_ask": may_ask,
        "sees": sees,
    }
    return TemplateResponse(request, "surveys/staff/mine.html", context, status=status)


def _shown(version: SurveyVersion, faults: dict[str, str]) -> dict[str, Any]:
    its, language = content.read(version.content), _language()
    return {
        "version": version,
        "heading": its.title_in(language),
        "language": language,
        "shown": [
            showing.show(question, language=language, fault=faults.get(question.key, ""))
            for question in its.questions
        ],
    }


def _told(asked: results.Asked) -> dict[str, Any]:
    measure = MEASURES.get("nps" if asked.measure == answering.MEASURE else asked.measure)
    score = asked.score if measure and asked.score and not asked.score.is_few else None
    return {
        "its": asked,
        "score": telling.value_said(score, measure) if score and measure else "",
        "interval": telling.score_interval_said(score, measure) if score and measure else "",
        "distribution": [(value, asked.counts.get(value, 0)) for value in range(asked.low, asked.high + 1)],
    }


def _versions() -> list[SurveyVersion]:
    """Those that were asked or can be, the latest first."""
    its = SurveyVersion.objects.filter(survey__budget=Survey.Budget.STAFF)
    its = its.exclude(state=SurveyVersion.State.DRAFT).select_related("survey").order_by("-pk")
    return list(its[:SHOWN])


def _version(pk: int) -> SurveyVersion:
    version = get_object_or_404(SurveyVersion.objects.select_related("survey"), pk=pk)
    if version.survey.budget != Survey.Budget.STAFF:
        raise Http404
    return version


def _place(typed: str) -> str:
    """Where they say that they work: one of the shops, or not said."""
    found = Shop.objects.filter(slug=typed[:60]).first() if typed else None
    return found.name if found else ""


def _language() -> str:
    return (get_language() or "en")[:2]

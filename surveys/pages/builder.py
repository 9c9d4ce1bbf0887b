"""Surveys for those who write them: the list, and a survey with its questions, its faults and its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.errors import Fault
from crm.pages.requests import StaffRequest
from surveys import content
from surveys.content import Content, Question
from surveys.models import Survey, SurveyVersion
from surveys.pages.question_form import NewQuestionForm, QuestionForm, WholeForm, ways_aloud
from surveys.writing import adopting, authoring, checking
from surveys.writing.authoring import MAY_PUBLISH, MAY_WRITE

SEES = "surveys.view_survey"
SHOWN = 50
MOST_DIGITS = 9

State = SurveyVersion.State


# ── The list ─────────────────────────────────────────────────────────────────
@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """In the order in which they were made; a page of it at a time."""
    alive = SurveyVersion.objects.filter(state__in=(State.DRAFT, State.PUBLISHED)).defer("content")
    found = (
        Survey.objects.filter(pk__gt=number_of(request.GET.get("after", "")))
        .prefetch_related(Prefetch("versions", alive.order_by("-number"), to_attr="alive"))
        .order_by("pk")[: SHOWN + 1]
    )
    shown = list(found)[:SHOWN]
    may_write = request.user.has_perm(MAY_WRITE)
    context = {
        **admin.site.each_context(request),
        "title": _("Surveys"),
        "surveys": shown,
        "after": shown[-1].pk if len(found) > SHOWN else None,
        "may_write": may_write,
        "may_add": request.user.has_perm("surveys.add_survey"),
        "ready_ones": adopting.missing() if may_write else [],
    }
    return TemplateResponse(request, "surveys/builder/list.html", context)


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def ready_ones(request: StaffRequest) -> HttpResponse:
    """Make drafts of the surveys that come with the house."""
    made = adopting.adopt(by=request.user, at=timezone.now())
    said = ngettext("{count} draft is ready to be read.", "{count} drafts are ready to be read.", len(made))
    messages.success(request, said.format(count=len(made)))
    return HttpResponseRedirect(reverse("survey-builder:list"))


# ── A survey ─────────────────────────────────────────────────────────────────
@require_GET
@permission_required(SEES, raise_exception=True)
def survey(request: StaffRequest, pk: int) -> HttpResponse:
    """The draft, else what is asked; `?version=` shows another, `?question=` opens the form of one."""
    found = get_object_or_404(Survey, pk=pk)
    version = _chosen(found, request)
    form = None
    if version and may_edit(request, version):
        its = content.read(version.content)
        question = its.question(request.GET.get("question", ""))
        form = QuestionForm(its, question) if question else None
    return shown(request, found, version, form=form)


def may_edit(request: StaffRequest, version: SurveyVersion) -> bool:
    return version.state == State.DRAFT and request.user.has_perm(MAY_WRITE)


def shown(
    request: StaffRequest,
    found: Survey,
    version: SurveyVersion | None,
    *,
    form: QuestionForm | None = None,
    whole: WholeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": found.name,
        "survey": found,
        "version": version,
        "history": authoring.history(found),
        "may_write": request.user.has_perm(MAY_WRITE),
        "may_publish": request.user.has_perm(MAY_PUBLISH),
        **(_of_version(request, version, form, whole) if version else {}),
    }
    return TemplateResponse(request, "surveys/builder/survey.html", context, status=status)


def _of_version(
    request: StaffRequest, version: SurveyVersion, form: QuestionForm | None, whole: WholeForm | None
) -> dict[str, Any]:
    its = content.read(version.content)
    is_draft = version.state == State.DRAFT
    faults = checking.faults(version.content) if is_draft else []
    return {
        "its": its,
        "cards": cards(its, faults),
        "faults": [pointed(its, fault) for fault in faults],
        "advice": [pointed(its, fault) for fault in checking.advice(its)] if is_draft else [],
        "edits": may_edit(request, version),
        "seen": authoring.digest(version),
        "form": form,
        "whole": whole or WholeForm(its),
        "whole_is_open": whole is not None or not its.title,
        "new_question": NewQuestionForm(),
    }


@dataclass(frozen=True, kw_only=True)
class Card:
    """A question as the page shows it, in the reader's language first. `ways`: when, to which, its number."""

    question: Question
    number: int
    title: str
    kind: str | Promise
    ends: Sequence[str]
    options: Sequence[str]
    ways: Sequence[tuple[str, str | None, int]]
    faults: int
    is_start: bool


@dataclass(frozen=True, kw_only=True)
class Pointed:
    """A fault with the question it is in, for a link, and the language it is about."""

    detail: str
    key: str = ""
    title: str = ""
    language: str = ""


def cards(its: Content, faults: Sequence[Fault]) -> list[Card]:
    language = get_language() or "en"
    return [
        Card(
            question=question,
            number=number,
            title=question.text_in(language),
            kind=question.asked.label,
            ends=_ends(question, language),
            options=[] if question.asked.scale else [one.label for one in question.asked.points(language)],
            ways=ways_aloud(its, question),
            faults=sum(f"{fault.pointer}/".startswith(f"/questions/{number - 1}/") for fault in faults),
            is_start=question.key == its.start,
        )
        for number, question in enumerate(its.questions, 1)
    ]


def _ends(question: Question, language: str) -> list[str]:
    scale = question.asked.scale
    if scale is None:
        return []
    low, high = question.asked.ends(language)
    return [
        f"{scale.low}: {low}" if low else str(scale.low),
        f"{scale.high}: {high}" if high else str(scale.high),
    ]


def pointed(its: Content, fault: Fault) -> Pointed:
    parts = fault.pointer.split("/")
    language = parts[-1] if parts[-1] in content.LANGUAGES else ""
    if len(parts) < 3 or parts[1] != "questions":
        return Pointed(detail=str(fault.detail), language=language)
    question = its.questions[int(parts[2])]
    title = question.text_in(get_language() or "en")
    return Pointed(detail=str(fault.detail), key=question.key, title=title, language=language)


def number_of(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else 0


def _chosen(found: Survey, request: StaffRequest) -> SurveyVersion | None:
    if number := number_of(request.GET.get("version", "")):
        return get_object_or_404(found.versions.select_related("written_by"), number=number)
    return (
        authoring.in_work(found) or authoring.published(found) or found.versions.order_by("-number").first()
    )

"""A draft is written, a question at a time, each kept at once whatever is still wrong with it; then it is published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from crm.errors import Refusal
from crm.models import User
from crm.pages.requests import StaffRequest
from surveys import content
from surveys.content import Content, Question
from surveys.models import Survey, SurveyVersion
from surveys.pages.builder import SEES, shown
from surveys.pages.question_form import NewQuestionForm, QuestionForm, WholeForm
from surveys.writing import authoring, editing
from surveys.writing.authoring import MAY_PUBLISH, MAY_WRITE

Deed = Callable[[SurveyVersion, User, datetime], object]


@dataclass(frozen=True, kw_only=True)
class Way:
    deed: Deed
    permission: str
    said: str | Promise


WAYS: dict[str, Way] = {
    "publication": Way(
        deed=lambda its, by, at: authoring.publish(its, by=by, at=at),
        permission=MAY_PUBLISH,
        said=gettext_lazy("The survey is published. From now on people are asked this version."),
    ),
    "removal": Way(
        deed=lambda its, _by, _at: authoring.throw_away(its),
        permission=MAY_WRITE,
        said=gettext_lazy("The draft is gone."),
    ),
    "retirement": Way(
        deed=lambda its, _by, at: authoring.retire(its.survey, at=at),
        permission=MAY_PUBLISH,
        said=gettext_lazy("Nobody is asked any more. Whoever was invited can still answer."),
    ),
}


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def drafts(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin a draft from what is asked; the one there is, if there is one."""
    authoring.begin(get_object_or_404(Survey, pk=pk), by=request.user, at=timezone.now())
    return HttpResponseRedirect(reverse("survey-builder:survey", args=[pk]))


@require_POST
@permission_required(SEES, raise_exception=True)
def step_on(request: StaffRequest, pk: int, number: int, name: str) -> HttpResponse:
    """Publish, throw away, take out of use."""
    version = get_object_or_404(SurveyVersion.objects.select_related("survey"), survey=pk, number=number)
    way = WAYS.get(name)
    if way is None:
        raise Http404
    if not request.user.has_perm(way.permission):
        return HttpResponse(status=403)
    try:
        way.deed(version, request.user, timezone.now())
    except Refusal as refused:
        messages.error(request, _refused(refused))
    else:
        messages.success(request, str(way.said))
    return HttpResponseRedirect(reverse("survey-builder:survey", args=[pk]))


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def whole(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep the title and the thanks."""
    draft, its = _standing(pk)
    form = WholeForm(its, request.POST)
    if not form.is_valid():
        return shown(request, draft.survey, draft, whole=form, status=422)
    return _keep(request, draft, form.told(its))


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def questions(request: StaffRequest, pk: int) -> HttpResponse:
    """A question more: its form opens."""
    draft, its = _standing(pk)
    form = NewQuestionForm(request.POST)
    if not form.is_valid():
        raise Http404
    typed = form.cleaned_data
    its, made = editing.with_new_question(its, kind=typed["kind"], after=typed["after"])
    return _keep(request, draft, its, at=made.key, opens=True)


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def question(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """Keep what was typed about a question."""
    draft, its = _standing(pk)
    form = QuestionForm(its, _asked(its, key), request.POST)
    if not form.is_valid():
        return shown(request, draft.survey, draft, form=form, status=422)
    again = "again" in request.POST
    return _keep(request, draft, editing.with_question(its, form.told()), at=key, opens=again)


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def removal(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    draft, its = _standing(pk)
    return _keep(request, draft, editing.without_question(its, _asked(its, key).key))


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def place(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """One place up or down."""
    draft, its = _standing(pk)
    is_up = request.POST.get("to") == "up"
    return _keep(request, draft, editing.moved(its, _asked(its, key).key, up=is_up), at=key)


def _standing(pk: int) -> tuple[SurveyVersion, Content]:
    draft = authoring.in_work(get_object_or_404(Survey, pk=pk))
    if draft is None:
        raise Http404
    return draft, content.read(draft.content)


def _asked(its: Content, key: str) -> Question:
    found = its.question(key)
    if found is None:
        raise Http404
    return found


def _keep(
    request: StaffRequest, draft: SurveyVersion, its: Content, *, at: str = "", opens: bool = False
) -> HttpResponse:
    seen = request.POST.get("seen") or None
    try:
        authoring.write(draft, told=content.write(its), by=request.user, at=timezone.now(), seen=seen)
    except Refusal as refused:
        messages.error(
            request, " ".join([str(refused.title), *(str(one.detail) for one in refused.faults[:1])])
        )
    else:
        messages.success(request, _("The draft is kept."))
    address = reverse("survey-builder:survey", args=[draft.survey_id])
    asked = f"?question={at}" if opens else ""
    anchor = f"#question-{at}" if at else "#questions"
    return HttpResponseRedirect(f"{address}{asked}{anchor}")


def _refused(refused: Refusal) -> str:
    if not refused.faults:
        return str(refused.title)
    said = ngettext(
        "It is not published: {count} thing is to be put right first.",
        "It is not published: {count} things are to be put right first.",
        len(refused.faults),
    )
    return said.format(count=len(refused.faults))

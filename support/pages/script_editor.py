"""A draft is written: a step at a time, each kept at once, whatever is still wrong with it."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from support.models import Script, ScriptVersion
from support.pages.script_form import NEW, NewStepForm, StepForm
from support.pages.scripts import found_script, pointed, shown, tree_of
from support.scripts import checking, content, editing, publishing
from support.scripts.content import Content, Step
from support.scripts.publishing import MAY_WRITE, NoScriptDraft


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def step(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """Keep what was typed about a step; a choice of “a new step” makes one, and its form opens."""
    found, draft, its, standing = _standing(pk, key)
    form = StepForm(its, standing, request.POST)
    if not form.is_valid():
        return shown(request, found, draft, form=form, status=422)
    typed, leads_on = form.told()
    fresh = None
    if leads_on:
        its, typed, fresh = _with_new(its, typed)
    return _keep(request, found, draft, editing.with_step(its, typed), at=fresh or key, opens=bool(fresh))


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def check(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """For htmx, while somebody types: what would still be wrong with this step. Nothing is kept."""
    _found, draft, its, standing = _standing(pk, key)
    form = StepForm(its, standing, request.POST)
    if not form.is_valid():
        return TemplateResponse(request, "support/scripts/_step_faults.html", {"form_errors": form.errors})
    typed, _leads_on = form.told()
    place = its.steps.index(standing)
    changed = editing.with_step(its, replace(typed, choices=[c for c in typed.choices if c.next != NEW]))
    waived = draft.waived_languages
    faults = [
        pointed(changed, fault)
        for fault in checking.faults(content.write(changed), waived=waived)
        if f"{fault.pointer}/".startswith(f"/steps/{place}/")
    ]
    return TemplateResponse(request, "support/scripts/_step_faults.html", {"faults": faults})


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def steps(request: StaffRequest, pk: int) -> HttpResponse:
    """A step more: its form opens."""
    found = found_script(pk)
    draft = _draft(found)
    form = NewStepForm(request.POST)
    if not form.is_valid():
        raise Http404
    its, made = editing.with_new_step(
        tree_of(draft), kind=form.cleaned_data["kind"], after=form.cleaned_data["after"]
    )
    return _keep(request, found, draft, its, at=made.key, opens=True)


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def removal(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """Without the step, and without the choices that led to it."""
    found, draft, its, _standing_one = _standing(pk, key)
    return _keep(request, found, draft, editing.without_step(its, key))


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def place(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """One place up or down, or to the beginning of the conversation."""
    found, draft, its, _standing_one = _standing(pk, key)
    to = request.POST.get("to", "")
    if to == "start":
        its = editing.moved(editing.starting_with(its, key), key, by=-len(its.steps))
    else:
        its = editing.moved(its, key, by=-1 if to == "up" else 1)
    return _keep(request, found, draft, its, at=key)


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def waivers(request: StaffRequest, pk: int) -> HttpResponse:
    """Languages that this version knowingly does without."""
    found = found_script(pk)
    draft = _draft(found)
    waived = [language for language in content.LANGUAGES if language in request.POST.getlist("waived")]
    return _keep(request, found, draft, tree_of(draft), waived=waived)


def _draft(found: Script) -> ScriptVersion:
    draft = publishing.in_work(found)
    if draft is None:
        raise Http404
    return draft


def _standing(pk: int, key: str) -> tuple[Script, ScriptVersion, Content, Step]:
    found = found_script(pk)
    draft = _draft(found)
    its = tree_of(draft)
    standing = its.step(key)
    if standing is None:
        raise Http404
    return found, draft, its, standing


def _with_new(its: Content, typed: Step) -> tuple[Content, Step, str]:
    """One new step, for every choice that leads to “a new step”; it stands after this one."""
    made = Step(key=editing.free_key(its, "say"), kind="say")
    at = next(number for number, one in enumerate(its.steps, 1) if one.key == typed.key)
    grown = replace(its, steps=(*its.steps[:at], made, *its.steps[at:]))
    choices = [replace(choice, next=made.key) if choice.next == NEW else choice for choice in typed.choices]
    return grown, replace(typed, choices=choices), made.key


def _keep(
    request: StaffRequest,
    found: Script,
    draft: ScriptVersion,
    its: Content,
    *,
    at: str = "",
    opens: bool = False,
    waived: list[str] | None = None,
) -> HttpResponse:
    seen = request.POST.get("seen") or None
    try:
        publishing.write(
            draft,
            tree=content.write(its),
            by=request.user,
            at=timezone.now(),
            waived=waived,
            seen=seen,
        )
    except NoScriptDraft as refused:
        messages.error(request, str(refused.title))
    except Refusal as refused:
        messages.error(request, " ".join(str(words) for words in (refused.title, _where(refused)) if words))
    else:
        messages.success(request, _("The draft is kept."))
    address = reverse("scripts:script", args=[found.pk])
    asked = f"?step={at}" if opens else ""
    anchor = f"#step-{at}" if at else "#steps"
    return HttpResponseRedirect(f"{address}{asked}{anchor}")


def _where(refused: Refusal) -> str:
    return " ".join(str(fault.detail) for fault in refused.faults[:1])

"""Scripts for those who keep them: the list, and a script with its tree, its faults and its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.content_reading import in_language
from crm.errors import Fault
from crm.pages.requests import StaffRequest
from support import macro_actions
from support.macro_actions import UnusableMacro
from support.models import Script, ScriptVersion
from support.pages.deeds import number_of
from support.pages.script_form import NewStepForm, StepForm
from support.scripts import adopting, checking, content, drawing, places, publishing
from support.scripts.content import Content, Step
from support.scripts.publishing import IN_WORK, MAY_PUBLISH, MAY_WRITE
from support.scripts.variables import hints

SEES = "support.view_script"
SHOWN = 50
COUNTED = timedelta(days=30)
LONGEST_SEARCH = 60

State = ScriptVersion.State


# ── The list ─────────────────────────────────────────────────────────────────
@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """By folder; a page of it at a time. `?q=` finds by name, folder and shortcut."""
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH].replace("\0", "")
    found = list(_listed(words, _place(request), timezone.now())[: SHOWN + 1])
    shown = found[:SHOWN]
    context = {
        **admin.site.each_context(request),
        "title": _("Scripts"),
        "scripts": shown,
        "words": words,
        "after": shown[-1].pk if len(found) > SHOWN else None,
        "may_write": request.user.has_perm(MAY_WRITE),
        "ready_ones": adopting.missing() if request.user.has_perm(MAY_WRITE) else [],
    }
    return TemplateResponse(request, "support/scripts/list.html", context)


def _listed(words: str, place: tuple[str, int] | None, at: datetime) -> QuerySet[Script]:
    versions = ScriptVersion.objects.filter(state__in=(*IN_WORK, State.PUBLISHED)).defer("content")
    runs = Count("versions__runs", filter=Q(versions__runs__started_at__gte=at - COUNTED))
    found = (
        Script.objects.select_related("scenario")
        .prefetch_related(Prefetch("versions", versions.order_by("-number"), to_attr="alive"))
        .annotate(runs=runs)
        .order_by("folder", "pk")
    )
    if words:
        found = found.filter(
            Q(names__icontains=words) | Q(folder__icontains=words) | Q(shortcut__icontains=words.lstrip("/"))
        )
    if place:
        folder, pk = place
        found = found.filter(Q(folder__gt=folder) | Q(folder=folder, pk__gt=pk))
    return found


def _place(request: StaffRequest) -> tuple[str, int] | None:
    """Where the page before this one ended."""
    number = number_of(request.GET.get("after", ""))
    return Script.objects.filter(pk=number).values_list("folder", "pk").first() if number else None


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def ready_ones(request: StaffRequest) -> HttpResponse:
    """Make drafts of the scripts that come with the house."""
    made = adopting.adopt(language=get_language() or "en", by=request.user, at=timezone.now())
    said = ngettext("{count} draft is ready to be read.", "{count} drafts are ready to be read.", len(made))
    messages.success(request, said.format(count=len(made)))
    return HttpResponseRedirect(reverse("scripts:list"))


# ── A script ─────────────────────────────────────────────────────────────────
@require_GET
@permission_required(SEES, raise_exception=True)
def script(request: StaffRequest, pk: int) -> HttpResponse:
    """The version that is being made, else what is played; `?version=` shows another, `?step=` opens a step's form."""
    found = found_script(pk)
    version = _chosen(found, request)
    form = None
    if version and may_edit(request, version) and (key := request.GET.get("step", "")):
        its = tree_of(version)
        step = its.step(key)
        form = StepForm(its, step) if step else None
    return shown(request, found, version, form=form)


def found_script(pk: int) -> Script:
    return get_object_or_404(Script.objects.select_related("scenario"), pk=pk)


def tree_of(version: ScriptVersion) -> Content:
    return content.read(version.content)


def may_edit(request: StaffRequest, version: ScriptVersion) -> bool:
    return version.state == State.DRAFT and request.user.has_perm(MAY_WRITE)


def shown(
    request: StaffRequest,
    found: Script,
    version: ScriptVersion | None,
    *,
    form: StepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": found.name,
        "script": found,
        "version": version,
        "history": publishing.history(found),
        "may_write": request.user.has_perm(MAY_WRITE),
        "may_publish": request.user.has_perm(MAY_PUBLISH),
        **(_of_version(request, version, form) if version else {}),
    }
    return TemplateResponse(request, "support/scripts/script.html", context, status=status)


def _of_version(request: StaffRequest, version: ScriptVersion, form: StepForm | None) -> dict[str, Any]:
    its = tree_of(version)
    drawn, is_open = drawing.draw(its), version.state in IN_WORK
    faults = checking.faults(version.content, waived=version.waived_languages) if is_open else []
    return {
        "tree": its,
        "cards": (told := cards(its, faults)),
        "drawing": drawn,
        "boxes": [(box, told[box.number - 1]) for box in drawn.boxes],
        "faults": [pointed(its, fault) for fault in faults],
        "advice": [pointed(its, fault) for fault in checking.advice(its)] if is_open else [],
        "edits": may_edit(request, version),
        "is_own": request.user.pk in (version.written_by_id, version.submitted_by_id),
        "seen": publishing.digest(version),
        "form": form,
        "new_step": NewStepForm(),
        "hints": list(hints()),
        "languages": content.LANGUAGES,
        "kinds": content.KINDS,
    }


@dataclass(frozen=True, kw_only=True)
class Card:
    """A step as the page shows it, in the reader's language first."""

    step: Step
    number: int
    title: str
    kind: str | Promise
    tone: str | Promise
    outcome: str | Promise
    ways: Sequence[tuple[str, str, int, bool]]
    deeds: Sequence[str]
    faults: int
    is_start: bool


@dataclass(frozen=True, kw_only=True)
class Pointed:
    """A fault with the step it is in, for a link."""

    detail: str
    key: str = ""
    title: str = ""
    where: str = ""


def cards(its: Content, faults: Sequence[Fault]) -> list[Card]:
    language = get_language() or "en"
    numbers = {step.key: number for number, step in enumerate(its.steps, 1)}
    return [
        Card(
            step=step,
            number=number,
            title=step.title_in(language),
            kind=content.KINDS[step.kind],
            tone=content.TONES[step.tone],
            outcome=content.OUTCOMES.get(step.outcome, ""),
            ways=[
                (
                    in_language(choice.label, language),
                    choice.next,
                    numbers.get(choice.next, 0),
                    choice.when is not None,
                )
                for choice in step.choices
            ],
            deeds=_deeds(step),
            faults=sum(fault.pointer.startswith(f"/steps/{number - 1}/") for fault in faults),
            is_start=step.key == its.start,
        )
        for number, step in enumerate(its.steps, 1)
    ]


def _deeds(step: Step) -> list[str]:
    """What it does, before it does it; of what is gone its faults tell."""
    try:
        return [action.aloud() for action in macro_actions.read(list(step.actions))]
    except UnusableMacro:
        return []


def pointed(its: Content, fault: Fault) -> Pointed:
    parts = fault.pointer.split("/")
    if len(parts) < 3 or parts[1] != "steps":
        return Pointed(detail=str(fault.detail))
    step = its.steps[int(parts[2])]
    title = step.title_in(get_language() or "en")
    return Pointed(detail=str(fault.detail), key=step.key, title=title, where=places.said(parts[3:]))


def _chosen(found: Script, request: StaffRequest) -> ScriptVersion | None:
    if number := number_of(request.GET.get("version", "")):
        return get_object_or_404(found.versions.select_related("written_by", "submitted_by"), number=number)
    return (
        publishing.in_work(found) or publishing.published(found) or found.versions.order_by("-number").first()
    )

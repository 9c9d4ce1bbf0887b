"""Playing scripts beside the answer: which suit, where one stands, and what the colleague chooses by a digit."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.pages.requests import StaffRequest
from support.answering import drafting
from support.models import Draft, Script, ScriptRun, Ticket
from support.pages import parts
from support.pages.deeds import ANSWERS, Deed, Said, Undo, do, key_of, number_of
from support.scripts import lines, playing, prompting, suggesting
from support.scripts.prompting import Prompt

SHOWN = 100
MOVED: dict[str, Any] = {"script-moved": True}


def player(ticket: Ticket, reader: Any, at: datetime) -> dict[str, Any]:
    """What the ticket's page shows of it. One query where nothing is played."""
    return {"prompt": prompting.prompt_of(ticket, by=reader, at=at), "script_key": uuid.uuid4().hex}


def offered(ticket: Ticket, at: datetime, typed: str = "") -> dict[str, Any]:
    """The scripts to choose from, by folder, those that suit this ticket marked. For the page and the menu."""
    scripts = suggesting.matching(suggesting.in_use(ticket, at=at)[: suggesting.MOST_SCRIPTS], typed)
    suited = {one.script.pk: one.how for one in suggesting.suggestions(ticket, at=at)}
    listed = [
        {"script": script, "searched": suggesting.searched(script), "how": suited.get(script.pk)}
        for script in scripts[:SHOWN]
    ]
    return {"scripts": listed, "typed": typed, "script_key": uuid.uuid4().hex}


@require_GET
@permission_required(ANSWERS, raise_exception=True)
def choice(request: StaffRequest, pk: int) -> HttpResponse:
    """All scripts for this ticket, on a page of their own: for whoever has no script, or many."""
    ticket, at = parts.ticket_for(request, pk), timezone.now()
    context = {
        **admin.site.each_context(request),
        **offered(ticket, at, request.GET.get("q", "")[:100]),
        "ticket": ticket,
        "title": _("Play a script"),
    }
    return TemplateResponse(request, "support/scripts_to_play.html", context)


@require_GET
@permission_required(ANSWERS, raise_exception=True)
def suggestion(request: StaffRequest, pk: int) -> HttpResponse:
    """The script that suits best, as one quiet line above the answer; nothing where none does, or one is played."""
    ticket, at = parts.ticket_for(request, pk), timezone.now()
    is_idle = playing.open_run(ticket, by=request.user) is None
    found = suggesting.suggestions(ticket, at=at)[:1] if is_idle and ticket.is_at_work else []
    context = {"ticket": ticket, "suggested": next(iter(found), None), "script_key": uuid.uuid4().hex}
    return TemplateResponse(request, "support/_script_suggested.html", context)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def start(request: StaffRequest, pk: int) -> HttpResponse:
    """By its number, or by the shortcut that stands in the field of the answer: that is gone from it then."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        typed = request.POST.get("shortcut", "").strip().removeprefix("/")
        script = _chosen(suggesting.in_use(ticket, at=at), request.POST.get("script", ""), typed)
        return begin(request, ticket, script, at=at, is_typed=bool(typed))

    return _do(request, pk, deed)


def shortcut_in(text: str, ticket: Ticket, at: datetime) -> Script | None:
    """The script whose shortcut is all that was written: such an answer begins it, and is never sent. No query else."""
    typed = text.strip()
    if not typed.startswith("/") or len(typed.split()) != 1:
        return None
    return suggesting.in_use(ticket, at=at).filter(shortcut=typed[1:].lower()).first()


def begin(request: StaffRequest, ticket: Ticket, script: Script, *, at: datetime, is_typed: bool) -> Said:
    how = request.POST.get("suggested", "")
    playing.start(
        script,
        ticket=ticket,
        by=request.user,
        key=key_of(request),
        at=at,
        suggested=how if how in ScriptRun.Suggested.values else "",
    )
    if is_typed:
        drafting.drop_draft(ticket, by=request.user)
    return Said(words="", tells={**MOVED, "script-begun": {"typed": is_typed}})


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def step(request: StaffRequest, pk: int, run_pk: int) -> HttpResponse:
    """On by one of the choices, or back."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        run = _run(ticket, run_pk)
        turn = number_of(request.POST.get("turn", "")) or 0
        if request.POST.get("way") == "back":
            playing.back(run, by=request.user, at=at, turn=turn)
            return Said(words="", tells=MOVED)
        taken = number_of(request.POST.get("choice", ""))
        run = playing.go(run, choice=-1 if taken is None else taken, by=request.user, at=at, turn=turn)
        return Said(words=_over(run), tells={**MOVED, "side-changed": True})

    return _do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def words(request: StaffRequest, pk: int, run_pk: int) -> HttpResponse:
    """Put the words of the step into the answer that is being written."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        prompt = _prompt(ticket, request, at)
        if prompt is None or prompt.run.pk != run_pk or not prompt.can_insert:
            raise playing.ScriptMoved
        lines.insert(prompt.run, step=prompt.step.key, at=at)
        if not request.htmx:
            _write_into_draft(ticket, prompt.words, request, at)
        return Said(words="", tells={"macro-words": {"text": prompt.words}}, next_at="text")

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def end(request: StaffRequest, pk: int, run_pk: int) -> HttpResponse:
    """Close it. What was closed before its end can be taken up again."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        run = _run(ticket, run_pk)
        if request.POST.get("undo"):
            playing.resume(run, by=request.user)
            return Said(words="", tells=MOVED)
        run = playing.end(run, by=request.user, at=at)
        was_stopped = run.outcome == ScriptRun.Outcome.STOPPED
        undo = Undo(path=f"scripts/{run.pk}/end/", values={"undo": "yes"}) if was_stopped else None
        return Said(words=_over(run), undo=undo, tells={**MOVED, "side-changed": True})

    return _do(request, pk, deed)


def _over(run: ScriptRun) -> str:
    if run.ended_at is None:
        return ""
    return _("The script is over: {outcome}.").format(outcome=run.get_outcome_display())


def _do(request: StaffRequest, pk: int, deed: Deed) -> HttpResponse:
    """With the player anew, also after a refusal: the script may stand elsewhere than the page says."""
    return do(request, pk, deed, beside=player)


def _prompt(ticket: Ticket, request: StaffRequest, at: datetime) -> Prompt | None:
    return prompting.prompt_of(ticket, by=request.user, at=at)


def _run(ticket: Ticket, pk: int) -> ScriptRun:
    its = ScriptRun.objects.select_related("version", "ticket")
    run: ScriptRun = get_object_or_404(its, pk=pk, ticket=ticket)
    return run


def _chosen(scripts: QuerySet[Script], number: str, typed: str) -> Script:
    if typed:
        return get_object_or_404(scripts, shortcut=typed.lower())
    return get_object_or_404(scripts, pk=number_of(number) or 0)


def _write_into_draft(ticket: Ticket, text: str, request: StaffRequest, at: datetime) -> None:
    """Whoever has no script finds the words in the field of the page that comes."""
    draft = Draft.objects.filter(ticket=ticket, author=request.user, kind=Draft.Kind.REPLY).first()
    before = f"{draft.text}\n" if draft else ""
    drafting.keep_draft(ticket, text=before + text, kind=Draft.Kind.REPLY, by=request.user, at=at)

"""What a ticket waits for, by a moment: put off, promised, kept."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.pages.requests import StaffRequest
from crm.words.wording import near
from support import snoozing
from support.models import Promise, Ticket
from support.pages.deeds import ANSWERS, Said, Undo, do, moment_of
from support.timekeeping import promising


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def snooze(request: StaffRequest, pk: int) -> HttpResponse:
    """Put it off; `now` brings it back."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        if request.POST.get("until") == "now":
            snoozing.end(ticket, by=request.user, at=at)
            return Said(words=_("The ticket is back in its place."))
        until = moment_of(request, "until", at)
        snoozing.snooze(ticket, until=until, by=request.user, at=at)
        words = _("The ticket comes back {moment}.").format(moment=near(until, at))
        return Said(words=words, undo=Undo(path="snooze/", values={"until": "now"}))

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def promises(request: StaffRequest, pk: int) -> HttpResponse:
    def deed(ticket: Ticket, at: datetime) -> Said:
        due_at = moment_of(request, "due", at)
        promising.promise(ticket, what=request.POST.get("what", ""), due_at=due_at, by=request.user, at=at)
        words = _("Promised until {moment}. The desk reminds of it in time.").format(moment=near(due_at, at))
        return Said(words=words)

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def promise_end(request: StaffRequest, pk: int, promise_pk: int) -> HttpResponse:
    """It was kept, or is no longer needed."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        promise = get_object_or_404(Promise, pk__in=promising.of(ticket).filter(pk=promise_pk).values("pk"))
        if request.POST.get("how") == "kept":
            promising.keep(promise, by=request.user, at=at)
            return Said(words=_("The promise is kept."))
        promising.drop(promise, by=request.user, at=at)
        return Said(words=_("The promise is no longer needed."))

    return do(request, pk, deed)

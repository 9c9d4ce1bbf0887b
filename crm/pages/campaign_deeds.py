"""What is done with a campaign: start, decide, take back, pause, go on, cancel. One deed, one address."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.campaigns import running, starting, tasks
from crm.errors import Refusal
from crm.models import Campaign
from crm.pages.campaign import campaign_or_404
from crm.pages.requests import StaffRequest


@require_POST
@permission_required(starting.MAY_START, raise_exception=True)
def start(request: StaffRequest, pk: int) -> HttpResponse:
    its = campaign_or_404(request, pk)
    return _done(request, its, lambda: starting.ask(its, by=request.user, at=timezone.now()))


@require_POST
@permission_required(starting.MAY_DECIDE, raise_exception=True)
def decision(request: StaffRequest, pk: int) -> HttpResponse:
    """The second person's word."""
    its, yes = campaign_or_404(request, pk), request.POST.get("yes") == "1"
    note = request.POST.get("note", "")
    return _done(
        request, its, lambda: starting.decide(its, yes=yes, by=request.user, note=note, at=timezone.now())
    )


@require_POST
@permission_required(starting.MAY_START, raise_exception=True)
def withdrawal(request: StaffRequest, pk: int) -> HttpResponse:
    """What waits for a second person is a draft again."""
    its = campaign_or_404(request, pk)
    return _done(request, its, lambda: starting.take_back(its, at=timezone.now()))


@require_POST
@permission_required(starting.MAY_START, raise_exception=True)
def pause(request: StaffRequest, pk: int) -> HttpResponse:
    """Stand still, or go on (`on=0`)."""
    its, at = campaign_or_404(request, pk), timezone.now()
    if request.POST.get("on") == "0":
        return _done(request, its, lambda: running.go_on(its, at=at))
    return _done(request, its, lambda: running.pause(its, by=request.user, at=at))


@require_POST
@permission_required(starting.MAY_START, raise_exception=True)
def cancellation(request: StaffRequest, pk: int) -> HttpResponse:
    its = campaign_or_404(request, pk)
    return _done(request, its, lambda: running.cancel(its, by=request.user, at=timezone.now()))


def _done(request: StaffRequest, its: Campaign, deed: Callable[[], Campaign]) -> HttpResponse:
    """Do it, let a worker hear of it, and go back to the page with what came of it."""
    try:
        now = deed()
        tasks.start(now)
        messages.success(request, SAID[now.state]())
    except Refusal as refused:
        faults = [str(fault.detail) for fault in refused.faults]
        messages.warning(request, " ".join([str(refused.title), *faults]))
    return HttpResponseRedirect(reverse("campaigns:campaign", args=[its.pk]))


SAID: dict[str, Callable[[], str]] = {
    Campaign.State.DRAFT: lambda: _("It is a draft again."),
    Campaign.State.WAITING: lambda: _("A second person has to agree before anything happens."),
    Campaign.State.FINDING: lambda: _("It starts now."),
    Campaign.State.RUNNING: lambda: _("It goes on."),
    Campaign.State.PAUSED: lambda: _("It stands still. Whoever had their turn keeps what they got."),
    Campaign.State.CANCELLED: lambda: _("It is cancelled. What was done stays, and is measured."),
}

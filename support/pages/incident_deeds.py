"""What is done with an incident that goes on: stop, show, link, give. One deed, one address."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from crm.words.wording import money
from support import incident_tasks
from support.incidents import announcing, drafting, linking
from support.incidents import goodwill as giving
from support.incidents.errors import BudgetTooSmall
from support.models import Incident, IncidentGoodwill, IncidentNotice, Ticket
from support.pages.incident import ANNOUNCES, found
from support.pages.incidents import CHANGES, page_of
from support.sight import Sight

ANSWERS = "support.answer_ticket"


class GoodwillForm(forms.Form):
    points = forms.IntegerField(
        label=gettext_lazy("Points for each"), min_value=1, max_value=giving.MOST_POINTS
    )
    budget = forms.DecimalField(
        label=gettext_lazy("Budget"), min_value=0, max_digits=14, decimal_places=2, localize=True
    )


@require_POST
@permission_required(ANNOUNCES, raise_exception=True)
def stop(request: StaffRequest, pk: int) -> HttpResponse:
    incident = found(pk)
    notice = get_object_or_404(IncidentNotice.objects.at_work(), incident=pk)
    return _done(
        request,
        incident,
        lambda: announcing.stop(notice, at=timezone.now()),
        said=_("Nobody further is told."),
    )


@require_POST
@permission_required(CHANGES, raise_exception=True)
def status(request: StaffRequest, pk: int) -> HttpResponse:
    """On the public status page, or no more."""
    incident, on = found(pk), request.POST.get("on") == "1"
    said = _("It stands on the status page.") if on else _("It stands on the status page no more.")
    return _done(request, incident, lambda: drafting.show(incident, on=on, at=timezone.now()), said=said)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def tickets(request: StaffRequest, pk: int) -> HttpResponse:
    """A ticket belongs to it, by its number."""
    incident, number = found(pk), request.POST.get("ticket", "").strip().lstrip("№# ")
    its = Sight(request.user).of(Ticket.objects.all())
    ticket = its.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if ticket is None:
        messages.warning(request, _("There is no such ticket."))
        return HttpResponseRedirect(page_of(incident))
    return _done(
        request,
        incident,
        lambda: linking.link(ticket, incident, by=request.user, at=timezone.now()),
        said=_("The ticket belongs to this incident."),
    )


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def removal(request: StaffRequest, pk: int, ticket_pk: int) -> HttpResponse:
    incident = found(pk)
    ticket = get_object_or_404(Sight(request.user).of(Ticket.objects.all()), pk=ticket_pk)
    return _done(
        request,
        incident,
        lambda: linking.unlink(ticket, incident, by=request.user, at=timezone.now()),
        said=_("The ticket belongs to this incident no more."),
    )


@require_POST
@permission_required(ANNOUNCES, raise_exception=True)
def goodwill(request: StaffRequest, pk: int) -> HttpResponse:
    incident, form = found(pk), GoodwillForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Say how many points each is given, and the budget."))
        return HttpResponseRedirect(page_of(incident))

    def ask() -> None:
        asked = giving.ask(incident, **form.cleaned_data, by=request.user, at=timezone.now())
        if asked.is_at_work:
            incident_tasks.start_goodwill(asked)

    return _done(request, incident, ask, said=_("The goodwill is asked for."))


@require_POST
@permission_required(giving.MAY_DECIDE, raise_exception=True)
def decision(request: StaffRequest, pk: int) -> HttpResponse:
    """The second person's word."""
    incident = found(pk)
    asked = get_object_or_404(IncidentGoodwill, incident=incident, state=IncidentGoodwill.State.WAITING)

    def decide() -> None:
        decided = giving.decide(asked, yes=request.POST.get("yes") == "1", by=request.user, at=timezone.now())
        if decided.is_at_work:
            incident_tasks.start_goodwill(decided)

    return _done(request, incident, decide, said=_("Your decision is kept."))


def _done(
    request: StaffRequest, incident: Incident, deed: Callable[[], object], *, said: str
) -> HttpResponse:
    """Do it, and go back to the page with what came of it."""
    try:
        deed()
    except BudgetTooSmall as refused:
        needs = money(Decimal(refused.figures["needs"]), refused.figures["currency"])
        messages.warning(request, _("%(why)s It needs %(needs)s.") % {"why": refused.title, "needs": needs})
    except Refusal as refused:
        messages.warning(request, " ".join(str(part) for part in (refused.title, *_details(refused))))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(page_of(incident))


def _details(refused: Refusal) -> list[object]:
    return [fault.detail for fault in refused.faults]

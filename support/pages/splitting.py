"""Letting a part of a ticket be a ticket of its own: messages are chosen, what it brings is read, then it is done.

A page without a script of its own: what is done on it is rare, and should be looked at.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.errors import Refusal
from crm.messages.channel_names import channel_name
from crm.models import Message
from crm.pages.requests import StaffRequest
from support import changing, joining
from support.answering import conversation
from support.joining import Parting
from support.models import Ticket, TicketEvent
from support.pages import parts
from support.pages.deeds import ANSWERS, number_of
from support.pages.shown import shown
from support.sight import Sight

PAGE = 50


@require_http_methods(["GET", "POST"])
@permission_required(ANSWERS, raise_exception=True)
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """`?part=`: what was split off just now, with the way back."""
    ticket = parts.ticket_for(request, pk)
    if ticket.merged_into_id:
        return HttpResponseRedirect(reverse("support:splitting", args=[changing.successor(ticket).pk]))
    context: dict[str, Any] = {"part": _part(request, ticket)}
    if request.method == "POST":
        chosen = {found for text in request.POST.getlist("message") if (found := number_of(text))}
        context["chosen"] = chosen
        try:
            if request.POST.get("how") == "split":
                return HttpResponseRedirect(f"{request.path}?part={_split(request, ticket, chosen).pk}")
            context["foreseen"] = _said(joining.foresee_split(ticket, messages=chosen, by=request.user))
        except Refusal as refused:
            context["refusal"] = str(refused.title)
    context |= _messages(request, ticket)
    title = _("Split ticket {number}").format(number=ticket.pk)
    context |= {**admin.site.each_context(request), "ticket": ticket, "title": title, "now": timezone.now()}
    return TemplateResponse(request, "support/split.html", context)


def _split(request: StaffRequest, ticket: Ticket, chosen: set[int]) -> Ticket:
    messages = Message.objects.filter(pk__in=chosen, place__ticket=ticket)
    return joining.split(ticket, messages=list(messages), by=request.user, at=timezone.now())


def _messages(request: StaffRequest, ticket: Ticket) -> dict[str, Any]:
    """A page of them, the latest first page, each page in the order of the conversation."""
    before = number_of(request.POST.get("before", "") or request.GET.get("before", ""))
    rows = conversation.messages_of(ticket)
    found = list((rows.filter(place__message__lt=before) if before else rows)[: PAGE + 1])
    turn = found[:PAGE]
    items = [conversation.as_item(message) for message in reversed(turn)]
    return {
        "items": shown(items, reader=request.user, at=timezone.now()),
        "before": before,
        "earlier": turn[-1].pk if len(found) > PAGE else None,
    }


def _said(foreseen: Parting) -> dict[str, Any]:
    return {
        "going": foreseen.going,
        "staying": foreseen.staying,
        "subject": foreseen.begun.subject,
        "channel": channel_name(foreseen.begun.channel),
        "assignee": foreseen.begun.assignee,
    }


def _part(request: StaffRequest, ticket: Ticket) -> Ticket | None:
    """What was split off this ticket and still stands on its own."""
    number = number_of(request.GET.get("part", ""))
    if number is None:
        return None
    told = TicketEvent.objects.filter(ticket=ticket, kind="split", figures__number=number)
    seen = Sight(request.user).of(Ticket.objects.filter(pk=number, merged_into=None))
    return get_object_or_404(seen) if told.exists() else None

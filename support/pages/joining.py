"""Which messages belong to which ticket: tickets merged and parted again, senders let in or sent away."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.models import Message
from crm.pages.requests import StaffRequest
from support import joining
from support.answering import letting_in
from support.models import Ticket
from support.pages import parts
from support.pages.deeds import ANSWERS, Said, do, number_of


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def merger(request: StaffRequest, pk: int) -> HttpResponse:
    """Let another ticket of the same person go on in this one."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        other = parts.ticket_for(request, number_of(request.POST.get("other", "").lstrip("№# ")) or 0)
        joining.merge(other, into=ticket, by=request.user, at=at)
        return Said(words=_("Ticket {number} goes on in this one.").format(number=other.pk))

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def parting(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a ticket that went on in this one stand on its own again."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        other = get_object_or_404(ticket.merged_from, pk=number_of(request.POST.get("other", "")) or 0)
        joining.unmerge(other, by=request.user, at=at)
        return Said(words=_("Ticket {number} stands on its own again.").format(number=other.pk))

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def let_in(request: StaffRequest, pk: int, message_pk: int) -> HttpResponse:
    def deed(ticket: Ticket, at: datetime) -> Said:
        letting_in.let_in(_held(ticket, message_pk), by=request.user, at=at)
        return Said(words=_("The message counts like any other, and answers go to its sender."))

    return do(request, pk, deed, changed=[message_pk])


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def send_away(request: StaffRequest, pk: int, message_pk: int) -> HttpResponse:
    def deed(ticket: Ticket, at: datetime) -> Said:
        other = letting_in.send_away(_held(ticket, message_pk), by=request.user, at=at)
        words = _("The message goes on in ticket {number}.").format(number=other.pk)
        return Said(words=words, tells={"reload": True})

    return do(request, pk, deed)


def _held(ticket: Ticket, message_pk: int) -> Message:
    return get_object_or_404(Message, pk=message_pk, place__ticket=ticket)

"""Beside the answer itself: making up for something, asking a department, and being sure of who is on the phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.pages.requests import StaffRequest
from crm.words.wording import number
from support.answering import goodwill, identity_checks, side_conversations
from support.models import IdentityCheck, SideConversation, Team, Ticket
from support.pages.deeds import ANSWERS, Said, Unreadable, chosen, do, key_of, number_of


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def gifts(request: StaffRequest, pk: int) -> HttpResponse:
    """Points, or a coupon of a pool, within the colleague's day; above it refused at once."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        common: dict[str, Any] = {
            "reason": request.POST.get("reason", ""),
            "by": request.user,
            "key": key_of(request),
            "at": at,
        }
        pool = number_of(request.POST.get("pool", ""))
        if pool:
            given = goodwill.grant_coupon(ticket, pool_id=pool, **common)
            words = _("The coupon “{name}” is given: {code}").format(
                name=given.coupon_name, code=given.coupon_code
            )
            return Said(words=words, tells={"side-changed": True})
        points = number_of(request.POST.get("points", ""))
        if not points:
            raise Unreadable
        goodwill.grant(ticket, points=points, **common)
        said = ngettext("{points} point is given.", "{points} points are given.", points)
        return Said(words=said.format(points=number(points)), tells={"side-changed": True})

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def questions(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask a department; nothing of the ticket goes along but these words."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        team: Team = chosen(Team, request.POST.get("team", ""))
        side_conversations.ask(
            ticket,
            team=team,
            subject=request.POST.get("subject", ""),
            text=request.POST.get("text", ""),
            by=request.user,
            key=key_of(request),
            at=at,
        )
        words = _("The department “{team}” is asked. The customer sees nothing of it.").format(team=team)
        return Said(words=words, tells={"side-changed": True})

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def question(request: StaffRequest, pk: int, question_pk: int) -> HttpResponse:
    """Say more in it, or settle it."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        its = get_object_or_404(SideConversation, pk=question_pk, ticket=ticket)
        if request.POST.get("how") == "settled":
            side_conversations.settle(its, by=request.user, at=at)
            return Said(words=_("The question is settled."), tells={"side-changed": True})
        text = request.POST.get("text", "")
        side_conversations.say(its, text=text, by=request.user, key=key_of(request), at=at)
        return Said(words=_("It is said."), tells={"side-changed": True})

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def identity_check(request: StaffRequest, pk: int) -> HttpResponse:
    """What the caller answered; `send_code` sends them a code first."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        if request.POST.get("how") == "code":
            identity_checks.send_code(ticket, at=at)
            return Said(words=_("A code is on its way to their e-mail. It works for five minutes."))
        answers = {proof: request.POST.get(proof, "") for proof in IdentityCheck.Proof.values}
        made = identity_checks.check(ticket, answers=answers, by=request.user, key=key_of(request), at=at)
        if made.passed_at:
            return Said(
                words=_("It is them. You can talk about points and personal data."),
                tells={"side-changed": True},
            )
        return Said(words=_("That is not enough to be sure. Tell nothing personal yet."))

    return do(request, pk, deed)

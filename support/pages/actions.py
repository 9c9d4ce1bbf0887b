"""What an agent does to a ticket: one small form each."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.messages import sending
from crm.models import Message, User
from crm.pages.requests import StaffRequest
from crm.words.wording import near
from support import assigning, labelling, states
from support.answering import drafting, noting, replying
from support.models import Draft, SubState, Tag, Team, Ticket, Topic
from support.models.tagging import Category
from support.pages import parts, playing
from support.pages.deeds import (
    ANSWERS,
    Deed,
    Said,
    Undo,
    Unreadable,
    chosen,
    do,
    files_of,
    key_of,
    moment_of,
    number_of,
    seen,
)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def replies(request: StaffRequest, pk: int) -> HttpResponse:
    """An answer, or a note among colleagues: which of them, the form says. Its key lets it be sent twice harmlessly."""
    if request.POST.get("kind") == Draft.Kind.NOTE:
        return do(request, pk, _note(request))
    return do(request, pk, _reply(request), beside=playing.player)


def _reply(request: StaffRequest) -> Deed:
    def deed(ticket: Ticket, at: datetime) -> Said:
        if script := playing.shortcut_in(request.POST.get("text", ""), ticket, at):
            return playing.begin(request, ticket, script, at=at, is_typed=True)
        then = request.POST.get("then", "")
        send_at = moment_of(request, "send_at", at) if request.POST.get("send_at") else None
        message = replying.reply(
            ticket,
            text=request.POST.get("text", ""),
            by=request.user,
            key=key_of(request),
            at=at,
            version=number_of(request.POST.get("version", "")) or 0,
            files=files_of(request),
            send_at=send_at,
            then=Category(then) if then in Category.values else None,
        )
        drafting.drop_draft(ticket, by=request.user)
        words: str = _("The answer goes out in a few seconds. Until then it can be taken back.")
        if send_at and message.send_at:
            words = _("The answer goes out {moment}.").format(moment=near(message.send_at, at))
        return Said(words=words, tells={"reply-sent": True})

    return deed


def _note(request: StaffRequest) -> Deed:
    def deed(ticket: Ticket, at: datetime) -> Said:
        text = request.POST.get("text", "")
        noting.write_note(ticket, text=text, by=request.user, key=key_of(request), at=at)
        drafting.drop_draft(ticket, by=request.user)
        return Said(words=_("The note is saved. Only colleagues see it."), tells={"reply-sent": True})

    return deed


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep what is being written."""
    kind = request.POST.get("kind", "")
    drafting.keep_draft(
        parts.ticket_for(request, pk),
        text=request.POST.get("text", ""),
        kind=kind if kind in Draft.Kind.values else Draft.Kind.REPLY,
        by=request.user,
        at=timezone.now(),
    )
    return HttpResponse(status=204)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def withdrawal(request: StaffRequest, pk: int, message_pk: int) -> HttpResponse:
    """Take an answer back before it is sent: its words stand in the field again."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        message = get_object_or_404(Message, pk=message_pk, place__ticket=ticket)
        replying.take_back(message, by=request.user, at=at)
        drafting.keep_draft(ticket, text=message.text, kind=Draft.Kind.REPLY, by=request.user, at=at)
        words = _("The answer is taken back. Its words stand in the field again.")
        return Said(words=words, tells={"taken-back": {"text": message.text}})

    return do(request, pk, deed, changed=[message_pk])


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def certainty(request: StaffRequest, pk: int, message_pk: int) -> HttpResponse:
    """Of a message that is perhaps sent a colleague found out: it arrived, or it did not and is sent again."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        message = get_object_or_404(Message, pk=message_pk, place__ticket=ticket)
        if request.POST.get("was") == "sent":
            sending.confirm_arrival(message, by=request.user, at=at)
            return Said(words=_("The message is noted as sent."))
        sending.send_again(message, by=request.user, at=at)
        return Said(words=_("The message is sent again."))

    return do(request, pk, deed, changed=[message_pk])


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def assignment(request: StaffRequest, pk: int) -> HttpResponse:
    """To whom: `me`, the number of a colleague, or nobody; or to another team."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        if team := request.POST.get("team", ""):
            its = chosen(Team, team)
            assigning.pass_to_team(ticket, team=its, by=request.user, at=at)
            return Said(words=_("The ticket is passed to the team “{team}”.").format(team=its))
        was, to = ticket.assignee, _colleague(request)
        assigning.assign(ticket, to=to, by=request.user, at=at)
        undo = Undo(path="assignment/", values={"to": str(was.pk) if was else "nobody"})
        if to is None:
            return Said(words=_("Nobody looks after the ticket now."), undo=undo)
        if to == request.user:
            return Said(words=_("The ticket is yours."), undo=undo)
        return Said(words=_("The ticket is given to {name}.").format(name=to), undo=undo)

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def state(request: StaffRequest, pk: int) -> HttpResponse:
    """Where the ticket stands: one of the categories, and the company's own part of it."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        sub = chosen(SubState, request.POST["sub_state"]) if request.POST.get("sub_state") else None
        wanted = sub.category if sub else request.POST.get("to", "")
        if wanted not in Category.values:
            raise Unreadable
        was = ticket.category
        states.move(ticket, to=Category(wanted), by=request.user, at=at, sub_state=sub, version=seen(request))
        undo = Undo(path="state/", values={"to": was if was != Category.NEW else Category.OPEN.value})
        if wanted == Category.RESOLVED:
            return Said(words=_("Ticket {number} is resolved.").format(number=ticket.pk), undo=undo)
        return Said(
            words=_("The ticket stands at: {state}.").format(state=sub or Category(wanted).label), undo=undo
        )

    return do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def labels(request: StaffRequest, pk: int) -> HttpResponse:
    """Topic, tags, priority, shop: whichever the form names."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        by, given = request.user, request.POST
        if "topic" in given:
            labelling.set_topic(
                ticket, topic=chosen(Topic, given["topic"]) if given["topic"] else None, by=by, at=at
            )
        if "priority" in given:
            labelling.set_priority(ticket, priority=_priority(given["priority"]), by=by, at=at)
        if given.get("shop"):
            shop = chosen(parts.shops(by), given["shop"])
            labelling.move_to_shop(ticket, shop=shop, by=by, at=at)
        if given.get("tag"):
            labelling.add_tag(ticket, name=given["tag"][:40], by=by, at=at)
        if given.get("untag"):
            labelling.remove_tag(ticket, tag=chosen(Tag, given["untag"]), by=by, at=at)
        return Said(words=_("The ticket is labelled anew."))

    return do(request, pk, deed)


def _colleague(request: StaffRequest) -> User | None:
    to = request.POST.get("to", "")
    if to == "me":
        return request.user
    if to == "nobody":
        return None
    found: User = get_object_or_404(User, pk=number_of(to) or 0, is_staff=True, is_active=True)
    return found


def _priority(text: str) -> int:
    number = number_of(text)
    if number not in Ticket.Priority.values:
        raise Unreadable
    return int(number)

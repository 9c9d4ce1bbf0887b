"""What an agent does to a ticket: one small form each. Every answer is the parts of the page that changed by it.

Whoever has no script gets the page again, with what happened said above it. Nothing typed is lost on a refusal: the
form stays as it is.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from crm import file_types, sending
from crm.channels.base import File
from crm.errors import Refusal
from crm.models import Message, User
from crm.pages.requests import StaffRequest
from crm.wording import near
from support import assigning, conversation, drafting, labelling, noting, replying, states
from support.changing import TicketChanged
from support.conversation import Place
from support.models import Draft, SubState, Tag, Team, Ticket, Topic
from support.models.tagging import Category
from support.pages import parts
from support.pages.shown import fresh_words, shown

ANSWERS = "support.answer_ticket"
MOST_FILES = 5
LARGEST_FILE = 10 * 1024 * 1024
MORNING, EVENING = time(9), time(18)


class TooManyFiles(Refusal):
    code = "too-many-files"
    title = gettext_lazy("At most five files of up to 10 MB each go with one answer.")
    status = 422


class MomentPassed(Refusal):
    code = "moment-passed"
    title = gettext_lazy("Choose a moment that is still to come.")
    status = 422


class Unreadable(Refusal):
    code = "unreadable-form"
    title = gettext_lazy("Something in this form is missing. Look at it again.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Undo:
    """Where what was done is undone, and with which words."""

    path: str
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What came of it, as the page tells it; `tells` are events for the script."""

    words: str | Promise
    undo: Undo | None = None
    tells: Mapping[str, Any] | None = None


Deed = Callable[[Ticket, datetime], Said]


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def replies(request: StaffRequest, pk: int) -> HttpResponse:
    """An answer, or a note among colleagues: which of them, the form says. Its key lets it be sent twice harmlessly."""
    if request.POST.get("kind") == Draft.Kind.NOTE:
        return _do(request, pk, _note(request))
    return _do(request, pk, _reply(request))


def _reply(request: StaffRequest) -> Deed:
    def deed(ticket: Ticket, at: datetime) -> Said:
        then = request.POST.get("then", "")
        send_at = _moment(request, "send_at", at) if request.POST.get("send_at") else None
        message = replying.reply(
            ticket,
            text=request.POST.get("text", ""),
            by=request.user,
            key=_key(request),
            at=at,
            version=_number(request.POST.get("version", "")) or 0,
            files=_files(request),
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
        noting.write_note(ticket, text=text, by=request.user, key=_key(request), at=at)
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

    return _do(request, pk, deed, changed=[message_pk])


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

    return _do(request, pk, deed, changed=[message_pk])


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def assignment(request: StaffRequest, pk: int) -> HttpResponse:
    """To whom: `me`, the number of a colleague, or nobody; or to another team."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        if team := request.POST.get("team", ""):
            its = _chosen(Team, team)
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

    return _do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def state(request: StaffRequest, pk: int) -> HttpResponse:
    """Where the ticket stands: one of the categories, and the company's own part of it."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        sub = _chosen(SubState, request.POST["sub_state"]) if request.POST.get("sub_state") else None
        wanted = sub.category if sub else request.POST.get("to", "")
        if wanted not in Category.values:
            raise Unreadable
        was = ticket.category
        states.move(
            ticket, to=Category(wanted), by=request.user, at=at, sub_state=sub, version=_seen(request)
        )
        undo = Undo(path="state/", values={"to": was if was != Category.NEW else Category.OPEN.value})
        if wanted == Category.RESOLVED:
            return Said(words=_("Ticket {number} is resolved.").format(number=ticket.pk), undo=undo)
        return Said(
            words=_("The ticket stands at: {state}.").format(state=sub or Category(wanted).label), undo=undo
        )

    return _do(request, pk, deed)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def labels(request: StaffRequest, pk: int) -> HttpResponse:
    """Topic, tags, priority, subject: whichever the form names."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        by, given = request.user, request.POST
        if "topic" in given:
            labelling.set_topic(
                ticket, topic=_chosen(Topic, given["topic"]) if given["topic"] else None, by=by, at=at
            )
        if "priority" in given:
            labelling.set_priority(ticket, priority=_priority(given["priority"]), by=by, at=at)
        if given.get("tag"):
            labelling.add_tag(ticket, name=given["tag"][:40], by=by, at=at)
        if given.get("untag"):
            labelling.remove_tag(ticket, tag=_chosen(Tag, given["untag"]), by=by, at=at)
        return Said(words=_("The ticket is labelled anew."))

    return _do(request, pk, deed)


# ── how every one of them answers ────────────────────────────────────────────
def _do(request: StaffRequest, pk: int, deed: Deed, *, changed: Sequence[int] = ()) -> HttpResponse:
    ticket, at = parts.ticket_for(request, pk), timezone.now()
    try:
        said = deed(ticket, at)
    except Refusal as refused:
        return _refused(request, ticket, refused, at)
    if not request.htmx:
        messages.success(request, str(said.words))
        return HttpResponseRedirect(reverse("support:ticket", args=[pk]))
    if request.POST.get("from") == "inbox":
        response = TemplateResponse(request, "support/_said.html", {"said": said, "ticket": ticket})
        response.headers["HX-Trigger"] = json.dumps({"rows-changed": True})
        return response
    return _news(request, ticket, at, said=said, changed=changed)


def _refused(request: StaffRequest, ticket: Ticket, refused: Refusal, at: datetime) -> HttpResponse:
    fresh: Sequence[int] = refused.figures.get("fresh", []) if isinstance(refused, TicketChanged) else []
    words = fresh_words(len(fresh)) if fresh else str(refused.title)
    if not request.htmx:
        messages.error(request, words)
        return HttpResponseRedirect(reverse("support:ticket", args=[ticket.pk]))
    if request.POST.get("from") == "inbox":
        return TemplateResponse(request, "support/_said.html", {"refusal": words, "ticket": ticket})
    return _news(request, ticket, at, refusal=words, fresh=fresh)


def _news(
    request: StaffRequest,
    ticket: Ticket,
    at: datetime,
    *,
    said: Said | None = None,
    refusal: str = "",
    fresh: Sequence[int] = (),
    changed: Sequence[int] = (),
) -> HttpResponse:
    """The head anew, what came into the conversation since, and what is to be said."""
    response = TemplateResponse(
        request,
        "support/_news.html",
        {
            **news_of(request, parts.ticket_for(request, ticket.pk), at, fresh=fresh),
            **states_of(request, ticket, at, changed),
            **parts.menus(ticket),
            "said": said,
            "refusal": refusal,
            "reply_key": uuid.uuid4().hex if said and said.tells and "reply-sent" in said.tells else "",
        },
    )
    if said and said.tells:
        response.headers["HX-Trigger-After-Settle"] = json.dumps(dict(said.tells))
    return response


def news_of(
    request: StaffRequest, ticket: Ticket, at: datetime, *, fresh: Sequence[int] = ()
) -> dict[str, Any]:
    """What came into the conversation after what the page has, and where it stands now."""
    place, _bar, day = request.POST.get("newest", "").partition("|")
    try:
        since = Place.parse(place) if place else Place()
    except conversation.BadPlace:
        since = Place()
    items = conversation.since(ticket, since)
    latest = conversation.moved(since, items)
    told = shown(items, reader=request.user, at=at, fresh=fresh, day=_date(day))
    last_day = str(told[-1].on) if told else day
    return {
        **parts.head(ticket, request.user, at),
        "items": told,
        "newest": f"{latest}|{last_day}",
        "version": ticket.version,
    }


def states_of(
    request: StaffRequest, ticket: Ticket, at: datetime, changed: Sequence[int] = ()
) -> dict[str, Any]:
    """Messages of ours whose state is another than the page says."""
    had = dict(part.split(":", 1) for part in request.POST.get("states", "").split(",") if ":" in part)
    known = {int(pk): code for pk, code in had.items() if pk.isdigit()} | dict.fromkeys(changed, "")
    if not known:
        return {"changed_items": []}
    rows = conversation.messages_of(ticket).filter(pk__in=known)
    found = [message for message in rows if message.state != known[message.pk]]
    items = [conversation.as_item(message) for message in found]
    return {"changed_items": shown(items, reader=request.user, at=at, is_apart=True)}


# ── what forms say ───────────────────────────────────────────────────────────
def _key(request: StaffRequest) -> str:
    return request.POST.get("key", "")[:64] or uuid.uuid4().hex


def _seen(request: StaffRequest) -> int | None:
    return _number(request.POST.get("version", ""))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _chosen(model: Any, text: str) -> Any:
    return get_object_or_404(model, pk=_number(text) or 0)


def _colleague(request: StaffRequest) -> User | None:
    to = request.POST.get("to", "")
    if to == "me":
        return request.user
    if to == "nobody":
        return None
    found: User = get_object_or_404(User, pk=_number(to) or 0, is_staff=True, is_active=True)
    return found


def _priority(text: str) -> int:
    number = _number(text)
    if number not in Ticket.Priority.values:
        raise Unreadable
    return int(number)


def _moment(request: StaffRequest, name: str, at: datetime) -> datetime:
    """One of the usual moments by its name, or a day and hour on the company's clock.

    Raises:
        MomentPassed, Unreadable.
    """
    asked = request.POST.get(name, "")
    usual = usual_moments(at)
    if asked in usual:
        return usual[asked]
    typed = request.POST.get(f"{name}_typed", "") if asked == "typed" else asked
    try:
        moment = parse_datetime(typed)
    except ValueError:
        moment = None
    if moment is None:
        raise Unreadable
    aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    if aware <= at:
        raise MomentPassed
    return aware


def usual_moments(at: datetime) -> dict[str, datetime]:
    """In an hour, this evening, tomorrow, on Monday: those that are still to come."""
    today = timezone.localdate(at)
    monday = today + timedelta(days=7 - today.weekday())
    moments = {
        "hour": at + timedelta(hours=1),
        "evening": timezone.make_aware(datetime.combine(today, EVENING)),
        "morning": timezone.make_aware(datetime.combine(today + timedelta(days=1), MORNING)),
        "monday": timezone.make_aware(datetime.combine(monday, MORNING)),
    }
    return {name: moment for name, moment in moments.items() if moment > at}


def _files(request: StaffRequest) -> list[File]:
    given: list[UploadedFile[bytes]] = request.FILES.getlist("files")
    if len(given) > MOST_FILES or any((one.size or 0) > LARGEST_FILE for one in given):
        raise TooManyFiles
    return [_file(one.name or "", one.read()) for one in given]


def _file(name: str, content: bytes) -> File:
    return File(name=name, content_type=file_types.type_of(content), content=content)

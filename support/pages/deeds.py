"""How every small form of a ticket answers: with the parts of the page that changed by it; and what forms say.

Whoever has no script gets the page again, with what happened said above it. Nothing typed is lost on a refusal: the
form stays as it is.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages as said_above
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from crm.channels.base import File
from crm.errors import Refusal
from crm.messages import file_types
from crm.models import User
from crm.pages.requests import StaffRequest
from support.answering import conversation
from support.answering.conversation import Place
from support.changing import TicketChanged
from support.models import Ticket
from support.pages import moments, parts
from support.pages.shown import fresh_words, shown

ANSWERS = "support.answer_ticket"
MOST_FILES = 5
# So long what was done is told, and can be undone from there.
SAID_FOR = timedelta(seconds=12)
LARGEST_FILE = 10 * 1024 * 1024


class TooManyFiles(Refusal):
    code = "too-many-files"
    title = gettext_lazy("At most five files of up to 10 MB each go with one answer.")
    status = 422


class NotThere(Refusal):
    code = "not-there"
    title = gettext_lazy("What this is about is not there, or not yours to see.")
    status = 404


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
    """What came of it, as the page tells it; `tells` are events for the script. Without words nothing is said.

    `next_at` names the part of the page where whoever has no script goes on.
    """

    words: str | Promise
    undo: Undo | None = None
    tells: Mapping[str, Any] | None = None
    next_at: str = ""


Deed = Callable[[Ticket, datetime], Said]
# What else of the page is shown anew, for this ticket and reader.
Beside = Callable[[Ticket, User, datetime], Mapping[str, Any]]


def do(
    request: StaffRequest, pk: int, deed: Deed, *, changed: Sequence[int] = (), beside: Beside | None = None
) -> HttpResponse:
    ticket, at = parts.ticket_for(request, pk), timezone.now()
    try:
        said = deed(ticket, at)
    except Http404:
        return _refused(request, ticket, NotThere(), at, beside)
    except Refusal as refused:
        return _refused(request, ticket, refused, at, beside)
    if not request.htmx:
        if said.words:
            said_above.success(request, str(said.words))
        fragment = f"#{said.next_at}" if said.next_at else ""
        return HttpResponseRedirect(reverse("support:ticket", args=[pk]) + fragment)
    if request.POST.get("from") == "inbox":
        response = TemplateResponse(
            request, "support/_said.html", {"said": said, "ticket": ticket, "until": at + SAID_FOR}
        )
        response.headers["HX-Trigger"] = json.dumps({"rows-changed": True})
        return response
    return _news(request, ticket, at, said=said, changed=changed, beside=beside)


def _refused(
    request: StaffRequest, ticket: Ticket, refused: Refusal, at: datetime, beside: Beside | None
) -> HttpResponse:
    fresh: Sequence[int] = refused.figures.get("fresh", []) if isinstance(refused, TicketChanged) else []
    words = fresh_words(len(fresh)) if fresh else str(refused.title)
    if not request.htmx:
        said_above.error(request, words)
        return HttpResponseRedirect(reverse("support:ticket", args=[ticket.pk]))
    if request.POST.get("from") == "inbox":
        return TemplateResponse(request, "support/_said.html", {"refusal": words, "ticket": ticket})
    return _news(request, ticket, at, refusal=words, fresh=fresh, beside=beside)


def _news(
    request: StaffRequest,
    ticket: Ticket,
    at: datetime,
    *,
    said: Said | None = None,
    refusal: str = "",
    fresh: Sequence[int] = (),
    changed: Sequence[int] = (),
    beside: Beside | None = None,
) -> HttpResponse:
    """The head anew, what came into the conversation since, and what is to be said."""
    now = parts.ticket_for(request, ticket.pk)
    response = TemplateResponse(
        request,
        "support/_news.html",
        {
            **news_of(request, now, at, fresh=fresh),
            **(beside(now, request.user, at) if beside else {}),
            "is_beside": beside is not None,
            **states_of(request, ticket, at, changed),
            **parts.menus(request.user, at),
            "said": said,
            "refusal": refusal,
            "until": at + SAID_FOR,
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
        # Whoever is writing saw the ticket as it was when they began: what came since stops them, once.
        "tells_version": bool(fresh) or request.POST.get("writing") != "yes",
        # A menu that is open is not pulled from under the hand.
        "is_menu_open": request.POST.get("menu") == "open",
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


def key_of(request: StaffRequest) -> str:
    return request.POST.get("key", "")[:64] or uuid.uuid4().hex


def seen(request: StaffRequest) -> int | None:
    return number_of(request.POST.get("version", ""))


def number_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def chosen(among: Any, text: str) -> Any:
    """One of a model's rows, or of a queryset. Raises Http404, which `do` answers in words."""
    return get_object_or_404(among, pk=number_of(text) or 0)


def moment_of(request: StaffRequest, name: str, at: datetime) -> datetime:
    """Raises MomentPassed."""
    return moments.read(request.POST.get(name, ""), request.POST.get(f"{name}_typed", ""), at=at)


def files_of(request: StaffRequest) -> list[File]:
    given: list[UploadedFile[bytes]] = request.FILES.getlist("files")
    if len(given) > MOST_FILES or any((one.size or 0) > LARGEST_FILE for one in given):
        raise TooManyFiles
    return [_file(one.name or "", one.read()) for one in given]


def _file(name: str, content: bytes) -> File:
    return File(name=name, content_type=file_types.type_of(content), content=content)

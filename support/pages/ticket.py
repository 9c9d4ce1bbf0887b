"""A ticket: the conversation, the answer under it, the customer beside it. Looks only: what is done is in `actions`."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

from csp.decorators import csp_replace
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.models import Attachment, Message
from crm.pages.requests import StaffRequest
from crm.people import revealing
from support import changing
from support.answering.conversation import BadPlace, Place
from support.pages import incident_banner, parts, playing
from support.pages.deeds import ANSWERS
from support.pages.rows import name_of
from support.sight import SEES, Sight

REMOTE = re.compile(r'data-remote-src="')
OWN = re.compile(r'data-cid="([^"]*)"')
SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole page; or, for htmx, what was said before. Of a merged ticket the one in which it goes on."""
    ticket, at = parts.ticket_for(request, pk), timezone.now()
    if ticket.merged_into_id:
        return HttpResponseRedirect(reverse("support:ticket", args=[changing.successor(ticket).pk]))
    if request.htmx.target == "older":
        context = parts.talk(ticket, request.user, at, before=_place(request.GET.get("older", "")))
        context["shown_day"] = _day(request.GET.get("shown", ""))
        return TemplateResponse(request, "support/_older.html", context)
    if request.user.has_perm("crm.view_customer"):
        revealing.note_opening(ticket.customer, colleague=request.user, at=at)
    before = _place(request.GET.get("older", ""))
    context = {
        **admin.site.each_context(request),
        **parts.head(ticket, request.user, at),
        **parts.talk(ticket, request.user, at, before=before),
        **parts.reply_box(ticket, request.user),
        **parts.menus(request.user, at),
        **(playing.player(ticket, request.user, at) if request.user.has_perm(ANSWERS) else {}),
        **incident_banner.in_ticket(ticket, request.user),
        "title": ticket.subject or name_of(ticket),
    }
    if request.user.has_perm("crm.view_customer"):
        context |= parts.side(ticket, Sight(request.user), at)
    return TemplateResponse(request, "support/ticket.html", context)


@require_GET
@permission_required((SEES, "crm.view_customer"), raise_exception=True)
def side(request: StaffRequest, pk: int) -> HttpResponse:
    """The customer beside it, anew."""
    context = parts.side(parts.ticket_for(request, pk), Sight(request.user), timezone.now())
    return TemplateResponse(request, "support/_side.html", context)


@require_GET
@permission_required(SEES, raise_exception=True)
def quoted(request: StaffRequest, pk: int, message_pk: int) -> HttpResponse:
    """The message with everything that it quoted, in its place."""
    message = _message(request, pk, message_pk)
    context = {"message": message, "ticket_pk": pk, "has_html": bool(message.html)}
    return TemplateResponse(request, "support/_quoted.html", context)


@require_GET
@permission_required(SEES, raise_exception=True)
@csp_replace(  # type: ignore[arg-type]  # it knows requests without a colleague only
    {
        "default-src": ["'none'"],
        "script-src": ["'none'"],
        "connect-src": ["'none'"],
        "font-src": ["'none'"],
        "img-src": ["'self'", "https:", "http:"],
        "style-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
)
def original(request: StaffRequest, pk: int, message_pk: int) -> HttpResponse:
    """A mail as it looked, on a page of its own that runs nothing. Pictures from elsewhere come only when asked for:
    whoever sent them learns that they were looked at."""
    message = _message(request, pk, message_pk)
    with_pictures = request.GET.get("pictures") == "yes"
    html = _with_own_pictures(message, pk)
    if with_pictures:
        html = REMOTE.sub('src="', html)
    context = {
        "message": message,
        "html": html,
        "ticket_pk": pk,
        "with_pictures": with_pictures,
        "has_pictures": bool(REMOTE.search(message.html)),
        "title": message.subject or _("A message"),
    }
    response = TemplateResponse(request, "support/original.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@permission_required(SEES, raise_exception=True)
def file(request: StaffRequest, pk: int, token: str) -> FileResponse:
    """A file of a message, as a download under the name it was given; a picture of a mail is shown in its place."""
    ticket = parts.ticket_for(request, pk)
    attachment = get_object_or_404(Attachment, token=token, message__place__ticket=ticket)
    is_shown = attachment.is_inline and attachment.content_type in SHOWN_TYPES
    response = FileResponse(
        attachment.file.open(),
        as_attachment=not is_shown,
        filename=attachment.name,
        content_type=attachment.content_type if is_shown else "application/octet-stream",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _message(request: StaffRequest, pk: int, message_pk: int) -> Message:
    its = Message.objects.select_related("account", "customer")
    return get_object_or_404(its, pk=message_pk, place__ticket=parts.ticket_for(request, pk))


def _with_own_pictures(message: Message, ticket_pk: int) -> str:
    """The mail with the pictures that came in it, each from where we keep it. One query."""
    its = message.attachments.filter(is_inline=True, content_type__in=SHOWN_TYPES)
    tokens = dict(its.exclude(content_id="").order_by("-pk").values_list("content_id", "token"))

    def place(found: re.Match[str]) -> str:
        token = tokens.get(unescape(found[1]))
        return f'src="{reverse("support:file", args=[ticket_pk, token])}"' if token else found[0]

    return OWN.sub(place, message.html)


def _place(text: str) -> Place | None:
    try:
        return Place.parse(text) if text else None
    except BadPlace as error:
        raise BadRequest(_("This link into the conversation is broken. Open the ticket anew.")) from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

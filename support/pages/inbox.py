"""The inbox: views at the side, rows that change in place, and one key for each thing an agent repeats."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm import customer_page, exporting
from crm.channels import CHANNELS
from crm.colleagues import saved_views
from crm.errors import Refusal
from crm.exporting import Column
from crm.messages.channel_names import channel_name
from crm.models import SavedView
from crm.pages.files import KINDS, csv_file, xlsx_file
from crm.pages.requests import StaffRequest
from crm.people import revealing
from crm.search import searching
from support import finding, inbox
from support.inbox import BadPlace, Choice, Count, Place
from support.models import Shift, Tag, Topic
from support.pages import incident_banner
from support.pages.rows import Row, name_of, rows
from support.sight import SEES, Sight

log = logging.getLogger(__name__)

LIST_NAME = "support.ticket"
MOST_SAVED = 8
MOST_CHOICES = 60
COLUMNS: Sequence[Column] = (
    Column(gettext_lazy("Number"), lambda ticket: ticket.pk),
    Column(gettext_lazy("Customer"), name_of),
    Column(gettext_lazy("Channel"), lambda ticket: str(channel_name(ticket.channel))),
    Column(gettext_lazy("Subject"), lambda ticket: ticket.subject),
    Column(gettext_lazy("Topic"), lambda ticket: str(ticket.topic or "")),
    Column(gettext_lazy("State"), lambda ticket: str(ticket.get_category_display())),
    Column(gettext_lazy("Priority"), lambda ticket: str(ticket.get_priority_display())),
    Column(gettext_lazy("Assigned to"), lambda ticket: str(ticket.assignee or "")),
    Column(gettext_lazy("Opened"), lambda ticket: ticket.opened_at),
    Column(gettext_lazy("Last message"), lambda ticket: ticket.last_message_at),
    Column(gettext_lazy("Due"), lambda ticket: ticket.next_due_at),
)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A view at the side, with how many tickets it has."""

    name: str
    label: str | Promise
    icon: str
    url: str
    count: Count
    is_current: bool
    keys: str = ""
    mood: str = ""
    saved: SavedView | None = None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One way to narrow the list: a menu of links. `chosen` is what it is narrowed to now, in words."""

    label: str | Promise
    chosen: str
    options: Sequence[tuple[str, str, bool]]
    cleared_url: str


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """The whole page; or, for htmx, the next turn of its rows."""
    sight, at = Sight(request.user), timezone.now()
    choice = Choice.from_query(request.GET, otherwise=_usual(sight))
    typed = searching.tidy(request.GET.get("q", ""))
    shown = _searched(typed, sight, at) if typed else _turn(request, choice, sight, at)
    if request.htmx.target == "more":
        return TemplateResponse(request, "support/_rows.html", shown)
    context = {
        **admin.site.each_context(request),
        **shown,
        **_sides(choice, sight, request.GET, at),
        **incident_banner.above_inbox(request.user),
        "title": str(choice.view.label),
        "choice": choice,
        "filters": _filters(choice),
        "sort_query": {name: replace(choice, sorting=name).query() for name in inbox.SORTINGS},
        "exports": [
            (kind.upper(), f"{reverse('support:export', args=[kind])}?{choice.query()}") for kind in KINDS
        ],
        "may_answer": request.user.has_perm("support.answer_ticket"),
        "may_export": request.user.has_perm("crm.export_list"),
        "my_shift": Shift.objects.at(at).filter(agent=request.user).first(),
        "may_lead": request.user.has_perm("support.lead_ticket"),
    }
    return TemplateResponse(request, "support/inbox.html", context)


@require_GET
@permission_required(SEES, raise_exception=True)
def news(request: StaffRequest) -> HttpResponse:
    """What changed on a page that is open: rows that read otherwise now, counts; nothing (204) where nothing did.

    `have` says which rows stand there, in their order, each with its sign.
    """
    sight, at = Sight(request.user), timezone.now()
    choice = Choice.from_query(request.GET, otherwise=_usual(sight))
    had = dict(part.split(":", 1) for part in request.GET.get("have", "").split(",") if ":" in part)
    shown = _turn(request, choice, sight, at, size=max(inbox.PAGE, min(len(had), 4 * inbox.PAGE)))
    sides = _sides(choice, sight, request.GET, at)
    now: Sequence[Row] = shown["rows"]
    same = [str(row.pk) for row in now] == list(had)
    changed = [row for row in now if had.get(str(row.pk)) != row.have]
    counts = _counts_told(sides["links"])
    if same and not changed and counts == request.GET.get("counts", ""):
        return HttpResponse(status=204)
    context = {**shown, **sides, "is_same": same, "changed": changed, "choice": choice}
    return TemplateResponse(request, "support/_inbox_news.html", context)


@require_GET
@permission_required((SEES, "crm.export_list"), raise_exception=True)
def export(request: StaffRequest, kind: str) -> Any:
    """The list as it is narrowed in the address."""
    sight, at = Sight(request.user), timezone.now()
    choice = Choice.from_query(request.GET, otherwise=_usual(sight))
    tickets = choice.tickets(sight, at=at).select_related("customer", "topic", "assignee")
    log.info("list taken out", extra={"list": LIST_NAME, "format": kind, "user_id": request.user.pk})

    def note(taken: Sequence[Any]) -> None:
        ids = [ticket.customer_id for ticket in taken]
        revealing.note_list_taken(ids, list_name=LIST_NAME, colleague=request.user, at=timezone.now())

    today = timezone.localdate()
    if kind == "csv":
        return csv_file(exporting.csv_of(tickets, COLUMNS, note=note), name="tickets", on=today)
    try:
        file = exporting.xlsx_of(tickets, COLUMNS, note=note)
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return HttpResponseRedirect(f"{reverse('support:inbox')}?{choice.query()}")
    return xlsx_file(file, name="tickets", on=today)


@require_POST
@permission_required(SEES, raise_exception=True)
def views(request: StaffRequest) -> HttpResponse:
    """Keep what the list is narrowed to under a name."""
    choice = Choice.from_query(QueryDict(request.POST.get("query", "")[:1000]))
    try:
        view = saved_views.save_view(
            owner=request.user,
            list_name=LIST_NAME,
            name=request.POST.get("name", ""),
            query=choice.query(),
            is_shared=request.POST.get("shared") == "yes",
            at=timezone.now(),
        )
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        messages.success(request, _("The view “%(name)s” is saved. It stands at the side.") % {"name": view})
    return HttpResponseRedirect(f"{reverse('support:inbox')}?{choice.query()}")


@require_POST
@permission_required(SEES, raise_exception=True)
def view_removal(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody else's view is not there to be forgotten."""
    view = get_object_or_404(SavedView, pk=pk, owner=request.user, list_name=LIST_NAME)
    saved_views.forget_view(view)
    messages.success(request, _("The view is forgotten. What it showed is still there."))
    return HttpResponseRedirect(reverse("support:inbox"))


def _usual(sight: Sight) -> str:
    """Where a reader begins: with what is theirs, if they answer customers."""
    return "mine" if sight.reader.has_perm("support.answer_ticket") else "team"


def _turn(
    request: StaffRequest, choice: Choice, sight: Sight, at: datetime, *, size: int = inbox.PAGE
) -> dict[str, Any]:
    try:
        after = Place.parse(request.GET["p"]) if request.GET.get("p") else None
        found = inbox.read(choice, sight, at=at, after=after, size=size)
    except BadPlace as error:
        raise BadRequest(_("This link into the list is broken. Open the inbox anew.")) from error
    return {
        "rows": rows(found.lines, reader=sight.reader, at=at),
        "more_url": f"?{choice.query(p=str(found.next))}" if found.next else "",
        "typed": "",
    }


def _searched(typed: str, sight: Sight, at: datetime) -> dict[str, Any]:
    found = inbox.lines(finding.tickets(typed, sight=sight, at=at), at=at)
    return {"rows": rows(found, reader=sight.reader, at=at), "more_url": "", "typed": typed}


def _sides(choice: Choice, sight: Sight, query: QueryDict, at: datetime) -> dict[str, Any]:
    """The views, built in and saved, with their counts: two queries."""
    saved = list(saved_views.of_list(LIST_NAME, sight.reader)[:MOST_SAVED])
    asked: dict[str, Choice] = {view.name: Choice(view=view) for view in inbox.VIEWS}
    asked |= {f"saved-{one.pk}": Choice.from_query(QueryDict(one.query)) for one in saved}
    counts = inbox.counts(asked, sight, at=at)
    links = [
        Link(
            name=view.name,
            label=view.label,
            icon=view.icon,
            url=f"?{Choice(view=view, sorting=choice.sorting).query()}",
            count=counts[view.name],
            is_current=choice.view == view and not choice.is_narrowed and not query.get("q"),
            keys=view.keys,
            mood=view.mood,
        )
        for view in inbox.VIEWS
    ]
    kept = [
        Link(
            name=f"saved-{one.pk}",
            label=one.name,
            icon="filter",
            url=f"?{one.query}",
            count=counts[f"saved-{one.pk}"],
            is_current=choice.query() == one.query,
            saved=one,
        )
        for one in saved
    ]
    return {
        "links": [*links, *kept],
        "views": links,
        "saved": kept,
        "counts_told": _counts_told([*links, *kept]),
        "news_url": f"{reverse('support:inbox-news')}?{choice.query()}",
    }


def _counts_told(links: Sequence[Link]) -> str:
    return ",".join(str(link.count.number + link.count.is_cut) for link in links)


def _filters(choice: Choice) -> list[Filter]:
    """Three queries."""
    topics = [(str(topic.pk), str(topic)) for topic in Topic.objects.all()[:MOST_CHOICES]]
    tags = [(str(tag.pk), str(tag)) for tag in Tag.objects.all()[:MOST_CHOICES]]
    channels = [(name, str(channel_name(name))) for name in CHANNELS]
    return [
        _filter(choice, "channel", _("Channel"), channels, choice.channel),
        _filter(choice, "topic", _("Topic"), topics, str(choice.topic or "")),
        _filter(choice, "tag", _("Tag"), tags, str(choice.tag or "")),
        _filter(choice, "tier", _("Tier"), customer_page.marks().choices(), choice.tier),
        _filter(choice, "language", _("Language"), settings.LANGUAGES, choice.language),
    ]


def _filter(choice: Choice, name: str, label: str, options: Sequence[tuple[str, Any]], chosen: str) -> Filter:
    words: Mapping[str, Any] = dict(options)
    return Filter(
        label=label,
        chosen=str(words.get(chosen, chosen)),
        options=[
            (str(said), f"?{choice.query(**{name: value})}", value == chosen) for value, said in options
        ],
        cleared_url=f"?{choice.query(**{name: ''})}",
    )

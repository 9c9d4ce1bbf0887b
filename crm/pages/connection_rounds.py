"""A connected system is asked for its past, or compared: begun, watched, stopped, and what differed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from crm.connectors import backfill, reconciling, rounds, tasks, wording
from crm.errors import Refusal
from crm.models import Connection, ConnectorRound, Difference, Order
from crm.pages import long_work
from crm.pages.connections import known_connection
from crm.pages.paging import newest_first
from crm.pages.requests import StaffRequest
from crm.purchases.order_progress import Progress
from crm.words.wording import number

ON_A_PAGE = 50
KINDS: dict[str, str | Promise] = {
    "product": _("Goods"),
    "customer": _("Customers"),
    "order": _("Orders and returns"),
    rounds.AFTER_ALL: pgettext_lazy("of a comparison", "Points, and what is gone"),
}


@require_POST
@permission_required("crm.change_connection", raise_exception=True)
def back_fill(request: StaffRequest, pk: int) -> HttpResponse:
    return _begin(request, known_connection(pk), backfill.begin)


@require_POST
@permission_required("crm.change_connection", raise_exception=True)
def comparison(request: StaffRequest, pk: int) -> HttpResponse:
    return _begin(request, known_connection(pk), reconciling.begin)


@require_GET
@never_cache
@permission_required("crm.view_connection", raise_exception=True)
def one(request: StaffRequest, pk: int, round_pk: int) -> HttpResponse:
    """How far it is and what came of it; or, for htmx, how far it is, until the whole page has something new to say."""
    round = _round(pk, round_pk)
    if request.htmx and not round.is_at_work:
        return HttpResponseClientRefresh()
    if request.htmx:
        return render(request, "crm/connections/_progress.html", progress_of(round))
    found = Difference.objects.filter(round=round)
    if only_open := request.GET.get("state") == "open":
        found = found.filter(settled_at=None)
    rows, older = newest_first(found, request, shown=ON_A_PAGE)
    context = {
        **admin.site.each_context(request),
        "title": capfirst(round.get_purpose_display()),
        "connection": round.connection,
        "is_comparison": round.purpose == reconciling.PURPOSE,
        "rows": _said(round.connection, rows),
        "older": older,
        "only_open": only_open,
        "may_change": request.user.has_perm("crm.change_connection"),
        "now": timezone.now(),
        **progress_of(round),
    }
    return render(request, "crm/connections/round.html", context)


@require_POST
@permission_required("crm.change_connection", raise_exception=True)
def stop(request: StaffRequest, pk: int, round_pk: int) -> HttpResponse:
    long_work.do(request, rounds.stop, _round(pk, round_pk))
    return _to(pk, round_pk)


@require_POST
@permission_required("crm.change_connection", raise_exception=True)
def resumption(request: StaffRequest, pk: int, round_pk: int) -> HttpResponse:
    long_work.do(request, rounds.go_on, _round(pk, round_pk), start=tasks.start_round)
    return _to(pk, round_pk)


@require_POST
@permission_required("crm.change_connection", raise_exception=True)
def bringing(request: StaffRequest, pk: int, round_pk: int, difference_pk: int) -> HttpResponse:
    """Bring one order anew: the shop is asked while one waits."""
    difference = get_object_or_404(Difference, round=_round(pk, round_pk), pk=difference_pk)
    try:
        agrees = reconciling.bring_again(difference, at=timezone.now())
    except Refusal as refused:
        messages.error(request, wording.said(refused))
    else:
        if agrees:
            messages.success(request, _("It was brought again, and agrees now."))
        else:
            messages.error(
                request, _("It was brought again, and still differs. The reason stands beside it.")
            )
    return _to(pk, round_pk)


def progress_of(round: ConnectorRound) -> dict[str, Any]:
    """What `_progress.html` shows."""
    kinds = (*_kinds(round), rounds.AFTER_ALL)
    kind = round.kind or kinds[0]
    part = min(1.0, round.kind_seen / round.kind_total) if round.kind_total else 0.0
    place = kinds.index(kind) if kind in kinds else 0
    return {
        "round": round,
        "percent": int(100 * (place + part) / len(kinds)),
        "doing": KINDS.get(kind, kind),
        "how_far": _how_far(round),
        "is_silent": round.is_at_work and not round.paused_until and round.is_silent(timezone.now()),
        "why": wording.sentence_of(round.failure_code, round.figures),
    }


def _how_far(round: ConnectorRound) -> str:
    if not round.kind_total:
        return number(round.kind_seen) if round.kind_seen else ""
    said = gettext("{seen} of {total}")
    return said.format(seen=number(round.kind_seen), total=number(round.kind_total))


def _kinds(round: ConnectorRound) -> tuple[str, ...]:
    return tasks.TASKS[round.purpose].kinds(round.connection)


def _said(connection: Connection, rows: list[Difference]) -> list[dict[str, Any]]:
    """Each with the order that it is about, if it stands here, and the reason in words. One query."""
    names = {row.thing.partition(":")[2] for row in rows if row.thing.startswith("order:")}
    orders: QuerySet[Order] = Order.objects.filter(shop=connection.shop_id, external_id__in=names)
    known = dict(orders.values_list("external_id", "pk"))
    return [
        {
            "difference": row,
            "here": _in_words(row, row.here),
            "there": _in_words(row, row.there),
            "order": known.get(row.thing.removeprefix("order:")),
            "why": wording.sentence_of(row.failure_code),
            "can_be_brought": row.settled_at is None
            and row.thing.startswith("order:")
            and row.kind not in (Difference.Kind.MISSING_THERE, Difference.Kind.POINTS),
        }
        for row in rows
    ]


def _in_words(row: Difference, text: str) -> str:
    """States are named in the reader's language; sums and lines speak for themselves."""
    if row.kind != Difference.Kind.STATE:
        return text
    return ", ".join(str(Progress(state).label) for state in text.split(", ") if state in Progress.values)


def _begin(request: StaffRequest, known: Connection, verb: Any) -> HttpResponse:
    try:
        round = verb(known, by=request.user, at=timezone.now())
    except Refusal as refused:
        messages.error(request, wording.said(refused))
        return HttpResponseRedirect(reverse("crm:connection", args=[known.pk]))
    tasks.start_round(round)
    return _to(known.pk, round.pk)


def _round(pk: int, round_pk: int) -> ConnectorRound:
    found = ConnectorRound.objects.select_related("connection__shop", "started_by")
    return get_object_or_404(found, connection=known_connection(pk), pk=round_pk)


def _to(pk: int, round_pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("crm:connection-round", args=[pk, round_pk]))

"""The managers' pages of figures, for a period and about whom the address says; each figure also as a file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm import exporting
from crm.dashboards import dashboard, files
from crm.dashboards.changes import changes
from crm.dashboards.dashboard import OVERVIEW, Figure, Page, Words
from crm.dashboards.narrowing import Narrowed
from crm.dashboards.periods import LENGTHS, Period, months_offered
from crm.models import User
from crm.pages.dashboard_filters import (
    Choice,
    compared_said,
    filters,
    length_said,
    month_said,
    names_of,
    time_said,
)
from crm.pages.files import KINDS, csv_file, xlsx_file
from crm.pages.requests import StaffRequest

log = logging.getLogger(__name__)

SEES_FIGURES = "crm.view_dashboard"
TAKES_OUT = "crm.export_list"
FEWEST_FOR_CHANGES = 2


@dataclass(frozen=True)
class Tab:
    words: Words
    url: str
    is_here: bool


@dataclass(frozen=True, kw_only=True)
class Card:
    """A figure on its page. `unheeded`: what the address asks for and it does not obey; `exports`: kind → address."""

    figure: Figure
    unheeded: str
    exports: Sequence[tuple[str, str]]


@require_GET
@permission_required(SEES_FIGURES, raise_exception=True)
def page(request: StaffRequest, slug: str = OVERVIEW) -> HttpResponse:
    its = _page(slug)
    asked = filters(request.GET.dict(), reader=request.user, at=timezone.now())
    found = dashboard.figures(asked.question, slug)
    period = asked.question.period
    context = {
        **admin.site.each_context(request),
        "title": its.label,
        "page": its,
        "tabs": tabs(slug, request.user, asked.query),
        "time_said": time_said(period),
        "compared_said": compared_said(period),
        "filters": asked,
        "changes": changes(found) if len(found) >= FEWEST_FOR_CHANGES else None,
        "cards": list(_cards(its, found, asked.question.narrowed, asked.query, request.user)),
    }
    return TemplateResponse(request, "dashboard/page.html", context)


@require_GET
@permission_required((SEES_FIGURES, TAKES_OUT), raise_exception=True)
def file(request: StaffRequest, slug: str, name: str, kind: str) -> Any:
    """The numbers of one figure, narrowed as its page is."""
    source = next((one for one in _page(slug).sources if dashboard.slug_of(one) == name), None)
    if source is None:
        raise Http404
    asked = filters(request.GET.dict(), reader=request.user, at=timezone.now())
    found = dashboard.figure(source, dashboard.as_seen(asked.question))
    if found is None or found.table is None:
        raise Http404
    log.info("figures taken out", extra={"figure": name, "format": kind, "user_id": request.user.pk})
    return file_of(found, name=name, kind=kind, on=timezone.localdate(asked.question.at))


def file_of(figure: Figure, *, name: str, kind: str, on: date) -> Any:
    """Its table, as a file that a browser keeps. `kind`: one of crm.pages.files.KINDS."""
    if figure.table is None:
        raise Http404
    head, rows = files.laid_out(figure.table)
    if kind == "csv":
        return csv_file(exporting.csv_of_table(head, rows), name=name, on=on)
    return xlsx_file(exporting.xlsx_of_table(head, rows), name=name, on=on)


def exports_of(figure: Figure, reader: User, address: Callable[[str], str]) -> Sequence[tuple[str, str]]:
    """Kind → where it is taken out; none for who may not, or where there are no numbers. `address`: of a kind."""
    if not reader.has_perm(TAKES_OUT) or not figure.table or not figure.table.rows:
        return []
    return [(kind.upper(), address(kind)) for kind in KINDS]


def tabs(here: str, reader: User, query: str = "") -> list[Tab]:
    """For templates/dashboard/_tabs.html: the pages this reader may open. `query`: the time and whom it is about."""
    return [
        Tab(one.label, f"{_address(one)}?{query}" if query else _address(one), one.slug == here)
        for one in dashboard.pages()
        if reader.has_perm(one.permission)
    ]


def period_choices(period: Period, today: date, query: QueryDict | None = None) -> dict[str, Any]:
    """For templates/dashboard/_periods.html. `query`: what else the address says, and another period must keep."""
    others = query.copy() if query else QueryDict(mutable=True)
    for name in ("period", "after"):
        others.pop(name, None)
    return {
        "period": period,
        "compared_said": compared_said(period),
        "lengths": [Choice(str(length), length_said(length)) for length in LENGTHS],
        "months": [Choice(month.key, month_said(month.since)) for month in months_offered(today)],
        "other_query": f"&{others.urlencode()}" if others else "",
        "other_fields": [(name, value) for name, values in others.lists() for value in values],
    }


def _page(slug: str) -> Page:
    found = dashboard.page_named(slug)
    if found is None:
        raise Http404
    return found


def _address(page: Page) -> str:
    if page.url_name:
        return reverse(page.url_name)
    return reverse("dashboard:home") if page.slug == OVERVIEW else reverse("dashboard:page", args=[page.slug])


def _file_address(page: Page, figure: Figure, query: str, kind: str) -> str:
    return f"{reverse(f'dashboard:{kind}', args=[page.slug, figure.slug])}?{query}"


def _cards(
    page: Page, figures: Sequence[Figure], narrowed: Narrowed, query: str, reader: User
) -> Iterator[Card]:
    for figure in figures:
        unheeded = [name for name in narrowed.told if name not in figure.heeds]
        yield Card(
            figure=figure,
            unheeded=_("About everybody. Not narrowed by: %(names)s.") % {"names": names_of(unheeded)}
            if unheeded
            else "",
            exports=exports_of(figure, reader, partial(_file_address, page, figure, query)),
        )

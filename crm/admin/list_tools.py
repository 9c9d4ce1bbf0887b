"""What stands over a list: its saved views, the choice of its columns, and the way out as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.http import HttpRequest
from django.urls import reverse

from crm.colleagues import saved_views
from crm.models import SavedView

COLUMNS = "cols"


@dataclass(frozen=True)
class ShownColumn:
    name: str
    label: str
    is_shown: bool


@dataclass(frozen=True)
class View:
    saved: SavedView
    url: str
    is_here: bool
    is_mine: bool


@dataclass(frozen=True, kw_only=True)
class ListTools:
    list_name: str
    query: str
    views: Sequence[View]
    columns: Sequence[ShownColumn]
    kept: Sequence[tuple[str, str]]
    exports: Sequence[tuple[str, str]]


def chosen_columns(request: HttpRequest, every: Sequence[Any]) -> list[Any]:
    """The columns that the address names, in the list's own order. The first one always stays: it opens the row."""
    wanted = request.GET.getlist(COLUMNS)
    found = [column for column in every if column in wanted]
    return [every[0], *(column for column in found if column != every[0])] if found else list(every)


def tools_of(model_admin: Any, request: HttpRequest) -> ListTools:
    options = model_admin.opts
    every = list(model_admin.list_display)
    shown = chosen_columns(request, every)
    address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    here = request.GET.copy()
    here.pop("p", None)
    return ListTools(
        list_name=options.label_lower,
        query=here.urlencode(),
        views=[
            View(
                view,
                f"{address}?{view.query}",
                view.query == here.urlencode(),
                view.owner_id == request.user.pk,
            )
            for view in saved_views.of_list(options.label_lower, request.user)  # type: ignore[arg-type]
        ],
        columns=[
            ShownColumn(name, str(label_for_field(name, options.model, model_admin)), name in shown)
            for name in every[1:]
        ],
        # The order is by the number of a column: another choice of columns starts without it.
        kept=[pair for pair in _pairs(here) if pair[0] not in (COLUMNS, "o")],
        exports=_exports(model_admin, request, here.urlencode()),
    )


def _exports(model_admin: Any, request: HttpRequest, query: str) -> list[tuple[str, str]]:
    if not model_admin.export_columns or not request.user.has_perm("crm.export_list"):
        return []
    name = model_admin.opts.model_name
    return [
        (kind.upper(), reverse("crm:export", args=[name, kind]) + (f"?{query}" if query else ""))
        for kind in ("csv", "xlsx")
    ]


def _pairs(query: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, values in query.lists() for value in values]

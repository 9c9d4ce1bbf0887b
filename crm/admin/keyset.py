"""Lists paged by key: each page costs the same, however far one goes, and nothing is ever counted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst

from crm.admin.list_tools import COLUMNS, chosen_columns, tools_of
from crm.exporting import Column

AFTER, BEFORE = "after", "before"


class KeysetChangeList(ChangeList):
    """One page of a list, in the order of one column and the primary key.

    The page parameter names the row it goes on from: `p=after-123`, `p=before-123`. Rows that have nothing in the
    column sorted by are left out.
    """

    by_key = True
    model_admin: KeysetAdmin
    older: str | None = None
    newer: str | None = None

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.title = str(capfirst(self.opts.verbose_name_plural))

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        first = str(super().get_ordering(request, queryset)[0])
        self.descending = first.startswith("-")
        self.column = first.removeprefix("-")
        sign = "-" if self.descending else ""
        return [f"{sign}pk"] if self.column in ("pk", "id") else [first, f"{sign}pk"]

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """The choice of columns narrows nothing."""
        found: dict[str, Any] = super().get_filters_params(params)
        found.pop(COLUMNS, None)
        return found

    def get_results(self, request: HttpRequest) -> None:
        way, place = _place(request.GET.get(PAGE_VAR, ""))
        found = self.queryset
        if self.column not in ("pk", "id"):
            found = found.filter(**{f"{self.column}__isnull": False})
        condition = self._beyond(place, backwards=way == BEFORE) if place else None
        if condition is not None:
            found = found.filter(condition)
        rows = list((found.reverse() if way == BEFORE else found)[: self.list_per_page + 1])
        shown = rows[: self.list_per_page]
        self._link(shown, is_more=len(rows) > len(shown), way=way, moved=condition is not None)
        self.result_list = shown[::-1] if way == BEFORE else shown
        self.result_count = self.full_result_count = len(shown)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = bool(shown)
        self.paginator = None

    def _link(self, shown: Sequence[Model], *, is_more: bool, way: str, moved: bool) -> None:
        """Where the next pages begin. `shown` is in the order it was read in."""
        if not shown:
            return
        onwards = f"{way}-{shown[-1].pk}" if is_more else None
        back = f"{BEFORE if way == AFTER else AFTER}-{shown[0].pk}" if moved else None
        self.older, self.newer = (onwards, back) if way == AFTER else (back, onwards)

    def _beyond(self, pk: int, *, backwards: bool) -> Q | None:
        """Rows behind this one in the list's order. The first condition lets an index start in the right place."""
        less = self.descending is not backwards
        comes, comes_or_is = ("lt", "lte") if less else ("gt", "gte")
        if self.column in ("pk", "id"):
            return Q(**{f"pk__{comes}": pk})
        place = self.root_queryset.filter(pk=pk).values_list(self.column, flat=True).first()
        if place is None:
            return None
        same_or_behind = Q(**{f"{self.column}__{comes_or_is}": place})
        return same_or_behind & (Q(**{f"{self.column}__{comes}": place}) | Q(**{f"pk__{comes}": pk}))

    def url_for_result(self, result: Any) -> str:
        return self.model_admin.url_of(result) or super().url_for_result(result)


class KeysetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list by key, searched by `search`. Sorting is offered by `sortable_by` alone: columns that have an index."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-pk",)
    sortable_by: ClassVar[Sequence[str]] = ()  # type: ignore[assignment]
    list_prefetch_related: ClassVar[Sequence[str]] = ()
    export_columns: ClassVar[Sequence[Column]] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeysetChangeList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return chosen_columns(request, super().get_list_display(request))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tools = tools_of(self, request) if self.has_view_permission(request) else None
        return super().changelist_view(request, {**(extra_context or {}), "list_tools": tools})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related(*self.list_prefetch_related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = searched_for(search_term)
        return (self.search(queryset, text) if text else queryset), False

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Rows that hold the text in one of `search_fields`, exactly as the field says (`name__icontains`)."""
        return queryset.filter(reduce(Q.__or__, (Q(**{field: text}) for field in self.search_fields), Q()))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The form is called by what it is about, and has one way to save it."""
        thing = kwargs.get("obj")
        context["title"] = str(thing) if thing else capfirst(self.opts.verbose_name)
        context["subtitle"] = None
        context["show_save_and_add_another"] = context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def url_of(self, row: Any) -> str | None:
        """Where a row leads, when not to its form."""
        return None


class ReadOnlyAdmin(KeysetAdmin):
    """To look at: what stands here is written elsewhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ElsewhereAdmin(ReadOnlyAdmin):
    """Whoever looks for its list here is led to the page that it has of its own."""

    page: ClassVar[str]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse(self.page))


def searched_for(typed: str) -> str:
    return " ".join(typed.replace("\0", "").split())


def _place(text: str) -> tuple[str, int | None]:
    """(way, primary key) of a page parameter; the first page for anything that is not one."""
    way, _, pk = text.partition("-")
    if way in (AFTER, BEFORE) and pk.isascii() and pk.isdigit() and len(pk) < 19:
        return way, int(pk)
    return AFTER, None

"""Tasks: a list to look at. Each opens the page where it is worked on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.colleagues.desk import Morning
from crm.models import Task
from crm.templatetags.veren import when


class IsOpen(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("to do")), ("completed", _("completed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        state = self.value()
        return queryset.filter(completed_at__isnull=state == "open") if state else queryset


class IsMine(admin.SimpleListFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("mine"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(owner=request.user) if self.value() else queryset


class IsDue(admin.SimpleListFilter):
    """As on the desk: what is late, and what is due until this evening."""

    title = _("due")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("by this evening"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        morning = Morning(reader=request.user, at=timezone.now())  # type: ignore[arg-type]
        return queryset.due(morning.evening) if self.value() else queryset


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ("title", "buyer", "owner", "due", "outcome")
    list_filter = (IsOpen, IsMine, IsDue)
    list_select_related = ("customer", "owner")
    ordering = ("-due_at",)
    search_fields = ("title__icontains",)
    search_help_text = _("A part of what is to be done.")

    def url_of(self, row: Any) -> str | None:
        return reverse("crm:task", args=[row.pk])

    @admin.display(description=_("customer"))
    def buyer(self, task: Task) -> SafeString | str:
        return link_to(task.customer)

    @admin.display(description=_("due"))
    def due(self, task: Task) -> SafeString | str:
        return when(task.due_at)

"""Departments and themes. What people say, and the words of themes, are pages of their own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm.admin.keyset import ElsewhereAdmin
from crm.admin.named import NamedAdmin
from surveys.models import Department, Feedback, Theme


@admin.register(Feedback)
class FeedbackAdmin(ElsewhereAdmin):
    page = "feedback:inbox"
    fields = ("source", "theme", "department", "owner", "occurred_at", "due_at", "settled_at")


@admin.register(Department)
class DepartmentAdmin(NamedAdmin):
    list_display = ("called", "owner", "answer_within_hours", "takes_the_rest")
    list_select_related = ("owner",)
    ordering = ("pk",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.names(), "slug", "owner", "answer_within_hours", "takes_the_rest")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name_en",)}


@admin.register(Theme)
class ThemeAdmin(NamedAdmin):
    list_display = ("called", "department", "position")
    list_select_related = ("department",)
    ordering = ("pk",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.names(), "slug", "department", "position")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Rules and reports stand under its short name."""
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name_en",)}

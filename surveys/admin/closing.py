"""Issues and recoveries: their lists and forms are pages of their own, which ask for the permissions by themselves."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from crm.admin.keyset import KeysetAdmin
from surveys.models import Issue, Recovery


class ElsewhereAdmin(KeysetAdmin):
    """Whoever looks for it here is led to its page."""

    page: ClassVar[str]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse(self.page))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Issue)
class IssueAdmin(ElsewhereAdmin):
    page = "closing:issues"
    fields = ("title", "department", "owner", "state", "due_on", "opened_at", "closed_at", "closing_reason")


@admin.register(Recovery)
class RecoveryAdmin(ElsewhereAdmin):
    page = "closing:recoveries"
    fields = (
        "ticket_id",
        "opened_at",
        "due_at",
        "contacted_at",
        "cause",
        "action",
        "resolved_at",
        "is_recovered",
    )

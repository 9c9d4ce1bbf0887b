"""Issues and recoveries: their lists and forms are pages of their own, which ask for the permissions by themselves."""

from __future__ import annotations

from django.contrib import admin

from crm.admin.keyset import ElsewhereAdmin
from surveys.models import Issue, Recovery


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

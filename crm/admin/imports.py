from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import KeysetAdmin
from crm.importing.kinds import kind_of
from crm.models import ImportJob
from crm.templatetags.veren import when
from crm.words.wording import number

State = ImportJob.State
MOODS = {State.DONE: "good", State.FAILED: "bad", State.CANCELLED: "warn", State.READY: "accent"}


@admin.register(ImportJob)
class ImportJobAdmin(KeysetAdmin):
    """The imports there were. One is begun and watched on pages of its own."""

    list_display = ("file_name", "brings", "shop", "how_far", "rows", "refused", "started_by", "started")
    list_select_related = ("shop", "started_by")

    def url_of(self, row: Any) -> str | None:
        return reverse("crm:import", args=[row.pk])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("what comes in"))
    def brings(self, job: ImportJob) -> str:
        return str(kind_of(job).label)

    @admin.display(description=_("state"))
    def how_far(self, job: ImportJob) -> SafeString:
        percent = f" · {job.percent} %" if job.is_at_work else ""
        return format_html(
            '<span class="badge {}">{}{}</span>',
            MOODS.get(State(job.state), ""),
            job.get_state_display(),
            percent,
        )

    @admin.display(description=_("rows"))
    def rows(self, job: ImportJob) -> str:
        return number(job.rows_total) if job.read_at else ""

    @admin.display(description=_("rows refused"))
    def refused(self, job: ImportJob) -> str:
        return number(job.rows_refused) if job.read_at else ""

    @admin.display(description=_("started"))
    def started(self, job: ImportJob) -> SafeString | str:
        return when(job.created_at)

"""Segments: their list is a page of its own, which asks for the permission by itself."""

from __future__ import annotations

from django.contrib import admin

from crm.admin.keyset import ElsewhereAdmin
from crm.models import Segment


@admin.register(Segment)
class SegmentAdmin(ElsewhereAdmin):
    page = "segments:list"
    fields = ("name", "note", "owner", "size", "swept_at", "created_at", "changed_at")

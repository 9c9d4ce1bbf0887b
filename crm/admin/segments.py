"""Segments and campaigns: their lists are pages of their own, which ask for the permission by themselves."""

from __future__ import annotations

from django.contrib import admin

from crm.admin.keyset import ElsewhereAdmin
from crm.models import Campaign, Segment


@admin.register(Segment)
class SegmentAdmin(ElsewhereAdmin):
    page = "segments:list"
    fields = ("name", "note", "owner", "size", "swept_at", "created_at", "changed_at")


@admin.register(Campaign)
class CampaignAdmin(ElsewhereAdmin):
    page = "campaigns:list"
    fields = ("name", "kind", "state", "started_by", "created_at")

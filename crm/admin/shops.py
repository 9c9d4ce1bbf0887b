from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm.admin.keyset import KeysetAdmin
from crm.models import Shop


@admin.register(Shop)
class ShopAdmin(KeysetAdmin):
    list_display = ("name", "kind", "currency", "region", "time_zone", "is_active")
    prepopulated_fields = {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A shop that closes keeps its orders and its history."""
        return False

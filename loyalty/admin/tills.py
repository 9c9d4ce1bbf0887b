"""What tills of shops may do by themselves."""

from __future__ import annotations

from django.contrib import admin

from crm.admin.keyset import KeysetAdmin
from loyalty.models import TillTerms


@admin.register(TillTerms)
class TillTermsAdmin(KeysetAdmin):
    """A shop without a row here earns without a connection, and spends nothing."""

    list_display = ("shop", "offline_points")
    list_select_related = ("shop",)
    fields = ("shop", "offline_points")

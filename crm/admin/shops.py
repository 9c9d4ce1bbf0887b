from django.contrib import admin

from crm.admin.keyset import KeysetAdmin
from crm.models import Shop


@admin.register(Shop)
class ShopAdmin(KeysetAdmin):
    list_display = ("name", "kind", "currency", "region", "time_zone", "is_active")
    prepopulated_fields = {"slug": ("name",)}
